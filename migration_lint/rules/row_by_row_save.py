from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import readings
from migration_lint.rows import backfill
from migration_lint.running import find_table, is_used


class RowByRowSave(Rule):
    """A loop saves each row by itself: a statement for every row, which writes every column that the model has.

    With a million rows that is a million trips to the server, and each writes back what the row was when it was read, over
    what others have changed since. `bulk_update()` sends one statement for a thousand rows, and writes only what it is told to.
    """

    severity = Severity.WARNING
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION})
    bad = """
        def tidy_titles(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            for book in Book.objects.filter(stock=0).iterator():
                book.title = book.title.strip()
                book.save()

        operations = [
            migrations.RunPython(tidy_titles, migrations.RunPython.noop),
        ]
    """
    good = """
        def tidy_titles(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            batch = []
            for book in Book.objects.filter(stock=0).iterator(chunk_size=1000):
                book.title = book.title.strip()
                batch.append(book)
                if len(batch) == 1000:
                    Book.objects.bulk_update(batch, ["title"])
                    batch.clear()
            Book.objects.bulk_update(batch, ["title"])

        operations = [
            migrations.RunPython(tidy_titles, migrations.RunPython.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for loop in (loop for reading in readings(impact)[:1] for loop in reading.loops):
            table = find_table(impact.before.tables, loop.table)
            if not loop.written or (table is not None and not is_used(migration, table)):
                continue
            whole = ", and each writes all columns back as they were when the row was read" if loop.whole else ""
            yield self.finding(
                f"`{loop.function}` saves the rows of `{loop.table}` one by one: as many statements as there are rows{whole}.",
                help=spelling.advice(("Change a thousand rows with one statement:", backfill.loop_in_batches(impact, loop))),
                impact=impact, migration=migration, relation=loop.table, location=loop.location,
                related=(impact.step.location,),
            )  # fmt: skip
