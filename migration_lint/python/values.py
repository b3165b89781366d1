"""What an expression of a followed function stands for, as far as it can be told without running anything."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Manager, Model, QuerySet
from django.utils.connection import BaseConnectionHandler
from django.utils.module_loading import import_string

from migration_lint.python.source import is_own


class Marker(enum.Enum):
    UNKNOWN = enum.auto()
    EDITOR = enum.auto()
    CONNECTION = enum.auto()
    CONNECTIONS = enum.auto()
    CURSOR = enum.auto()
    REGISTRY = enum.auto()  # django.apps.apps and what it hands out: the models as the code has them today
    USER_MODEL = enum.auto()  # get_user_model


UNKNOWN = Marker.UNKNOWN


@dataclass(frozen=True, eq=False)
class Known:
    """A Python object that exists already: a constant, a module, a function, a class."""

    object: Any


@dataclass(frozen=True, eq=False)
class Items:
    values: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class RealClass:
    """A model class of today's code. `cls` is None where only its name was seen."""

    label: str
    cls: type[Model] | None = None
    how: str = "import"  # import, registry, user model


@dataclass(frozen=True, eq=False)
class Part:
    """An attribute whose meaning depends on what is done with it."""

    owner: Any
    name: str
    node: ast.expr | None = None


@dataclass(frozen=True, eq=False)
class Name:
    """Something of a module that nobody has imported yet."""

    dotted: str


@dataclass(frozen=True, eq=False)
class Instance:
    """An object of a class of the project's that the function makes."""

    cls: type


@dataclass(frozen=True, eq=False)
class Built:
    """A text into which something was put whose value is not known. `safe`: it was quoted, or is a name and no value."""

    safe: bool


@dataclass(frozen=True, eq=False)
class Partial:
    """A partial() that the function makes."""

    callee: Any
    args: list[Any]
    keywords: dict[str, Any]


def is_a(value: Any, *kinds: type) -> bool:
    """As isinstance(), which would ask a lazy object for its class and so run it."""
    return issubclass(type(value), kinds)


def is_real(model: Any) -> bool:
    """Whether a model class is of today's code: historical ones live in a registry of their own."""
    meta = getattr(model, "_meta", None)
    return meta is not None and not meta.abstract and getattr(meta, "apps", None) is apps and model.__module__ != "__fake__"


def wrap(value: Any) -> Any:
    """What an existing object stands for. Only its type is looked at: a lazy object would run at more."""
    kind = type(value)
    if issubclass(kind, type) and issubclass(value, Model):
        return RealClass(value._meta.label, value) if is_real(value) else Known(value)
    if issubclass(kind, Manager | QuerySet):
        model = value.model
        return Part(RealClass(model._meta.label, model), "objects") if is_real(model) else UNKNOWN
    if value is apps:
        return Marker.REGISTRY
    if value is get_user_model:
        return Marker.USER_MODEL
    if value is connection or inspect.getattr_static(kind, "SchemaEditorClass", None) is not None:
        return Marker.CONNECTION
    if issubclass(kind, BaseConnectionHandler):
        return Marker.CONNECTIONS
    return Known(value)


def named(dotted: str) -> Any:
    """A name that could not be resolved. A capitalized one from a models module is a model."""
    module, _, name = dotted.rpartition(".")
    words = module.split(".")
    if dotted == "django.apps.apps":
        return Marker.REGISTRY
    if dotted == "django.contrib.auth.get_user_model":
        return Marker.USER_MODEL
    if "models" in words[1:] and words[:2] != ["django", "db"] and name[:1].isupper() and not name.isupper():
        return RealClass(f"{words[words.index('models') - 1]}.{name}")
    return Name(dotted)


