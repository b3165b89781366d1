"""From action, catalog and facts to effects. Pure: what is known about a database stands in its fact file, not here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migration_lint.backends import Backend, Fact
from migration_lint.circumstances import circumstances, is_unlisted, of_index, subject
from migration_lint.sql.catalog import Catalog, Constraint, Table
from migration_lint.sql.fold.remade import replaced
from migration_lint.types import Action, Blocks, Effect, Kind, MigrationKey, replace

ALONG = {"parent": "lock parent", "children": "lock child"}


class Choice(NamedTuple):
    """The fact that holds for one relation, which may be one that says nothing happens there."""

    fact: Fact
    name: str | None
    table: Table | None
    label: str


def predict(
    action: Action, catalog: Catalog, backend: Backend, version: tuple[int, ...], migration: MigrationKey | None = None
) -> tuple[Effect, ...]:
    """What the action does to each relation it reaches, given the catalog as it is just before."""
    found = tuple(choices(action, catalog, backend, version, migration))
    if not found:
        name = subject(action, catalog)
        return (
            Effect(
                action.kind.value,
                name,
                blocks=Blocks.UNKNOWN,
                assumed=True,
                table=catalog.table(name) if name else None,
                source=action,
            ),
        )
    main, *others = found
    effects = [effect(action, main, backend)] if main.name is not None or main.fact.lock or main.fact.blocks else []
    effects += [
        effect(action, choice, backend) for choice in others if choice.fact.lock or choice.fact.works or choice.fact.blocks
    ]
    return tuple(effects)


def choices(
    action: Action, catalog: Catalog, backend: Backend, version: tuple[int, ...], migration: MigrationKey | None = None
) -> Iterator[Choice]:
    """The facts that hold, that of the action's own table first; none where no fact covers it."""
    given = circumstances(action, catalog, backend, version, migration)
    name = subject(action, catalog)
    main = backend.fact(action.kind.value, "table", given, version)
    if main is None:
        return
    yield Choice(main, name, catalog.table(name) if name else None, action.kind.value)
    for heir in heirs(action, catalog, backend, name, given):
        passed_on = replace(action, table=heir.name, traits=action.traits | {"from its parent"})
        fact = backend.fact(action.kind.value, "table", circumstances(passed_on, catalog, backend, version, migration), version)
        if fact is not None:
            yield Choice(fact, heir.name, heir, action.kind.value)
    if main.rewrites:  # everything is made anew: what it was before does not count
        given = action.traits | {"rewritten"}
    for on in backend.reaches.get(action.kind.value, ()):
        for relation, more in reach(on, action, catalog, name, given):
            fact = backend.fact(action.kind.value, on, given | more, version)
            if fact is not None:
                yield Choice(fact, relation.name, relation, ALONG.get(on, action.kind.value))


def heirs(action: Action, catalog: Catalog, backend: Backend, name: str | None, given: frozenset[str]) -> Iterator[Table]:
    """The partitions and other heirs of a table to which the server hands the action on."""
    if name is None or "only" in action.traits:
        return
    partitioned = catalog.table(name).kind == "partitioned table"
    for rule in backend.settings.get("passed_on", ()):
        if (
            action.kind.value in rule["actions"]
            and given.issuperset(rule.get("given", ()))
            and (partitioned or rule["to"] == "heirs")
        ):
            yield from catalog.partitions(name)
            return


def effect(action: Action, choice: Choice, backend: Backend) -> Effect:
    fact, table = choice.fact, choice.table
    if table is not None and table.kind == "partitioned table" and backend.settings.get("partitioned_tables_are_empty"):
        fact = replace(fact, scans=False, rewrites=False, builds_index=False)
    return Effect(
        choice.label,
        choice.name,
        lock=fact.lock,
        algorithm=fact.algorithm,
        blocks=fact.blocks,
        scans=fact.scans,
        rewrites=fact.rewrites,
        builds_index=fact.builds_index,
        writes_rows=fact.writes_rows,
        concurrent=fact.concurrent,
        whole_database=fact.lock in backend.database_locks,
        assumed=table is not None and not table.known,
        fact=fact.id,
        fails=fact.fails,
        table=table,
        source=action,
    )


def unread(reason: str) -> Effect:
    """What an unread statement does: nobody knows, to nobody knows what."""
    return Effect("unread", None, blocks=Blocks.UNKNOWN, assumed=True, fact=None)


