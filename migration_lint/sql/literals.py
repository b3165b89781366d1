"""What the literals of all vendors have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

BYTES = (bytes, bytearray, memoryview)


class UnknownValue:
    """Stands for a default that could not be computed without the database; its literal says so."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN = UnknownValue()


def flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from flat(value)
        else:
            yield value
