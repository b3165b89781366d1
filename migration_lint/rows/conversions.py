"""What the values of one type lose, or fail on, when they become another's. Pure, and public, for rules.

A `Trouble` is a kind of value that the new type cannot hold. What a server does about each kind stands in its fact file, under
`[conversions.silent]`: always, where the statement casts explicitly, or outside strict mode it takes something away and says
nothing; otherwise it refuses the statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migration_lint import backends
from migration_lint.types import Action, Statement

if TYPE_CHECKING:
    from migration_lint.sql.catalog import SQLType, Table

STRICT = ("strict_trans_tables", "strict_all_tables", "traditional")


@dataclass(frozen=True)
class Trouble:
    """`values` are those that do not fit, as a noun; `comes_to` is what happens to them where nobody refuses.

    `limit` is what a query for such rows has to compare with.
    """

    kind: str
    values: str
    comes_to: str
    limit: int | None = None


@dataclass(frozen=True)
class Conversion:
    """The troubles of a change of type: those that lose data without a word, and those that the server refuses."""

    silent: tuple[Trouble, ...] = ()
    refused: tuple[Trouble, ...] = ()


def convert(old: SQLType, new: SQLType, vendor: str, cast: bool = False, strict: bool = True) -> Conversion:
    """What happens to values. `cast`: the statement says `USING column::type`; `strict`: the session is in strict mode."""
    facts = backends.load(vendor).conversions
    if not facts or old == new:
        return Conversion()
    found = list(troubles(old, new, facts))
    says = facts["silent"]
    quiet = {*says["always"], *(says.get("cast", ()) if cast else ()), *(() if strict else says.get("without strict mode", ()))}
    return Conversion(
        tuple(each for each in found if each.kind in quiet), tuple(each for each in found if each.kind not in quiet)
    )


def conversion(action: Action, table: Table, statement: Statement, vendor: str) -> Conversion | None:
    """What a statement's change of type does to the values of a column, as far as both types are known."""
    column = table.columns.get(action.name or "")
    if column is None or column.type is None or column.generated or action.definition["type"] is None:
        return None
    cast = is_cast(action)
    strict = is_strict(statement.before.settings) if statement.before else True
    return None if cast is None else convert(column.type, action.definition["type"], vendor, cast, strict)


def is_strict(settings: Mapping[str, str]) -> bool:
    """Whether the session refuses what does not fit: so servers start, where nobody sets `sql_mode`."""
    mode = settings.get("sql_mode")
    return mode is None or any(word in mode.lower() for word in STRICT)


def is_cast(action: Action) -> bool | None:
    """Whether a change of type casts its column explicitly; None where it computes other values."""
    using: Any = action.definition["using"]
    if using is None or using.text.strip('"') == action.name:
        return False
    return True if using.cast == action.definition["type"] and action.name in using.columns else None


def troubles(old: SQLType, new: SQLType, facts: Mapping[str, Any]) -> Iterator[Trouble]:
    if old.dimensions or new.dimensions:
        if old.dimensions != new.dimensions:
            yield unreadable(new)
            return
        old, new = old._replace(dimensions=0), new._replace(dimensions=0)
    before, after = family(old, facts), family(new, facts)
    if after == "text":
        yield from to_text(old, new, facts)
    elif before == "number" and after == "number":
        yield from between_numbers(old, new, facts)
    elif before == "moment" and after == "moment":
        yield from between_moments(old, new, facts)
    elif before == "number" and after == "boolean":
        yield Trouble("truth", "every number but 0 and 1", "becomes true")
    elif (before, after) == ("boolean", "number") or (old.name, new.name) in map(tuple, facts.get("free", ())):
        return
    elif old.name != new.name:
        yield unreadable(new)
        if after == "number" and (before == "text" or old.name in facts["rounded_when_read"]):
            yield from read_as_number(old, new, facts)


def family(kind: SQLType, facts: Mapping[str, Any]) -> str:
    name = kind.name
    if name in facts["text"]:
        return "text"
    if name in facts["integers"] or name in facts["approximate"] or name.partition(" ")[0] == "numeric":
        return "number"
    if name in facts["moments"]:
        return "moment"
    return name if name == "boolean" else "other"


