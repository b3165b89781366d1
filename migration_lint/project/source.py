"""Where in a file an operation stands: recorded while migrations are imported, read from the syntax tree otherwise."""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from weakref import WeakKeyDictionary

from django.db.migrations import Migration
from django.db.migrations.operations.base import Operation

from migration_lint.types import Location

# operation → the (code, instruction) pairs of the frames that made it, innermost first
CALLS: WeakKeyDictionary[Operation, list[tuple[CodeType, int]]] = WeakKeyDictionary()
DEPTH = 12
TELLS_COLUMNS = hasattr(CodeType, "co_positions")  # not Python 3.10: there, of several calls on a line the first is found
CLASS = re.compile(r"class Migration\b")


@contextmanager
def recording() -> Iterator[None]:
    """While open, every operation that is made remembers which lines made it."""
    original = Operation.__dict__["__new__"]
    make = original.__get__(None, Operation)

    def __new__(cls: type[Operation], *args: Any, **kwargs: Any) -> Operation:
        operation: Operation = make(cls, *args, **kwargs)
        calls: list[tuple[CodeType, int]] = []
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and len(calls) < DEPTH:
            name = frame.f_code.co_filename
            if name.startswith("<frozen importlib"):
                break
            calls.append((frame.f_code, frame.f_lasti))
            frame = frame.f_back
        with suppress(TypeError):  # a third party's operation that cannot be referred to weakly
            CALLS[operation] = calls
        return operation

    Operation.__new__ = staticmethod(__new__)  # type: ignore[assignment]
    try:
        yield
    finally:
        Operation.__new__ = original  # type: ignore[method-assign]


def place(code: CodeType, instruction: int) -> Location:
    path = code.co_filename
    if hasattr(code, "co_positions"):
        for line, end_line, column, end_column in islice(code.co_positions(), instruction // 2, None):
            if line is not None and column is not None and end_column is not None:
                return Location(path, line, columns(path, line, column), end_line, columns(path, end_line or line, end_column))
            return Location(path, line)
    for start, end, line in code.co_lines():
        if start <= instruction < end and line is not None:
            return call_at(path, line)
    return Location(path)


@functools.lru_cache(maxsize=64)
def lines(path: str) -> tuple[str, ...]:
    """As Python counts them: a form feed, or another of what `splitlines` splits at, ends none."""
    try:
        return tuple(Path(path).read_text(encoding="utf-8", errors="replace").split("\n"))
    except OSError:
        return ()


@functools.lru_cache(maxsize=64)
def is_ascii(path: str) -> bool:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall().isascii()
    except OSError:
        return True


def columns(path: str, line: int, offset: int) -> int:
    """A 1-based column in characters for an offset in UTF-8 bytes."""
    if is_ascii(path):
        return offset + 1
    text = lines(path)
    if line > len(text):
        return offset + 1
    return len(text[line - 1].encode()[:offset].decode("utf-8", "ignore")) + 1


@functools.lru_cache(maxsize=64)
def syntax_tree(path: str) -> ast.Module | None:
    try:
        return ast.parse("\n".join(lines(path)))
    except (SyntaxError, ValueError, RecursionError):
        return None


def of_node(path: str, node: Any) -> Location:
    end = node.end_lineno or node.lineno
    return Location(
        path,
        node.lineno,
        columns(path, node.lineno, node.col_offset),
        end,
        columns(path, end, node.end_col_offset or 0),
    )


def call_at(path: str, line: int) -> Location:
    """The outermost call that starts on this line: what Python 3.10 does not tell by itself."""
    tree = syntax_tree(path)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Call) and node.lineno == line:
            return of_node(path, node)
    return Location(path, line)


def migration_class(path: str) -> ast.ClassDef | None:
    tree = syntax_tree(path)
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            return node
    return None


@functools.lru_cache(maxsize=64)
def listed(path: str) -> tuple[Any, ...]:
    """The elements of the literal `operations` list."""
    found = migration_class(path)
    for node in found.body if found else ():
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.List)
            and any(getattr(target, "id", "") == "operations" for target in node.targets)
        ):
            return tuple(node.value.elts)
    return ()


def is_recorded(operation: Operation) -> bool:
    try:
        return operation in CALLS
    except TypeError:  # a third party's operation that cannot be hashed
        return True


def forget() -> None:
    """Read files again that may have changed."""
    for read in (lines, is_ascii, syntax_tree, listed):
        read.cache_clear()


def migration_path(migration: Migration) -> str:
    module = sys.modules.get(type(migration).__module__)
    return getattr(module, "__file__", None) or type(migration).__module__


def migration_location(migration: Migration) -> Location:
    """Where `class Migration` stands."""
    path = migration_path(migration)
    found = [number for number, text in enumerate(lines(path), 1) if CLASS.match(text)]
    if len(found) == 1:  # parsing every file takes longer than reading it
        return Location(path, found[0], 1)
    node = migration_class(path)
    return Location(path, node.lineno, 1) if node is not None else Location(path, 1, 1)


def operation_location(migration: Migration, operation: Operation, index: tuple[int, ...]) -> Location:
    """The call that made the operation: in the migration's own file where it stands there, in the helper's otherwise."""
    path = migration_path(migration)
    calls = CALLS.get(operation, [])
    if TELLS_COLUMNS or len(index) > 1:
        for code, instruction in calls:
            if code.co_filename == path:
                return place(code, instruction)
    elements = listed(path)
    if len(elements) == len(migration.operations) and index[0] < len(elements):
        return of_node(path, elements[index[0]])
    for code, instruction in calls:
        if code.co_filename == path:
            return place(code, instruction)
    if calls:
        return place(*calls[0])
    return migration_location(migration)
