"""Follows texts that are put together with something whose value is not known."""

from __future__ import annotations

import ast
from typing import Any

from migration_lint.python.expressions import Expressions
from migration_lint.python.frames import Frame
from migration_lint.python.history import Box, Each, Model, Row
from migration_lint.python.values import PURE, UNKNOWN, Built, Instance, Items, Known, Marker, Part, is_a, plain

# What gives a name or a number, and no value of the rows'.
NAMING = {"quote_name", "table_name", "index_name", "db_parameters", "db_type", "_create_index_name", "join", "isoformat"}
NAMES = {"db_table", "column", "attname", "alias", "vendor", "db_column", "schema_name", "name", "model_name", "app_label"}
NUMBERS = (int, float, len, range, sum, abs, round, bool)


class Texts(Expressions):
    """`Built` is what an f-string, `%`, `+` and `format()` make of a value that is not known."""

    def put_together(self, parts: list[Any]) -> Any:
        """The text made of these."""
        return Built(all(self.is_safe(part) for part in parts))

    def is_safe(self, value: Any) -> bool:
        """Whether this is a constant, a name of the schema's, or quoted."""
        if isinstance(value, Built):
            return value.safe
        if isinstance(value, Items):
            return all(self.is_safe(each) for each in value.values)
        if isinstance(value, Known):
            return True
        if isinstance(value, Part):
            return not isinstance(value.owner, Row) and (isinstance(value.owner, Marker | Model) or value.name in NAMES)
        return isinstance(value, Instance)

    def of_JoinedStr(self, node: ast.JoinedStr, frame: Frame) -> Any:
        parts: list[Any] = []
        texts: list[Any] = []
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                value = self.evaluate(each.value, frame)
                found = plain(value)
                parts.append(value)
                whole = each.conversion == -1 and each.format_spec is None and isinstance(found, str | int)
                texts.append(str(found) if whole else UNKNOWN)
            elif isinstance(each, ast.Constant):
                texts.append(each.value)
        return self.put_together(parts) if any(text is UNKNOWN for text in texts) else Known("".join(texts))

    def combined(self, left: Any, op: ast.operator, right: Any) -> Any:
        found = super().combined(left, op, right)
        if found is UNKNOWN and isinstance(op, ast.Add | ast.Mod):
            texts = (left,) if isinstance(op, ast.Mod) else (left, right)
            if any(isinstance(text, Built) or is_a(plain(text), str) for text in texts):
                return self.put_together([left, right])
        return found

    def attribute(self, owner: Any, name: str, node: ast.expr | None = None) -> Any:
        if isinstance(owner, Built):
            return Part(owner, name, node)
        found = super().attribute(owner, name, node)
        return Built(True) if found is UNKNOWN and name in NAMES and not isinstance(owner, Row) else found

    def result(self, callee: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(callee, Part) and isinstance(callee.owner, Built) and callee.name in PURE:
            return self.put_together([callee.owner, *args, *keywords.values()])
        found = super().result(callee, args, keywords)
        if found is not UNKNOWN:
            return found
        if isinstance(callee, Known) and any(callee.object is number for number in NUMBERS):
            return Built(True)
        if isinstance(callee, Part):
            if callee.name == "format" and is_a(plain(callee.owner), str):
                return self.put_together([*args, *keywords.values()])
            if callee.name in NAMING:
                return Built(not (callee.name == "join" and any(map(is_of_row, joined(args)))))
        return found


def joined(args: list[Any]) -> list[Any]:
    """What `", ".join(…)` puts together, where it is a list that the function makes."""
    boxes = [each.values if isinstance(each, Box) else [each.value] for each in args if isinstance(each, Each | Box)]
    return [value for values in boxes for value in values]


def is_of_row(value: Any) -> bool:
    return isinstance(value, Part) and isinstance(value.owner, Row)
