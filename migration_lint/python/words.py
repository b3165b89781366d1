"""The names and texts that a RunPython function holds: what it may be about, where nothing more is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from migration_lint.python.source import callees, is_own

DEPTH = 3  # calls within calls
WORD = re.compile(r"\w+")


def words(function: Any) -> frozenset[str]:
    """Every name, argument and word of a text in the function, and in the project's own functions that it names."""
    found: set[str] = set()
    seen: set[CodeType] = set()
    waiting = [(callee.function, 0) for callee in callees(function)]
    while waiting:
        each, depth = waiting.pop()
        if each.__code__ in seen:
            continue
        seen.add(each.__code__)
        own = set(words_of(each.__code__))
        found |= own
        for name in own if depth < DEPTH else ():
            other = each.__globals__.get(name)
            if type(other) is FunctionType and is_own(other.__code__.co_filename):
                waiting.append((other, depth + 1))
    return frozenset(found)


def words_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from words_of(constant)
        else:
            yield from words_in(constant)


def words_in(constant: object) -> Iterator[str]:
    if isinstance(constant, str):
        yield from WORD.findall(constant)
    elif isinstance(constant, tuple | frozenset):
        for part in constant:
            yield from words_in(part)
