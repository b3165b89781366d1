from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, History, Plan, Rule, Severity, edits
from migration_lint.types import Location, MigrationKey, Since


class DeletedMigration(Rule):
    """A migration that was merged, or that a database has recorded as applied, is gone: nobody can undo it or make it anew.

    A database that has not run it never will, and one that has is no longer like a new one. A migration that was renamed is
    run a second time. What a squashed migration lists in `replaces` may go.
    """

    severity = Severity.ERROR
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        history = plan.history
        if history is None:
            return
        replaced = {key for migration in history.migrations.values() for key in migration.replaces}
        if history.since is not None:
            replaced |= {key for text in history.since.before.values() for key in edits.attribute(text, "replaces")}
            for key, new in sorted(history.since.gone.items()):
                if key[0] in history.apps and key not in replaced:
                    yield self.of_file(history.since, key, new, history)
        for recorded in history.recorded:
            for label in sorted(history.apps - history.unmigrated):
                gone = [key[1] for key in sorted(recorded.applied) if key[0] == label and self.is_gone(key, history, replaced)]
                if gone:
                    listed = " and ".join(", ".join(f"`{name}`" for name in part) for part in (gone[:-1], gone[-1:]) if part)
                    yield self.finding(
                        f"`{recorded.alias}` has recorded {listed} of `{label}` as applied, and "
                        f"{'they are' if len(gone) > 1 else 'it is'} not there any more.",
                        help="Bring the code up to date with what has run there. Where they were squashed, or are meant to be "
                        f"gone:\n\n    python manage.py migrate {label} --prune",
                        severity=Severity.WARNING, app_label=label,
                    )  # fmt: skip

    def of_file(self, since: Since, key: MigrationKey, new: MigrationKey | None, history: History) -> Finding:
        name = ".".join(key)
        if new is not None:
            return self.finding(
                f"`{name}`, which was there at `{since.ref}`, is called `{new[1]}` now: databases that have run it under the "
                "old name run it a second time, and fail at what is there already.",
                help=f"Give the file its name back, or let it say which one it was:\n\n    replaces = [{key!r}]",
                app_label=new[0], migration_name=new[1], location=history.locate(new, ""),
            )  # fmt: skip
        return self.finding(
            f"`{name}` was there at `{since.ref}` and is gone: a database that has run it keeps what it did, and one that has "
            "not never gets it.",
            help=f"Bring it back, and undo what it did in a new migration:\n\n"
            f"    git checkout {since.commit[:10]} -- {since.paths[key]}\n\n"
            "Where it was squashed, list it in the `replaces` of the squashed migration.",
            app_label=key[0], migration_name=key[1], location=Location(since.paths[key], 1, 1),
        )  # fmt: skip

    def is_gone(self, key: MigrationKey, history: History, replaced: set[MigrationKey]) -> bool:
        return key not in history.migrations and key not in replaced and key not in history.left_out
