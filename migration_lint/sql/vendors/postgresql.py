"""PostgreSQL: its drivers, its literals as psycopg 3 spells them for a live connection, and what its backend asks."""

from __future__ import annotations

import datetime
import decimal
import ipaddress
import json
import math
import re
import sys
import uuid
from typing import Any

from django.conf import settings

from migration_lint.sql.introspection import OfflineIntrospection
from migration_lint.sql.literals import BYTES, UNKNOWN, flat
from migration_lint.sql.offline import OfflineEditor, OfflineWrapper

BACKEND = "django.db.backends.postgresql"
DRIVERS = ("psycopg", "psycopg2")
STAND_INS = {"psycopg": {"__version__": "3.3.0"}}

NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
INTEGERS = (("int2", 15), ("int4", 31), ("int8", 63))
WRAPPERS = {
    "Json": "json",
    "Jsonb": "jsonb",
    "Int2": "int2",
    "Int4": "int4",
    "Int8": "int8",
    "IntNumeric": "numeric",
    "Float4": "float4",
    "Float8": "float8",
}
ELEMENT_NEEDS_QUOTES = re.compile(r'^$|["{},\\\s]|^null$', re.IGNORECASE | re.ASCII)
OPTION = re.compile(r"(?:-c\s*|--)([\w.-]+)=((?:\\.|\S)+)")  # of the server's command line: -c lock_timeout=5s --search_path=a
MEMBER_NEEDS_QUOTES = re.compile(r'^$|[",\\\s()]', re.ASCII)


def quote_string(text: str) -> str:
    """A string constant; a backslash makes it an escape string, with the blank that libpq puts before."""
    quoted = text.replace("'", "''")
    if "\\" in quoted:
        return " E'" + quoted.replace("\\", "\\\\") + "'"
    return f"'{quoted}'"


def is_json(value: Any) -> bool:
    return hasattr(value, "obj") and type(value).__name__ in ("Json", "Jsonb")


def unwrapped(value: Any) -> Any:
    """What psycopg's Binary holds, and what the stand-ins for its Int4 and the like do."""
    return value.obj if hasattr(value, "obj") and not is_json(value) else value


def postgresql_literal(value: Any) -> str:
    """One value's literal. Raises ValueError for a type that has none here."""
    value = unwrapped(value)
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, BYTES):
        return f"'{spelled(value)}'::bytea"
    if isinstance(value, (int, float, decimal.Decimal)):
        text = spelled(value)
        if not isinstance(value, int) and not math.isfinite(value):
            return f"'{NOT_FINITE.get(text, text)}'::{type_of(value)}"
        return f" {text}" if text.startswith("-") else text
    text, type_name = spelled(value), type_of(value)
    return quote_string(text) + (f"::{type_name}" if type_name else "")


def spelled(value: Any) -> str:
    """What stands between the quotes."""
    value = unwrapped(value)
    if value is UNKNOWN:
        return repr(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, datetime.timedelta):
        return str(value).replace(",", "")
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, BYTES):
        return "\\x" + bytes(value).hex()
    if isinstance(value, list):
        return "{" + ",".join(element(part) for part in value) + "}"
    if isinstance(value, tuple):
        return "(" + ",".join(member(part) for part in value) + ")"
    if isinstance(value, dict):  # what HStoreField gives; JSON comes wrapped
        return ",".join(f"{in_quotes(key)}=>{'NULL' if part is None else in_quotes(part)}" for key, part in value.items())
    if is_json(value):
        dumps = getattr(value, "dumps", None) or json.dumps
        return str(dumps(value.obj))
    if type_of(value):
        return str(value)
    raise ValueError(f"no literal is known for {type(value).__name__}")


def element(value: Any) -> str:
    """An array's element."""
    if value is None:
        return "NULL"
    text = spelled(value)
    return in_quotes(text) if not isinstance(value, list) and ELEMENT_NEEDS_QUOTES.search(text) else text


def member(value: Any) -> str:
    """A part of a composite value."""
    if value is None:
        return ""
    text = spelled(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"' if MEMBER_NEEDS_QUOTES.search(text) else text


def in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def type_of(value: Any) -> str:
    """The type that the literal is cast to; '' where it is left to the server."""
    if (name := WRAPPERS.get(type(value).__name__)) is not None:
        return name
    value = unwrapped(value)
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return next((name for name, bits in INTEGERS if -(2**bits) <= value < 2**bits), "numeric")
    if isinstance(value, datetime.datetime):
        return "timestamptz" if value.tzinfo else "timestamp"
    if isinstance(value, datetime.time):
        return "timetz" if value.tzinfo else "time"
    if isinstance(value, list):
        parts = [part for part in flat(value) if part is not None]
        if not parts:
            return ""
        of_int = [part for part in parts if type(part) is int]
        name = type_of(max(of_int) if len(of_int) == len(parts) else parts[-1])
        return f"{name}[]" if name else ""
    for kinds, name in TYPES:
        if isinstance(value, kinds):
            return name
    return ""


TYPES: tuple[tuple[Any, str], ...] = (
    (float, "float8"),
    (decimal.Decimal, "numeric"),
    (datetime.date, "date"),
    (datetime.timedelta, "interval"),
    (uuid.UUID, "uuid"),
    (BYTES, "bytea"),
    (dict, "hstore"),
    ((ipaddress.IPv4Network, ipaddress.IPv6Network), "cidr"),
    ((ipaddress.IPv4Address, ipaddress.IPv6Address), "inet"),
)


def holds(value: Any, kinds: Any) -> bool:
    """Whether the value is of one of these kinds, or an array of them."""
    parts = flat(value) if isinstance(value, list) else [value]
    return any(isinstance(unwrapped(part), kinds) for part in parts)


Editor = OfflineEditor
Introspection = OfflineIntrospection


class Wrapper(OfflineWrapper):
    settings_dict: dict[str, Any]
    timezone_name: str | None

    @property
    def pg_version(self) -> int:
        version = self.get_database_version()
        return version[0] * 10000 + version[1]

    def session_settings(self, own: bool) -> dict[str, str]:
        options = str(self.settings_dict.get("OPTIONS", {}).get("options", "")) if own else ""
        found = {name.lower().replace("-", "_"): value for name, value in OPTION.findall(options)}
        return {**found, "timezone": self.timezone_name} if self.timezone_name else found

    def quote_literal(self, value: object) -> str:
        driver = sys.modules.get(f"{BACKEND}.psycopg_any")  # absent where a stand-in was used
        if driver is None or value is UNKNOWN or holds(value, (*BYTES, dict)):
            return postgresql_literal(value)  # the driver spells bytes and hstore by what it learned from the server
        # By the rules that Django gives to its connections.
        context = driver.get_adapters_template(settings.USE_TZ, None) if driver.is_psycopg3 else None
        return str(driver.sql.quote(value, context))

    def answer(self, query: str, params: Any) -> list[tuple[Any, ...]] | None:
        catalog = self.server.catalog
        first = str(next(iter(params.values() if isinstance(params, dict) else params or ()), ""))
        if "pg_extension" in query:
            return [(1,)] if first in catalog.extensions else []
        if "collisdeterministic" in query:
            return [(catalog.collations[first],)] if first in catalog.collations else [(True,)]
        if "pg_settings" in query:
            return [("0ms",)]
        if "pg_type" in query:  # object ids, asked for the driver's sake alone
            return []
        if "postgis" in query.lower() and "version" in query.lower():
            return [("3.4.0", "3.12.0", "9.3.0")]
        return None
