"""Oracle: its driver, its literals, what its backend asks, and the refusals upon which Django takes another way."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.utils import DatabaseError

from migration_lint.sql import introspection
from migration_lint.sql.catalog import Table
from migration_lint.sql.introspection import OfflineIntrospection
from migration_lint.sql.literals import UNKNOWN
from migration_lint.sql.offline import OfflineEditor, OfflineWrapper, bind

BACKEND = "django.db.backends.oracle"
DRIVERS = ("oracledb",)
STAND_INS = {"oracledb": {"__version__": "3.4.0", "Binary": bytes}}

# Refusals that do not depend on rows, after which Django's alter_field() goes on in another way.
REFUSALS = ("ORA-22858", "ORA-22859", "ORA-30675", "ORA-30673")


class Wrapper(OfflineWrapper):
    _standard_operators: Any
    _standard_pattern_ops: Any
    SchemaEditorClass: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A live connection tries them first, and falls back on others where they fail.
        self.operators = self._standard_operators
        self.pattern_ops = self._standard_pattern_ops

    @property
    def oracle_version(self) -> tuple[int, ...]:
        return self.get_database_version()

    def quote_literal(self, value: object) -> str:
        literal: str = self.SchemaEditorClass(self).quote_value(value)
        return literal

    def answer(self, query: str, params: Any) -> list[tuple[Any, ...]] | None:
        asked = [str(value).lower() for value in params or ()]
        if "identity_column" in query and "user_tab_cols" in query and len(asked) == 2:
            column = self.server.catalog.table(asked[0]).columns.get(asked[1])
            return [(int(column.identity),)] if column else []
        if "user_tab_identity_cols" in query and len(asked) == 2:  # a name of the server's own: Django makes up another
            return []
        if "default_collation" in query and "user_tables" in query and len(asked) == 1:
            return [("USING_NLS_COMP",)]
        return None


class Editor(OfflineEditor):
    def execute(self, sql: object, params: Any = ()) -> None:
        """Oracle's cursor fills in parameters even where there are none: a percent sign is written twice."""
        server = self.connection.server
        before, number = server.catalog, len(server.statements)
        server.send(bind(str(sql), params or (), self.quote_value))
        for statement in server.statements[number:]:
            for effect in statement.effects:
                if effect.fails and effect.fails.startswith(REFUSALS):
                    del server.statements[number:]
                    server.catalog = before
                    raise DatabaseError(effect.fails)

    def quote_value(self, value: object) -> str:
        if value is None:
            return "NULL"
        if value is UNKNOWN:
            return f"'{value!r}'"
        literal: str = super(OfflineEditor, self).quote_value(value)  # type: ignore[misc]
        return literal

    def _generate_temp_name(self, for_name: str) -> str:
        """Django's is a hash that is another one in each run."""
        digest = hashlib.md5(for_name.encode(), usedforsecurity=False).hexdigest()[:15]
        name: str = self.normalize_name(f"{for_name}_X{digest}")  # type: ignore[attr-defined]
        return name


class Introspection(OfflineIntrospection):
    def table(self, name: str) -> Table:
        """The catalog's table of this name, which Django cuts and spells in its own way when it makes one."""
        return self.catalog.table(self.connection.ops.quote_name(name).strip('"').replace('"."', ".").lower())

    def get_constraints(self, cursor: object, table_name: str) -> dict[str, dict[str, Any]]:
        """NOT NULL stands among the checks here: Django drops both where it drops a field's check."""
        table = self.table(table_name)
        found = introspection.constraints(self.catalog, table.name)
        for key, constraint in table.constraints.items():
            if constraint.type == "not null":
                facts = dict.fromkeys(("primary_key", "unique", "foreign_key", "index", "definition", "options"))
                found[key] = {**facts, "columns": list(constraint.columns), "check": True}
        return found

    def get_primary_key_columns(self, cursor: object, table_name: str) -> list[str]:
        keys = (c for c in self.table(table_name).constraints.values() if c.type == "primary key")
        return [column for key in keys for column in key.columns]

    def get_sequences(self, cursor: object, table_name: str, table_fields: object = ()) -> list[dict[str, Any]]:
        return introspection.sequences(self.catalog, self.table(table_name).name)

    def get_table_description(self, cursor: object, table_name: str) -> list[Any]:
        return introspection.description(self.catalog, self.table(table_name).name)

    def get_relations(self, cursor: object, table_name: str) -> dict[str, tuple[Any, ...]]:
        return introspection.relations(self.catalog, self.table(table_name).name)
