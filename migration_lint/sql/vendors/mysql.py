"""MySQL and MariaDB: their driver, its literals, and what their backend asks."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from typing import Any

from migration_lint.sql.catalog import Constraint, Index, Table
from migration_lint.sql.introspection import OfflineIntrospection
from migration_lint.sql.lexer import LexError, split
from migration_lint.sql.literals import BYTES, UNKNOWN
from migration_lint.sql.offline import OfflineEditor, OfflineWrapper
from migration_lint.sql.read import read
from migration_lint.sql.read.cursor import Unread
from migration_lint.types import Kind

BACKEND = "django.db.backends.mysql"
DRIVERS = ("MySQLdb",)
STAND_INS = {
    "MySQLdb": {"version_info": (2, 2, 8, "final", 0), "__version__": "2.2.8", "Binary": bytes},
    "MySQLdb.converters": {"conversions": {}},
}
SQL_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"  # as far as both servers' own agree

ESCAPES = str.maketrans(
    {"\0": "\\0", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z", "'": "\\'", '"': '\\"', "\\": "\\\\"}
)  # what mysql_real_escape_string() does


def mysql_literal(value: Any) -> str:
    """One value's literal as mysqlclient writes it. Raises ValueError for a type that has none here."""
    if value is None:
        return "NULL"
    if value is UNKNOWN:
        return f"'{value!r}'"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r} can not be used with MySQL")
        text = float.__repr__(value)
        return text if "e" in text else f"{text}e0"
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, str):
        return f"'{str.__str__(value).translate(ESCAPES)}'"
    if isinstance(value, BYTES):
        return f"_binary'{bytes(value).decode('ascii', 'surrogateescape').translate(ESCAPES)}'"
    if isinstance(value, datetime.datetime):
        return f"'{value.isoformat(' ')}'"
    if isinstance(value, uuid.UUID):
        return f"'{value}'"
    if isinstance(value, (datetime.date, datetime.time)):
        return f"'{value.isoformat()}'"
    if isinstance(value, (list, tuple)):
        return f"({','.join(map(mysql_literal, value))})"
    raise ValueError(f"no literal is known for {type(value).__name__}")


class Wrapper(OfflineWrapper):
    settings_dict: dict[str, Any]

    @property
    def mysql_server_data(self) -> dict[str, Any]:
        target = self.server.target
        version = ".".join(map(str, (*target.version, 0, 0)[:3]))
        return {
            "version": f"{version}-MariaDB" if target.vendor == "mariadb" else version,
            "sql_mode": self.server.catalog.settings.get("sql_mode", SQL_MODE).upper(),
            "default_storage_engine": "InnoDB",
            "sql_auto_is_null": False,
            "lower_case_table_names": False,
            "has_zoneinfo_database": True,
        }

    def session_settings(self, own: bool) -> dict[str, str]:
        command = self.settings_dict.get("OPTIONS", {}).get("init_command", "") if own else ""
        try:
            pieces = split(str(command), self.server.backend.dialect)
            actions = [action for piece in pieces for action in read(piece, self.server.backend)]
        except (LexError, Unread):  # the server would refuse the connection, and nobody else can say what it means
            return {}
        return {str(action.name): str(action.definition) for action in actions if action.kind is Kind.SET}

    def quote_literal(self, value: object) -> str:
        return mysql_literal(value)


Editor = OfflineEditor


class Introspection(OfflineIntrospection):
    def get_storage_engine(self, cursor: object, table_name: str) -> str:
        engine = self.catalog.table(table_name).options.get("engine", "innodb")
        return {"innodb": "InnoDB", "myisam": "MyISAM"}.get(engine, engine)

    def get_constraints(self, cursor: object, table_name: str) -> dict[str, dict[str, Any]]:
        """Keys first, then checks, then indexes, as Django's three queries find them."""
        table = self.catalog.table(table_name)
        ordered = self.connection.features.supports_index_column_ordering
        found: dict[str, dict[str, Any]] = {}
        for name, constraint in keys(table):
            reference = (constraint.references, (constraint.referenced_columns or (None,))[0])
            found[name] = {
                "columns": list(constraint.columns),
                "primary_key": constraint.type == "primary key",
                "unique": constraint.type in ("primary key", "unique"),
                "index": False,
                "check": False,
                "foreign_key": reference if constraint.type == "foreign key" else None,
                **({"orders": []} if ordered else {}),
            }
        if self.connection.features.can_introspect_check_constraints:
            found.update(checks(table))
        for name, index in indexes(table):
            columns = [column for column in index.columns if column]
            row = found.setdefault(
                name,
                {
                    "columns": columns, "primary_key": False, "unique": index.unique, "check": False, "foreign_key": None,
                    **({"orders": []} if ordered else {}),
                },
            )  # fmt: skip
            row.update(index=True, type="idx" if index.method == "btree" else index.method)
            if ordered:
                row["orders"] = list(index.orders) or ["ASC"] * len(columns)
        return found


def short(table: Table, name: str) -> str:
    """An index's name without its table's."""
    return name.removeprefix(f"{table.name}.")


def keys(table: Table) -> list[tuple[str, Constraint]]:
    """Primary key, unique keys, foreign keys; a unique index is a key, too."""
    found = [(name, c) for name, c in table.constraints.items() if c.type in ("primary key", "unique", "foreign key")]
    found += [
        (short(table, name), Constraint("unique", short(table, name), tuple(column for column in index.columns if column)))
        for name, index in table.indexes.items()
        if index.unique and index.constraint is None and None not in index.columns
    ]
    return sorted(found, key=lambda item: ("primary key", "unique", "foreign key").index(item[1].type))


def checks(table: Table) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    unnamed = 0
    for name, constraint in table.constraints.items():
        if constraint.type != "check" or constraint.expression is None:
            continue
        columns = [column for column in table.columns if column in constraint.expression.columns]
        if columns == [name]:
            unnamed += 1
            name = f"__unnamed_constraint_{unnamed}__"
        found[name] = {
            "columns": columns, "primary_key": False, "unique": False, "index": False, "check": True, "foreign_key": None,
        }  # fmt: skip
    return found


def indexes(table: Table) -> list[tuple[str, Index]]:
    """As SHOW INDEX has them: the primary key, unique keys, the others."""
    found = [(short(table, name), index) for name, index in table.indexes.items()]
    return sorted(found, key=lambda item: (item[0] != "PRIMARY", not item[1].unique))
