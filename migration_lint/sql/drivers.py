"""Stand-ins for a database driver that is not installed, while Django's backend for it is imported."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from migration_lint.sql.vendors import Vendor


class StandInMeta(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type.__call__(StandInMeta, name, (StandIn,), {})

    def __getitem__(cls, item: object) -> Any:
        return cls

    def __iter__(cls) -> Iterator[Any]:
        return iter(())


class StandIn(metaclass=StandInMeta):
    """Takes any call and any attribute; keeps what a JSON wrapper is asked for."""

    oid = 0
    Error = type("Error", (Exception,), {})

    def __init__(self, obj: Any = None, *arguments: Any, dumps: Any = None, **options: Any) -> None:
        self.obj = obj
        self.dumps = dumps

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return StandIn()


class StandInModule(ModuleType):
    """Only what Django's backend imports at once; it asks nothing of it while SQL is being made."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.endswith(("Error", "Warning")) or name in ("Error",):
            value: Any = type(name, (Exception,), {})
        elif name in ("types", "adapters"):
            value = StandIn
        else:
            value = type.__call__(StandInMeta, name, (StandIn,), {})
        setattr(self, name, value)
        return value


class Finder:
    """Finds any module below the names of the missing driver; `values` is what some of them have to answer exactly."""

    def __init__(self, name: str, values: Mapping[str, Mapping[str, Any]]) -> None:
        self.name = name
        self.values = values

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name.partition(".")[0] == self.name:
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(self.values.get(module.__name__, {}))


@functools.cache
def is_installed(names: tuple[str, ...]) -> bool:
    """Whether one of these drivers can be imported; psycopg may be there without the library it needs."""
    for name in names:
        before = set(sys.modules)
        try:
            importlib.import_module(name)
        except ImportError:
            for part in set(sys.modules) - before:
                if part.partition(".")[0] == name:
                    del sys.modules[part]
        else:
            return True
    return False


@contextmanager
def present(vendor: Vendor) -> Iterator[None]:
    """Let the vendor's backend be imported, with its driver or without. Whatever stood in for it is forgotten afterwards."""
    if not vendor.DRIVERS or is_installed(vendor.DRIVERS):
        yield
        return
    before = set(sys.modules)
    finder = Finder(vendor.DRIVERS[0], vendor.STAND_INS)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if name.startswith((*vendor.DRIVERS, vendor.BACKEND)):
                del sys.modules[name]
