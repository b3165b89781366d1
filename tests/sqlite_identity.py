"""What a real `migrate` sends to SQLite and what the database then holds, beside what was collected offline."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState

from migration_lint.sql.catalog import Catalog
from migration_lint.sql.lexer import SQLITE, split
from tests.identity import ASKING, Described, Recorder, Run, installed, is_ours, is_reversible


class Watched(Recorder):
    """Takes the statements down as the library reports them, parameters in their places."""

    def __init__(self) -> None:
        super().__init__(None)

    def watch(self, connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(self.take)

    @contextmanager
    def text_of(self, sql: object) -> Iterator[None]:
        """A remake sends what was put off until then: that belongs to whoever sends it."""
        if self.operation < 0:
            with super().text_of(sql):
                yield
            return
        kept, self.own_text = self.own_text, True
        try:
            yield
        finally:
            self.own_text = kept

    def take(self, text: str) -> None:
        if self.pauses or self.operation < 0 or text.startswith("--"):  # what a trigger runs is told as a comment
            return
        for piece in split(text, SQLITE):
            if self.own_text or piece.tokens[0].value not in (*ASKING, "pragma", "begin"):
                self.sent.append((self.operation, piece.sql))


def live_connection(path: Path, alias: str) -> tuple[Any, Watched]:
    recorder = Watched()
    base: Any = DatabaseWrapper.SchemaEditorClass

    class Editor(base):  # type: ignore[misc]
        def execute(self, sql: Any, params: Any = ()) -> Any:
            with recorder.text_of(sql):
                return super().execute(sql, params)

    class Wrapper(DatabaseWrapper):
        SchemaEditorClass = Editor

        def get_new_connection(self, conn_params: Any) -> Any:
            connection = super().get_new_connection(conn_params)
            recorder.watch(connection)
            return connection

    settings = {
        **connections[alias].settings_dict,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"init_command": "PRAGMA synchronous = OFF"} if hasattr(DatabaseWrapper, "transaction_modes") else {},
    }
    return Wrapper(settings, alias), recorder


def connected(path: Path, alias: str) -> AbstractContextManager[tuple[Any, Recorder]]:
    return installed(*live_connection(path, alias))


def run_live(
    path: Path, plan: Callable[[], Sequence[Migration]], alias: str = "default", unmigrated: frozenset[str] = frozenset()
) -> Run:
    """Apply a plan for real. Right after each migration its way back is run on a copy of the file."""
    run = Run()
    state = ProjectState(real_apps=set(unmigrated))
    with connected(path, alias) as (connection, recorder):
        with connection.schema_editor() as editor:
            for label in sorted(unmigrated):
                for model in apps.get_app_config(label).get_models():
                    editor.create_model(model)
        for number, migration in enumerate(plan()):
            state.apps  # noqa: B018 as `migrate` does: what is rendered first decides about the order of columns
            key = (migration.app_label, migration.name)
            with recorder.watching(migration) as sent, connection.schema_editor(atomic=migration.atomic) as editor:
                state = migration.apply(state, editor)
            run.forwards[key] = sent
            if is_reversible(migration):
                *earlier, migration = plan()[: number + 1]
                before = ProjectState(real_apps=set(unmigrated))
                for other in earlier:
                    before = other.mutate_state(before, preserve=False)
                before.apps  # noqa: B018
                copy = path.with_suffix(".copy")
                shutil.copy(path, copy)
                with connected(copy, alias) as (other_connection, other_recorder):
                    with other_recorder.watching(migration) as sent:
                        try:
                            with other_connection.schema_editor(atomic=migration.atomic) as editor:
                                migration.unapply(before, editor)
                        except Exception as error:  # Django or the library refuses
                            run.refused[key] = str(error).partition("\n")[0]
                    run.backwards[key] = sent
    return run


# What there is in the end.


def described(catalog: Catalog) -> Described:
    """The offline catalog."""
    found: Described = {"relations": {}, "columns": {}, "indexes": {}, "keys": {}, "references": {}, "triggers": {}}
    found["unknown"] = {name: None for name, table in catalog.tables.items() if not table.known}
    for name, table in catalog.tables.items():
        found["relations"][name] = table.kind
        if table.kind == "view":
            continue
        found["columns"][name] = [
            (column.name, str(column.type or ""), "not null" if column.not_null else "", column.generated or "")
            for column in table.columns.values()
        ]
        for key, index in table.indexes.items():
            if index.constraint is None:
                unique, partial = "unique" if index.unique else "", "partial" if index.partial else ""
                found["indexes"][key] = (name, unique, partial, list(index.columns))
        constraints = table.constraints.values()
        found["keys"][name] = sorted((c.type, list(c.columns)) for c in constraints if c.type in ("unique", "primary key"))
        found["references"][name] = sorted(
            (list(c.columns), c.references or "", list(c.referenced_columns)) for c in constraints if c.type == "foreign key"
        )
    found["triggers"] = {key.rpartition(".")[2]: table for key, table in catalog.triggers.items()}
    return found


def held(path: Path) -> Described:
    """What the database file holds."""
    found: Described = {"relations": {}, "columns": {}, "indexes": {}, "keys": {}, "references": {}, "triggers": {}}
    connection = sqlite3.connect(path)
    schema = connection.execute("SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    for kind, name, table in schema.fetchall():
        if kind == "trigger":
            found["triggers"][name] = table
        if kind not in ("table", "view") or not is_ours(name):
            continue
        found["relations"][name] = kind
        if kind == "view":
            continue
        rows = connection.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
        found["columns"][name] = [
            (column, declared.lower(), "not null" if required else "", {0: "", 2: "virtual", 3: "stored"}[hidden])
            for _, column, declared, required, _, _, hidden in rows
        ]
        primary = sorted((place, column) for _, column, _, _, _, place, _ in rows if place)
        keys = [("primary key", [column for _, column in primary])] if primary else []
        for _, index, unique, origin, partial in connection.execute(f'PRAGMA index_list("{name}")').fetchall():
            columns = [column for *_, column in connection.execute(f'PRAGMA index_info("{index}")').fetchall()]
            if origin == "c":
                found["indexes"][index] = (name, "unique" if unique else "", "partial" if partial else "", columns)
            elif origin == "u":
                keys.append(("unique", columns))
        found["keys"][name] = sorted(keys)
        references: dict[int, tuple[list[str], str, list[str]]] = {}
        for number, _, parent, column, referenced, *_ in connection.execute(f'PRAGMA foreign_key_list("{name}")').fetchall():
            key = references.setdefault(number, ([], parent, []))
            key[0].append(column)
            key[2].append(referenced)
        found["references"][name] = sorted(references.values())
    connection.close()
    return found
