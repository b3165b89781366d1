"""What a dialect says in words of its own. What is not among them is read as PostgreSQL's, which is next to the standard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Column, Constraint, Index
    from migration_lint.sql.read.cursor import Cursor
    from migration_lint.types import Action


class Words:
    """Each method takes what it knows from the cursor; None: the words are not the dialect's own, and nothing is taken."""

    def statement(self, cursor: Cursor, verb: str) -> Iterator[Action] | None:
        """A statement; its first word, `verb`, is taken already."""
        return None

    def subcommand(self, cursor: Cursor, table: str, traits: set[str]) -> Iterator[Action] | None:
        """What ALTER TABLE does, from its first word on."""
        return None

    index_methods = True  # CREATE INDEX … USING chooses one
    index_prefixes = False  # `title(20)` in an index: so many characters of the column

    def index_name(self, table: str, name: str | None) -> str | None:
        """The name by which the catalog knows the index; where indexes are their table's own, that comes first."""
        return name

    def index_options(self, cursor: Cursor, table: str) -> Iterator[Action]:
        """What may end a CREATE INDEX."""
        return iter(())

    def table_options(self, cursor: Cursor) -> dict[str, str]:
        """What follows the parenthesis of a CREATE TABLE."""
        return {}

    def type_goes_on(self, word: str) -> bool:
        """Whether a type's name goes on with this word, which is none that the standard's types have."""
        return False

    def column_option(self, cursor: Cursor, column: Column) -> Column | None:
        """What stands in a column's definition: the column as it is with it."""
        return None

    def table_item(self, cursor: Cursor) -> Index | Constraint | None:
        """What stands among the columns of a CREATE TABLE, and is none."""
        return None

    def is_dictionary(self, relation: str) -> bool:
        """Whether a query of this relation reads nobody's table."""
        return False

    def implied(self, cursor: Cursor, column: Column, constraints: list[Constraint]) -> tuple[Column, list[Constraint]]:
        """A column and its constraints with what its type says besides."""
        return column, constraints

    def column(self, cursor: Cursor) -> tuple[Column, list[Constraint]] | None:
        """A column's definition, from its name on, with the constraints inside."""
        return None


WORDS: dict[str, Words] = {}  # by dialect
NONE = Words()


def of(cursor: Cursor) -> Words:
    return WORDS.get(cursor.backend.dialect.name, NONE)
