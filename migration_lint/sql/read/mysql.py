"""What MySQL and MariaDB say in words of their own."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.catalog import Column, Constraint, Expression, Index, SQLType
from migration_lint.sql.read import objects, tables
from migration_lint.sql.read.columns import COLUMN_STOPS, check, column_definition, computed, deferrability, references
from migration_lint.sql.read.cursor import Cursor, Unread, expression
from migration_lint.sql.read.dialects import Words
from migration_lint.types import Action, Kind, replace

# Options of a table, by the name under which the catalog keeps them.
OPTIONS = {"default": "", "character set": "charset", "type": "engine"}
PARTITIONS = frozenset(
    "reorganize coalesce exchange remove partition rebuild repair check analyze optimize discard import".split()
)
# What may follow the columns of an index.
INDEX_OPTIONS = ("using", "comment", "key_block_size", "with", "visible", "invisible", "not", "ignored")
INDEX_WORDS = ("index", "key")
SERIAL, JSON = SQLType("serial"), SQLType("json")


class MySQL(Words):
    def statement(self, cursor: Cursor, verb: str) -> Iterator[Action] | None:
        if verb == "rename" and cursor.take_any("table", "tables"):
            return rename_tables(cursor)
        if verb == "alter" and cursor.at_any("online", "ignore"):
            cursor.take("online")
            cursor.take("ignore")
            cursor.expect("table")
            return tables.alter_table(cursor, set())
        if verb == "drop" and cursor.take("index"):
            return drop_index(cursor)
        if verb == "drop" and cursor.take("trigger"):
            return drop_trigger(cursor)
        if verb == "drop" and cursor.take("temporary"):
            return objects.drop(cursor)
        if verb == "optimize":
            return maintain(cursor, Kind.OPTIMIZE)
        if verb in ("analyze", "check", "repair", "checksum"):
            return maintain(cursor, Kind.ANALYZE)
        if verb == "lock" and cursor.take_any("tables", "table"):
            return lock_tables(cursor)
        if verb == "unlock":
            return iter([Action(Kind.SERVER, None, "unlock tables")])
        if verb == "set" and cursor.take("statement"):
            return for_statement(cursor)
        if verb == "set":
            return set_variables(cursor)
        if verb == "replace":
            cursor.take_any("low_priority", "delayed")
            cursor.take("into")
            return iter([Action(Kind.INSERT, cursor.relation(), None, None)])
        if verb in ("flush", "use", "kill", "handler", "describe", "desc"):
            return iter([Action(Kind.SERVER, None, verb)])
        return None

    def subcommand(self, cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action] | None:
        def act(kind: Kind, name: str | None = None, definition: object = None) -> Iterator[Action]:
            return iter([Action(kind, table, name, definition, frozenset(traits))])

        if cursor.at("add"):
            return self.add(cursor, table, traits)
        if cursor.at("drop"):
            return self.drop(cursor, table, traits)
        if cursor.take("modify"):
            cursor.take("column")
            traits |= {"if exists"} if cursor.take("if", "exists") else set()
            return modify(cursor, table, None, traits)
        if cursor.take("change"):
            cursor.take("column")
            traits |= {"if exists"} if cursor.take("if", "exists") else set()
            return modify(cursor, table, cursor.identifier(), traits)
        if cursor.at("rename") and cursor.peek(1).value in INDEX_WORDS:
            cursor.position += 2
            old = cursor.identifier()
            cursor.expect("to")
            return act(Kind.RENAME_INDEX, f"{table}.{old}", cursor.identifier())
        if cursor.at("rename") and cursor.peek(1).value not in ("column", "to", "constraint"):
            cursor.next()
            cursor.take_any("as", "=")
            return act(Kind.RENAME_TABLE, cursor.relation())
        if cursor.take("alter", "index"):
            name = cursor.identifier()
            cursor.rest()
            return act(Kind.ALTER_INDEX, f"{table}.{name}")
        if cursor.at("alter") and cursor.peek(1).value in ("check", "constraint"):
            cursor.position += 2
            name, words = cursor.identifier(), [token.value for token in cursor.rest()]
            traits.add(" ".join(words))
            return act(Kind.ALTER_CONSTRAINT, name)
        if request := cursor.take_any("algorithm", "lock"):
            cursor.take("=")
            return act(Kind.REQUEST, request, cursor.next().value)
        if cursor.take("convert", "to"):
            return act(Kind.CONVERT, None, table_options(cursor))
        if cursor.take("force"):
            return act(Kind.SET_OPTIONS, None, {"force": ""})
        if cursor.take("order", "by") or cursor.take_any("disable", "enable", "with", "without"):
            cursor.rest()
            return act(Kind.SET_OPTIONS, None, {"order": ""})
        if cursor.at_any(*PARTITIONS) or (cursor.take("truncate") and cursor.at("partition")):
            raise Unread(f"ALTER TABLE … {cursor.shown()}: changes of partitions are not followed here")
        option = cursor.peek(1).value == "=" or cursor.at_any("default", "character", "charset", "collate", "comment", "engine")
        if cursor.peek().kind == "word" and option:
            return act(Kind.SET_OPTIONS, None, table_options(cursor))
        return None

    def add(self, cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action] | None:
        start = cursor.position
        cursor.next()
        if (item := table_item(cursor)) is not None:
            return added(item, table, traits)
        if cursor.at("partition"):
            raise Unread("ALTER TABLE … ADD PARTITION is not followed here")
        cursor.take("column")
        if cursor.at("("):
            return several_columns(cursor, table, traits)
        cursor.position = start
        return None

    def drop(self, cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action] | None:
        second = cursor.peek(1).value if cursor.peek(1).kind == "word" else ""
        if second in INDEX_WORDS:
            cursor.position += 2
            traits |= {"if exists"} if cursor.take("if", "exists") else set()
            return iter([Action(Kind.DROP_INDEX, table, f"{table}.{cursor.identifier()}", None, frozenset(traits))])
        if second == "partition":
            raise Unread("ALTER TABLE … DROP PARTITION is not followed here")
        if second == "primary":
            cursor.position += 3
            return iter([Action(Kind.DROP_CONSTRAINT, table, "PRIMARY", None, frozenset(traits))])
        if second in ("foreign", "check"):
            cursor.position += 3 if second == "foreign" else 2
            traits |= {"if exists"} if cursor.take("if", "exists") else set()
            return iter([Action(Kind.DROP_CONSTRAINT, table, cursor.identifier(), None, frozenset(traits))])
        return None

    def column_option(self, cursor: Cursor, column: Column) -> Column | None:
        if cursor.take("auto_increment"):
            return replace(column, identity=True, not_null=True)
        if cursor.take("comment"):
            return replace(column, comment=cursor.next().value)
        if cursor.take("character", "set") or cursor.take("charset"):
            return replace(column, charset=cursor.next().value.lower())
        if cursor.at("as", "("):
            cursor.next()
            return computed(cursor, column)
        if cursor.take("on", "update"):
            cursor.expression(*COLUMN_STOPS)
        elif cursor.take("after"):
            cursor.identifier()
        elif not cursor.take_any("first", "invisible", "visible"):
            return None
        return column

    def table_item(self, cursor: Cursor) -> Index | Constraint | None:
        return table_item(cursor)

    def index_name(self, table: str, name: str | None) -> str | None:
        return name and f"{table}.{name}"

    def index_options(self, cursor: Cursor, table: str) -> Iterator[Action]:
        index_options(cursor)
        return requests(cursor, table)

    def table_options(self, cursor: Cursor) -> dict[str, str]:
        return table_options(cursor)

    def implied(self, cursor: Cursor, column: Column, constraints: list[Constraint]) -> tuple[Column, list[Constraint]]:
        types = {constraint.type for constraint in constraints}
        if column.type == SERIAL:
            unique = [] if types & {"primary key", "unique"} else [Constraint("unique", None, (column.name,))]
            return replace(column, type=SQLType("bigint unsigned"), identity=True, not_null=True), [*constraints, *unique]
        if column.type == JSON and "check" not in types and cursor.backend.settings.get("json_is_checked_text"):
            valid = Expression(f"json_valid(`{column.name}`)", frozenset({column.name}), frozenset({"json_valid"}))
            return column, [*constraints, Constraint("check", None, (column.name,), valid, inline=True)]
        return column, constraints

    index_methods = False
    index_prefixes = True


def table_item(cursor: Cursor) -> Index | Constraint | None:
    """An index, or a constraint with MySQL's own freedom to name it; None for a column."""
    start = cursor.position
    method = cursor.take_any("fulltext", "spatial")
    word = cursor.take_any(*INDEX_WORDS)
    if method or word:
        return index(cursor, method or "btree", unique=False)
    name = None
    if cursor.take("constraint") and not cursor.at_any("unique", "primary", "foreign", "check"):
        name = cursor.identifier()
    if cursor.take("unique"):
        cursor.take_any(*INDEX_WORDS)
        found = index(cursor, "btree", unique=True)
        named = found.name or name
        columns = tuple(column or "" for column in found.columns)
        return found if None in found.columns or any(found.lengths) else Constraint("unique", named, columns)
    if cursor.take("primary", "key"):
        found = index(cursor, "btree", unique=True)
        return Constraint("primary key", "PRIMARY", tuple(column or "" for column in found.columns))
    if cursor.take("foreign", "key"):
        cursor.take("if", "not", "exists")
        own = None if cursor.at("(") else cursor.identifier()
        columns = cursor.names()
        cursor.expect("references")
        return references(cursor, Constraint("foreign key", name or own, columns))
    if cursor.take("check"):
        return deferrability(cursor, check(cursor, name))
    cursor.position = start
    return None


