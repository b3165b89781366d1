"""What lists, dicts and loops hold of the rows that a followed function has in its hands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from migration_lint.python.follow import Follower
from migration_lint.python.frames import Frame
from migration_lint.python.history import Box, Each, History, Many, Model, Row
from migration_lint.python.values import UNKNOWN, Items, Known, Part, is_a, iterated, plain

# What gives the elements of its (first) argument.
PASSING = (list, tuple, set, frozenset, sorted, reversed, iter)
IN_ORDER = (list, tuple, iter)
MINE = (History, Model, Many, Row, Each, Box)


def is_mine(value: Any) -> bool:
    """Whether rows can be reached from this value."""
    if isinstance(value, Items):
        return any(is_mine(each) for each in value.values)
    return isinstance(value, MINE) or (isinstance(value, Part) and is_mine(value.owner))


def rows_of(value: Any) -> Many | None:
    """The queryset whose rows a value gives, one after the other."""
    return value if isinstance(value, Many) else value.rows if isinstance(value, Each | Box) else None


def wrapped(value: Any) -> Any:
    return value.object if isinstance(value, Known) else None


class Containers(Follower):
    """`loops` are the loops around what is followed right now: True where one runs over rows."""

    def __init__(self, vendor: str | None) -> None:
        super().__init__(vendor)
        self.loops: list[bool] = []

    def best(self, values: list[Any]) -> Any:
        """Of querysets the one that has the most rows."""
        found = next((value for value in values if is_mine(value)), None)
        if isinstance(found, Many):
            wider = (value for value in values if isinstance(value, Many) and value.model is found.model and not value.filtered)
            return next(wider, found)
        return super().best(values) if found is None else found

    def returned(self, frame: Frame) -> Any:
        return Each(self.best(frame.yields)) if frame.yields else super().returned(frame)

    def boxed(self, box: Box, name: str, args: list[Any]) -> Any:
        if name in ("append", "add", "appendleft") and args:
            box.values.append(args[0])
        elif name in ("extend", "update") and args:
            box.values.append(self.element(args[0]))
        elif name in ("values", "items", "keys") and box.complete:
            whole = {"values": box.keys.values(), "keys": map(Known, box.keys)}
            pairs = (Items((Known(key), value)) for key, value in box.keys.items())
            return Items(tuple(whole.get(name, pairs)))
        elif name in ("values", "copy"):
            return box
        elif name == "items":
            return Each(Items((UNKNOWN, self.best(box.values))))
        elif name in ("get", "pop", "setdefault"):
            key = plain(args[0]) if args else UNKNOWN
            box.values.extend(args[1:] if name == "setdefault" else ())
            return box.keys.get(key, self.best(box.values)) if is_a(key, str, int) else self.best(box.values)
        return UNKNOWN

    def built_in(self, target: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """What Python's own functions make of them; None for any other function."""
        if args and any(is_mine(value) for value in args):
            if any(target is passing for passing in PASSING):
                return self.collected(args[0], rows_of(args[0]) if target in IN_ORDER else None)
            if target is enumerate:
                return Each(Items((UNKNOWN, self.element(args[0]))), rows_of(args[0]))
            if target is zip:
                return Each(Items(tuple(self.element(value) for value in args)))
            if getattr(target, "__name__", "") in ("tqdm", "islice", "chain", "chunked", "batched", "groupby"):
                return Each(self.element(args[0]))
            if target is next:
                return self.element(args[0])
        if target is dict and not args:
            return Box(list(keywords.values()), dict(keywords))
        return Box() if (target is list or target is set) and not args else None

    # Elements.

    def element(self, value: Any) -> Any:
        """One of what a value is made of."""
        if isinstance(value, Many):
            return Row(value.model, names=value.names) if value.rows else UNKNOWN
        if isinstance(value, Each):
            return value.value
        if isinstance(value, Box):
            return self.best(value.values)
        found = iterated(value)
        return self.best(list(found)) if found is not None else UNKNOWN

    def collected(self, value: Any, rows: Many | None = None) -> Any:
        self.iterated_over(value)
        return value if isinstance(value, Items) else Box([self.element(value)], rows=rows)

    def iterated_over(self, value: Any) -> None:
        """The rows of a queryset are fetched."""

    def each(self, iterable: Any) -> Iterator[Any]:
        self.iterated_over(iterable)
        of_rows = isinstance(iterable, Many) or (
            isinstance(iterable, Each | Box) and not isinstance(self.element(iterable), Many)
        )
        values: Any = [self.element(iterable)] if isinstance(iterable, Many | Each | Box) else super().each(iterable)
        if isinstance(iterable, Box) and iterable.complete:
            of_rows, values = False, [Known(key) for key in iterable.keys]
        for value in values:
            self.loops.append(of_rows)
            try:
                yield value
            finally:
                self.loops.pop()

    def comprehended(self, values: list[Any], keyed: bool) -> Any:
        found = [value for value in values if is_mine(value)]
        if len(found) > 1:  # over constants: what runs over rows is followed once
            return Box(values) if keyed else Items(tuple(values))
        return Each(found[0]) if found else UNKNOWN

    def item(self, owner: Any, index: Any, node: ast.Subscript) -> Any:
        if isinstance(owner, Many):
            return replace(owner, filtered=True, manager=None) if isinstance(node.slice, ast.Slice) else self.element(owner)
        if isinstance(owner, Each | Box):
            key = plain(index)
            if isinstance(node.slice, ast.Slice):
                return owner
            return (
                owner.keys[key] if isinstance(owner, Box) and is_a(key, str, int) and key in owner.keys else self.element(owner)
            )
        if isinstance(owner, Items) and isinstance(plain(index), int):
            number = plain(index)
            return owner.values[number] if -len(owner.values) <= number < len(owner.values) else UNKNOWN
        return super().item(owner, index, node)

    def of_BinOp(self, node: ast.BinOp, frame: Frame) -> Any:
        left, right = self.evaluate(node.left, frame), self.evaluate(node.right, frame)
        if isinstance(left, Many) and isinstance(right, Many):
            return replace(left, filtered=left.filtered and right.filtered, manager=None)
        if isinstance(left, Each | Box) or isinstance(right, Each | Box):
            return Box([self.element(left), self.element(right)])
        return self.combined(left, node.op, right)

    def of_List(self, node: Any, frame: Frame) -> Any:
        return self.of_Tuple(node, frame) if node.elts else Box()

    def of_Dict(self, node: ast.Dict, frame: Frame) -> Any:
        box = Box()
        for key, value in zip(node.keys, node.values, strict=True):
            known = plain(self.evaluate(key, frame)) if key is not None else UNKNOWN
            found = self.evaluate(value, frame)
            box.values.append(found)
            if is_a(known, str, int):
                box.keys[known] = found
            if key is None:
                box.keys.update(found.keys if isinstance(found, Box) else {UNKNOWN: UNKNOWN})
        return box
