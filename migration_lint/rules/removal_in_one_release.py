from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks


class RemovalInOneRelease(Rule):
    """Both steps of a removal, the one in the state and the one in the database, are deployed together, as if they were one.

    The first is there so that no process uses the column or the table any more when the second takes it away. Two migrations
    of one release:

        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("review", "rating")])

        migrations.RunSQL('ALTER TABLE "shop_review" DROP COLUMN "rating"')
    """

    severity = Severity.WARNING
    category = "compatibility"

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        if len(migration.release) < 2:
            return
        for found in breaks(migration, How.COLUMN_DROPPED, How.TABLE_DROPPED):
            apart = [each for each in found if not is_known(each, migration)]
            if not apart:
                continue
            first = apart[0]
            what = f"the column `{first.column}` of `{first.relation}`" if first.column else f"the table `{first.relation}`"
            label, name = migration.key
            yield self.finding(
                f"`{first.name}` left the state in an earlier migration of this release, and this one drops {what} already: "
                "the running release, which still uses it, fails until the last of its processes is replaced.",
                help=f"Leave `{label}.{name}` to the next release: deploy what comes before it, replace every process, and "
                f"only then run\n\n    python manage.py migrate {label} {name}",
                migration=migration,
                **first.place,
            )


def is_known(found: Break, migration: MigrationImpact) -> bool:
    """Whether the model, or its field, is still in the state when the migration begins."""
    models = migration.impacts[0].step.state.before.models
    model = models.get((found.model.app_label, found.model.name_lower))
    return model is not None and (found.use is None or found.use.definition is None or found.use.field in model.fields)