def index(cursor: Cursor, method: str, unique: bool) -> Index:
    """From the name on: `[name] [USING type] (column [(length)] [ASC | DESC], …) [options]`."""
    cursor.take("if", "not", "exists")
    name = None
    if not cursor.at("(") and not cursor.at("using"):
        name = cursor.identifier()
    if cursor.take("using"):
        cursor.next()
    columns: list[str | None] = []
    lengths: list[int | None] = []
    orders: list[str] = []
    used: set[str] = set()
    for item in cursor.inside().items():
        if item.at("("):
            used |= expression(item, item.parenthesized()).columns
            columns.append(None)
            lengths.append(None)
        else:
            column = item.identifier()
            columns.append(column)
            used.add(column)
            lengths.append(int(item.parenthesized()[0].value) if item.at("(") else None)
        orders.append("DESC" if item.take("desc") else "ASC")
    index_options(cursor)
    return Index(
        name, tuple(columns), unique, used=frozenset(used), method=method, orders=tuple(orders), lengths=tuple(lengths),
        labels=tuple(column or "functional_index" for column in columns),
    )  # fmt: skip


def index_options(cursor: Cursor) -> None:
    while word := cursor.take_any(*INDEX_OPTIONS):
        if word in ("using", "comment", "key_block_size", "with"):
            cursor.take_any("=", "parser")
            cursor.next()


