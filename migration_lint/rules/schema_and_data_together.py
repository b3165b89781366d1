from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.migrations import RunPython, RunSQL

from migration_lint import (
    Effect,
    Finding,
    Impact,
    Kind,
    MigrationImpact,
    Rule,
    Severity,
    Statement,
    pending,
    spelling,
    transactions,
)
from migration_lint.python import RowChange
from migration_lint.running import find_table, is_used

Change = tuple[Impact, Statement | RowChange, str]
Lock = tuple[Impact, Statement, Effect]


class SchemaAndDataTogether(Rule):
    """Rows are changed in the transaction that changes the schema, and each keeps its locks until the other is done.

    Changed first, rows stay locked while the change of the schema waits for its own lock, and then until it is done. Changed
    afterwards, they keep the table locked for as long as that takes. And where either fails, both have to be done again.
    """

    severity = Severity.WARNING
    category = "transactions"
    vendors = ("postgresql", "sqlite")
    bad = """
        def trim(apps, schema_editor):
            apps.get_model("shop", "Review").objects.filter(rating=None).delete()

        operations = [
            migrations.RunPython(trim, migrations.RunPython.noop),
            migrations.AddField("book", "blurb", models.TextField(null=True)),
        ]
    """
    good = """
        def trim(apps, schema_editor):
            apps.get_model("shop", "Review").objects.filter(rating=None).delete()

        operations = [
            migrations.RunPython(trim, migrations.RunPython.noop),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        if not has_both(migration):
            return
        current: object = None
        locks: list[Lock] = []
        changes: list[Change] = []
        for impact, thing in pending.in_order(migration):
            now = pending.transaction(migration, impact, thing, current)
            if now != current:
                current, locks, changes = now, [], []
            if current is None:
                continue
            for table in changed(migration, impact, thing):
                held = [lock for lock in locks if is_apart(lock[0], impact)]
                if held:
                    yield self.after(migration, (impact, thing, table), held)
                    return
                if not is_new(thing):
                    changes.append((impact, thing, table))
            for effect in asked_for(migration, thing) if isinstance(thing, Statement) else ():
                assert isinstance(thing, Statement)
                first = next((change for change in changes if is_apart(change[0], impact)), None)
                if first is not None:
                    yield self.before(migration, first, (impact, thing, effect))
                    return
                locks.append((impact, thing, effect))

    def after(self, migration: MigrationImpact, change: Change, held: list[Lock]) -> Finding:
        impact, thing, table = change
        taker, taken, effect = next((lock for lock in held if lock[2].stops_reads), held[0])
        own = taker is impact
        by = "an earlier statement" if own else transactions.place(taker)
        return self.finding(
            f"{upper(who(impact, thing))} changes rows of `{table}` in the transaction in which {by} has locked "
            f"{relation(effect)}: every {'read and write' if effect.stops_reads else 'write'} of {relation(effect)} waits, "
            f"{spelling.until(migration, taken)}.",
            help=advice(impact, "it"),
            impact=impact, migration=migration, effect=effect, relation=effect.relation or table,
            statement=thing if isinstance(thing, Statement) else None,
            related=() if own else (taker.step.location,),
        )  # fmt: skip

    def before(self, migration: MigrationImpact, change: Change, lock: Lock) -> Finding:
        impact, thing, table = change
        asker, statement, effect = lock
        own = asker is impact
        by = "A later statement" if own else upper(transactions.place(asker))
        return self.finding(
            f"{by} asks for a lock on {relation(effect)} in the transaction in which {who(impact, thing)} changed rows of "
            f"`{table}`: these stay locked while it waits, and {spelling.until(migration, statement)}.",
            help=advice(asker, "the change of the schema"),
            impact=asker, migration=migration, statement=statement, effect=effect, relation=effect.relation or table,
            related=() if own else (impact.step.location,),
        )  # fmt: skip


def has_both(migration: MigrationImpact) -> bool:
    """Whether it is worth a look: most migrations change no rows, or nothing but rows."""
    operations = [impact.step.operation for impact in migration.impacts]
    functions = any(isinstance(each, RunPython) and each.code is not RunPython.noop for each in operations)
    return bool(migration.timeline) and (functions or any(isinstance(each, RunSQL) for each in operations))


def is_apart(one: Impact, other: Impact) -> bool:
    """Whether it is the project that put the two together: an operation of Django's may well do both."""
    return one is not other or isinstance(one.step.operation, RunSQL | RunPython)


def changed(migration: MigrationImpact, impact: Impact, thing: Statement | RowChange) -> Iterator[str]:
    """The tables in use of which more rows are changed than a few new ones."""
    if isinstance(thing, RowChange):
        table = find_table(impact.before.tables, thing.table)
        many = thing.each or thing.kind is not Kind.INSERT or thing.call == "bulk_create"
        if many and (table is None or is_used(migration, table)):
            yield thing.table
        return
    copies = any(action.kind is Kind.INSERT and "from a query" not in action.traits for action in thing.actions)
    for effect in thing.effects if not copies else ():
        if effect.writes_rows and effect.relation and migration.used_table(effect):
            yield effect.relation


def asked_for(migration: MigrationImpact, statement: Statement) -> Iterator[Effect]:
    """The locks with which a statement about the schema keeps others out."""
    for effect in statement.effects:
        about_rows = effect.writes_rows or (effect.source is not None and effect.source.kind in (Kind.LOCK_TABLE, Kind.SELECT))
        if effect.stops_writes and effect.lock and not about_rows and not effect.concurrent and migration.used_table(effect):
            yield effect


def is_new(thing: Statement | RowChange) -> bool:
    """Whether the rows are new: nobody else sees them, and waits for them, before the commit."""
    if isinstance(thing, RowChange):
        return thing.kind is Kind.INSERT
    return not any(action.kind in (Kind.UPDATE, Kind.DELETE) for action in thing.actions)


def who(impact: Impact, thing: Statement | RowChange) -> str:
    of = transactions.place(impact)
    return f"a statement of {of}" if isinstance(thing, Statement) else f"`{thing.function}` of {of}"


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def relation(effect: Effect) -> str:
    return "the database" if effect.whole_database or not effect.relation else f"`{effect.relation}`"


def advice(impact: Impact, what: str) -> str:
    label, name = impact.step.key
    if isinstance(impact.step.operation, RunSQL):
        return spelling.advice(
            (f"Move {what} into a migration of its own, after this one:", f"dependencies = [({label!r}, {name!r})]"),
        )
    return spelling.advice(
        (
            f"Move {what} into a migration of its own, after this one:",
            f"dependencies = [({label!r}, {name!r})]\n{spelling.operation(impact.step.operation)}",
        ),
    )
