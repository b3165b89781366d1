"""What is each vendor's own in a connection that never connects: its driver, its literals, what its backend asks."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from migration_lint.backends import django_vendor


class Vendor(Protocol):
    """What such a module has.

    The first of `DRIVERS` gets a stand-in where none of them is installed; `STAND_INS` holds, by module, what that has to
    answer exactly. The classes are mixed in before the backend's own; see `sql/offline.py`.
    """

    BACKEND: str
    DRIVERS: tuple[str, ...]
    STAND_INS: Mapping[str, Mapping[str, Any]]
    Wrapper: type[Any]
    Editor: type[Any]
    Introspection: type[Any]


def load(vendor: str) -> Vendor:
    return cast(Vendor, import_module(f"{__name__}.{django_vendor(vendor)}"))
