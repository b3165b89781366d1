"""Which migrations a command has written, and how they are seen in the process that wrote them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps

from migration_lint.project import source
from migration_lint.project.loading import Loader
from migration_lint.types import MigrationKey

Files = Mapping[MigrationKey, tuple[Path, bytes]]


def files() -> Files:
    """What every app has on the disk that may be a migration. Imports none of it."""
    importlib.invalidate_caches()
    return {
        (config.label, path.stem): (path, path.read_bytes())
        for config in apps.get_app_configs()
        for folder in folders(Loader.migrations_module(config.label)[0])
        for path in Path(folder).glob("[!._~]*.py")
        if path.is_file()
    }


def folders(package: str | None) -> Iterable[str]:
    try:
        spec = find_spec(package) if package else None
    except (ImportError, ValueError):  # nor is the package around it there
        return ()
    return (spec and spec.submodule_search_locations) or ()


def since(before: Files) -> dict[MigrationKey, Path]:
    """The files that are new or different. From now on they are imported and read as they are."""
    found = {key: path for key, (path, text) in files().items() if before.get(key) != (path, text)}
    for label, name in found:
        package = str(Loader.migrations_module(label)[0])
        sys.modules.pop(f"{package}.{name}", None)
        if getattr(sys.modules.get(package), "__file__", None) is None:  # there was no __init__.py
            sys.modules.pop(package, None)
    source.forget()
    return found
