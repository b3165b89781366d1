"""Run the bookshop's migrations on a real PostgreSQL with Django's own schema editor, and tell what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.migrations.state import ProjectState

from migration_lint.testing import APP, Bookshop, example_migration
from tests.servers import Server

ROWS = (
    "INSERT INTO shop_author (name, code) VALUES ('Ada', 'a'), ('Ben', 'b')",
    "INSERT INTO shop_tag (name) VALUES ('new')",
    "INSERT INTO shop_book (author_id, title, sku, isbn, price, stock, notes) VALUES (1, 'A', 'x', '1', 1, 1, '')",
    "INSERT INTO shop_book (author_id, title, sku, isbn, price, stock, notes) VALUES (2, 'B', 'y', '2', 2, 2, '')",
    "INSERT INTO shop_review (book_id, body, rating) VALUES (1, 'good', 5), (2, 'bad', NULL)",
    "INSERT INTO shop_book_tags (book_id, tag_id) VALUES (1, 1)",
)


class Shop:
    """A bookshop with rows, as `default`. Migrations are applied to the state that those before them came to."""

    def __init__(self, wrapper: Any) -> None:
        self.wrapper = wrapper
        self.applied: list[Any] = []

    @property
    def parameters(self) -> dict[str, Any]:
        """What another session connects with."""
        settings = self.wrapper.settings_dict
        given = {name: settings[name.upper()] for name in ("host", "port", "user", "password")}
        return {"dbname": settings["NAME"], **{name: value for name, value in given.items() if value}}

    def migrate(self, migration: Any) -> str | None:
        """Apply a migration, or the text of one: the error that it ends with, None where it succeeds."""
        if isinstance(migration, str):
            migration = example_migration(migration)
        state = ProjectState()  # Django changes states in place, fields included
        for earlier in self.applied:
            state = earlier.mutate_state(state, preserve=False)
        try:
            with self.wrapper.schema_editor(atomic=migration.atomic) as editor:
                migration.apply(state, editor)
        except Exception as error:
            return str(error).splitlines()[0]
        self.applied.append(migration)
        return None

    def attempt(self, migration: Any) -> str | None:
        """The same, and everything is as it was."""
        count = len(self.applied)
        block = transaction.atomic()
        block.__enter__()
        error = self.migrate(migration)
        # Where a statement that was put off fails, Django leaves its blocks open.
        self.wrapper.connection.close()
        self.wrapper.connect()
        del self.applied[count:]
        return error

    def rows(self, sql: str) -> list[Any]:
        with self.wrapper.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def shop(server: Server) -> Iterator[Shop]:
    """A new database of the server's, with the bookshop in it."""
    from django.db.backends.postgresql.base import DatabaseWrapper
    from psycopg.conninfo import conninfo_to_dict

    with server.scratch() as dsn:
        given = conninfo_to_dict(dsn)
        settings = {
            **connections.settings["default"],
            "ENGINE": "django.db.backends.postgresql",
            **{key.upper(): given.get(key, "") for key in ("host", "port", "user", "password")},
            "NAME": given["dbname"],
            "OPTIONS": {},
        }
        own = connections["default"]
        wrapper = DatabaseWrapper(settings, "default")
        connections["default"] = wrapper
        try:
            found = Shop(wrapper)
            assert found.migrate(Bookshop("0001_x", APP)) is None
            for row in ROWS:
                found.rows(row)
            yield found
        finally:
            wrapper.close()
            connections["default"] = own
