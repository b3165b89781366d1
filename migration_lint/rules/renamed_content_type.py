from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db import migrations

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity
from migration_lint.spelling import advice, call

TOGETHER = (
    "Rename it beside the model, before `migrate` makes a new one, and let the migration depend on "
    "`contenttypes.0002_remove_content_type_name`:"
)


class RenamedContentType(Rule):
    """A model renamed inside SeparateDatabaseAndState keeps its old content type, which permissions and generic keys go by.

    `migrate` renames the content type along with a `RenameModel` that stands in the migration itself, and does not look inside
    other operations. The model gets a new content type, and what refers to the old one refers to nothing.
    """

    severity = Severity.NOTE
    category = "compatibility"
    bad = """
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[
                    migrations.AlterModelTable("review", "shop_review"),
                    migrations.RenameModel("Review", "Opinion"),
                ],
            ),
        ]
    """
    good = """
        operations = [
            migrations.AlterModelTable("review", "shop_review"),
            migrations.RenameModel("Review", "Opinion"),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        operation = impact.step.parent or impact.step.operation
        nested: list[migrations.RenameModel] = [
            each
            for each in getattr(operation, "state_operations", ())
            if isinstance(each, migrations.RenameModel)  # what Django itself looks for
        ]
        if not nested or not apps.is_installed("django.contrib.contenttypes") or impact.step.index[1:] not in ((), (0,)):
            return
        label = impact.step.migration.app_label
        for rename in nested:
            code = call(
                "migrations.RunSQL",
                sql=repr(
                    f"UPDATE django_content_type SET model = '{rename.new_name_lower}' "
                    f"WHERE app_label = '{label}' AND model = '{rename.old_name_lower}'"
                ),
                reverse_sql=repr(
                    f"UPDATE django_content_type SET model = '{rename.old_name_lower}' "
                    f"WHERE app_label = '{label}' AND model = '{rename.new_name_lower}'"
                ),
            )
            yield self.finding(
                f"The content type of `{label}.{rename.old_name}` keeps its name while the model becomes `{rename.new_name}`: "
                "permissions and generic foreign keys go on referring to the old one.",
                help=advice((TOGETHER, code)),
                impact=impact,
                migration=migration,
            )
