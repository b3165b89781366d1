from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import readings
from migration_lint.rows import backfill
from migration_lint.running import find_table, is_used


class UnbatchedLoop(Rule):
    """A loop fetches a whole table at once, and saves its rows in one go.

    Django keeps all the rows of a queryset that a loop runs over, so a big table fills the memory of the process; and where one
    transaction is around all of it, every row that was saved stays locked until the last one is.
    """

    severity = Severity.WARNING
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION})
    bad = """
        def tidy_titles(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            for book in Book.objects.all():
                book.title = book.title.strip()
                book.save()

        operations = [
            migrations.RunPython(tidy_titles, migrations.RunPython.noop),
        ]
    """
    good = """
        def tidy_titles(apps, schema_editor):
            Book = apps.get_model("shop", "Book")
            for book in Book.objects.all().iterator(chunk_size=1000):
                book.title = book.title.strip()
                book.save()

        atomic = False
        operations = [
            migrations.RunPython(tidy_titles, migrations.RunPython.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for loop in (loop for reading in readings(impact)[:1] for loop in reading.loops):
            table = find_table(impact.before.tables, loop.table)
            if loop.filtered or loop.streamed or (table is not None and not is_used(migration, table)):
                continue
            locked = ", and each that is saved stays locked until all are" if impact.step.atomic else ""
            yield self.finding(
                f"`{loop.function}` fetches every row of `{loop.table}` at once to save them: they all have to fit into "
                f"memory{locked}.",
                help=spelling.advice(
                    (
                        "Fetch a few rows at a time:" if not impact.step.atomic else
                        "Fetch a few rows at a time, in a migration that says `atomic = False`:",
                        backfill.loop_in_batches(impact, loop) if loop.written else
                        f"for {loop.target} in {backfill.streamed(loop)}:\n    …",
                    ),
                ),
                impact=impact, migration=migration, relation=loop.table, location=loop.location,
                related=(impact.step.location,),
            )  # fmt: skip
