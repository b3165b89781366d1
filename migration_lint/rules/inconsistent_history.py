from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Plan, Rule, Severity


class InconsistentHistory(Rule):
    """A database has recorded a migration as applied before one that it depends on: `migrate` refuses to do anything there.

    It comes of dependencies that were added to merged migrations, of merges in another order than deployments, and of records
    that were written by hand. Only a database knows: `--check-history ALIAS` reads its table `django_migrations`.
    """

    severity = Severity.ERROR
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        history = plan.history
        if history is None:
            return
        for recorded in history.recorded:
            for key, parent in recorded.early:
                name, needed = ".".join(key), ".".join(parent)
                yield self.finding(
                    f"`{recorded.alias}` has recorded `{name}` as applied, and not `{needed}`, which it depends on: "
                    "`migrate` refuses to do anything there, with InconsistentMigrationHistory.",
                    help="Where an edit has added the dependency, take it back. Where what the other migration does is in "
                    "the database already, record it; `migrate --fake` refuses as well:\n\n"
                    "    INSERT INTO django_migrations (app, name, applied) "
                    f"VALUES ('{parent[0]}', '{parent[1]}', CURRENT_TIMESTAMP);",
                    app_label=key[0], migration_name=key[1], location=history.locate(key, "dependencies"),
                )  # fmt: skip
            if recorded.error:
                yield self.finding(
                    f"With what `{recorded.alias}` has recorded as applied, `migrate` refuses to do anything there: "
                    f"{recorded.error.rstrip('.')}.",
                    help="Bring the files back that a partly applied squashed migration replaces, run `migrate`, and delete "
                    "them when every database has run them all.",
                )  # fmt: skip