def added(item: Index | Constraint, table: str, traits: set[str]) -> Iterator[Action]:
    if isinstance(item, Index):
        name = f"{table}.{item.name}" if item.name else None
        yield Action(Kind.CREATE_INDEX, table, name, item, frozenset(traits | ({"unique"} if item.unique else set())))
    else:
        yield Action(Kind.ADD_CONSTRAINT, table, item.name, item, frozenset(traits))


def several_columns(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    for item in cursor.inside().items():
        own = table_item(item)
        if own is not None:
            yield from added(own, table, traits)
            continue
        column, constraints = column_definition(item)
        yield Action(Kind.ADD_COLUMN, table, column.name, column, frozenset(traits))
        for constraint in constraints:
            yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits | {"with its column"}))


def modify(cursor: Cursor, table: str, old: str | None, traits: set[str]) -> Iterator[Action]:
    """MODIFY and CHANGE say all there is about a column; what they change is found beside the catalog."""
    column, constraints = column_definition(cursor)
    if old is not None and old != column.name:
        yield Action(Kind.RENAME_COLUMN, table, old, column.name, frozenset(traits | {"modify"}))
    inline = tuple(constraint for constraint in constraints if constraint.type == "check")
    definition: dict[str, Column | tuple[Constraint, ...]] = {"column": column, "checks": inline}
    yield Action(Kind.MODIFY_COLUMN, table, column.name, definition, frozenset(traits | {"modify"}))
    for constraint in constraints:
        if constraint.type != "check":
            yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits | {"with its column"}))


