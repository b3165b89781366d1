"""What a server does not do as it is asked, whatever the rows: an action beside the catalog, and the limits in the facts.

An `Occasion` is something of an action that may reach a limit, with what is the case there; a limit in a fact file says what
follows. One with an `error` ends the action: what the server would have done besides does not come about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from migration_lint.backends import Backend
from migration_lint.circumstances import subject
from migration_lint.sql.catalog import Catalog, Column, Constraint, Index, SQLType, Table
from migration_lint.storage import charset
from migration_lint.types import Action, Kind, Refusal, Severity

SEVERITIES = {str(severity): severity for severity in Severity}
MAKES_INDEXES = (Kind.CREATE_TABLE, Kind.ADD_COLUMN, Kind.CREATE_INDEX, Kind.ADD_CONSTRAINT, Kind.ALTER_TYPE, Kind.CONVERT)
MAKES_ROWS = (Kind.CREATE_TABLE, Kind.ADD_COLUMN, Kind.ALTER_TYPE, Kind.CONVERT)
DROPS = (Kind.DROP_INDEX, Kind.DROP_CONSTRAINT, Kind.DROP_COLUMN, Kind.DROP_TABLE)
DIGITS = 9  # decimals are kept in groups of nine, four bytes each


class Occasion(NamedTuple):
    on: str
    given: frozenset[str]
    values: Mapping[str, Any] = {}


class Whole:
    """The statement that an action is a part of: what it drops besides, and the names in it that the server does not keep."""

    def __init__(self, actions: Iterable[Action], names: Iterable[str], backend: Backend) -> None:
        self.drops = [action for action in actions if action.kind in DROPS]
        self.long = {short: name for name in names if (short := backend.clip(name)) != name}

    def drops_table(self, name: str) -> bool:
        return any(drop.kind is Kind.DROP_TABLE and drop.table == name for drop in self.drops)

    def drops_columns(self, besides: Action) -> set[str | None]:
        return {drop.name for drop in self.drops if drop.kind is Kind.DROP_COLUMN and drop is not besides}

    def drops_key(self, *names: str | None) -> bool:
        return any(drop.kind in (Kind.DROP_INDEX, Kind.DROP_CONSTRAINT) and drop.name in names for drop in self.drops)


def refusals(
    action: Action, before: Catalog, after: Catalog, whole: Whole, backend: Backend, version: tuple[int, ...]
) -> Iterator[Refusal]:
    """What of the action the server does not do."""
    name = subject(action, before)
    for occasion in occasions(action, before, after, whole, backend) if backend.limits else ():
        limit = backend.limit(occasion.on, action.kind.value, occasion.given, version)
        if limit is None:
            continue
        values = {"table": name, "column": action.name, "name": action.name, **occasion.values}
        answer = f" The server refuses the statement: {limit.error}." if limit.error else ""
        yield Refusal(
            limit.rule,
            f"{limit.because.format(**values)}.{answer}",
            limit.instead.format(**values),
            action,
            name,
            SEVERITIES[limit.severity] if limit.severity else None,
            limit.id,
            limit.error,
        )
        if limit.error:
            return


def occasions(action: Action, before: Catalog, after: Catalog, whole: Whole, backend: Backend) -> Iterator[Occasion]:
    old, new = (catalog.table(subject(action, before) or "") for catalog in (before, after))
    unchecked = before.settings.get("foreign_key_checks") == "0"
    given = action.traits | {old.kind, "foreign keys unchecked" if unchecked else "foreign keys checked"}
    given |= set() if "cascade" in given else {"without cascade"}
    yield Occasion("statement", given)
    if whole.long:
        yield from of_names(action, old, before, given, whole, backend)
    match action.kind:
        case Kind.CREATE_TABLE:
            for column in action.definition["columns"]:
                yield from of_column(column, given, backend, new)
        case Kind.ADD_COLUMN:
            yield from of_column(action.definition, given, backend, new)
        case Kind.ADD_CONSTRAINT if action.definition.type == "foreign key":
            yield from of_foreign_key(action.definition, new, before, after, given, backend)
        case Kind.ADD_CONSTRAINT:
            yield Occasion("constraint", given | of_constraint(action.definition), {"name": action.name or ""})
        case Kind.DROP_COLUMN | Kind.ALTER_TYPE | Kind.RENAME_COLUMN:
            yield from of_views(before.views(old.name, action.name), given)
            if old.known:
                yield from of_dependents(action, old, before, whole, given, backend)
        case Kind.DROP_TABLE | Kind.TRUNCATE:
            yield from of_views(before.views(old.name) if action.kind is Kind.DROP_TABLE else (), given)
            for child, key in before.children(old.name):
                if child.name != old.name and not whole.drops_table(child.name):
                    yield Occasion("dependent", given | {"foreign key of another"}, {"name": key.name, "child": child.name})
                    return
        case Kind.RENAME_TABLE if action.name not in before.tables:
            for view in before.views(action.name or ""):
                yield Occasion("renamed", given | {"a view of the new name"}, {"view": view.name, "new": action.name})
            yield from of_views(before.views(old.name), given)
        case _:
            pass
    if not new.known:
        return
    if action.kind in MAKES_INDEXES:
        for place, index in new.indexes.items():
            if place not in old.indexes:
                yield of_index(index, new, given, backend)
            elif remade(index, action):
                was, found = (of_index(of.indexes[place], of, given, backend) for of in (old, new))
                if found.given != was.given:
                    yield found
    if action.kind in MAKES_ROWS and "row" in backend.sizes:
        size, limit = row_size(new, backend), backend.sizes["row"]
        if size > limit >= row_size(old, backend):
            yield Occasion("row", given | {"too large"}, {"bytes": size, "limit": limit})


def of_views(views: Iterable[Table], given: frozenset[str]) -> Iterator[Occasion]:
    """The views that read what the action takes away or changes."""
    names = "`, `".join(sorted(view.name for view in views))
    if names:
        many = {"what": "views", "reads": "read"} if "`" in names else {"what": "view", "reads": "reads"}
        yield Occasion("dependent", given | {"view"}, {"name": names, **many})


def of_names(
    action: Action, table: Table, before: Catalog, given: frozenset[str], whole: Whole, backend: Backend
) -> Iterator[Occasion]:
    """The names that the action gives, where the server does not keep them whole."""
    for what, short in names_of(action):
        if short in whole.long:
            own: Mapping[str, Mapping[str, object]] = {"column": table.columns, "constraint": table.constraints}
            taken = short in own[what] if what in own else before.is_taken(short)
            long = whole.long[short]
            yield Occasion(
                "name", given | {"too long", f"{what} name"} | ({"taken"} if taken and "if not exists" not in given else set()),
                {"long": long, "short": short, "what": what, "size": backend.name_size(long), "limit": backend.name_limit},
            )  # fmt: skip


def names_of(action: Action) -> Iterator[tuple[str, str]]:
    """What the action gives a name, and the name."""
    match action.kind:
        case Kind.CREATE_TABLE:
            yield "table", action.table or ""
            yield from (("column", column.name) for column in action.definition["columns"])
            yield from (("constraint", constraint.name or "") for constraint in action.definition["constraints"])
        case Kind.CREATE_TABLE_AS | Kind.CREATE_VIEW | Kind.CREATE_MATERIALIZED_VIEW:
            yield "relation", action.table or ""
        case Kind.RENAME_TABLE:
            yield "table", action.name or ""
        case Kind.ADD_COLUMN | Kind.ADD_CONSTRAINT:
            yield action.kind.value.removeprefix("add "), action.name or ""
        case Kind.CREATE_INDEX:
            yield "index", (action.name or "").removeprefix(f"{action.table}.")
        case Kind.RENAME_COLUMN | Kind.RENAME_CONSTRAINT | Kind.RENAME_INDEX:
            yield action.kind.value.removeprefix("rename "), str(action.definition)
        case _:
            pass


def remade(index: Index, action: Action) -> bool:
    """Whether the action gives a column of the index another type or character set."""
    return action.kind is Kind.CONVERT or (action.kind is Kind.ALTER_TYPE and action.name in index.columns)


def of_column(column: Column, given: frozenset[str], backend: Backend, table: Table) -> Iterator[Occasion]:
    words = set(given)
    if column.generated:
        words.add(f"{column.generated} generated")
    if column.type and column.type.name == "varchar" and "row" in backend.sizes:
        longest = backend.sizes["row"] // character(column, table, backend)
        if (length(column.type) or 0) > longest:
            yield Occasion(
                "column", frozenset(words | {"too long"}),
                {"column": column.name, "length": length(column.type), "limit": longest},
            )  # fmt: skip
            return
    yield Occasion("column", frozenset(words), {"column": column.name, "type": column.type})


def of_constraint(constraint: Constraint) -> set[str]:
    words = {constraint.type}
    words |= set() if constraint.valid else {"not valid"}
    return words | (set() if constraint.nulls_distinct else {"nulls not distinct"})


def of_index(index: Index, table: Table, given: frozenset[str], backend: Backend) -> Occasion:
    words = set(given) | {index.method, "several columns" if len(index.columns) > 1 else "one column"}
    constraint = table.constraints.get(index.constraint or "")
    words.add("primary key" if constraint and constraint.type == "primary key" else "unique" if index.unique else "plain")
    if None in index.columns:
        words.add("an expression")
    if not index.nulls_distinct or (constraint and not constraint.nulls_distinct):
        words.add("nulls not distinct")
    name = (index.name or "").removeprefix(f"{table.name}.")
    values: dict[str, Any] = {"name": name, "columns": ", ".join(f"`{column}`" for column in index.columns if column)}
    total = 0
    lengths = index.lengths or (None,) * len(index.columns)
    opclasses = index.opclasses or (None,) * len(index.columns)
    longest = backend.sizes.get("key_column", {}).get(table.options.get("row_format"))
    words.add(f"row format {table.options.get('row_format', 'default')}")
    for column_name, prefix, opclass in zip(index.columns, lengths, opclasses, strict=False):
        column = table.columns.get(column_name or "")
        if column is None or column.type is None:
            continue
        kind = column.type.name
        if not prefix and not opclass and not column.type.dimensions:
            for word in ("unindexable", "without_length"):
                if kind in backend.sizes.get(word, ()):
                    words.add(word.replace("_", " "))
                    values |= {"column": column.name, "type": kind}
        size = prefix * character(column, table, backend) if prefix else column_size(column, table, backend, key=True)
        total += size
        if longest and size > longest:
            words.add("column too long")
            values |= {"column": column.name, "bytes": size, "limit": longest, "row_format": table.options["row_format"]}
    if "key" in backend.sizes and total > backend.sizes["key"] and "column too long" not in words:
        words.add("too long")
        values |= {"bytes": total, "limit": backend.sizes["key"]}
    values["charset"] = backend.sizes.get("charset", "")
    return Occasion("index", frozenset(words), {"column": None, **values})


def of_foreign_key(
    key: Constraint, table: Table, before: Catalog, after: Catalog, given: frozenset[str], backend: Backend
) -> Iterator[Occasion]:
    parent = after.table(key.references or "")
    words = set(given) | of_constraint(key)
    values: dict[str, Any] = {"name": key.name or "", "parent": parent.name, "column": "", "referenced": ""}
    for owner in before.tables.values() if key.name else ():
        if any(other.name and other.name.lower() == str(key.name).lower() for other in owner.foreign_keys()):
            words.add("name taken")
            values["owner"] = owner.name
    referenced = key.referenced_columns or next(
        (other.columns for other in parent.constraints.values() if other.type == "primary key"), ()
    )
    for own, other in zip(key.columns, referenced, strict=False):
        mine, its = table.columns.get(own), parent.columns.get(other)
        if mine is None or its is None or not (table.known and parent.known):
            continue
        if found := mismatch(mine, table, its, parent, backend):
            words.add("types differ")
            values |= {"column": own, "type": found[0], "referenced": other, "other": found[1]}
    if parent.known and referenced and set(referenced) <= set(parent.columns):
        indexes = [index for index in parent.indexes.values() if not index.partial]
        if not any(index.unique and set(index.columns) == set(referenced) for index in indexes):
            words.add("no unique key")
            values["columns"] = ", ".join(f"`{parent.name}.{column}`" for column in referenced)
        if not any(index.columns[: len(referenced)] == referenced for index in indexes):
            words.add("no index")
    yield Occasion("foreign key", frozenset(words), values)


def mismatch(mine: Column, table: Table, its: Column, parent: Table, backend: Backend) -> tuple[str, str] | None:
    """The two types as they are told to people, where the one cannot refer to the other as far as the facts know them."""
    if mine.type is None or its.type is None or mine.type.dimensions or its.type.dimensions:
        return None
    accepted: Mapping[str, list[str]] = backend.sizes.get("referenced_by", {})
    if its.type.name in accepted and mine.type.name in accepted and mine.type.name not in accepted[its.type.name]:
        return str(mine.type), str(its.type)
    if mine.type.name in backend.sizes.get("text", ()) and its.type.name in backend.sizes.get("text", ()):
        for of in (charset_of, collation_of):
            one, other = of(mine, table, backend), of(its, parent, backend)
            if one and other and one != other:
                return f"{mine.type} in {one}", f"{its.type} in {other}"
    return None


def of_dependents(
    action: Action, table: Table, catalog: Catalog, whole: Whole, given: frozenset[str], backend: Backend
) -> Iterator[Occasion]:
    """What uses the column that is dropped, renamed or given another type."""
    column = action.name or ""
    if column not in table.columns:
        return
    words = set(given)
    if action.kind is Kind.ALTER_TYPE:
        old, new = table.columns[column].type, action.definition["type"]
        if old == new and table.columns[column].collation == action.definition["collation"]:
            return
        words |= {"other type"} if old is None or old.name != new.name else {"same kind of type"}
        words |= {"without length"} if new.name in backend.sizes.get("without_length", ()) else set()

    def dependent(what: str, name: str | None, *more: str, **values: Any) -> Occasion:
        return Occasion("dependent", frozenset({*words, what, *more}), {"name": name or "", **values})

    gone = whole.drops_columns(action)
    if action.kind is Kind.DROP_COLUMN and set(table.columns) - gone == {column}:
        yield dependent("last column", column)
    for key, index in table.indexes.items():
        name, others = key.removeprefix(f"{table.name}."), index.used - {column}
        if column not in index.used or whole.drops_key(key, name) or (others and others <= gone):
            continue
        constraint = table.constraints.get(index.constraint or "")
        what = "primary key" if constraint and constraint.type == "primary key" else "unique index" if index.unique else "index"
        more = ["several columns" if len(index.used) > 1 else "one column", "constraint" if constraint else "no constraint"]
        more += ["an expression"] if column not in index.columns else []
        if only_index_of_key(table, key, index):
            more.append("only index of a foreign key")
        yield dependent(what, name, *more)
    for name, check in table.constraints.items():
        if check.type == "check" and check.expression and column in check.expression.columns and not whole.drops_key(name):
            others = (check.expression.columns & set(table.columns)) - {column}
            own = check.inline and check.columns == (column,)
            more = ["several columns" if others else "one column", "its own" if own else "not its own"]
            yield dependent("check", name, *more)
    for other in table.columns.values():
        if other.generated and other.expression and column in other.expression.columns and other.name not in gone:
            yield dependent("generated column", other.name)
    for name, foreign in table.constraints.items():
        if foreign.type == "foreign key" and column in foreign.columns and not whole.drops_key(name):
            yield dependent("own foreign key", name, parent=foreign.references)
    for child, foreign in catalog.children(table.name):
        if column in foreign.referenced_columns and not whole.drops_key(foreign.name):
            yield dependent("foreign key of another", foreign.name, child=child.name)


def only_index_of_key(table: Table, name: str, index: Index) -> bool:
    """Whether a foreign key has this index alone to go by."""
    for key in table.foreign_keys():
        size = len(key.columns)
        serving = [other for other, each in table.indexes.items() if each.columns[:size] == key.columns]
        if serving == [name]:
            return True
    return False


# How much room it takes.


def length(kind: SQLType) -> int | None:
    return next((part for part in kind.arguments if isinstance(part, int)), None)


def charset_of(column: Column, table: Table, backend: Backend) -> str:
    return charset(column.charset, column.collation, table, backend.sizes)


def collation_of(column: Column, table: Table, backend: Backend) -> str | None:
    found = column.collation or (table.options.get("collate") if not column.charset else None)
    return found.lower() if found else None


def character(column: Column, table: Table, backend: Backend) -> int:
    """The most bytes that a character of the column takes."""
    return int(backend.sizes.get("charsets", {}).get(charset_of(column, table, backend), 1))


def column_size(column: Column, table: Table, backend: Backend, key: bool = False) -> int:
    """The bytes that a column takes of a row, or of a key; at least, where the type leaves it open."""
    kind = column.type
    if kind is None:
        return 0
    size, many = backend.sizes.get("bytes", {}).get(kind.name, 0), length(kind)
    if kind.name in backend.sizes.get("text", ()) and many is not None:
        size = many * character(column, table, backend)
    elif kind.name in backend.sizes.get("binary", ()) and many is not None:
        size = many
    elif kind.name == "numeric" and many:
        size = many // DIGITS * 4
    elif key and kind.name in backend.sizes.get("without_length", ()):
        return 0
    if kind.name in backend.sizes.get("varying", ()) and not key:
        size += 2 if size > 255 else 1
    return int(size)


def row_size(table: Table, backend: Backend) -> int:
    virtual = backend.sizes.get("virtual_in_row")
    columns = [column for column in table.columns.values() if virtual or column.generated != "virtual"]
    nullable = sum(not column.not_null for column in columns)
    return sum(column_size(column, table, backend) for column in columns) + (nullable + 7) // 8
