"""Python values as PostgreSQL literals, spelled as psycopg 3 spells them; used where the driver is not installed."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from typing import Any


class UnknownValue:
    """Stands for a default that could not be computed without the database; its literal says so."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = UnknownValue()


def quote_string(text: str) -> str:
    """A string constant; a backslash makes it an escape string, with the blank that libpq puts before."""
    quoted = text.replace("'", "''")
    if "\\" in quoted:
        return " E'" + quoted.replace("\\", "\\\\") + "'"
    return f"'{quoted}'"


def interval(value: datetime.timedelta) -> str:
    sign = "-" if value.days < 0 and value.seconds + value.microseconds == 0 else ""
    total = f"{value.days} days" if value.days else ""
    seconds = value.seconds
    time = (
        f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{value.microseconds:06}"
        if seconds or value.microseconds
        else ""
    )
    return f"{total} {time}".strip() or f"{sign}0 days"


def postgresql_literal(value: Any) -> str:
    """One value's literal. Raises ValueError for a type that has none here."""
    if value is None:
        return "NULL"
    if value is UNKNOWN:
        return "'<unknown>'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote_string(str(value))
    if isinstance(value, (int, decimal.Decimal, float)):
        text = str(value) if not isinstance(value, float) else repr(float(value))
        if text.lower().lstrip("-") in ("nan", "inf", "infinity"):
            return f"'{text}'::{'numeric' if isinstance(value, decimal.Decimal) else 'float8'}"
        return f" {text}" if text.startswith("-") else text
    if isinstance(value, datetime.datetime):
        return f"'{value}'::{'timestamptz' if value.tzinfo else 'timestamp'}"
    if isinstance(value, datetime.date):
        return f"'{value}'::date"
    if isinstance(value, datetime.time):
        return f"'{value}'::{'timetz' if value.tzinfo else 'time'}"
    if isinstance(value, datetime.timedelta):
        return f"'{interval(value)}'::interval"
    if isinstance(value, uuid.UUID):
        return f"'{value.hex}'::uuid"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"'\\x{bytes(value).hex()}'::bytea"
    if isinstance(value, (list, tuple)):
        return quote_string(array_text(value)) + (
            "" if not value or isinstance(value[0], str) else f"::{array_type(value[0])}[]"
        )
    if hasattr(value, "obj"):  # psycopg's Jsonb wrapper, or the stand-in's
        dumps = getattr(value, "dumps", None) or json.dumps
        return quote_string(dumps(value.obj)) + "::jsonb"
    raise ValueError(f"no literal is known for {type(value).__name__}")


def array_type(value: Any) -> str:
    names = {
        bool: "bool",
        int: "int8",
        float: "float8",
        decimal.Decimal: "numeric",
        datetime.date: "date",
        uuid.UUID: "uuid",
    }
    return names.get(type(value), "text")


def array_text(values: Any) -> str:
    parts = []
    for value in values:
        if value is None:
            parts.append("NULL")
        elif isinstance(value, (list, tuple)):
            parts.append(array_text(value))
        elif isinstance(value, bool):
            parts.append("t" if value else "f")
        elif isinstance(value, str):
            plain = value and value.lower() != "null" and not set(value) & set('{}," \\\t\n')
            parts.append(value if plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"')
        else:
            parts.append(str(value))
    return "{" + ",".join(parts) + "}"
