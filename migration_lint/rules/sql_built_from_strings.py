from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import readings


class SqlBuiltFromStrings(Rule):
    """Values are put into the text of a statement, instead of being sent along with it.

    One with a quote in it ends the text early: the statement fails on that row, or does something else than was meant. A
    driver quotes what it is given as a parameter. Names of tables and columns, constants and what went through
    `quote_name()` are no values.
    """

    severity = Severity.WARNING
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION})
    bad = """
        def rename_authors(apps, schema_editor):
            for author in apps.get_model("shop", "Author").objects.iterator():
                schema_editor.execute(f"UPDATE shop_book SET notes = '{author.name}' WHERE author_id = {author.pk}")

        operations = [
            migrations.RunPython(rename_authors, migrations.RunPython.noop),
        ]
    """
    good = """
        def rename_authors(apps, schema_editor):
            schema_editor.execute("UPDATE shop_book SET notes = %s WHERE author_id = %s", ["unknown", 1])

        operations = [
            migrations.RunPython(rename_authors, migrations.RunPython.noop, atomic=False),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for reading in readings(impact):
            for function, place in reading.formatted:
                yield self.finding(
                    f"`{function}` puts values into the text of a statement: one with a quote in it breaks the statement, or "
                    "makes another one of it.",
                    help=spelling.advice(
                        ("Leave their places to the driver:", 'schema_editor.execute("… WHERE name = %s", [name])'),
                        note="Names of tables and columns go through `schema_editor.quote_name()`.",
                    ),
                    impact=impact, migration=migration, location=place, related=(impact.step.location,),
                )  # fmt: skip
