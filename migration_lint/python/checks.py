"""Finds what a function asks historical models for in vain."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from migration_lint.python import source
from migration_lint.python.containers import wrapped
from migration_lint.python.frames import Frame
from migration_lint.python.history import Box, History, Many, Model, Row
from migration_lint.python.names import Names
from migration_lint.python.rows import Rows
from migration_lint.python.sql import is_execute
from migration_lint.python.texts import Texts
from migration_lint.python.values import Built, Known, Part, plain
from migration_lint.types import Location

CAUGHT = {
    "AttributeError": "attribute",
    "LookupError": "model",
    "FieldError": "field",
    "FieldDoesNotExist": "field",
    "TypeError": "argument",
    "Exception": "",
    "BaseException": "",
}
BY_CONDITION = {"filter", "exclude", "get", "get_or_create", "update_or_create"}
BY_NAME = {"order_by", "values", "values_list", "only", "defer", "select_related"}
CREATING = {"create", "get_or_create", "update_or_create"}


@dataclass(frozen=True)
class Lookup:
    """A model that the function asks its registry for. `found` says whether there is one at this point."""

    app_label: str
    model: str
    found: bool
    table: str
    function: str
    location: Location


@dataclass(frozen=True)
class Fault:
    """A name that a historical model does not have.

    `kind`: `left out` (Django's own method is called, and not that of the class), `attribute`, `manager` (a method of one),
    `swapped`, `field` (of a query), `update`, `argument` (of an instance), or `defaults` (of one that may have to be made).
    `today` is what today's class calls so: `field`, `manager`, `method` or `attribute`.
    """

    kind: str
    label: str
    name: str
    function: str
    location: Location
    today: str = ""


class Reader(Texts, Rows):
    """Finds what models do not have, besides the changes of rows."""

    def __init__(self, vendor: str | None, history: History) -> None:
        super().__init__(vendor, history)
        self.names = Names(history)
        self.lookups: list[Lookup] = []
        self.faults: list[tuple[tuple[str, str], Fault]] = []
        self.guards: list[set[str]] = []
        self.formatted: list[tuple[str, Location]] = []

    def at_Try(self, node: Any, frame: Frame) -> bool:
        caught = {name for handler in node.handlers for name in handled(handler)}
        self.guards.append(caught)
        try:
            return super().at_Try(node, frame)
        finally:
            self.guards.pop()

    at_TryStar = at_Try

    def at_With(self, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
        """What `suppress()` is around is as good as in a `try`."""
        calls = [each.context_expr for each in node.items if isinstance(each.context_expr, ast.Call)]
        caught = [call.args for call in calls if self.is_class(call.func, suppress, frame)]
        self.guards.append({name for types in caught for name in named_errors(types)})
        try:
            return super().at_With(node, frame)
        finally:
            self.guards.pop()

    at_AsyncWith = at_With

    def handle(self, handler: ast.ExceptHandler, frame: Frame) -> bool:
        outer, self.guards = self.guards, self.guards[:-1]
        if any(True for _ in handled(handler)):  # it runs where something is missing, and asks for something else
            self.guards = [*self.guards, {""}]
        try:
            return super().handle(handler, frame)
        finally:
            self.guards = outer

    def is_guarded(self, kind: str) -> bool:
        return any("" in caught or kind in caught for caught in self.guards)

    def fault(self, kind: str, model: Model, name: str, node: ast.AST, frame: Frame, guard: str) -> None:
        if not self.silent and not model.real and not self.is_guarded(guard):
            place = source.location(frame.path, node)
            self.faults.append((model.key, Fault(kind, model.label, name, frame.name, place, self.names.today(model, name))))

    # Attributes.

    def attribute_read(self, node: ast.Attribute, owner: Any, frame: Frame) -> None:
        owner, name = self.normal(owner), node.attr
        if isinstance(owner, Row | Model):
            model = owner.model if isinstance(owner, Row) else owner
            if not model.real and not self.names.has(model, name, owner.names if isinstance(owner, Row) else frozenset()):
                self.fault("attribute", model, name, node, frame, "attribute")
            elif isinstance(owner, Model) and self.names.swapped(model) and isinstance(self.attribute(model, name), Many):
                self.fault("swapped", model, name, node, frame, "attribute")
        elif isinstance(owner, Many) and not owner.model.real and not self.names.has_method(owner, name):
            self.fault("manager", owner.model, name, node, frame, "attribute")

    # Calls.

    def called(self, node: ast.Call, callee: Any, args: list[Any], keywords: dict[str, Any], frame: Frame) -> None:
        super().called(node, callee, args, keywords, frame)
        callee = self.normal(callee)
        if not self.silent and (is_execute(callee) or (isinstance(callee, Part) and callee.name == "raw")):
            text = args[0] if args else keywords.get("sql", keywords.get("query"))
            if isinstance(text, Built) and not text.safe:
                self.formatted.append((frame.name, source.location(frame.path, node)))
        if isinstance(callee, Model):
            self.check_arguments(callee, keywords, node, frame)
        elif wrapped(callee) is hasattr or wrapped(callee) is getattr:
            self.checked_by_name(callee.object, args, node, frame)
        elif isinstance(callee, Part):
            owner = self.normal(callee.owner)
            if isinstance(owner, History) and callee.name == "get_model":
                self.asked(args, keywords, node, frame)
            elif isinstance(owner, Many) and not owner.model.real:
                self.check_query(owner, callee.name, args, keywords, node, frame)
            if isinstance(owner, Row) or (isinstance(owner, Many) and callee.name in CREATING):
                method = callee.name if isinstance(owner, Row) else "save"
                if method in ("save", "delete") and self.names.own_method(owner.model, method):
                    self.fault("left out", owner.model, method, node, frame, "")

    def checked_by_name(self, function: Any, args: list[Any], node: ast.Call, frame: Frame) -> None:
        """What a function looks for before it asks for it may be missing."""
        owner, name = (self.normal(args[0]), plain(args[1])) if len(args) > 1 else (None, None)
        if not isinstance(name, str):
            return
        if function is hasattr or len(args) > 2:
            self.assign(owner, name)
        elif isinstance(owner, Row | Model | Many):
            made = ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node)
            self.attribute_read(made, owner, frame)

    def asked(self, args: list[Any], keywords: dict[str, Any], node: ast.Call, frame: Frame) -> None:
        label, name = self.asked_for(args, keywords)
        if not isinstance(label, str) or not isinstance(name, str) or self.silent:
            return
        found = self.history.model(label, name)
        if self.is_guarded("model"):
            return
        table = "" if found is None else self.history.table(found)
        place = source.location(frame.path, node)
        self.lookups.append(Lookup(label, name, found is not None, table, frame.name, place))

    def check_query(
        self, many: Many, method: str, args: list[Any], keywords: dict[str, Any], node: ast.Call, frame: Frame
    ) -> None:
        model, names = many.model, many.names
        given = {name: each.value for each in node.keywords if (name := each.arg) is not None}
        asked: list[tuple[str, ast.AST, bool]] = []
        if method in BY_CONDITION:
            asked += [(name, value, True) for name, value in given.items() if name != "defaults"]
            asked += [each for argument in node.args for each in self.conditions(argument, frame)]
        if method in ("update", "filter", "annotate", "exclude"):
            asked += [each for value in given.values() for each in self.expressions(value, frame)]
        if method in BY_NAME:
            for argument, value in zip(node.args, args, strict=False):
                text = plain(value)
                if isinstance(text, str) and text and text != "?":
                    asked.append((text.removeprefix("-"), argument, False))
        for name, place, lookups in asked:
            if not self.names.path(model, name, names, lookups):
                self.fault("field", model, name, place, frame, "field")
        if method == "update":
            for name, value in given.items():
                if not self.names.writable(model, name):
                    self.fault("update", model, name, value, frame, "field")
        if method in CREATING:
            own = {"defaults", "create_defaults"} if method != "create" else set()
            plainly = {name: value for name, value in keywords.items() if name not in own and "__" not in name}
            self.check_arguments(model, plainly if method == "create" else {}, node, frame)
            for name in own:
                box = keywords.get(name)
                if isinstance(box, Box) and box.complete:
                    self.check_arguments(model, box.keys, node, frame, "defaults")

    def check_arguments(
        self, model: Model, keywords: dict[Any, Any], node: ast.Call, frame: Frame, kind: str = "argument"
    ) -> None:
        for name in keywords:
            if isinstance(name, str) and name != "**" and not model.real and not self.names.settable(model, name):
                place = next((each.value for each in node.keywords if each.arg == name), node)
                self.fault(kind, model, name, place, frame, "field" if kind == "defaults" else kind)

    def conditions(self, node: ast.expr, frame: Frame) -> Iterator[tuple[str, ast.AST, bool]]:
        """What Q objects among the arguments name."""
        if isinstance(node, ast.BinOp):
            yield from self.conditions(node.left, frame)
            yield from self.conditions(node.right, frame)
        elif isinstance(node, ast.UnaryOp):
            yield from self.conditions(node.operand, frame)
        elif isinstance(node, ast.Call) and self.is_class(node.func, Q, frame):
            for each in node.keywords:
                if each.arg is not None and each.arg not in ("_connector", "_negated"):
                    yield each.arg, each.value, True
            for argument in node.args:
                yield from self.conditions(argument, frame)

    def expressions(self, node: ast.expr, frame: Frame) -> Iterator[tuple[str, ast.AST, bool]]:
        """What F objects in arithmetic name."""
        if isinstance(node, ast.BinOp):
            yield from self.expressions(node.left, frame)
            yield from self.expressions(node.right, frame)
        elif isinstance(node, ast.Call) and self.is_class(node.func, F, frame):
            name = (
                plain(self.of_Constant(node.args[0], frame)) if node.args and isinstance(node.args[0], ast.Constant) else None
            )
            if isinstance(name, str):
                yield name, node, False

    def is_class(self, node: ast.expr, cls: type, frame: Frame) -> bool:
        if isinstance(node, ast.Name):
            value = frame.lookup(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            value = self.attribute(frame.lookup(node.value.id), node.attr)
        else:
            return False
        return isinstance(value, Known) and value.object is cls

    def told(self) -> tuple[Fault, ...]:
        """The faults, without those of attributes that the function itself gives to its rows."""
        found = [
            fault
            for key, fault in self.faults
            if fault.kind != "attribute" or not self.assigned & {(key, fault.name), (key, "*")}
        ]
        return tuple(dict.fromkeys(found))


def handled(handler: ast.ExceptHandler) -> Iterator[str]:
    """What a handler catches, told by the fault; '' for everything."""
    if handler.type is None:
        yield ""
        return
    yield from named_errors(handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])


def named_errors(types: list[ast.expr]) -> Iterator[str]:
    for each in types:
        name = each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "")
        if name in CAUGHT:
            yield CAUGHT[name]
