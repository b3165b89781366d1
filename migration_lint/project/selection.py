"""Which migrations are linted, and what is one release."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from django.apps import apps

from migration_lint.conf import UsageError, did_you_mean
from migration_lint.project.loading import Graph, is_third_party, module_file
from migration_lint.types import MigrationKey

Selected = Callable[[MigrationKey], "frozenset[MigrationKey] | None"]


def select(graph: Graph, app_label: str | None, name: str | None, third_party: bool) -> frozenset[MigrationKey]:
    """The migrations that an app label and a name's beginning select; all of the first party's without. Raises UsageError."""
    keys = [(m.app_label, m.name) for m in graph.migrations]
    if app_label is None:
        labels = {label for label in {key[0] for key in keys} if third_party or not is_third_party(label)}
        return frozenset(key for key in keys if key[0] in labels)
    installed = [config.label for config in apps.get_app_configs()]
    if app_label not in installed:
        raise UsageError(f"No installed app has the label {app_label!r}.{did_you_mean(app_label, installed)}")
    of_app = [key for key in keys if key[0] == app_label]
    broken = [key for key in (*graph.loader.disk_migrations, *graph.loader.left_out) if key[0] == app_label]
    if not of_app and not broken:
        raise UsageError(f"The app {app_label!r} has no migrations.")
    if name is None:
        return frozenset(of_app)
    exact = [key for key in of_app if key[1] == name]
    found = exact or [key for key in of_app if key[1].startswith(name)]
    if len(found) > 1:
        raise UsageError(
            f"{name!r} is the beginning of several migrations of {app_label!r}: {', '.join(key[1] for key in found)}."
        )
    if not found:
        if any(key[1].startswith(name) for key in broken):
            raise UsageError(
                f"The migration {app_label}.{name} cannot be linted: it, or one it depends on, is broken, "
                "or a squashed migration replaces it."
            )
        raise UsageError(
            f"The app {app_label!r} has no migration that starts with {name!r}.{did_you_mean(name, [key[1] for key in of_app])}"
        )
    return frozenset(found)


def by_files(graph: Graph, paths: Iterable[str]) -> frozenset[MigrationKey]:
    """The migrations of these files, by the modules that were imported from them; files that are none's do not count.

    Raises UsageError for a file that is not there.
    """
    keys = frozenset((m.app_label, m.name) for m in graph.migrations)
    known = {
        Path(file).resolve(): key
        for key, migration in graph.loader.disk_migrations.items()
        if key in keys and (file := module_file(migration)) is not None
    }
    found = set()
    for path in paths:
        if not Path(path).exists():
            raise UsageError(f"There is no file {path!r}. Name an app and a migration, or files that are there.")
        if (key := known.get(Path(path).resolve())) is not None:
            found.add(key)
    return frozenset(found)


def releases(selected: frozenset[MigrationKey], together: bool) -> Selected:
    """The release of each migration: all that were asked for by name are one, otherwise each is one of its own."""

    def release(key: MigrationKey) -> frozenset[MigrationKey] | None:
        if key not in selected:
            return None
        return selected if together else frozenset({key})

    return release
