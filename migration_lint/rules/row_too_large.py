from __future__ import annotations

from migration_lint import Rule, Severity


class RowTooLarge(Rule):
    """The columns together could take more bytes than a row has. The server counts what they may hold, not what they do."""

    severity = Severity.ERROR
    category = "limits"
    vendors = ("mysql", "mariadb")
    bad = """
        operations = [
            migrations.AddField("book", "summary", models.CharField(max_length=10000, null=True)),
            migrations.AddField("book", "praise", models.CharField(max_length=10000, null=True)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "summary", models.CharField(max_length=10000, null=True)),
            migrations.AddField("book", "praise", models.TextField(null=True)),
        ]
    """
