"""How rows and keys are stored, as far as what a statement does depends on it.

The words are circumstances like all others. Which engine, character sets and limits there are says the fact file, in
`[settings.storage]`; a vendor without it has none of these circumstances.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migration_lint.sql.catalog import Catalog, Column, Constraint, Index, SQLType, Table
from migration_lint.types import Action, Effect, Kind

Storage = Mapping[str, Any]

INDEX_METHODS = {"fulltext": "full-text", "spatial": "spatial"}


def stored(action: Action, table: Table, catalog: Catalog, storage: Storage) -> Iterator[str]:
    yield from of_session(catalog)
    yield from of_table(action, table, storage)
    if storage["row_versions"] is not None and table.row_versions >= storage["row_versions"]:
        yield "row versions used up"
    match action.kind:
        case Kind.ADD_COLUMN:
            if action.definition.default is not None:
                yield from of_default(action.definition, table)
        case Kind.DROP_COLUMN:
            yield from of_column(action.name or "", table)
        case Kind.RENAME_COLUMN:
            if any(
                child.name != table.name and action.name in key.referenced_columns
                for child, key in catalog.children(table.name)
            ):
                yield "referenced"
        case Kind.ALTER_TYPE:
            yield from of_type_change(action, table, storage)
        case Kind.ADD_CONSTRAINT:
            yield from of_new_constraint(action.definition, table, storage)
        case Kind.CREATE_INDEX:
            index: Index = action.definition
            if index.method in INDEX_METHODS:
                yield INDEX_METHODS[index.method]
            if index.is_expression:
                yield "on an expression"
            if index.unique and is_too_long(index, table, storage):
                yield "key too long"
            yield from of_columns(index.used, table)
        case Kind.DROP_INDEX if (dropped := table.indexes.get(action.name or "")) is not None and dropped.is_expression:
            yield "on an expression"
            if dropped.unique:
                yield "unique"
        case Kind.SET_OPTIONS | Kind.CONVERT if isinstance(action.definition, Mapping):
            yield from of_options(action, table, storage)
        case _:
            pass


def row_versions(effects: Iterable[Effect], before: Table) -> int:
    """The versions of its rows that a table has after a statement: one more for columns that come and go in an instant."""
    effects = [effect for effect in effects if effect.algorithm is not None]
    if any(effect.rewrites for effect in effects):
        return 0
    changed = any(
        effect.source is not None
        and effect.source.kind in (Kind.ADD_COLUMN, Kind.DROP_COLUMN)
        and not is_virtual(effect.source, before)
        for effect in effects
    )
    if not changed:
        return before.row_versions
    return before.row_versions + 1 if {effect.algorithm for effect in effects} == {"INSTANT"} else 0


def is_virtual(action: Action, table: Table) -> bool:
    """Whether the column that comes or goes has no place in the rows."""
    column = action.definition if action.kind is Kind.ADD_COLUMN else table.columns.get(action.name or "")
    return column is not None and column.generated == "virtual"


def of_session(catalog: Catalog) -> Iterator[str]:
    if catalog.settings.get("foreign_key_checks") == "0":
        yield "foreign key checks off"
    mode = catalog.settings.get("sql_mode")
    if mode is not None and not any(strict in mode for strict in ("strict_", "traditional")):
        yield "not strict"


def of_table(action: Action, table: Table, storage: Storage) -> Iterator[str]:
    """What is special about the table, apart from what the action itself brings or takes away."""
    if table.options.get("engine", storage["engine"]) != storage["engine"]:
        yield "other engine"
        return
    form = "compressed" if "key_block_size" in table.options else table.options.get("row_format", "")
    if form in ("compressed", "redundant"):
        yield f"row format {form}"
    own = own_columns(action)
    indexes = [
        index
        for name, index in table.indexes.items()
        if not (action.kind is Kind.DROP_INDEX and name == action.name)
        and not (action.kind is Kind.DROP_COLUMN and index.columns == (action.name,) and index.method in INDEX_METHODS)
    ]
    for method in sorted({index.method for index in indexes} & set(INDEX_METHODS)):
        yield f"table has {INDEX_METHODS[method]} index"
    if storage.get("hashes_long_keys") and any(index.unique and is_too_long(index, table, storage) for index in indexes):
        yield "table has hashed key"
    for column in table.columns.values():
        if column.generated == "stored" and column.name not in own:
            yield "table has stored column"
        elif column.generated == "virtual" and column.name not in own and any(column.name in i.used for i in indexes):
            yield "table has indexed virtual column"


def own_columns(action: Action) -> frozenset[str]:
    if "with its column" in action.traits and isinstance(action.definition, Constraint):
        return frozenset(action.definition.columns)
    if "with its column" in action.traits and isinstance(action.definition, Index):
        return action.definition.used
    return frozenset({action.name} if action.kind is Kind.DROP_COLUMN and action.name else ())


def of_default(column: Column, table: Table) -> Iterator[str]:
    """`DEFAULT (…)` is an expression, whatever stands in it."""
    default = column.default
    if default is None or default.is_null:
        return
    if default.columns & set(table.columns):
        yield "default of other columns"
    if default.text.startswith("("):
        yield "expression default"


def of_column(name: str, table: Table) -> Iterator[str]:
    """The indexes that a column is in, and where it stands."""
    after = list(table.columns.values())[list(table.columns).index(name) + 1 :] if name in table.columns else []
    if any(column.generated == "virtual" for column in after):
        yield "before a virtual column"
    for index in table.indexes.values():
        if name in index.used:
            if index.constraint and table.constraints[index.constraint].type == "primary key":
                yield "in the primary key"
            elif len(index.columns) > 1:
                yield "in an index of several columns"
            else:
                yield f"has {INDEX_METHODS.get(index.method, 'unique' if index.unique else 'plain')} index"


def of_columns(names: Iterable[str], table: Table) -> Iterator[str]:
    if any(name in table.columns and table.columns[name].generated == "virtual" for name in names):
        yield "on a virtual column"


def of_new_constraint(constraint: Constraint, table: Table, storage: Storage) -> Iterator[str]:
    if constraint.inline:
        yield "inline"
    if constraint.type == "unique" and is_too_long(Index(None, constraint.columns), table, storage):
        yield "key too long"
    if constraint.type == "foreign key" and any(
        index.columns[: len(constraint.columns)] == constraint.columns for index in table.indexes.values()
    ):
        yield "index exists"
    yield from of_columns(constraint.columns, table)


def of_type_change(action: Action, table: Table, storage: Storage) -> Iterator[str]:
    new: SQLType = action.definition["type"]
    column = table.columns.get(action.name or "")
    old = column.type if column else None
    if column is None or old is None or old.name != new.name:
        return
    after = charset(action.definition.get("charset"), action.definition["collation"], table, storage)
    before = charset(column.charset, column.collation, table, storage)
    character = old.name in storage["character_types"]
    if character and before != after:
        if before not in storage["charset_supersets"].get(after, ()):
            yield "charset changed"
            return
        yield "charset widened"
    if old.name in ("enum", "set"):
        counts = len(old.arguments), len(new.arguments)
        if new.arguments[: counts[0]] == old.arguments and len({member_bytes(old.name, count) for count in counts}) == 1:
            yield "values appended"
    sizes = [
        length * (storage["charsets"].get(name, max(storage["charsets"].values())) if character else 1)
        for length, name in ((size(old), before), (size(new), after))
        if length is not None
    ]
    if old.name in storage["length_prefixed_types"] and len(sizes) == 2:
        yield from of_sizes(*sizes)


def of_sizes(before: int, after: int) -> Iterator[str]:
    """One byte before each value says how long it is, or two where it may have more than 255 bytes."""
    if after < 256:
        yield "within 255 bytes"
    elif before > 255:
        yield "above 255 bytes"
    else:
        yield "crosses 255 bytes"
        if before < 128:
            yield "from under 128 bytes"


def member_bytes(name: str, count: int) -> int:
    if name == "enum":
        return 1 if count < 256 else 2
    return 8 if count > 32 else (count + 7) // 8


def size(sql_type: SQLType) -> int | None:
    first = sql_type.arguments[0] if sql_type.arguments else None
    return first if isinstance(first, int) else None


def charset(named: str | None, collation: str | None, table: Table, storage: Storage) -> str:
    """A column's character set: its own, its collation's, its table's, or the one that databases have nowadays."""
    own = named or (collation or "").partition("_")[0]
    options = table.options
    found = own or options.get("charset") or options.get("collate", "").partition("_")[0] or storage.get("charset", "")
    return str(storage.get("charset_aliases", {}).get(found.lower(), found.lower()))


