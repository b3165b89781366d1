"""What an operation is known by, wherever in its migration it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from types import FunctionType
from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.models import Field


def marks(operations: Iterable[Operation]) -> tuple[str, ...]:
    """One of each: what it says of itself, and the number of those before it that say the same."""
    alike: Counter[str] = Counter()
    found = []
    for operation in operations:
        text = said(operation)
        found.append(f"{text} {alike[text]}")
        alike[text] += 1
    return tuple(found)


def said(value: Any) -> str:
    """The names, texts and functions it was made with. What a field is like, or a model, may change under the same name."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, FunctionType):
        return value.__qualname__
    if isinstance(value, Operation):
        arguments: list[Any] = []
        with suppress(Exception):  # a third party's may be broken
            _, positional, named = value.deconstruct()
            arguments = [*positional, *(named[name] for name in sorted(named))]
        return f"{type(value).__name__}({', '.join(filter(None, map(said, arguments)))})"
    if isinstance(value, (list, tuple)):
        is_field = any(isinstance(each, Field) for each in value)
        return "" if is_field else ", ".join(filter(None, map(said, value)))
    if isinstance(value, (set, frozenset)):
        return ", ".join(sorted(filter(None, map(said, value))))
    name = getattr(value, "name", None)  # an index's or a constraint's
    return name if isinstance(name, str) and not isinstance(value, Field) else ""
