"""The migration graph, with what is broken in it told instead of raised. The only user of Django's loader."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db.migrations import Migration
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MIGRATIONS_MODULE_NAME, MigrationLoader

from migration_lint.project import source
from migration_lint.types import Location, MigrationKey, Problem


class Loader(MigrationLoader):
    """Loads what can be loaded. `problems` says what could not; `left_out` are migrations that depend on it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.left_out: set[MigrationKey] = set()
        with source.recording():
            super().__init__(None)

    def load_disk(self) -> None:
        """As Django's, but one module that cannot be imported does not stop the others."""
        self.disk_migrations = {}
        self.unmigrated_apps = set()
        self.migrated_apps = set()
        for config in apps.get_app_configs():
            package = self.package(config.label)
            if package is None:
                self.unmigrated_apps.add(config.label)
                continue
            self.migrated_apps.add(config.label)
            names = [name for _, name, is_package in iter_modules(package.__path__) if not is_package and name[0] not in "_~"]
            for name in names:
                self.load_migration(config.label, name, f"{package.__name__}.{name}", package)

    def package(self, label: str) -> ModuleType | None:
        """The app's migrations package; None where the app has no migrations."""
        name, explicit = self.migrations_module(label)
        if name is None:
            return None
        try:
            module = import_module(name)
        except ModuleNotFoundError as error:
            missing = (error.name or "").split(".")
            if explicit or MIGRATIONS_MODULE_NAME not in missing:
                self.problem(label, None, error, f"The migrations package `{name}` cannot be imported")
            return None
        except Exception as error:
            self.problem(label, None, error, f"The migrations package `{name}` cannot be imported")
            return None
        if not hasattr(module, "__path__"):
            return None
        if getattr(module, "__file__", None) is None and not isinstance(module.__path__, list):
            return None
        return module

    def load_migration(self, label: str, name: str, path: str, package: ModuleType) -> None:
        try:
            module = import_module(path)
        except Exception as error:
            file = str(Path(list(package.__path__)[0]) / f"{name}.py")
            self.problem(label, name, error, f"The migration `{label}.{name}` cannot be imported", file)
            self.left_out.add((label, name))
            return
        found = getattr(module, "Migration", None)
        if not (isinstance(found, type) and issubclass(found, Migration)):
            self.problems.append(
                Problem(
                    "broken-graph", f"`{label}.{name}` has no `Migration` class: Django refuses to load any migration.",
                    "Give it one, or move the file out of the migrations package (a name that starts with an underscore is passed over).",
                    label, name, Location(getattr(module, "__file__", None) or path, 1, 1),
                )
            )  # fmt: skip
            self.left_out.add((label, name))
            return
        try:
            self.disk_migrations[label, name] = found(name, label)
        except Exception as error:
            self.problem(
                label, name, error, f"The migration `{label}.{name}` cannot be made", getattr(module, "__file__", None)
            )
            self.left_out.add((label, name))

    def problem(self, label: str, name: str | None, error: BaseException, message: str, file: str | None = None) -> None:
        location = error_location(error, file)
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, SyntaxError):
            text = f"SyntaxError: {error.msg}"
        self.problems.append(
            Problem(
                "broken-graph", f"{message}: {text}.".replace("..", "."),
                "Mend the import; until then neither this migration nor what depends on it can run or be linted.",
                label, name, location,
            )
        )  # fmt: skip

    def build_graph(self) -> None:
        try:
            super().build_graph()
        except NodeNotFoundError:
            pass  # the dummy nodes that are left say which
        except Exception as error:  # a dependency on an unknown app, a circle of squashed migrations
            self.rebuild(error)
        self.check_missing()
        self.check_cycles()

    def rebuild(self, error: Exception) -> None:
        """Build the graph without the migrations whose dependencies Django cannot even resolve."""
        self.graph = MigrationGraph()
        for key, migration in self.disk_migrations.items():
            self.graph.add_node(key, migration)
        self.replacements = {key: migration for key, migration in self.disk_migrations.items() if migration.replaces}
        for key, migration in list(self.disk_migrations.items()):
            self.add_internal_dependencies(key, migration)
        for key, migration in list(self.disk_migrations.items()):
            try:
                self.add_external_dependencies(key, migration)
            except ValueError as reason:
                self.report(key, f"`{key[0]}.{key[1]}` depends on something that is not there: {reason}.")
        if not self.problems:
            self.problems.append(
                Problem("broken-graph", f"The migration graph cannot be built: {error}.", "Mend it before anything else.")
            )
        self.replacements_progress = {}
        for key in self.replacements:
            try:
                self.replace_migration(key)
            except Exception as reason:
                self.report(key, f"`{key[0]}.{key[1]}` cannot replace what it says it replaces: {reason}.")

    def report(
        self,
        key: MigrationKey,
        message: str,
        help: str = "Correct `dependencies`, or bring the missing migration back.",
    ) -> None:
        if key in self.left_out:
            return
        migration = self.disk_migrations.get(key)
        location = dependency_location(migration) if migration is not None else None
        self.problems.append(Problem("broken-graph", message, help, key[0], key[1], location))
        self.left_out.add(key)

    def check_missing(self) -> None:
        for key, node in list(self.graph.node_map.items()):
            if key in self.graph.nodes and self.graph.nodes[key] is not None:
                continue
            for child in sorted(node.children, key=lambda child: child.key):
                if key in self.left_out:  # told already: the module could not be imported
                    self.left_out.add(child.key)
                else:
                    self.report(
                        child.key,
                        f"`{child.key[0]}.{child.key[1]}` depends on `{key[0]}.{key[1]}`, which does not exist.",
                    )
            self.left_out.add(key)

    def check_cycles(self) -> None:
        for circle in cycles(self.graph):
            names = " → ".join(f"`{label}.{name}`" for label, name in [*circle, circle[0]])
            for position, key in enumerate(circle):
                if position:
                    self.left_out.add(key)
                else:
                    self.report(
                        key,
                        f"Circular dependency: {names}.",
                        "Remove one of these dependencies; split a migration where both need a part of it.",
                    )
        spread(self.graph, self.left_out)

    def conflicts(self) -> dict[str, list[str]]:
        """Apps with several leaves."""
        leaves: dict[str, list[str]] = {}
        for label, name in self.graph.leaf_nodes():
            leaves.setdefault(label, []).append(name)
        return {label: sorted(names) for label, names in leaves.items() if len(names) > 1}