def unreadable(new: SQLType) -> Trouble:
    return Trouble("unreadable", f"what cannot be read as `{new}`", "becomes something else")


def read_as_number(old: SQLType, new: SQLType, facts: Mapping[str, Any]) -> Iterator[Trouble]:
    longest = width(old, facts)
    if new.name in facts["approximate"]:
        if longest is None or longest > facts["approximate"][new.name]:
            yield lost_digits(facts["approximate"][new.name])
    elif new.name in facts["integers"]:
        if old.name in facts["rounded_when_read"]:
            yield rounded(0)
    elif new.arguments or facts.get("numeric"):
        scale = precision(new, facts)[1]
        if longest is None or longest > scale + 1:
            yield rounded(scale)


# Text.


def to_text(old: SQLType, new: SQLType, facts: Mapping[str, Any]) -> Iterator[Trouble]:
    most = limit(new, facts)
    longest = width(old, facts)
    if old.name in facts.get("rounded_as_text", ()) and (most is None or new.name in facts["lengths"]):
        yield lost_digits(facts["approximate"][old.name])
    if most is not None and (longest is None or longest > most):
        unit = "byte" if new.name in facts.get("lengths", {}) else "character"
        yield Trouble("too long", f"what is longer than {most} {unit}{'s' * (most != 1)}", "is cut off there", most)


def limit(kind: SQLType, facts: Mapping[str, Any]) -> int | None:
    """How long a text may be."""
    if kind.arguments and isinstance(kind.arguments[0], int):
        return kind.arguments[0]
    if kind.name == "char":
        return 1
    found: int | None = facts.get("lengths", {}).get(kind.name)
    return found


def width(kind: SQLType, facts: Mapping[str, Any]) -> int | None:
    """How long a value of the type is at most, written as text; None where there is no end."""
    if kind.name in facts["text"]:
        return limit(kind, facts)
    if kind.name in facts["integers"]:
        low, high = bounds(kind, facts)
        return max(len(str(low)), len(str(high)))
    if kind.name.partition(" ")[0] == "numeric":
        if not kind.arguments and not facts.get("numeric"):
            return None
        digits, scale = precision(kind, facts)
        return digits + 1 + (scale > 0) + (scale == digits)
    found: int | None = facts["widths"].get(kind.name)
    if found is not None and kind.name in facts["moments"] and not facts["fraction"] and fraction(kind, facts):
        return found + 1 + fraction(kind, facts)
    return found


# Numbers.


def bounds(kind: SQLType, facts: Mapping[str, Any]) -> tuple[int, int]:
    """The least and the greatest of an integer type."""
    bits: int = facts["integers"][kind.name]
    return (0, 2**bits - 1) if "unsigned" in kind.name else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def precision(kind: SQLType, facts: Mapping[str, Any]) -> tuple[int, int]:
    """How many digits a numeric has, and how many of them after the point."""
    numbers = [part for part in kind.arguments if isinstance(part, int)] or list(facts.get("numeric", ()))
    return numbers[0], numbers[1] if len(numbers) > 1 else 0


def between_numbers(old: SQLType, new: SQLType, facts: Mapping[str, Any]) -> Iterator[Trouble]:
    if new.name in facts["integers"]:
        yield from to_integer(old, new, facts)
    elif new.name in facts["approximate"]:
        yield from to_approximate(old, new, facts)
    else:
        yield from to_numeric(old, new, facts)


def to_integer(old: SQLType, new: SQLType, facts: Mapping[str, Any]) -> Iterator[Trouble]:
    low, high = bounds(new, facts)
    least, most = span(old, facts)
    if least is None or most is None or least < low or most > high:
        yield Trouble("out of range", f"numbers below {low:,} or above {high:,}", "become the nearest of these", high)
    if has_fraction(old, facts):
        yield rounded(0)


