"""From a callable to the text it was written in."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Any

import django

from migration_lint.types import Location

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
DJANGO = str(Path(django.__file__).parent)
LIBRARY = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib")})
INSTALLED = {"site-packages", "dist-packages"}


@dataclass(frozen=True, eq=False)
class Callee:
    """A function that a call ends in, with the arguments that it is already bound to."""

    function: FunctionType
    args: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)


def callees(code: Any) -> Iterator[Callee]:
    """The functions behind a callable: under partial(), bound methods, instances with `__call__`, and decorators that wrap."""
    yield from unwrapped(code, (), {}, 0)


def unwrapped(code: Any, args: tuple[Any, ...], keywords: dict[str, Any], depth: int) -> Iterator[Callee]:
    if depth > 10:
        return
    kind = type(code)  # isinstance() would run a lazy object
    if issubclass(kind, functools.partial):
        yield from unwrapped(code.func, (*code.args, *args), {**code.keywords, **keywords}, depth + 1)
    elif issubclass(kind, MethodType):
        yield from unwrapped(code.__func__, (code.__self__, *args), keywords, depth + 1)
    elif issubclass(kind, FunctionType):
        yield Callee(code, args, keywords)
        if (wrapped := vars(code).get("__wrapped__")) is not None:
            yield from unwrapped(wrapped, args, keywords, depth + 1)
    elif not issubclass(kind, type):
        wrapped, call = inspect.getattr_static(code, "__wrapped__", None), inspect.getattr_static(kind, "__call__", None)
        if isinstance(wrapped, FunctionType):
            yield from unwrapped(wrapped, args, keywords, depth + 1)
        elif isinstance(call, FunctionType):
            yield from unwrapped(call, (code, *args), keywords, depth + 1)


@functools.lru_cache(maxsize=64)
def parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def tree_of(path: str, module_globals: dict[str, Any] | None = None) -> ast.Module | None:
    """The syntax tree of a file; None where there is no text to read."""
    return parsed(text_of(path, module_globals))


def text_of(path: str, module_globals: dict[str, Any] | None = None) -> str:
    linecache.checkcache(path)
    return "".join(linecache.getlines(path, module_globals))


@functools.lru_cache(maxsize=64)
def functions_in(text: str) -> dict[tuple[str, int], list[FunctionNode]]:
    """The functions of a file by name and first line, decorators included."""
    found: dict[tuple[str, int], list[FunctionNode]] = {}
    tree = parsed(text)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Lambda):
            found.setdefault(("<lambda>", node.lineno), []).append(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found.setdefault((node.name, first), []).append(node)
    return found


def definition(function: FunctionType) -> FunctionNode | None:
    """Where the function is written; None for one that was made without a file."""
    code = function.__code__
    found = functions_in(text_of(code.co_filename, function.__globals__)).get((code.co_name, code.co_firstlineno), [])
    return next((node for node in found if len(found) == 1 or is_compiled(node, code)), found[0] if found else None)


def place(function: FunctionType) -> Location | None:
    """Where the function's arguments are written."""
    node = definition(function)
    path = function.__code__.co_filename
    return None if node is None or not node.args.args else location(path, node.args.args[0])


def is_compiled(node: FunctionNode, code: CodeType) -> bool:
    """Whether this is the one that the code was compiled from, where several lambdas start on one line."""
    if not isinstance(node, ast.Lambda):
        return True
    outer = compile(ast.Expression(node), code.co_filename, "eval")
    made = next(constant for constant in outer.co_consts if isinstance(constant, CodeType))
    return (made.co_code, made.co_names) == (code.co_code, code.co_names) and repr(constants(made)) == repr(constants(code))


def constants(code: CodeType) -> list[Any]:
    return [constant for constant in code.co_consts if not isinstance(constant, CodeType)]


def is_own(path: str) -> bool:
    """Whether a file belongs to the project: Django, the standard library and what is installed do not."""
    if path.startswith((DJANGO, "<frozen")):
        return False
    return INSTALLED.isdisjoint(Path(path).parts) and not path.startswith(LIBRARY)


def package_folder(function: FunctionType) -> str:
    """The folder of the installed package that a function belongs to, with a slash; '' for Django's and for none."""
    package = sys.modules.get((function.__module__ or "").partition(".")[0])
    file = getattr(package, "__file__", None)
    if file is None or Path(file).name != "__init__.py" or file.startswith(DJANGO):
        return ""
    return f"{Path(file).parent}{os.sep}"


def location(path: str, node: Any) -> Location:
    return Location(
        path,
        node.lineno,
        column(path, node.lineno, node.col_offset),
        node.end_lineno,
        column(path, node.end_lineno, node.end_col_offset),
    )


def column(path: str, line: int, offset: int) -> int:
    """A 1-based column in characters for an offset in UTF-8 bytes."""
    return len(linecache.getline(path, line).encode()[:offset].decode("utf-8", "ignore")) + 1
