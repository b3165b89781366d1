"""Rows whose foreign keys are checked only at the commit, and what the server refuses while they wait. Public, for rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from migration_lint import backends
from migration_lint.python import RowChange, changes, source
from migration_lint.running import column_of
from migration_lint.sql.catalog import Catalog, Constraint, Table
from migration_lint.types import Action, Impact, Kind, MigrationImpact, Statement, record

ROWS = {Kind.INSERT, Kind.COPY, Kind.UPDATE, Kind.DELETE}


@record()
class Waiting:
    """A change of rows of `table` that queues a check of `key`. `cause` is a statement, or what a RunPython does."""

    impact: Impact
    cause: Statement | RowChange
    table: str
    key: Constraint


@record()
class Refused:
    """A statement that the server refuses because of rows that wait."""

    impact: Impact
    statement: Statement
    action: Action
    waiting: Waiting


def refused(migration: MigrationImpact) -> Iterator[Refused]:
    """What the server refuses in the migration, once for each table and each operation that changes its rows."""
    kinds = frozenset(backends.load(migration.target.vendor).settings.get("pending_events_refuse", ()))
    if not kinds or not any(impact.step.atomic for impact in migration.impacts):
        return
    queue = Queue()
    told: set[tuple[object, ...]] = set()
    for impact, thing in in_order(migration):
        queue.enter(transaction(migration, impact, thing, queue.transaction))
        if isinstance(thing, RowChange):
            queue.add(impact, thing, catalog_at(impact, thing), thing.kind, thing.table, written(impact, thing))
            continue
        for action in thing.actions if thing.before is not None else ():
            assert thing.before is not None
            if action.kind is Kind.SET_CONSTRAINTS:
                queue.set(action)
            elif action.kind in ROWS and action.table is not None:
                sets: dict[str, bool] | None = (action.definition or {}).get("sets")
                queue.add(impact, thing, thing.before, action.kind, action.table, sets)
            elif action.kind.value in kinds and action.table is not None:
                for table in held_up(thing.before, action):
                    waiting = queue.of(table)
                    if waiting is not None and (key := (identity(table), waiting.impact.step.index)) not in told:
                        told.add(key)
                        yield Refused(impact, thing, action, waiting)


def in_order(migration: MigrationImpact) -> Iterator[tuple[Impact, Statement | RowChange]]:
    """What is sent, with what a RunPython does to rows in between; what was put off comes last."""
    for impact in migration.impacts:
        own = [statement for statement in impact.statements if not statement.deferred]
        rows = changes(impact)
        for number in range(len(own) + 1):
            yield from ((impact, row) for row in rows if row.after == number or (number == len(own) and row.after > number))
            if number < len(own):
                yield impact, own[number]
    yield from (pair for pair in migration.timeline if pair[1].deferred)


def transaction(migration: MigrationImpact, impact: Impact, thing: Statement | RowChange, current: object) -> object:
    """What tells one transaction from another; None outside of one."""
    if isinstance(thing, Statement):
        return thing.transaction
    if not impact.step.atomic:
        return None
    if migration.migration.atomic:
        return current or 1
    return impact.statements[0].transaction if impact.statements else (id(impact),)


def catalog_at(impact: Impact, row: RowChange) -> Catalog:
    own = [statement for statement in impact.statements if not statement.deferred]
    found = own[row.after].before if row.after < len(own) else None
    return found or (impact.after if own else impact.before)


def identity(table: Table) -> object:
    return table.id or table.name


def held_up(catalog: Catalog, action: Action) -> Iterator[Table]:
    """The tables of which no row may wait when the action comes."""
    inherits = action.kind is Kind.INHERIT and action.name is not None  # which names the parent first
    table = catalog.table((action.name if inherits else action.table) or "")
    yield table
    yield from catalog.partitions(table.name)
    key = table.constraints.get(action.name or "") if action.kind is Kind.DROP_CONSTRAINT else None
    if key is not None and key.references is not None:
        yield catalog.table(key.references)
    if action.kind is Kind.TRUNCATE and "cascade" in action.traits:
        yield from (child for child, _ in catalog.children(table.name))


class Queue:
    """The checks that wait in one transaction, and when each foreign key is checked."""

    def __init__(self) -> None:
        self.transaction: object = None
        self.waiting: dict[object, dict[str, Waiting]] = {}
        self.inserted: set[object] = set()
        self.immediate: dict[str | None, bool] = {}

    def enter(self, transaction: object) -> None:
        if transaction != self.transaction:
            self.__init__()  # type: ignore[misc]
            self.transaction = transaction

    def of(self, table: Table) -> Waiting | None:
        return next(iter(self.waiting.get(identity(table), {}).values()), None)

    def set(self, action: Action) -> None:
        """SET CONSTRAINTS: what waits is checked at once."""
        at_once = "immediate" in action.traits
        if action.definition is None:
            self.immediate = {None: at_once}
        names = None if action.definition is None else [name.rpartition(".")[2] for name in action.definition]
        self.immediate.update(dict.fromkeys(names or (), at_once))
        if at_once:
            for waiting in self.waiting.values():
                for name in list(waiting) if names is None else names:
                    waiting.pop(name, None)

    def add(
        self,
        impact: Impact,
        cause: Statement | RowChange,
        catalog: Catalog,
        kind: Kind,
        name: str,
        sets: dict[str, bool] | None,
    ) -> None:
        if self.transaction is None:
            return
        table = catalog.table(name)
        for key in queued(catalog, table, kind, sets, identity(table) in self.inserted):
            label = key.name or ""
            if not self.immediate.get(label, self.immediate.get(None, False)):
                self.waiting.setdefault(identity(table), {}).setdefault(label, Waiting(impact, cause, table.name, key))
        if kind in (Kind.INSERT, Kind.COPY):
            self.inserted.add(identity(table))


def queued(catalog: Catalog, table: Table, kind: Kind, sets: dict[str, bool] | None, inserted: bool) -> Iterator[Constraint]:
    """The keys that a change of rows has to be checked for at the commit.

    Those of the table itself: for new rows, and for rows whose key changes to something; the server does not look whether it
    changed in a row that the transaction itself inserted. Those that refer to it: for rows that go, or are called otherwise.
    """
    for key in table.foreign_keys():
        changed = sets is None or any(not sets.get(column, True) for column in key.columns)
        if key.deferred and (kind in (Kind.INSERT, Kind.COPY) or (kind is Kind.UPDATE and (changed or inserted))):
            yield key
    for _, key in catalog.children(table.name) if kind in (Kind.UPDATE, Kind.DELETE) else ():
        renamed = kind is Kind.UPDATE and sets is not None and not sets.keys().isdisjoint(key.referenced_columns)
        if key.deferred and (renamed or (kind is Kind.DELETE and not key.on_delete)):
            yield key


# What a RunPython writes.


def written(impact: Impact, row: RowChange) -> dict[str, bool]:
    """The columns that a change sets, each with whether to NULL alone. What `save()` writes back as it was does not count."""
    if row.kind is not Kind.UPDATE or row.cascade:
        return {}
    if row.columns is not None:
        empty = nulls(row)
        return {column: column in empty or column.removesuffix("_id") in empty for column in row.columns}
    label, _, name = row.label.lower().partition(".")
    model = impact.step.state.before.models.get((label, name))
    fields = {each: column_of(each, field) for each, field in model.fields.items()} if model is not None else {}
    given = assigned(row)
    return {column: False for each, column in fields.items() if column is not None and not given.isdisjoint((each, column))}


def nulls(row: RowChange) -> set[str | None]:
    """The keywords of the call that are None."""
    try:
        call: Any = ast.parse(f"call({row.arguments})", mode="eval").body
    except SyntaxError:
        return set()
    return {each.arg for each in call.keywords if isinstance(each.value, ast.Constant) and each.value.value is None}


def assigned(row: RowChange) -> set[str]:
    """The attributes that the function assigns."""
    tree, line = source.tree_of(row.location.path), row.location.line or 0
    around = [
        node
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    nodes = ast.walk(around[-1]) if around else ()
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