def cycles(graph: MigrationGraph) -> Iterator[list[MigrationKey]]:
    """Each circle once, its smallest key first. Iterative: long histories are deeper than Python's stack."""
    state: dict[MigrationKey, int] = {}
    for root in sorted(graph.node_map):
        if root in state:
            continue
        path: list[MigrationKey] = []
        stack: list[tuple[MigrationKey, Any]] = [(root, iter(sorted(node.key for node in graph.node_map[root].parents)))]
        state[root] = 1
        path.append(root)
        while stack:
            key, parents = stack[-1]
            parent = next(parents, None)
            if parent is None:
                stack.pop()
                path.pop()
                state[key] = 2
            elif state.get(parent) == 1:
                circle = path[path.index(parent) :]
                at = circle.index(min(circle))
                yield circle[at:] + circle[:at]
            elif parent not in state:
                state[parent] = 1
                path.append(parent)
                stack.append((parent, iter(sorted(node.key for node in graph.node_map[parent].parents))))


def spread(graph: MigrationGraph, left_out: set[MigrationKey]) -> None:
    """Whatever depends on what is left out is left out too."""
    waiting = [key for key in left_out if key in graph.node_map]
    while waiting:
        for child in graph.node_map[waiting.pop()].children:
            if child.key not in left_out:
                left_out.add(child.key)
                waiting.append(child.key)


def error_location(error: BaseException, file: str | None) -> Location | None:
    """Where the import failed: in the file itself where the traceback passes through it."""
    if isinstance(error, SyntaxError) and error.filename:
        return Location(error.filename, error.lineno, error.offset)
    frames = traceback.extract_tb(error.__traceback__)
    if file:
        own = [frame for frame in frames if frame.filename == file]
        return Location(file, own[-1].lineno if own else 1, 1)
    return None


def dependency_location(migration: Migration) -> Location:
    location = source.migration_location(migration)
    node = source.migration_class(location.path)
    for part in node.body if node else ():
        if getattr(part, "targets", None) and getattr(part.targets[0], "id", "") == "dependencies":  # type: ignore[attr-defined]
            return source.of_node(location.path, part)
    return location


def plan_order(loader: Loader) -> list[Migration]:
    """Every migration that can be run, in the order of `migrate`."""
    seen: set[MigrationKey] = set()
    ordered = []
    for leaf in sorted(loader.graph.leaf_nodes()):
        if leaf in loader.left_out:
            ancestors: Iterable[Any] = ancestors_of(loader, leaf)
        else:
            ancestors = loader.graph.forwards_plan(leaf)
        for key in ancestors:
            if key not in seen and key not in loader.left_out and loader.graph.nodes.get(key) is not None:
                seen.add(key)
                ordered.append(loader.graph.nodes[key])
    return ordered


def ancestors_of(loader: Loader, leaf: MigrationKey) -> list[MigrationKey]:
    """What can be run of the way to a leaf that cannot."""
    found: list[MigrationKey] = []
    seen: set[MigrationKey] = set()
    waiting = [leaf]
    while waiting:
        key = waiting.pop()
        if key in seen or key not in loader.graph.node_map:
            continue
        seen.add(key)
        if key not in loader.left_out:
            found.extend(part for part in loader.graph.forwards_plan(key) if part not in found)
        else:
            waiting.extend(node.key for node in loader.graph.node_map[key].parents)
    return found


def is_third_party(label: str) -> bool:
    """Whether the app is installed into site-packages (or Django's own)."""
    try:
        path = Path(apps.get_app_config(label).path).resolve()
    except LookupError:
        return False
    return bool({"site-packages", "dist-packages"} & set(path.parts))


def module_file(migration: Migration) -> str | None:
    return getattr(sys.modules.get(type(migration).__module__), "__file__", None)


@dataclass(frozen=True)
class Graph:
    """The loaded graph: `migrations` in the order of `migrate`, and what is wrong with it."""

    loader: Loader
    migrations: tuple[Migration, ...]
    problems: tuple[Problem, ...]
    unmigrated: frozenset[str]
    replaced: frozenset[MigrationKey]


def load() -> Graph:
    """Load every app's migrations. Nothing that a migration file can contain makes this raise."""
    loader = Loader()
    problems = list(loader.problems)
    for label, names in loader.conflicts().items():
        listed = " and ".join(f"`{name}`" for name in names)
        last = next(
            (loader.disk_migrations[label, name] for name in reversed(names) if (label, name) in loader.disk_migrations),
            None,
        )
        problems.append(
            Problem(
                "conflicting-leaves", f"`{label}` has {len(names)} leaves, {listed}: `migrate` refuses to run until they are merged.",
                f"Run `python manage.py makemigrations --merge {label}`.", label, None,
                source.migration_location(last) if last is not None else None,
            )
        )  # fmt: skip
    replaced = frozenset(
        key for migration in loader.disk_migrations.values() for key in migration.replaces if key not in loader.graph.nodes
    )
    return Graph(loader, tuple(plan_order(loader)), tuple(problems), frozenset(loader.unmigrated_apps), replaced)
