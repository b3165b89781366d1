from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, History, Plan, Rule, Severity, edits
from migration_lint.types import MigrationKey


class EditedMigration(Rule):
    """A migration that was merged already does something else now: databases that have run it never get the difference.

    With `--since`, what the file did at the commit from which the work started is compared with what it does now. Comments,
    formatting, imports, the way back, and what no database sees, such as help texts, are no difference.
    """

    severity = Severity.ERROR
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        history = plan.history
        if history is None or history.since is None:
            return
        for key, before in sorted(history.since.before.items()):
            if key not in history.migrations or key[0] not in history.apps:
                continue
            now, name, since = history.text(key), ".".join(key), history.since
            if edits.work(before) != edits.work(now):
                yield self.finding(
                    f"`{name}` was there at `{since.ref}` and does something else now: databases that have run it never get "
                    "the difference, and a new one is not made like them.",
                    help=f"Take the change back, and write a migration of its own for it:\n\n"
                    f"    git checkout {since.commit[:10]} -- {since.paths[key]}\n"
                    f"    python manage.py makemigrations {key[0]}\n\n"
                    "Where it has run nowhere yet, say so above the class:\n\n"
                    "    # migration-lint: ignore[edited-migration] -- it has run nowhere yet",
                    app_label=key[0], migration_name=key[1], location=history.locate(key, "operations"),
                )  # fmt: skip
            elif added := sorted(more_dependencies(history, key, before, now)):
                late = [other for other in added if other in since.new]
                listed = " and ".join(f"`{a}.{b}`" for a, b in late or added)
                yield self.finding(
                    f"`{name}` was there at `{since.ref}` and depends on {listed} now: `migrate` refuses every database that "
                    "has run the one and not the other, with InconsistentMigrationHistory.",
                    help=f"Take the dependency back; let a new migration of `{key[0]}` depend on {listed} instead.",
                    severity=Severity.ERROR if late else Severity.WARNING, app_label=key[0], migration_name=key[1],
                    location=history.locate(key, "dependencies"),
                )  # fmt: skip


def more_dependencies(history: History, key: MigrationKey, before: str, now: str) -> set[MigrationKey]:
    """What it did not need before. A squashed migration is as good as what it replaces."""
    replaced = {old: new for new, migration in history.migrations.items() for old in migration.replaces}
    if key in replaced or edits.attribute(now, "replaces"):
        return set()
    known = {replaced.get(old, old) for old in edits.attribute(before, "dependencies")}
    added = {(other[0], other[1]) for other in edits.attribute(now, "dependencies") if replaced.get(other, other) not in known}

    def is_reached(other: MigrationKey) -> bool:
        return any(other == old or history.precedes(other, old) for old in known)

    return {other for other in added if not is_reached(replaced.get(other, other))}
