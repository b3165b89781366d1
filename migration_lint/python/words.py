"""The names and texts that a function holds: what it may be about, where nothing more is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

from migration_lint.python.source import callees

DEPTH = 3  # calls within calls
WORD = re.compile(r"\w+")


def words(function: Any, *more: object) -> frozenset[str]:
    """Every name, argument and word of a text in the function, and in the functions of its own package that it names.

    `more` are other texts, or what holds some.
    """
    found = {word for each in more for word in words_in(each)}
    seen: set[CodeType] = set()
    waiting = [(callee.function, 0) for callee in callees(function)]
    while waiting:
        each, depth = waiting.pop()
        if each.__code__ in seen:
            continue
        seen.add(each.__code__)
        own = set(words_of(each.__code__))
        found |= own
        home = package(each)
        known = {name: each.__globals__[name] for name in own if name in each.__globals__}
        known |= dict(zip(each.__code__.co_freevars, map(content, each.__closure__ or ()), strict=False))
        for value in known.values():
            if type(value) is FunctionType and depth < DEPTH and package(value) == home:
                waiting.append((value, depth + 1))
            else:
                found.update(words_in(value))
    return frozenset(found)


def package(function: FunctionType) -> str:
    return (function.__module__ or "").partition(".")[0]


def content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not bound yet
        return None


def words_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from words_of(constant)
        else:
            yield from words_in(constant)


def words_in(constant: object) -> Iterator[str]:
    kind = type(constant)  # isinstance() would run a lazy object
    if kind is str:
        yield from WORD.findall(str(constant))
    elif kind in (tuple, list, set, frozenset, dict):
        parts: Iterable[object] = constant  # type: ignore[assignment]
        for part in parts:
            yield from words_in(part)
