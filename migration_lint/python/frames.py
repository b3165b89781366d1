"""The names that a followed function can see."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import Any

from migration_lint.python.source import FunctionNode
from migration_lint.python.values import UNKNOWN, Known, wrap


@dataclass(eq=False)
class Frame:
    """The names of one function (or module) while it is followed."""

    path: str
    name: str
    namespace: dict[str, Any]
    outer: Frame | None = None
    names: dict[str, Any] = field(default_factory=dict)
    returns: list[Any] = field(default_factory=list)
    yields: list[Any] = field(default_factory=list)

    def lookup(self, name: str) -> Any:
        if name in self.names:
            return self.names[name]
        if self.outer is not None:
            return self.outer.lookup(name)
        if name in self.namespace:
            return wrap(self.namespace[name])
        return Known(vars(builtins)[name]) if name in vars(builtins) else UNKNOWN

    @property
    def package(self) -> str:
        found = self.namespace.get("__package__")
        return found if isinstance(found, str) else str(self.namespace.get("__name__", "")).rpartition(".")[0]


@dataclass(frozen=True, eq=False)
class Written:
    """A function known from its text alone, with the frame that it was defined in."""

    node: FunctionNode
    frame: Frame
