from __future__ import annotations

from migration_lint import Rule, Severity


class UnsupportedOnVersion(Rule):
    """The statement asks for what a later version of the server has: this one refuses it, or reads it and does nothing."""

    severity = Severity.ERROR
    category = "limits"
    bad = """
        operations = [
            migrations.AddField(
                "book",
                "with_next",
                models.GeneratedField(
                    expression=models.F("stock") + 1, output_field=models.IntegerField(), db_persist=False
                ),
            ),
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
        ]
    """
    # The oldest versions of these that the newest Django takes have all that the facts know.
    bad_on = {"mysql": "", "mariadb": "", "sqlite": "", "oracle": ""}
