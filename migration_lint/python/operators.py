"""Operators over what is known: enough to follow a text that is put together, and a test for the vendor."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from migration_lint.python.frames import Frame
from migration_lint.python.values import UNKNOWN, Known, RealClass, plain

COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}


class Operators:
    def evaluate(self, node: ast.expr, frame: Frame) -> Any:
        raise NotImplementedError

    def truth(self, value: Any) -> bool | None:
        found = plain(value)
        return None if found is UNKNOWN else bool(found)

    def best(self, values: list[Any]) -> Any:
        """Of several values that something may have, the one that matters."""
        return next((value for value in values if isinstance(value, RealClass)), UNKNOWN)

    def of_BinOp(self, node: ast.BinOp, frame: Frame) -> Any:
        return self.combined(self.evaluate(node.left, frame), node.op, self.evaluate(node.right, frame))

    def combined(self, left: Any, op: ast.operator, right: Any) -> Any:
        one, other = plain(left), plain(right)
        if one is UNKNOWN or other is UNKNOWN:
            return UNKNOWN
        try:
            if isinstance(op, ast.Add):
                return Known(one + other)
            if isinstance(op, ast.Mod) and isinstance(one, str):
                return Known(one % (tuple(other) if isinstance(other, list) else other))
        except Exception:
            return UNKNOWN
        return UNKNOWN

    def of_BoolOp(self, node: ast.BoolOp, frame: Frame) -> Any:
        values = [self.evaluate(value, frame) for value in node.values]
        truths = [self.truth(value) for value in values]
        decisive = isinstance(node.op, ast.Or)
        if decisive in truths:
            return Known(decisive)
        return self.best(values) if None in truths else Known(not decisive)

    def of_UnaryOp(self, node: ast.UnaryOp, frame: Frame) -> Any:
        truth = self.truth(self.evaluate(node.operand, frame))
        return Known(not truth) if isinstance(node.op, ast.Not) and truth is not None else UNKNOWN

    def of_Compare(self, node: ast.Compare, frame: Frame) -> Any:
        left, *rest = [plain(self.evaluate(value, frame)) for value in (node.left, *node.comparators)]
        compare = COMPARE.get(type(node.ops[0]))
        if len(rest) != 1 or compare is None or left is UNKNOWN or rest[0] is UNKNOWN:
            return UNKNOWN
        try:
            return Known(bool(compare(left, rest[0])))
        except TypeError:
            return UNKNOWN

    def of_IfExp(self, node: ast.IfExp, frame: Frame) -> Any:
        truth = self.truth(self.evaluate(node.test, frame))
        if truth is not None:
            return self.evaluate(node.body if truth else node.orelse, frame)
        return self.best([self.evaluate(branch, frame) for branch in (node.body, node.orelse)])

    def of_JoinedStr(self, node: ast.JoinedStr, frame: Frame) -> Any:
        parts: list[Any] = []
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                found = plain(self.evaluate(value.value, frame))
                formatted = value.conversion != -1 or value.format_spec is not None
                parts.append(UNKNOWN if formatted or not isinstance(found, str | int) else str(found))
            elif isinstance(value, ast.Constant):
                parts.append(value.value)
        return UNKNOWN if any(part is UNKNOWN for part in parts) else Known("".join(parts))