def resolve(dotted: str, load: Callable[[str, str], Any]) -> Any:
    """A dotted name, without importing anything. `load` makes a module of a file that nobody has imported."""
    words = dotted.split(".")
    for length in range(len(words), 0, -1):
        prefix = ".".join(words[:length])
        module = sys.modules.get(prefix)
        value: Any = Known(module) if module is not None else None
        if value is None and length == len(words) and (path := module_file(prefix)) is not None:
            value = load(prefix, path)
        if value is not None:
            for word in words[length:]:
                value = module_attribute(value.object, word) if isinstance(value, Known) else UNKNOWN
            return value if value is not UNKNOWN else named(dotted)
    return named(dotted)


def module_file(dotted: str) -> str | None:
    """The file of a module of the project's that is not imported."""
    path: Any = None
    spec = None
    words = dotted.split(".")
    try:
        for length in range(1, len(words) + 1):
            prefix = ".".join(words[:length])
            module = sys.modules.get(prefix)
            if module is not None:
                path = getattr(module, "__path__", None)
                if path is None:
                    return None
                continue
            spec = PathFinder.find_spec(prefix, path)
            if spec is None:
                return None
            path = spec.submodule_search_locations
    except (ImportError, ValueError):
        return None
    found = spec.origin if spec is not None and spec.has_location else None
    return found if found and found.endswith(".py") and is_own(found) else None


def module_attribute(module: Any, name: str) -> Any:
    if is_a(module, ModuleType) and name in vars(module):
        return wrap(vars(module)[name])
    return UNKNOWN


def object_attribute(value: Any, name: str) -> Any:
    """An attribute of an existing object, by static lookup: no property and no `__getattr__` runs."""
    found = inspect.getattr_static(value, name, UNKNOWN)
    if found is UNKNOWN:
        return UNKNOWN
    if isinstance(found, staticmethod):
        return wrap(found.__func__)
    if isinstance(found, classmethod):
        return wrap(found.__func__.__get__(value if isinstance(value, type) else type(value)))
    if inspect.isfunction(found) and not isinstance(value, type) and name not in getattr(value, "__dict__", {}):
        return wrap(found.__get__(value))
    if inspect.isdatadescriptor(found) and not isinstance(value, type):
        return UNKNOWN
    return wrap(found)


def iterated(value: Any) -> Iterator[Any] | None:
    """The values that a loop runs over, where they are known."""
    if isinstance(value, Items):
        return iter(value.values)
    if isinstance(value, Known) and is_a(value.object, list, tuple) and len(value.object) <= 200:
        return (wrap(item) for item in value.object)
    if isinstance(value, Known) and type(value.object) is dict and len(value.object) <= 200:
        return (wrap(item) for item in value.object)
    return None


PURE = {"format", "strip", "lstrip", "rstrip", "join", "replace", "lower", "upper", "removeprefix", "removesuffix"}
TEXTUAL = (textwrap.dedent, str, list, tuple)
DYNAMIC_IMPORTS = (importlib.import_module, __import__, import_string)


def plain(value: Any) -> Any:
    """The constant that a value is; UNKNOWN for anything else."""
    if isinstance(value, Known) and is_a(value.object, str, bytes, int, float, type(None)):
        return value.object
    if isinstance(value, Known) and is_a(value.object, list, tuple):
        return value.object if all(is_a(part, str, int) for part in value.object) else UNKNOWN
    if isinstance(value, Items):
        parts = [plain(part) for part in value.values]
        return UNKNOWN if any(part is UNKNOWN for part in parts) else tuple(parts)
    return UNKNOWN


def computed(callee: Any, args: list[Any]) -> Any:
    """The result of a call that only puts text together."""
    values = [plain(argument) for argument in args]
    if any(value is UNKNOWN for value in values):
        return UNKNOWN
    try:
        if isinstance(callee, Part) and callee.name in PURE and isinstance(plain(callee.owner), str):
            return Known(getattr(plain(callee.owner), callee.name)(*values))
        if isinstance(callee, Known) and any(callee.object is function for function in TEXTUAL):
            return Known(callee.object(*values))
    except Exception:
        return UNKNOWN
    return UNKNOWN
