"""What Oracle says in words of its own, PL/SQL among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint.sql.catalog import Column, Constraint, Expression, SQLType
from migration_lint.sql.lexer import LexError, Token, split
from migration_lint.sql.read import indexes, objects, rows
from migration_lint.sql.read.columns import TABLE_CONSTRAINTS, check, check_or_foreign_key, collation, references
from migration_lint.sql.read.cursor import Cursor, Unread, expression
from migration_lint.sql.read.dialects import Words
from migration_lint.types import Action, Kind, replace

# What ends the expression of a default.
STOPS = (
    "constraint", "not", "null", "check", "unique", "primary", "references", "generated", "collate", "enable", "disable",
    "invisible", "visible", "encrypt", "decrypt",
)  # fmt: skip
# What may stand where a column's type would.
NO_TYPE = (*STOPS, "default", "drop", "as", "add")
# Words of ALTER TABLE that change how rows will be kept, and the number of values that each takes.
ATTRIBUTES = {
    "logging": 0, "nologging": 0, "cache": 0, "nocache": 0, "noparallel": 0, "nocompress": 0, "monitoring": 0,
    "nomonitoring": 0, "pctfree": 1, "pctused": 1, "initrans": 1, "result_cache": 0, "inmemory": 0, "read": 1,
}  # fmt: skip
EDITIONS = ("editionable", "noneditionable")
INDEX_ATTRIBUTES = ("reverse", "sort", "nosort", "compute", "parallel", "visible", "invisible", "unusable")
# What may follow a constraint.
STATES = (
    "enable", "disable", "validate", "novalidate", "rely", "norely", "deferrable", "initially", "not", "exceptions", "using",
)  # fmt: skip
# What DROP takes here in its own way.
DROPPED = (
    "table", "index", "trigger", "view", "materialized", "package", "synonym", "directory", "context", "type", "public",
)  # fmt: skip
# The data dictionary is nobody's table.
DICTIONARY = ("user_", "all_", "dba_", "cdba_", "v$", "gv$", "sys.", "nls_")
SKIPPED = ("null", "return", "raise", "exit", "continue", "goto", "pragma", "open", "fetch", "close", "end")
OPENING = (rows.CONTROL | {"forall"}).difference(SKIPPED)
ROW_VERBS = ("select", "insert", "update", "delete", "merge", "with", "lock")


class Oracle(Words):
    def statement(self, cursor: Cursor, verb: str) -> Iterator[Action] | None:
        if verb in ("begin", "declare") or (verb == "" and cursor.at("<")):
            return block(cursor)
        if verb == "create":
            return create(cursor)
        if verb == "drop":
            return drop(cursor)
        if verb == "alter":
            return alter(cursor)
        if verb == "truncate":
            return truncate(cursor)
        if verb == "rename":
            old = cursor.relation()
            cursor.expect("to")
            return iter([Action(Kind.RENAME_TABLE, old, cursor.identifier())])
        if verb == "analyze":
            cursor.take_any("table", "index")
            name = cursor.relation()
            cursor.rest()
            return iter([Action(Kind.ANALYZE, name)])
        if verb == "purge":
            cursor.rest()
            return iter([Action(Kind.SERVER, None, "purge")])
        if verb == "set" and not cursor.at("constraints") and not cursor.at("constraint"):
            cursor.rest()  # SET TRANSACTION, SET ROLE
            return iter([Action(Kind.SET, None, "transaction")])
        if verb == "set" and cursor.take("constraint"):
            names = tuple(objects.name_list(cursor))
            return iter([Action(Kind.SET_CONSTRAINTS, None, None, names, frozenset({cursor.identifier()}))])
        if verb in ("call", "exec"):
            return call(cursor)
        return None

    def subcommand(self, cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action] | None:
        return subcommands(cursor, table, traits)

    def table_item(self, cursor: Cursor) -> Constraint | None:
        if cursor.take("supplemental"):
            cursor.rest()
            raise Unread("SUPPLEMENTAL LOG is not followed here")
        return table_constraint(cursor) if cursor.at_any(*TABLE_CONSTRAINTS) else None

    def is_dictionary(self, relation: str) -> bool:
        return relation == "dual" or relation.startswith(DICTIONARY)

    def column(self, cursor: Cursor) -> tuple[Column, list[Constraint]] | None:
        column, constraints, _ = definition(cursor)
        return column, constraints


# Columns and constraints.


def column_type(cursor: Cursor) -> SQLType:
    if cursor.at("interval"):
        words: list[str] = []
        arguments: list[int | str] = []
        while cursor.at_any("interval", "year", "month", "day", "second", "to", "("):
            if cursor.at("("):
                arguments += [int(token.value) for token in cursor.parenthesized() if token.value.isdigit()]
            else:
                words.append(cursor.next().value)
        return SQLType(" ".join(words), tuple(arguments))
    if cursor.take("long"):
        return SQLType("long raw" if cursor.take("raw") else "long")
    found = cursor.type()
    if cursor.take("with", "local", "time", "zone"):
        found = found._replace(name=f"{found.name} with local time zone")
    return found


def definition(cursor: Cursor) -> tuple[Column, list[Constraint], frozenset[str]]:
    """A column, its constraints, and the words that say what MODIFY is to change."""
    column = Column(cursor.identifier())
    if not cursor.done and not cursor.at_any(*NO_TYPE):
        column = replace(column, type=column_type(cursor))
    constraints: list[Constraint] = []
    said: set[str] = set()
    name: str | None = None
    while not cursor.done:
        if cursor.take("constraint"):
            name = cursor.identifier()
            continue
        if cursor.take("not", "null"):
            found = state(cursor, Constraint("not null", name, (column.name,)))
            column = replace(column, not_null=found.valid)
            if found.valid and not name:
                said.add("not null")
            else:
                constraints.append(found)
        elif cursor.take("null"):
            said.add("null")
        elif cursor.take("default"):
            said.add("default")
            if cursor.take("on", "null"):
                column = replace(column, not_null=True)
                if cursor.take("for", "insert"):
                    cursor.take("only")
                    cursor.take("and", "update")
            column = replace(column, default=default(cursor))
        elif cursor.take("collate"):
            column = replace(column, collation=collation(cursor))
        elif cursor.take("check"):
            constraints.append(state(cursor, check(cursor, name)))
        elif cursor.take("primary", "key"):
            column = replace(column, not_null=True)
            constraints.append(state(cursor, Constraint("primary key", name, (column.name,))))
        elif cursor.take("unique"):
            constraints.append(state(cursor, Constraint("unique", name, (column.name,))))
        elif cursor.take("references"):
            constraints.append(state(cursor, references(cursor, Constraint("foreign key", name, (column.name,)))))
        elif cursor.take("drop", "identity"):
            said.add("drop identity")
        elif cursor.take("generated") or cursor.at("as"):
            column = generated(cursor, column)
            said.add("identity" if column.identity else "expression")
        elif cursor.take_any("visible", "invisible", "sort"):
            pass
        elif cursor.take_any("encrypt", "decrypt"):
            raise Unread(f"encryption of column {column.name}")
        else:
            raise Unread(f"{cursor.shown()} in the definition of column {column.name}")
        name = None
    return column, constraints, frozenset(said)


def default(cursor: Cursor) -> Expression | None:
    """The value of a default, None for NULL, which an empty string is too."""
    if cursor.take("null"):
        return None
    found = cursor.expression(*STOPS)
    if "nextval" in found.columns:
        found = replace(found, functions=found.functions | {"nextval"})
    return replace(found, is_null=True) if found.text == "''" else found


def generated(cursor: Cursor, column: Column) -> Column:
    if not cursor.take("always") and cursor.take("by", "default"):
        cursor.take("on", "null")
        if cursor.take("for", "insert"):
            cursor.take("only")
            cursor.take("and", "update")
    cursor.expect("as")
    if cursor.take("identity"):
        if cursor.at("("):
            cursor.parenthesized()
        return replace(column, identity=True, not_null=True)
    tokens = cursor.parenthesized()
    kind = cursor.take_any("virtual", "materialized", "stored") or "virtual"
    return replace(column, generated="virtual" if kind == "virtual" else "stored", expression=expression(cursor, tokens))


def state(cursor: Cursor, constraint: Constraint) -> Constraint:
    """What may follow any constraint: its state, and how its index is made."""
    while not cursor.done:
        if cursor.take("not", "deferrable"):
            pass
        elif cursor.take("deferrable"):
            constraint = replace(constraint, deferrable=True)
        elif cursor.take("initially"):
            cursor.identifier()
        elif cursor.take_any("rely", "norely", "enable", "validate"):
            pass
        elif cursor.take_any("novalidate", "disable"):
            constraint = replace(constraint, valid=False)
        elif cursor.take("using", "index"):
            constraint = using_index(cursor, constraint)
        elif cursor.take("exceptions", "into"):
            cursor.relation()
        else:
            break
    return constraint


def using_index(cursor: Cursor, constraint: Constraint) -> Constraint:
    if cursor.at("("):
        cursor.parenthesized()
        return constraint
    while not cursor.done:
        if cursor.take("tablespace"):
            cursor.identifier()
        elif cursor.at_any(*ATTRIBUTES, *INDEX_ATTRIBUTES, "online", "local", "global"):
            attribute(cursor)
        elif cursor.at_any(*STATES):
            break
        elif constraint.using_index is None and cursor.peek().kind in ("word", "name"):
            constraint = replace(constraint, using_index=cursor.relation())
        else:
            break
    return constraint


def attribute(cursor: Cursor) -> None:
    word = cursor.next().value
    for _ in range(ATTRIBUTES.get(word, 0)):
        cursor.next()
    if word == "compute":
        cursor.take("statistics")
    elif word == "parallel" and cursor.peek().kind == "number":
        cursor.next()


def table_constraint(cursor: Cursor) -> Constraint:
    name = cursor.identifier() if cursor.take("constraint") else None
    if (constraint := check_or_foreign_key(cursor, name)) is not None:
        pass
    elif cursor.take("primary", "key"):
        constraint = Constraint("primary key", name, cursor.names())
    else:
        cursor.expect("unique")
        constraint = Constraint("unique", name, cursor.names())
    return state(cursor, constraint)


# ALTER TABLE.


def subcommands(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    """One after the other, with no comma between."""
    while not cursor.done:
        yield from subcommand(cursor, table, set(traits))


def subcommand(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    def act(kind: Kind, name: str | None = None, definition: object = None, *more: str) -> Action:
        return Action(kind, table, name, definition, frozenset(traits | set(more)))

    if cursor.take("add"):
        yield from add(cursor, table, traits)
    elif cursor.take("modify"):
        yield from modify(cursor, table, traits)
    elif cursor.take("drop"):
        yield from drop_from(cursor, table, traits)
    elif cursor.take("set", "unused"):
        names = column_names(cursor)
        traits |= drop_options(cursor) | {"unused"}
        for name in names:
            yield act(Kind.DROP_COLUMN, name)
    elif cursor.take("rename", "to"):
        yield act(Kind.RENAME_TABLE, cursor.identifier())
    elif cursor.take("rename", "column"):
        old = cursor.identifier()
        cursor.expect("to")
        yield act(Kind.RENAME_COLUMN, old, cursor.identifier())
    elif cursor.take("rename", "constraint"):
        old = cursor.identifier()
        cursor.expect("to")
        yield act(Kind.RENAME_CONSTRAINT, old, cursor.identifier())
    elif (word := cursor.take_any("enable", "disable")) is not None:
        yield switch(cursor, table, traits, word)
    elif cursor.take("move"):
        words = {token.value for token in cursor.tokens[cursor.position :] if token.kind == "word"}
        if words & {"partition", "subpartition"}:
            raise Unread("ALTER TABLE … MOVE PARTITION is not followed here")
        cursor.rest()
        yield act(Kind.SET_TABLESPACE, None, None, *words & {"online"})
    elif cursor.take("shrink", "space"):
        cursor.rest()
        yield act(Kind.CLUSTER, None, None, "shrink")
    elif cursor.at_any(*ATTRIBUTES, "parallel", "compress", "row", "no", "storage"):
        cursor.rest()
        yield act(Kind.SET_OPTIONS)
    else:
        raise Unread(f"ALTER TABLE … {cursor.shown()}")


def column_names(cursor: Cursor) -> list[str]:
    cursor.take("column")
    return list(cursor.names()) if cursor.at("(") else [cursor.identifier()]


def drop_options(cursor: Cursor) -> set[str]:
    traits = set()
    while not cursor.done:
        if cursor.take("cascade", "constraints") or cursor.take("cascade"):
            traits.add("cascade constraints")
        elif cursor.take("online"):
            traits.add("online")
        elif cursor.take("invalidate") or cursor.take("keep", "index") or cursor.take("drop", "index"):
            pass
        elif cursor.take("checkpoint"):
            cursor.next()
        else:
            break
    return traits


def add(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.at_any("partition", "supplemental", "period"):
        raise Unread(f"ALTER TABLE … ADD {cursor.shown()} is not followed here")
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    if cursor.at("("):
        for item in cursor.inside().items():
            yield from added(item, table, traits)
            if not item.done:
                raise Unread(f"{item.shown()} in ADD (…)")
        lob_storage(cursor)
    else:
        yield from added(cursor, table, traits)


def lob_storage(cursor: Cursor) -> None:
    while cursor.take("lob"):
        cursor.parenthesized()
        cursor.expect("store", "as")
        cursor.take_any("securefile", "basicfile")
        if cursor.peek().kind in ("word", "name"):
            cursor.identifier()
        if cursor.at("("):
            cursor.parenthesized()


def added(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.at_any(*TABLE_CONSTRAINTS):
        constraint = table_constraint(cursor)
        yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits))
        return
    column, constraints, _ = definition(cursor)
    yield Action(Kind.ADD_COLUMN, table, column.name, column, frozenset(traits))
    for constraint in constraints:
        yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits | {"with its column"}))


def modify(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.take("constraint"):
        yield constraint_state(cursor, table, traits, cursor.identifier())
    elif cursor.at_any("partition", "subpartition", "lob", "nested", "varray", "default", "primary", "unique"):
        raise Unread(f"ALTER TABLE … MODIFY {cursor.shown()} is not followed here")
    elif cursor.at("("):
        for item in cursor.inside().items():
            yield from modified(item, table, traits)
    else:
        yield from modified(cursor, table, traits)


def modified(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    column, constraints, said = definition(cursor)

    def act(kind: Kind, definition: object = None) -> Action:
        return Action(kind, table, column.name, definition, frozenset(traits))

    if "drop identity" in said:
        yield act(Kind.DROP_IDENTITY)
    if column.type is not None:
        yield act(Kind.ALTER_TYPE, {"type": column.type, "collation": column.collation, "using": None})
    if "identity" in said:
        yield act(Kind.SET_IDENTITY)
    if "expression" in said:
        yield act(Kind.SET_EXPRESSION, column.expression)
    if "default" in said:
        yield act(Kind.SET_DEFAULT, column.default) if column.default is not None else act(Kind.DROP_DEFAULT)
    if "null" in said:
        yield act(Kind.DROP_NOT_NULL)
    if "not null" in said:
        yield act(Kind.SET_NOT_NULL)
    for constraint in constraints:
        yield Action(Kind.ADD_CONSTRAINT, table, constraint.name, constraint, frozenset(traits))


def drop_from(cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action]:
    if cursor.take("constraint"):
        if cursor.take("if", "exists"):
            traits.add("if exists")
        name = cursor.identifier()
        yield Action(Kind.DROP_CONSTRAINT, table, name, None, frozenset(traits | drop_options(cursor)))
    elif cursor.at("primary", "key") or cursor.at("unique"):
        raise Unread(f"ALTER TABLE … DROP {cursor.shown()} names no constraint")
    elif cursor.take("unused", "columns") or cursor.take("columns", "continue"):
        drop_options(cursor)
        yield Action(Kind.DROP_COLUMN, table, "", None, frozenset(traits | {"unused columns"}))
    elif cursor.at_any("partition", "subpartition", "supplemental"):
        raise Unread(f"ALTER TABLE … DROP {cursor.shown()} is not followed here")
    else:
        if cursor.take("column", "if", "exists"):
            traits.add("if exists")
        names = column_names(cursor)
        traits |= drop_options(cursor)
        for name in names:
            yield Action(Kind.DROP_COLUMN, table, name, None, frozenset(traits))


def constraint_state(cursor: Cursor, table: str, traits: set[str], name: str) -> Action:
    """MODIFY CONSTRAINT … : what it is from now on."""
    words = [token.value for token in cursor.rest()]
    if "disable" in words:
        return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits | {"disable"}))
    if "novalidate" in words:
        return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits | {"enable novalidate"}))
    if "validate" in words:
        return Action(
            Kind.VALIDATE_CONSTRAINT, table, name, None, frozenset(traits | ({"enable"} if "enable" in words else set()))
        )
    if "enable" in words:
        return Action(Kind.VALIDATE_CONSTRAINT, table, name, None, frozenset(traits | {"enable"}))
    return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits))


def switch(cursor: Cursor, table: str, traits: set[str], word: str) -> Action:
    """ENABLE and DISABLE of constraints, triggers, row movement and locks."""
    checked = cursor.take_any("validate", "novalidate")
    if cursor.take("constraint"):
        name = cursor.identifier()
        drop_options(cursor)
        if cursor.take("using", "index"):
            cursor.rest()
        if word == "disable":
            return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits | {"disable"}))
        if checked == "novalidate":
            return Action(Kind.ALTER_CONSTRAINT, table, name, None, frozenset(traits | {"enable novalidate"}))
        return Action(Kind.VALIDATE_CONSTRAINT, table, name, None, frozenset(traits | {"enable"}))
    if cursor.take("all", "triggers"):
        return Action(Kind.SET_TRIGGER, table, None, None, frozenset(traits))
    if cursor.take("row", "movement") or cursor.take("table", "lock") or cursor.take("row", "archival"):
        return Action(Kind.SET_OPTIONS, table, None, None, frozenset(traits))
    raise Unread(f"ALTER TABLE … {word.upper()} {cursor.shown()}")


# Other statements.


def create(cursor: Cursor) -> Iterator[Action] | None:
    start = cursor.position
    traits = {"or replace"} if cursor.take("or", "replace") else set()
    while word := cursor.take_any(*EDITIONS, "unique", "bitmap", "force", "public", "private", "multivalue"):
        traits.add(word)
    if cursor.take("index"):
        return create_index(cursor, traits - {"public", "private"})
    if cursor.take("trigger"):
        return create_trigger(cursor, traits)
    if cursor.take_any("procedure", "function", "package", "synonym", "directory", "context", "editioning"):
        what = cursor.tokens[cursor.position - 1].value
        cursor.take("body")
        if cursor.take("if", "not", "exists"):
            pass
        name = cursor.relation()
        cursor.rest()
        known = {"type": what, "volatility": "volatile", "words": frozenset[str]()}
        return iter([Action(Kind.CREATE_OBJECT, None, name, known, frozenset(traits - set(EDITIONS)))])
    if cursor.take("type"):
        cursor.take("body")
        name = cursor.relation()
        cursor.rest()
        return iter(
            [Action(Kind.CREATE_OBJECT, None, name, {"type": "type", "kind": "composite"}, frozenset(traits - set(EDITIONS)))]
        )
    if cursor.at("view") and traits:
        return objects.create_view(cursor, traits & {"or replace"})
    cursor.position = start
    return None


def create_index(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    """The common words, and then what Oracle adds after the columns."""
    if cursor.at("concurrently"):
        raise Unread("Oracle has no CREATE INDEX CONCURRENTLY")
    depth, cut = 0, len(cursor.tokens)
    for number in range(cursor.position, len(cursor.tokens)):
        token = cursor.tokens[number]
        if token.kind == "op":
            depth += (token.value == "(") - (token.value == ")")
            if not depth and token.value == ")":
                cut = number + 1
                break
    common = Cursor(cursor.sql, cursor.tokens[:cut], cursor.backend)
    common.position = cursor.position
    actions = list(indexes.create_index(common, traits - {"bitmap", "multivalue"}))
    cursor.position = cut
    method = "bitmap" if "bitmap" in traits else None
    while not cursor.done:
        if cursor.take("online"):
            actions = [replace(action, traits=action.traits | {"online"}) for action in actions]
        elif cursor.take("tablespace"):
            cursor.identifier()
        elif cursor.take("indextype", "is"):
            method = "domain"
            cursor.rest()
        elif cursor.take("compress"):
            cursor.take("advanced")
            cursor.take_any("low", "high")
            if cursor.peek().kind == "number":
                cursor.next()
        elif cursor.at_any(*ATTRIBUTES, *INDEX_ATTRIBUTES):
            attribute(cursor)
        elif cursor.at_any("local", "global", "storage"):  # partitions of its own, and where they are kept
            cursor.rest()
        else:
            raise Unread(f"{cursor.shown()} in CREATE INDEX")
    for action in actions:
        yield replace(action, definition=replace(action.definition, method=method)) if method else action


def create_trigger(cursor: Cursor, traits: set[str]) -> Iterator[Action]:
    if cursor.take("if", "not", "exists"):
        traits.add("if not exists")
    name = cursor.relation()
    while not cursor.done and not cursor.at("on"):
        cursor.next()
    cursor.expect("on")
    if cursor.at_any("database", "schema", "nested"):
        yield Action(Kind.CREATE_OBJECT, None, name, {"type": "trigger"}, frozenset(traits - set(EDITIONS)))
    else:
        yield Action(Kind.CREATE_TRIGGER, cursor.relation(), name, None, frozenset(traits - set(EDITIONS)))
    cursor.rest()


def drop(cursor: Cursor) -> Iterator[Action] | None:
    what = cursor.take_any(*DROPPED)
    if what is None:
        return None
    if what == "public":
        cursor.next()
    cursor.take_any("view", "body", "log")
    traits = {"if exists"} if cursor.take("if", "exists") else set()
    name = cursor.relation()
    words = {token.value for token in cursor.rest()}
    if what == "table":
        traits |= ({"cascade constraints"} if "cascade" in words else set()) | ({"purge"} if "purge" in words else set())
        return iter([Action(Kind.DROP_TABLE, name, None, None, frozenset(traits))])
    if what == "index":
        return iter([Action(Kind.DROP_INDEX, None, name, None, frozenset(traits | words & {"online"}))])
    if what == "trigger":
        return iter([Action(Kind.DROP_TRIGGER, None, name, None, frozenset(traits))])
    if what in ("view", "materialized"):
        kind = Kind.DROP_VIEW if what == "view" else Kind.DROP_MATERIALIZED_VIEW
        return iter([Action(kind, name, None, None, frozenset(traits))])
    return iter([Action(Kind.DROP_OBJECT, None, name, {"type": "synonym" if what == "public" else what}, frozenset(traits))])


def alter(cursor: Cursor) -> Iterator[Action] | None:
    if cursor.take("index"):
        name = cursor.relation()
        if cursor.take("rename", "to"):
            return iter([Action(Kind.RENAME_INDEX, None, name, cursor.identifier())])
        words = {token.value for token in cursor.rest() if token.kind == "word"}
        if "rebuild" in words:
            return iter([Action(Kind.REINDEX, None, name, None, frozenset({"index"} | words & {"online"}))])
        return iter(
            [Action(Kind.ALTER_INDEX, None, name, None, frozenset(words & {"online", "unusable", "visible", "invisible"}))]
        )
    if cursor.take("session"):
        return session(cursor)
    if cursor.at_any("system", "database", "user", "profile", "tablespace"):
        cursor.rest()
        return iter([Action(Kind.SERVER, None, "alter system")])
    if cursor.take("trigger"):
        name = cursor.relation()
        cursor.rest()
        return iter([Action(Kind.SET_TRIGGER, None, name)])
    if what := cursor.take_any("package", "synonym", "procedure", "function", "view", "type"):
        name = cursor.relation()
        cursor.rest()
        return iter([Action(Kind.ALTER_OBJECT, None, name, {"type": what})])
    return None


def session(cursor: Cursor) -> Iterator[Action]:
    """ALTER SESSION SET a = b c = d."""
    if not cursor.take("set"):
        cursor.rest()
        yield Action(Kind.SET, None, "session", None, frozenset({"session"}))
        return
    while not cursor.done:
        name = cursor.identifier()
        cursor.take("=")
        yield Action(Kind.SET, None, name.lower(), cursor.next().value, frozenset({"session"}))


def truncate(cursor: Cursor) -> Iterator[Action]:
    if cursor.take("cluster"):
        raise Unread("TRUNCATE CLUSTER names no table")
    cursor.expect("table")
    table = cursor.relation()
    words = {token.value for token in cursor.rest()}
    yield Action(Kind.TRUNCATE, table, None, None, frozenset({"cascade"} if "cascade" in words else set()))


def call(cursor: Cursor) -> Iterator[Action]:
    tokens = cursor.rest()
    yield Action(Kind.SELECT, None, None, {"calls": frozenset({called(tokens)})})


def called(tokens: Iterable[Token]) -> str:
    """`dbms_stats.gather_table_stats` of a call."""
    name = ""
    for token in tokens:
        if token.value == "(" or token.value == ";":
            break
        name += token.value
    return name


# PL/SQL.


def block(cursor: Cursor) -> Iterator[Action]:
    """The static statements of an anonymous block, and the constant texts that it executes."""
    declaring = cursor.tokens[cursor.position - 1].value == "declare"
    for tokens in pieces(cursor.rest()):
        if declaring:
            begins = next((n for n, token in enumerate(tokens) if token.kind == "word" and token.value == "begin"), None)
            if begins is None:
                continue
            declaring, tokens = False, tokens[begins + 1 :]
        tokens = without_control(tokens)
        if tokens and tokens[0].value == "declare":
            declaring = True
        elif tokens:
            yield from in_block(cursor, tokens)


def pieces(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    start = 0
    for number, token in enumerate(tokens):
        if token.kind == "op" and token.value == ";":
            yield tokens[start:number]
            start = number + 1
    yield tokens[start:]


def without_control(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The statement behind the words that open a branch before it."""
    while (
        tokens and tokens[0].kind == "word" and tokens[0].value in (*rows.CONTROL, "forall") and tokens[0].value not in SKIPPED
    ):
        if tokens[0].value == "declare":
            return tokens
        opens = {"forall": ("insert", "update", "delete", "merge", "execute")}.get(tokens[0].value)
        cut = next(
            (n for n, token in enumerate(tokens) if token.kind == "word" and token.value in (opens or rows.BLOCK_WORDS)), None
        )
        if cut is None:
            return ()
        tokens = tokens[cut:] if opens else tokens[cut + 1 :]
    return tokens


