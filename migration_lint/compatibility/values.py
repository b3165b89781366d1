"""Which values a column of one type takes that another took, and gives back as they were."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from migration_lint.backends import Backend
    from migration_lint.sql.catalog import SQLType

BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "integer": 32, "bigint": 64}
SERIALS = {"smallserial": "smallint", "serial": "integer", "bigserial": "bigint"}
FLOATS = {"real": 24, "float": 24, "double precision": 53, "binary_float": 24, "binary_double": 53}
TEXT = {
    "char", "varchar", "nchar", "nvarchar2", "varchar2", "citext",
    "text", "tinytext", "mediumtext", "longtext", "clob", "nclob",
}  # fmt: skip
DECIMALS = ("numeric", "number", "decimal")
LARGE = 10**100
# The names that Django gives the ranges of its integer fields.
RANGES = {
    "BooleanField": (0, 1),
    "SmallIntegerField": (-(2**15), 2**15 - 1),
    "IntegerField": (-(2**31), 2**31 - 1),
    "BigIntegerField": (-(2**63), 2**63 - 1),
    "PositiveSmallIntegerField": (0, 2**15 - 1),
    "PositiveIntegerField": (0, 2**31 - 1),
    "PositiveBigIntegerField": (0, 2**63 - 1),
}


class Values(NamedTuple):
    """What a type holds. `kind` is integer, decimal, float or text, or the type's name; the bounds are the kind's own.

    Of an integer the lowest and the highest, of a decimal the digits before and after the point, of the others the length,
    or whatever stands in parentheses.
    """

    kind: str
    bounds: tuple[float, ...] = ()


def values(of: SQLType, backend: Backend) -> Values:
    name = SERIALS.get(of.name, of.name)
    numbers = tuple(float(part) for part in of.arguments if isinstance(part, int))
    if of.dimensions:
        inner = values(of._replace(dimensions=0), backend)
        return Values(f"{inner.kind}[]", inner.bounds)
    if name.removesuffix(" unsigned") in BITS:
        bits = BITS[name.removesuffix(" unsigned")]
        return Values("integer", (0, 2**bits - 1) if name.endswith(" unsigned") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
    if name == "bool":  # where it is a number; elsewhere it is spelled out
        return Values("integer", (0, 1))
    if name.removesuffix(" unsigned") in DECIMALS:
        if not numbers:
            return Values("decimal", (math.inf, math.inf))
        scale = numbers[1] if len(numbers) > 1 else 0
        return Values("decimal", (numbers[0] - scale, scale))
    if name in FLOATS:
        return Values("float", (FLOATS[name],))
    if name in TEXT:
        large = name in backend.server.get("large_types", ())  # nothing is compared with these as with a string
        return Values("large text" if large else "text", numbers[:1] or (255.0 if name == "tinytext" else math.inf,))
    return Values(name, (*numbers, *(float(hash(part)) for part in of.arguments if isinstance(part, str))))


def written(field: Any, held: Values) -> Values:
    """Those of a column's values that a model writes: a field may have become narrower before its column does."""
    if held.kind == "text" and getattr(field, "max_length", None):
        return Values("text", (min(held.bounds[0], field.max_length),))
    if held.kind == "decimal" and getattr(field, "max_digits", None) and field.decimal_places is not None:
        whole, scale = held.bounds
        return Values("decimal", (min(whole, field.max_digits - field.decimal_places), min(scale, field.decimal_places)))
    bounds = RANGES.get(field.get_internal_type()) if field is not None else None
    if held.kind == "integer" and bounds:
        return Values("integer", (max(held.bounds[0], bounds[0]), min(held.bounds[1], bounds[1])))
    return held


def fits(old: Values, new: Values, backend: Backend) -> bool | None:
    """Whether the new type takes the old one's values and gives them back: None where it is another kind of type."""
    bounded = not backend.settings.get("holds_any_length")
    if old.kind == new.kind == "integer":
        return not bounded or (new.bounds[0] <= old.bounds[0] and new.bounds[1] >= old.bounds[1])
    if old.kind == "integer" and new.kind == "decimal":
        return not bounded or digits(old) <= new.bounds[0]
    if old.kind == "integer" and new.kind == "float":
        return old.bounds[1] <= 2 ** new.bounds[0]
    if old.kind == "decimal" and new.kind == "integer":
        return not bounded or (old.bounds[1] == 0 and 10 ** min(old.bounds[0], 99) - 1 <= new.bounds[1])
    if {old.kind, new.kind} == {"json", "jsonb"}:
        return True
    if (old.kind, new.kind) == ("large text", "text"):
        return old.bounds <= new.bounds
    if old.kind != new.kind:
        return None
    if not bounded or old.bounds == new.bounds or not new.bounds:
        return True
    if not old.bounds and old.kind not in ("integer", "decimal", "float", "text"):
        return False
    return all(b >= a for a, b in zip(old.bounds, new.bounds, strict=False))


def digits(integer: Values) -> int:
    return len(str(int(max(abs(bound) for bound in integer.bounds))))
