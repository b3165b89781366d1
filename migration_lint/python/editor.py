"""Where a RunPython function lets a schema editor send something."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from migration_lint.python import source
from migration_lint.python.follow import Follower
from migration_lint.python.frames import Frame
from migration_lint.python.values import UNKNOWN, Marker, Part
from migration_lint.types import Location

# Of a schema editor's public methods, those that only answer.
ASKING = ("quote_", "prepare_", "effective_", "skip_", "table_sql", "column_sql", "sql_")
SENDING = frozenset(
    name
    for name, value in vars(BaseDatabaseSchemaEditor).items()
    if callable(value) and not name.startswith(("_", *ASKING))
)  # fmt: skip


@dataclass(frozen=True)
class Edit:
    """A call of one of the schema editor's methods, and the function that it stands in."""

    method: str
    function: str
    location: Location


class Edits(Follower):
    def __init__(self, vendor: str) -> None:
        super().__init__(vendor)
        self.edits: list[Edit] = []

    def called(self, node: ast.Call, callee: Any, args: list[Any], keywords: dict[str, Any], frame: Frame) -> None:
        if isinstance(callee, Part) and callee.owner is Marker.EDITOR and callee.name in SENDING and not self.silent:
            self.edits.append(Edit(callee.name, frame.name, source.location(frame.path, node)))


def edits(code: Any, vendor: str) -> list[Edit]:
    """The calls that make a schema editor send SQL on this vendor, in the function and in what it calls."""
    follower = Edits(vendor)
    follower.follow(code, (UNKNOWN, Marker.EDITOR))
    return list(dict.fromkeys(follower.edits))
