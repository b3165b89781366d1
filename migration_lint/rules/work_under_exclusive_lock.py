from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import migrations

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.python import reading
from migration_lint.rows import backfill
from migration_lint.transactions import function

COPIES = {Kind.INSERT, Kind.CREATE_TABLE_AS, Kind.CREATE_MATERIALIZED_VIEW}


class WorkUnderExclusiveLock(Rule):
    """A lock is held until the transaction ends. Whatever takes long after it, on this table or another, keeps every read and
    write of the locked table waiting."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql",)
    kinds = frozenset({Kind.FUNCTION, *COPIES})
    effects = frozenset({"writes_rows", "rewrites", "builds_index", "scans"})
    help = "Split the migration: what takes long goes into a migration of its own."
    bad = """
        def fill_blurbs(apps, schema_editor):
            apps.get_model("shop", "Book").objects.update(blurb="")

        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
            migrations.RunPython(fill_blurbs, migrations.RunPython.noop),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for impact in migration.impacts:
            found = next(self.kept_waiting(impact, migration), None)
            if found is not None:
                work, statement, taker, taken, lock = found
                table = lock.relation
                own = taker is impact
                by = "an earlier statement of the operation" if own else f"operation {number(taker)} ({title(taker)})"
                yield self.finding(
                    f"{work} while `{table}` is locked by {by}: every read and write of `{table}` waits, "
                    f"{spelling.until(migration, taken)}.",
                    help=self.advice(impact, taker, statement),
                    impact=impact, migration=migration, statement=statement, effect=lock, relation=table,
                    related=() if own else (taker.step.location,),
                )  # fmt: skip

    def kept_waiting(
        self, impact: Impact, migration: MigrationImpact
    ) -> Iterator[tuple[str, Statement | None, Impact, Statement, Effect]]:
        """What takes long, the statement that does, and who had locked which table before it."""
        if isinstance(impact.step.operation, migrations.RunPython):
            if takes_long(impact):
                for taker, taken, lock in locks_at(impact, migration):
                    yield f"`{function(impact)}` runs", None, taker, taken, lock
            return
        for statement in impact.statements:
            works = [(effect, work) for effect in statement.effects if (work := self.work(migration, statement, effect))]
            if not works:
                continue
            held = [
                found for found in migration.locks_before(statement) if found[2].stops_reads and migration.used_table(found[2])
            ]
            own = {lock.relation_key for taker, _, lock in held if taker is impact}
            own |= {effect.relation_key for effect in statement.effects if effect.stops_reads}
            for effect, work in works:
                for taker, taken, lock in held:
                    if taker is impact and not (effect.writes_rows or validates(effect)):
                        continue  # a rule of its own tells what is slow in one operation
                    if taker is not impact and lock.relation_key in own:
                        continue  # the operation keeps readers of that table out by itself: the other changes nothing
                    yield work, statement, taker, taken, lock

    def work(self, migration: MigrationImpact, statement: Statement, effect: Effect) -> str | None:
        """What takes time in proportion to the rows of a table that others use."""
        action = effect.source
        if action is None or effect.relation is None or effect.concurrent:
            return None
        if action.kind in COPIES:
            read = [
                each.relation
                for each in statement.effects
                if each.source and each.source.kind is Kind.SELECT and each.relation and migration.used_table(each)
            ]
            return f"Rows of {spelling.listed(read)} are copied to `{effect.relation}`" if read else None
        if not migration.used_table(effect):
            return None
        if effect.writes_rows:
            return f"Rows of `{effect.relation}` are {'deleted' if action.kind is Kind.DELETE else 'changed'}"
        if effect.rewrites:
            return f"`{effect.relation}` is rewritten"
        if effect.builds_index:
            return f"An index is built on `{effect.relation}`"
        if effect.scans:
            return f"Every row of `{effect.relation}` is read and checked"
        return None

    def advice(self, impact: Impact, taker: Impact, statement: Statement | None) -> str:
        operation = impact.step.operation
        if taker is impact and not isinstance(operation, migrations.RunSQL):
            return backfill.fill_first(impact, statement)
        if taker is impact:
            return spelling.advice(
                "Send the statements in migrations of their own: what locks the table in one, what takes long in the next."
            )
        code = spelling.operation(operation)
        if isinstance(operation, migrations.RunPython):
            reverse = operation.reverse_code
            back = ", migrations.RunPython.noop" if reverse is migrations.RunPython.noop else ""
            back = back or (f", {getattr(reverse, '__name__', '…')}" if reverse else "")
            code = f"migrations.RunPython({function(impact)}{back}),"
        if isinstance(operation, migrations.AddIndex) and (own := spelling.ways(impact).replaced(operation)) is not None:
            code = spelling.migration(own[0], atomic=False, imports=own[1:])
        label, name = impact.step.key
        if taker.step.index > impact.step.index:  # what was put off to the end of the migration
            return spelling.advice(
                (f"Move operation {number(taker)} ({title(taker)}) and what follows into a migration of its own, after this:",
                 f"dependencies = [({label!r}, {name!r})]"),
            )  # fmt: skip
        return spelling.advice(
            ("Move it into a migration of its own, after this one:", f"dependencies = [({label!r}, {name!r})]\n{code}"),
        )


def number(impact: Impact) -> str:
    return ".".join(map(str, impact.step.index))


def title(impact: Impact) -> str:
    return type(impact.step.operation).__name__


def takes_long(impact: Impact) -> bool:
    """Whether a function may do more than look up a few rows."""
    found = reading(impact)
    some = any(change.each or change.kind is not Kind.INSERT or change.call == "bulk_create" for change in found.changes)
    sent = any(effect.works or effect.writes_rows for statement in impact.statements for effect in statement.effects)
    return some or bool(found.fetched) or found.gave_up or impact.is_unread or sent


def validates(effect: Effect) -> bool:
    return effect.source is not None and effect.source.kind is Kind.VALIDATE_CONSTRAINT


def locks_at(impact: Impact, migration: MigrationImpact) -> Iterator[tuple[Impact, Statement, Effect]]:
    """Locks that keep readers out and are held when an operation without SQL of its own begins."""
    if not (impact.step.atomic and migration.migration.atomic):
        return
    place = next(index for index, each in enumerate(migration.impacts) if each is impact)
    earlier = {id(each) for each in migration.impacts[:place]}
    before = [(taker, each) for taker, each in migration.timeline if id(taker) in earlier and not each.deferred]
    if not before or before[-1][1].transaction is None:
        return
    for taker, statement in before:
        if statement.transaction == before[-1][1].transaction:
            for effect in statement.effects:
                if effect.lock and effect.stops_reads and migration.used_table(effect):
                    yield taker, statement, effect
