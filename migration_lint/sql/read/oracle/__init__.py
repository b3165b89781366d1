"""What Oracle says in words of its own."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint.sql.catalog import Column, Constraint
from migration_lint.sql.read import objects
from migration_lint.sql.read.columns import TABLE_CONSTRAINTS
from migration_lint.sql.read.cursor import Cursor, Unread
from migration_lint.sql.read.dialects import Words
from migration_lint.sql.read.oracle import blocks, columns, statements, tables
from migration_lint.types import Action, Kind

# The data dictionary is nobody's table.
DICTIONARY = ("user_", "all_", "dba_", "cdba_", "v$", "gv$", "sys.", "nls_")


class Oracle(Words):
    def statement(self, cursor: Cursor, verb: str) -> Iterator[Action] | None:
        if verb in ("begin", "declare") or (verb == "" and cursor.at("<")):
            return blocks.block(cursor)
        if verb == "create":
            return statements.create(cursor)
        if verb == "drop":
            return statements.drop(cursor)
        if verb == "alter":
            return statements.alter(cursor)
        if verb == "truncate":
            return statements.truncate(cursor)
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
            return blocks.call(cursor)
        return None

    def subcommand(self, cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action] | None:
        return tables.subcommands(cursor, table, traits)

    def table_item(self, cursor: Cursor) -> Constraint | None:
        if cursor.take("supplemental"):
            cursor.rest()
            raise Unread("SUPPLEMENTAL LOG is not followed here")
        return columns.table_constraint(cursor) if cursor.at_any(*TABLE_CONSTRAINTS) else None

    def is_dictionary(self, relation: str) -> bool:
        return relation == "dual" or relation.startswith(DICTIONARY)

    def column(self, cursor: Cursor) -> tuple[Column, list[Constraint]] | None:
        column, constraints, _ = columns.definition(cursor)
        return column, constraints
