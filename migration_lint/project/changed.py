"""Which migrations are new, changed or gone since a commit: what git says of files, told of migrations."""

from __future__ import annotations

import os
from pathlib import Path

from django.apps import apps
from django.conf import settings

from migration_lint import edits
from migration_lint.project.git import Repository
from migration_lint.project.loading import Graph, module_file
from migration_lint.types import MigrationKey, Since


def since(graph: Graph, reference: str, folder: Path) -> Since:
    """Raises UsageError where git cannot tell. A file is a migration's by the module that was imported from it."""
    differences = Repository(folder).differences(reference)
    files = migration_files(graph)
    folders = migration_folders(graph)
    new = {files[str(path)]: path for path in differences.new if str(path) in files}
    before: dict[MigrationKey, str] = {}
    gone: dict[MigrationKey, MigrationKey | None] = {}
    paths: dict[MigrationKey, str] = {}
    for path, text in differences.before.items():
        if (there := files.get(str(path))) is not None:
            if text.splitlines() != path.read_text(encoding="utf-8", errors="replace").splitlines():
                before[there] = text
                paths[there] = os.path.relpath(path, folder)
            continue
        key = missing(path, text, folders, new)
        if key is not None and key in new:  # the app's folder has moved
            if text.splitlines() != new[key].read_text(encoding="utf-8", errors="replace").splitlines():
                before[key] = text
            del new[key]
        elif key is not None and key not in graph.loader.disk_migrations and key not in graph.loader.left_out:
            before[key] = text
            gone[key] = renamed(key, text, new)
        if key is not None:
            paths[key] = os.path.relpath(path, folder)
    return Since(reference, differences.commit, frozenset(new), before, gone, paths)


def migration_files(graph: Graph) -> dict[str, MigrationKey]:
    """By the path of the file with links followed; a folder's once, for a project may have thousands of files."""
    found: dict[str, MigrationKey] = {}
    folders: dict[str, str] = {}
    for key, migration in graph.loader.disk_migrations.items():
        file = module_file(migration)
        if file is not None:
            folder, name = os.path.split(file)
            if folder not in folders:
                folders[folder] = os.path.realpath(folder)
            path = os.path.join(folders[folder], name)
            found[os.path.realpath(path) if os.path.islink(path) else path] = key
    return found


def migration_folders(graph: Graph) -> dict[Path, str]:
    """Where each app's migrations are, or would be if they had not all been deleted."""
    found = {Path(path).resolve(): label for label, package in graph.loader.packages.items() for path in package.__path__}
    for config in apps.get_app_configs():
        if config.label in graph.unmigrated and config.label not in settings.MIGRATION_MODULES:
            found[Path(config.path).resolve() / "migrations"] = config.label
    return found


def missing(path: Path, text: str, folders: dict[Path, str], new: dict[MigrationKey, Path]) -> MigrationKey | None:
    """The migration whose file was there: by its folder where that is a package of migrations still."""
    label = folders.get(path.parent)
    if label is None:
        moved = [key for key, other in new.items() if key[1] == path.stem and does(other) == edits.work(text)]
        return moved[0] if len(moved) == 1 else None
    return None if path.stem[0] in "_~" or edits.work(text) is None else (label, path.stem)


def renamed(key: MigrationKey, text: str, new: dict[MigrationKey, Path]) -> MigrationKey | None:
    """The new migration of the app that does the same."""
    same = [other for other, path in new.items() if other[0] == key[0] and does(path) == edits.work(text)]
    return same[0] if len(same) == 1 else None


def does(path: Path) -> str | None:
    return edits.work(path.read_text(encoding="utf-8", errors="replace"))