def in_block(cursor: Cursor, tokens: tuple[Token, ...]) -> Iterator[Action]:
    first = tokens[0].value if tokens[0].kind == "word" else ""
    if first in SKIPPED or (len(tokens) > 1 and tokens[1].value == ":="):
        return
    if first == "execute":
        yield from executed(cursor, tokens[2:])
    elif first in ROW_VERBS:
        inner = Cursor(cursor.sql, without_into(tokens) if first in ("select", "with") else tokens, cursor.backend)
        inner.next()
        yield from objects.lock(inner) if first == "lock" else rows.rows(inner, first)
    elif first in ("commit", "rollback", "savepoint"):
        yield Action(Kind.TRANSACTION, None, "rollback to" if "to" in (token.value for token in tokens) else first)
    elif first == "set":
        inner = Cursor(cursor.sql, tokens[1:], cursor.backend)
        yield from objects.set_parameter(inner, "set")
    else:
        yield Action(Kind.SELECT, None, None, {"calls": frozenset({called(tokens)})})


def without_into(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """SELECT … INTO variable FROM …: no table is made."""
    depth = start = 0
    for number, token in enumerate(tokens):
        if token.kind == "op":
            depth += (token.value == "(") - (token.value == ")")
        elif token.kind == "word" and not depth:
            if token.value == "into":
                start = number
            elif token.value == "from" and start:
                return tokens[:start] + tokens[number:]
    return tokens


def executed(cursor: Cursor, tokens: tuple[Token, ...]) -> Iterator[Action]:
    """EXECUTE IMMEDIATE of a constant."""
    constant = tokens[:1] and tokens[0].kind == "string" and (len(tokens) == 1 or tokens[1].value in ("into", "using"))
    if not constant:
        yield Action(Kind.UNREAD, None, None, "it runs SQL that is put together at run time (EXECUTE IMMEDIATE)")
        return
    from migration_lint.sql.read import read

    try:
        found = split(tokens[0].value, cursor.backend.dialect)
    except LexError as error:
        raise Unread(f"the text after EXECUTE IMMEDIATE: {error}") from error
    for piece in found:
        yield from read(piece, cursor.backend)
