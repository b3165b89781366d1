"""Where a RunPython function uses models as the code has them today, instead of as they were at the migration."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.manager import ManagerDescriptor

from migration_lint.python import source
from migration_lint.python.follow import Follower
from migration_lint.python.frames import Frame
from migration_lint.python.values import UNKNOWN, Marker, Part, RealClass
from migration_lint.types import Location

MANAGERS = ("objects", "_default_manager", "_base_manager")
QUERYSET = {name for name in dir(QuerySet) if not name.startswith("_")}


@dataclass(frozen=True)
class RealModel:
    """A use of a real model: `label` is the model's, `how` the function got at it: import, registry or user model."""

    label: str
    how: str
    function: str
    location: Location


class ModelUses(Follower):
    """A model is used where its managers are reached, where it is instantiated, and where it is passed on.

    What merely hangs on the class, such as the members of a nested `Status`, does not ask the database for columns.
    """

    def __init__(self) -> None:
        super().__init__()
        self.uses: list[RealModel] = []

    def add(self, model: Any, node: ast.expr, frame: Frame) -> None:
        if isinstance(model, Part) and isinstance(model.owner, RealClass) and model.name in MANAGERS:
            model = model.owner
        if isinstance(model, RealClass) and not self.silent:
            self.uses.append(RealModel(model.label, model.how, frame.name, source.location(frame.path, node)))

    def attribute_read(self, node: ast.Attribute, owner: Any, frame: Frame) -> None:
        if isinstance(owner, RealClass):
            if node.attr in MANAGERS or is_manager(owner.cls, node.attr):
                self.add(owner, node, frame)
        elif isinstance(owner, Part) and isinstance(owner.owner, RealClass):
            if owner.node is None:  # a manager or queryset that was made elsewhere
                self.add(owner.owner, node, frame)
            elif owner.owner.cls is None and owner.name not in MANAGERS and owner.name[:1].islower() and node.attr in QUERYSET:
                self.add(owner.owner, owner.node, frame)

    def called(self, node: ast.Call, callee: Any, args: list[Any], keywords: dict[str, Any], frame: Frame) -> None:
        if isinstance(callee, RealClass):
            self.add(callee, node, frame)
        nodes = [*node.args, *(keyword.value for keyword in node.keywords)]
        for value, argument in zip([*args, *keywords.values()], nodes, strict=False):
            self.add(value, argument, frame)

    def of_Dict(self, node: ast.Dict, frame: Frame) -> Any:
        for key in node.keys:
            if key is not None:
                self.evaluate(key, frame)
        for part in node.values:
            self.add(self.evaluate(part, frame), part, frame)
        return UNKNOWN


def is_manager(cls: type[Model] | None, name: str) -> bool:
    return cls is not None and any(isinstance(vars(base).get(name), ManagerDescriptor) for base in cls.__mro__)


def real_models(code: Any) -> list[RealModel]:
    """The uses of real models in a RunPython's code and in what it calls, one for each model, the first of them."""
    follower = ModelUses()
    follower.follow(code, (UNKNOWN, Marker.EDITOR))
    found: dict[str, RealModel] = {}
    for use in follower.uses:
        found.setdefault(use.label, use)
    return list(found.values())
