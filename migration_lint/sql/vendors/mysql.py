"""MySQL and MariaDB: their driver, its literals, and what their backend asks."""

from __future__ import annotations

import datetime
import decimal
import math
from typing import Any

from migration_lint.sql.catalog import Constraint, Index, Table
from migration_lint.sql.introspection import OfflineIntrospection
from migration_lint.sql.lexer import LexError, split
from migration_lint.sql.literals import BYTES
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

INLINE = " (inline)"  # ends the catalog's name of a CHECK inside a column's definition: on MariaDB a key may have the same

ESCAPES = str.maketrans(
    {"\0": "\\0", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z", "'": "\\'", '"': '\\"', "\\": "\\\\"}
)  # what mysql_real_escape_string() does


def mysql_literal(value: Any) -> str:
    """One value's literal as mysqlclient writes it; bytes as PyMySQL does, as those that mysqlclient sends are no text.

    Raises ValueError for a number that has none.
    """
    if value is None:
        return "NULL"
    if isinstance(value, (float, decimal.Decimal)) and not math.isfinite(value):
        raise ValueError(f"{value!r} can not be used with MySQL")
    if type(value) in (bool, int):
        return str(int(value))
    if isinstance(value, float):
        text = float.__repr__(value)
        return text if "e" in text else f"{text}e0"
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, BYTES):
        return f"X'{bytes(value).hex()}'"
    if isinstance(value, (list, tuple)):
        return f"({','.join(map(mysql_literal, value))})"
    return f"'{spelled(value).translate(ESCAPES)}'"


def spelled(value: Any) -> str:
    """What stands between the quotes."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, datetime.time):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, datetime.timedelta):
        size = abs(value)
        minutes, seconds = divmod(size.seconds, 60)
        fraction = f".{size.microseconds:06}" if size.microseconds else ""
        return f"{'-' if value.days < 0 else ''}{size.days} {minutes // 60}:{minutes % 60}:{seconds}{fraction}"
    return str(value)


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
        name = name.removesuffix(INLINE)
        columns = [column for column in table.columns if column in constraint.expression.columns]
        if columns == [name]:
            unnamed += 1
            name = f"__unnamed_constraint_{unnamed}__"
        found[name] = {
            "columns": columns, "primary_key": False, "unique": False, "index": False, "check": True, "foreign_key": None,
        }  # fmt: skip
    return found


def indexes(table: Table) -> list[tuple[str, Index]]:
    """As SHOW INDEX has them: the primary key, unique keys of columns that have no NULL first, the others, FULLTEXT last."""

    def rank(item: tuple[str, Index]) -> tuple[bool, ...]:
        name, index = item
        nullable = any(column and column in table.columns and not table.columns[column].not_null for column in index.columns)
        unique = (nullable, name != "PRIMARY", any(index.lengths)) if index.unique else ()
        return (not index.unique, *unique, index.method == "fulltext")

    return sorted(((short(table, name), index) for name, index in table.indexes.items()), key=rank)