def to_approximate(old: SQLType, new: SQLType, facts: Mapping[str, Any]) -> Iterator[Trouble]:
    digits = facts["approximate"][new.name]
    exact = digits_of(old, facts)
    if exact is None or exact > digits:
        yield lost_digits(digits)
    wider = facts["approximate"].get(old.name, digits + 1) > digits
    if span(old, facts)[1] is None and wider:
        yield Trouble("out of range", f"numbers too large for `{new}`", "become the largest one")


def to_numeric(old: SQLType, new: SQLType, facts: Mapping[str, Any]) -> Iterator[Trouble]:
    if not new.arguments and not facts.get("numeric"):
        if old.name in facts["approximate"] and facts.get("approximate_to_numeric_rounds"):
            yield lost_digits(facts["approximate"][old.name])
        return
    digits, scale = precision(new, facts)
    high = 10 ** (digits - scale) - 1
    least, most = span(old, facts)
    low = 0 if "unsigned" in new.name else -high
    if least is None or most is None or most > high or least < low:
        whole = digits - scale
        yield Trouble(
            "out of range",
            f"numbers with more than {whole} digit{'s' * (whole != 1)} before the point",
            "become the nearest one",
        )
    if decimals(old, facts) is None or (decimals(old, facts) or 0) > scale:
        yield rounded(scale)


def span(kind: SQLType, facts: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The whole numbers that a type reaches down and up to; None where there is no end that counts."""
    if kind.name in facts["integers"]:
        return bounds(kind, facts)
    if kind.name in facts["approximate"] or (not kind.arguments and not facts.get("numeric")):
        return None, None
    digits, scale = precision(kind, facts)
    most = 10 ** (digits - scale) - 1
    return 0 if "unsigned" in kind.name else -most, most


def decimals(kind: SQLType, facts: Mapping[str, Any]) -> int | None:
    """How many decimal places; None where there is no end."""
    if kind.name in facts["integers"]:
        return 0
    if kind.name in facts["approximate"] or (not kind.arguments and not facts.get("numeric")):
        return None
    return precision(kind, facts)[1]


def has_fraction(kind: SQLType, facts: Mapping[str, Any]) -> bool:
    return decimals(kind, facts) != 0


def digits_of(kind: SQLType, facts: Mapping[str, Any]) -> int | None:
    """How many significant digits the values of a type have at most."""
    if kind.name in facts["integers"]:
        return len(str(bounds(kind, facts)[1]))
    if kind.name in facts["approximate"]:
        found: int = facts["approximate"][kind.name]
        return found
    if not kind.arguments and not facts.get("numeric"):
        return None
    return precision(kind, facts)[0]


def rounded(scale: int) -> Trouble:
    after = f"digits after the {ordinal(scale)} decimal place" if scale else "digits after the point"
    return Trouble("fraction", after, "are rounded away", scale)


def lost_digits(digits: int) -> Trouble:
    return Trouble("precision", f"digits after the first {digits} significant ones", "are lost")


def ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


# Dates and times.


def between_moments(old: SQLType, new: SQLType, facts: Mapping[str, Any]) -> Iterator[Trouble]:
    before, after = facts["moments"][old.name], facts["moments"][new.name]
    if "date" in before and "date" not in after:
        yield Trouble("date", "the dates", "are lost")
    if "time" in before and "time" not in after and ("date" in before or "date" in after):
        yield Trouble("time of day", "the times of day", "are lost")
    if "days" in before and "days" not in after:
        yield Trouble("date", "the days", "are lost")
    if "zone" in before and "zone" not in after and "date" not in before:
        yield Trouble("zone", "the time zones", "are lost")
    if "time" in before and "time" in after:
        was, places = (fraction(kind, facts) for kind in (old, new))
        if was > places:
            what = f"digits after the {ordinal(places)} of a second's fraction" if places else "fractions of a second"
            yield Trouble("fraction", what, "are lost")
    if "date" in after and "date" not in before and not facts.get("time_gets_a_date"):
        yield unreadable(new)


def fraction(kind: SQLType, facts: Mapping[str, Any]) -> int:
    numbers = [part for part in kind.arguments if isinstance(part, int)]
    return int(numbers[0] if numbers else facts["fraction"])