def unlisted_calls(action: Action, catalog: Catalog, backend: Backend) -> list[str]:
    """Functions a statement calls that nobody listed: each may do anything."""
    calls = action.definition.get("calls", ()) if isinstance(action.definition, dict) else ()
    return sorted(name for name in calls if is_unlisted(name, catalog, backend))


def reach(
    on: str, action: Action, catalog: Catalog, name: str | None, given: frozenset[str]
) -> Iterator[tuple[Table, frozenset[str]]]:
    """The relations that stand to the action's table as `on` says, each with circumstances of its own."""
    none: frozenset[str] = frozenset()
    if name is None:
        return
    table, column = catalog.table(name), action.name or ""
    if on == "parent":
        for key in foreign_keys(action, table):
            if key.references and key.references != name:
                yield catalog.table(key.references), validity(key)
    elif on == "children":
        seen = set()
        for child, key in catalog.children(name):
            if child.name != name and reaches_child(action, table, key):
                seen.add(child.name)
                yield child, validity(key)
        if action.kind is Kind.TRUNCATE:  # CASCADE goes on from child to grandchild
            for child in descendants(catalog, seen, {name, *seen}):
                yield child, none
    elif on == "own keys":
        own = [key for key in table.foreign_keys() if column in key.columns]
        incoming = [key for _, key in catalog.children(name) if column in key.referenced_columns]
        if any(key.valid for key in own + incoming):
            yield table, none
    elif on == "check constraints":
        checks = [c for c in table.constraints.values() if c.type == "check" and c.valid and c.expression]
        if any(check.expression and column in check.expression.columns for check in checks):
            yield table, none
    elif on == "indexes":
        for index in table.indexes.values():
            if column in index.used:
                yield table, of_index(index, column)
    elif on == "remade table":
        remade = replaced(catalog, action)
        if remade is not None:
            yield remade, none
    elif on == "partitions":
        for partition in catalog.partitions(name):
            yield partition, none
    elif on == "partitioned parent":
        for parent in table.parents:
            if catalog.table(parent).kind == "partitioned table":
                yield catalog.table(parent), none
    elif on in ("partition", "heir") and action.name:
        yield catalog.table(action.name), none
    elif on == "default partition":
        for partition in catalog.partitions(name):
            if partition.default_partition and partition.name != action.name:
                checked = any(c.type == "check" and c.valid for c in partition.constraints.values())
                yield partition, frozenset({"default partition with a valid check"}) if checked else none
    elif on == "views":
        for view in catalog.views_upon(name, action.name).values():
            yield view, none


def validity(key: Constraint) -> frozenset[str]:
    return frozenset() if key.valid else frozenset({"not valid"})


def descendants(catalog: Catalog, frontier: set[str], seen: set[str]) -> Iterator[Table]:
    for name in sorted(frontier):
        for child, _ in catalog.children(name):
            if child.name not in seen:
                seen.add(child.name)
                yield child
                yield from descendants(catalog, {child.name}, seen)


def foreign_keys(action: Action, table: Table) -> Iterator[Constraint]:
    """The foreign keys of the table that the action adds, drops or touches."""
    if action.kind is Kind.ADD_CONSTRAINT:
        yield action.definition
    elif action.kind in (Kind.DROP_CONSTRAINT, Kind.VALIDATE_CONSTRAINT, Kind.ALTER_CONSTRAINT):
        constraint = table.constraints.get(action.name or "")
        if constraint is not None:
            yield constraint
    elif action.kind in (Kind.DROP_COLUMN, Kind.ALTER_TYPE):
        for constraint in table.foreign_keys():
            if action.name in constraint.columns:
                yield constraint
    else:
        # A partition's copy of its parent's key goes and comes without a word to the referenced table.
        yield from (key for key in table.foreign_keys() if not key.inherited)


def reaches_child(action: Action, table: Table, key: Constraint) -> bool:
    """Whether the action touches what this foreign key of another table refers to."""
    if action.kind in (Kind.DROP_TABLE, Kind.TRUNCATE):
        return True
    if action.kind in (Kind.DROP_COLUMN, Kind.ALTER_TYPE):
        return action.name in key.referenced_columns
    if action.kind is Kind.DROP_CONSTRAINT:
        constraint = table.constraints.get(action.name or "")
        return constraint is not None and set(constraint.columns) == set(key.referenced_columns)
    return False