def rename_tables(cursor: Cursor) -> Iterator[Action]:
    for item in cursor.items():
        old = item.relation()
        item.expect("to")
        yield Action(Kind.RENAME_TABLE, old, item.relation())


def drop_index(cursor: Cursor) -> Iterator[Action]:
    traits = {"if exists"} if cursor.take("if", "exists") else set()
    name = cursor.identifier()
    cursor.expect("on")
    table = cursor.relation()
    yield Action(Kind.DROP_INDEX, table, f"{table}.{name}", None, frozenset(traits))
    yield from requests(cursor, table)


def drop_trigger(cursor: Cursor) -> Iterator[Action]:
    traits = {"if exists"} if cursor.take("if", "exists") else set()
    yield Action(Kind.DROP_TRIGGER, None, cursor.relation(), None, frozenset(traits))


def requests(cursor: Cursor, table: str) -> Iterator[Action]:
    """`ALGORITHM = …` and `LOCK = …` after CREATE INDEX and DROP INDEX."""
    while word := cursor.take_any("algorithm", "lock"):
        cursor.take("=")
        yield Action(Kind.REQUEST, table, word, cursor.next().value)


def maintain(cursor: Cursor, kind: Kind) -> Iterator[Action]:
    cursor.take_any("no_write_to_binlog", "local")
    cursor.take_any("table", "tables")
    for item in cursor.items():
        yield Action(kind, item.relation())
        item.rest()


def lock_tables(cursor: Cursor) -> Iterator[Action]:
    for item in cursor.items():
        table = item.relation()
        words = [token.value for token in item.rest()]
        yield Action(Kind.LOCK_TABLE, table, None, None, frozenset({"write" if "write" in words else "read"}))


def set_variables(cursor: Cursor) -> Iterator[Action]:
    """`SET [SESSION | GLOBAL] name = value, @@name = value, @user = value`."""
    for item in cursor.items():
        scope = item.take_any("session", "local", "global", "persist")
        own = False
        while item.take("@"):
            own = not own
        if item.at_any("names", "character", "charset", "transaction", "password", "role"):
            item.rest()
            yield Action(Kind.SERVER, None, "set")
            continue
        name = item.identifier().lower()
        while item.take("."):
            scope, name = name, item.identifier().lower()
        item.take(":")
        item.take_any("=", ":=")
        value = " ".join(token.value for token in item.rest()).lower()
        value = {"on": "1", "true": "1", "off": "0", "false": "0"}.get(value, value)
        if own or scope in ("global", "persist"):
            yield Action(Kind.SERVER, None, "set")
        else:
            yield Action(Kind.SET, None, name, value, frozenset({"session"}))


def for_statement(cursor: Cursor) -> Iterator[Action]:
    """MariaDB's `SET STATEMENT name = value, … FOR` a statement. Of what it sets, a limit of the wait is kept alone."""
    from migration_lint.sql.read import read_statement

    names = set()
    while not cursor.done and not cursor.take("for"):
        names.add(cursor.next().value)
    for action in read_statement(cursor):
        yield replace(action, traits=action.traits | ({"wait bounded"} if "lock_wait_timeout" in names else set()))


def table_options(cursor: Cursor) -> dict[str, str]:
    """`ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 …`, up to what is none; names and values in lower case."""
    found: dict[str, str] = {}
    while cursor.peek().kind == "word" and not cursor.at_any("partition", "as", "select", "ignore", "replace"):
        cursor.take("default")
        name = "charset" if cursor.take("character", "set") else cursor.next().value
        cursor.take("=")
        if cursor.at("("):
            cursor.parenthesized()
            continue
        if cursor.done:
            found[name] = ""
            break
        found[OPTIONS.get(name, name)] = cursor.next().value.lower()
        cursor.take(",")
    return found
