from __future__ import annotations

from migration_lint import Rule, Severity


class ServerRefuses(Rule):
    """The server refuses the statement as the database stands there, whatever rows it has: the migration fails, everywhere."""

    severity = Severity.ERROR
    category = "limits"
    bad = """
        operations = [
            migrations.AddField(
                "book",
                "with_next",
                models.GeneratedField(
                    expression=models.F("stock") + 1, output_field=models.IntegerField(), db_persist=True
                ),
            ),
            migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock", migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.AddField(
                "book",
                "with_next",
                models.GeneratedField(
                    expression=models.F("stock") + 1, output_field=models.IntegerField(), db_persist=True
                ),
            ),
            migrations.RemoveField("book", "with_next"),
            migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock", migrations.RunSQL.noop),
        ]
    """
    # Its generated columns are virtual.
    bad_on = {"oracle": bad.replace("db_persist=True", "db_persist=False")}
    good_on = {"oracle": good.replace("db_persist=True", "db_persist=False")}