def is_too_long(index: Index, table: Table, storage: Storage) -> bool:
    """Whether a key has more bytes than an index can hold."""
    if index.method in INDEX_METHODS:
        return False
    limit = storage["key_bytes"].get(table.options.get("row_format", "dynamic"), storage["key_bytes"]["dynamic"])
    total = 0
    for place, name in enumerate(index.columns):
        column = table.columns.get(name or "")
        if column is None or column.type is None:
            continue
        prefix = index.lengths[place] if place < len(index.lengths) else None
        if column.type.name in storage["unbounded_types"] and prefix is None:
            return True
        length = prefix or size(column.type)
        if length is None or column.type.name not in (*storage["character_types"], *storage["length_prefixed_types"]):
            total += 8
        elif column.type.name in storage["character_types"]:
            total += length * storage["charsets"].get(charset(column.charset, column.collation, table, storage), 4)
        else:
            total += length
    return bool(total > limit)


def of_options(action: Action, table: Table, storage: Storage) -> Iterator[str]:
    options: Mapping[str, str] = action.definition
    if options.get("engine", storage["engine"]) != table.options.get("engine", storage["engine"]):
        yield "engine changed"
    if action.kind is Kind.CONVERT:
        after = charset(options.get("charset"), options.get("collate"), table, storage)
        columns = [c for c in table.columns.values() if c.type is not None and c.type.name in storage["character_types"]]
        if table.known and all(charset(c.charset, c.collation, table, storage) == after for c in columns):
            yield "same charset"
        if any(c.type is not None and c.type.name in ("enum", "set") for c in columns):
            yield "table has enum or set column"
        if not table.known or any(c.name in index.used for c in columns for index in table.indexes.values()):
            yield "characters are indexed"
