"""What a database has recorded as applied, for those who ask for it: one table is read, and nothing is written."""

from __future__ import annotations

import os
from typing import Any

from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.exceptions import CircularDependencyError, NodeNotFoundError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from migration_lint.conf import UsageError, check_alias
from migration_lint.project.loading import Graph, Loader
from migration_lint.types import MigrationKey, Recorded


def applied(graph: Graph, alias: str, option: str) -> frozenset[MigrationKey]:
    """The migrations of the plan that a database has run, as such or as those that they replace. Raises UsageError."""
    known = read(alias, option)

    def is_applied(migration: Migration) -> bool:
        replaced = {(label, name) for label, name in migration.replaces}
        return (migration.app_label, migration.name) in known or bool(replaced and replaced <= known)

    return frozenset((m.app_label, m.name) for m in graph.migrations if is_applied(m))


def recorded(graph: Graph, alias: str) -> Recorded:
    """Raises UsageError where the database cannot be read."""
    applied = read(alias, "--check-history")
    if graph.loader.left_out:
        return Recorded(alias, applied)  # a broken graph says nothing of an order
    try:
        loader = RecordedLoader(graph.loader, applied)
    except (NodeNotFoundError, CircularDependencyError) as error:
        return Recorded(alias, applied, error=" ".join(str(error).split()))
    early = [
        (key, parent.key)
        for key in sorted(applied)
        if key in loader.graph.nodes
        for parent in sorted(loader.graph.node_map[key].parents)
        if not loader.is_applied(parent.key)
    ]
    return Recorded(alias, applied, tuple(early))


def read(alias: str, option: str) -> frozenset[MigrationKey]:
    """`option` is what asked for it."""
    check_alias(alias)
    try:
        connection: Any = connections[alias]
        name = str(connection.settings_dict["NAME"])
        if connection.vendor == "sqlite" and not connection.is_in_memory_db() and not name.startswith("file:"):
            os.stat(name)  # connecting would make it
        was_open = connection.connection is not None
        try:
            return frozenset(MigrationRecorder(connection).applied_migrations())
        finally:
            if not was_open:
                connection.close()
    except Exception as error:  # whatever a driver raises
        text = " ".join(str(error).split()).rstrip(".")
        raise UsageError(f"{option} {alias}: the database could not be read: {type(error).__name__}: {text}.") from error


class RecordedLoader(MigrationLoader):
    """Django's own loader over what was loaded: which squashed migrations it can use depends on what was applied."""

    def __init__(self, loaded: Loader, applied: frozenset[MigrationKey]) -> None:
        self.loaded, self.known = loaded, applied
        self.records: dict[MigrationKey, Any] = dict.fromkeys(applied)
        super().__init__(None, ignore_no_migrations=True)

    def load_disk(self) -> None:
        self.disk_migrations = self.loaded.disk_migrations
        self.migrated_apps, self.unmigrated_apps = self.loaded.migrated_apps, self.loaded.unmigrated_apps

    @property
    def applied_migrations(self) -> dict[MigrationKey, Any]:
        """Without a connection Django takes nothing for applied."""
        return self.records

    @applied_migrations.setter
    def applied_migrations(self, value: object) -> None: ...

    def is_applied(self, key: MigrationKey) -> bool:
        """Whether the migration, or all that it replaces, is recorded."""
        if key in self.known:
            return True
        migration = self.replacements.get(key)
        return migration is not None and all(self.is_applied((old[0], old[1])) for old in migration.replaces)
