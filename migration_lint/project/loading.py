"""The migration graph, with what is broken in it told instead of raised. The only user of Django's loader."""

from __future__ import annotations

import ast
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db.migrations import Migration
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MIGRATIONS_MODULE_NAME, MigrationLoader
from django.db.migrations.operations.base import Operation

from migration_lint.conf import did_you_mean
from migration_lint.failures import told
from migration_lint.project import imports, source
from migration_lint.project.order import Order
from migration_lint.types import Location, MigrationKey, Problem


class Loader(MigrationLoader):
    """Loads what can be loaded. `problems` says what could not; `left_out` are migrations that depend on it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.left_out: set[MigrationKey] = set()
        self.packages: dict[str, ModuleType] = {}
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
            self.packages[config.label] = package
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
        except (Exception, SystemExit) as error:
            self.problem(label, None, error, f"The migrations package `{name}` cannot be imported")
            return None
        if not hasattr(module, "__path__"):
            return None
        if getattr(module, "__file__", None) is None and not isinstance(module.__path__, list):
            self.check_namespace(label, module)
            return None
        return module

    def check_namespace(self, label: str, package: ModuleType) -> None:
        """Django takes a folder without `__init__.py` for no migrations at all, and creates the app's tables without them."""
        folder = Path(next(iter(package.__path__)))
        names = [name for _, name, is_package in iter_modules([str(folder)]) if not is_package and name[0].isdigit()]
        if names:
            self.problems.append(
                Problem(
                    "broken-graph",
                    f"`{label}` has {len(names)} migration{'s' * (len(names) > 1)} that Django passes over: "
                    "the folder has no `__init__.py`.",
                    f"Create `{folder.name}/__init__.py`, empty.",
                    label, None, Location(str(folder / f"{names[0]}.py"), 1, 1),
                )
            )  # fmt: skip

    def load_migration(self, label: str, name: str, path: str, package: ModuleType) -> None:
        key = (label, name)
        file = str(Path(next(iter(package.__path__))) / f"{name}.py")
        try:
            module = as_written(import_module(path))
        except (Exception, SystemExit) as error:
            self.problem(label, name, error, f"The migration `{label}.{name}` cannot be imported", file)
            return
        file = getattr(module, "__file__", None) or file
        found = getattr(module, "Migration", None)
        if not (isinstance(found, type) and issubclass(found, Migration)):
            self.unusable(
                key, f"`{label}.{name}` has no `Migration` class: Django refuses to load any migration.",
                "Give it one, or move the file out of the migrations package; a name that starts with `_` is passed over.",
                Location(file, 1, 1),
            )  # fmt: skip
            return
        try:
            migration = found(name, label)
        except Exception as error:
            self.problem(label, name, error, f"The migration `{label}.{name}` cannot be made", file)
            return
        for attribute in ("dependencies", "run_before", "replaces"):
            for value in getattr(migration, attribute):
                if not (isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, str) for part in value)):
                    self.unusable(
                        key, f"`{label}.{name}` lists {value!r} in `{attribute}`, which is no pair of an app and a migration.",
                        'Write it as `("app_label", "0001_initial")`.', attribute_location(migration, attribute),
                    )  # fmt: skip
                    return
        for number, operation in enumerate(migration.operations):
            if not isinstance(operation, Operation):
                self.unusable(
                    key, f"Operation {number} of `{label}.{name}` is {operation!r:.80}, which is no operation.",
                    "List operations alone in `operations`, each one made by a call.",
                    attribute_location(migration, "operations"),
                )  # fmt: skip
                return
        self.disk_migrations[key] = migration

    def unusable(self, key: MigrationKey, message: str, help: str, location: Location | None) -> None:
        self.problems.append(Problem("broken-graph", message, help, *key, location))
        self.left_out.add(key)

    def problem(self, label: str, name: str | None, error: BaseException, message: str, file: str | None = None) -> None:
        if file is not None and name is not None and (reason := imports.explain(error, file)) is not None:
            self.problems.append(Problem(reason.rule, f"{message}: {reason.what}.", reason.help, label, name, reason.location))
            self.left_out.add((label, name))
            return
        text = told(error)
        self.problems.append(
            Problem(
                "broken-graph", f"{message}: {text.rstrip('.')}.",
                "Mend the import; until then neither this migration nor what depends on it can run or be linted."
                if name is not None
                else "Mend the import; until then none of the app's migrations can run or be linted.",
                label, name, error_location(error, file),
            )
        )  # fmt: skip
        if name is not None:
            self.left_out.add((label, name))

    def build_graph(self) -> None:
        """As Django's with nothing applied, but what cannot be resolved is told and left out."""
        self.load_disk()
        self.applied_migrations = {}
        self.graph = MigrationGraph()
        self.replacements = {}
        for key, migration in self.disk_migrations.items():
            self.graph.add_node(key, migration)
            if migration.replaces:
                self.replacements[key] = migration
        for key, migration in self.disk_migrations.items():
            self.add_internal_dependencies(key, migration)
        broken = {label for label, _ in self.left_out}
        for key, migration in self.disk_migrations.items():
            try:
                self.add_external_dependencies(key, migration)
            except ValueError as reason:  # what `__first__` means, in an app that is not there or has no migration left
                if broken.isdisjoint(label for label, _ in (*migration.dependencies, *migration.run_before)):
                    self.report(key, f"`{key[0]}.{key[1]}` cannot be placed: {reason}.")
                self.left_out.add(key)
        placed: set[MigrationKey] = set()
        for key in self.replacements:
            self.replace(key, placed, ())
        self.check_missing()
        self.check_cycles()

    def replace(self, key: MigrationKey, placed: set[MigrationKey], path: tuple[MigrationKey, ...]) -> None:
        """Put a squashed migration in the place of what it replaces, which may be squashed migrations themselves."""
        if key in path:
            self.report(
                key,
                f"`{key[0]}.{key[1]}` replaces itself by way of {' and '.join(f'`{a}.{b}`' for a, b in path)}.",
                "Correct `replaces`.",
                "replaces",
            )
            return
        if key in placed:
            return
        for inner in self.replacements[key].replaces:
            if inner in self.replacements:
                self.replace(inner, placed, (*path, key))
        if key not in placed:
            placed.add(key)
            if key in self.graph.node_map:
                self.graph.remove_replaced_nodes(key, [other for other in self.replacements[key].replaces if other != key])

    def report(
        self,
        key: MigrationKey,
        message: str,
        help: str = "Correct `dependencies`, or bring the missing migration back.",
        attribute: str = "dependencies",
    ) -> None:
        if key in self.left_out:
            return
        migration = self.disk_migrations.get(key)
        self.unusable(key, message, help, attribute_location(migration, attribute) if migration is not None else None)

    def check_missing(self) -> None:
        for key, node in list(self.graph.node_map.items()):
            if self.graph.nodes.get(key) is not None:
                continue
            for child in sorted(node.children, key=lambda child: child.key):
                if key in self.left_out:  # told already: the module could not be imported
                    self.left_out.add(child.key)
                    continue
                why = ", and its app has no migrations" if key[0] in self.unmigrated_apps else ""
                near = did_you_mean(key[1], [name for label, name in self.disk_migrations if label == key[0]])
                self.report(
                    child.key,
                    f"`{child.key[0]}.{child.key[1]}` depends on `{key[0]}.{key[1]}`, which does not exist{why}.",
                    f"Correct `dependencies`, or bring the missing migration back.{near}",
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
        """Apps with several leaves. What hangs on a migration that could not be loaded is none: that one may join them."""
        unloaded = {key[0] for key in self.left_out if key not in self.disk_migrations}
        leaves: dict[str, list[str]] = {}
        for key in self.graph.leaf_nodes():
            if self.graph.nodes.get(key) is not None and not (key[0] in unloaded and key in self.left_out):
                leaves.setdefault(key[0], []).append(key[1])
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
    """Where the import failed: in the file itself where the traceback passes through it, else where it ended."""
    if isinstance(error, SyntaxError) and error.filename:
        return Location(error.filename, error.lineno, error.offset)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    if file:
        own = [frame for frame in frames if frame.filename == file]
        return Location(file, own[-1].lineno if own else 1, 1)
    frames = [frame for frame in frames if frame.filename not in (__file__, import_module.__code__.co_filename)]
    return Location(frames[-1].filename, frames[-1].lineno, 1) if frames else None


def attribute_location(migration: Migration, attribute: str) -> Location:
    """Where the class says this; the class itself where it is inherited or made in another way."""
    location = source.migration_location(migration)
    node = source.migration_class(location.path)
    for part in node.body if node else ():
        targets = part.targets if isinstance(part, ast.Assign) else [part.target] if isinstance(part, ast.AnnAssign) else []
        if any(getattr(target, "id", "") == attribute for target in targets):
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


def migrations_file(label: str) -> str | None:
    """The `__init__.py` of the app's migrations, or their folder where there is none."""
    try:
        module = sys.modules.get(MigrationLoader.migrations_module(label)[0] or "")
    except LookupError:
        return None
    return getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)


def module_file(migration: Migration) -> str | None:
    return getattr(sys.modules.get(type(migration).__module__), "__file__", None)


def imported_again(migrations: tuple[Migration, ...], errors: list[str]) -> tuple[Migration, ...]:
    """The plan with those files imported once more that ask a connection while they are imported: `if connection.vendor == …`.

    For a target that is not what the settings have; its connection is installed meanwhile. The modules that are loaded stay.
    """
    found = []
    for migration in migrations:
        own = type(migration)
        module = sys.modules.get(own.__module__)
        if own.__name__ == "Migration" and module is not None and asks_connection(module.__file__ or ""):
            try:
                with source.recording():
                    migration = fresh(module).Migration(migration.name, migration.app_label)
            except Exception as error:
                errors.append(f"{migration.app_label}.{migration.name} could not be imported again: {told(error):.200}")
        found.append(migration)
    return tuple(found)


def as_written(module: ModuleType) -> ModuleType:
    """The migration as its file has it, for one that was imported before: nobody has seen then where its operations are made,
    and an autodetector may have written into their fields since. Whoever has imported it keeps what they have.
    """
    operations = getattr(getattr(module, "Migration", None), "operations", ())
    if not isinstance(operations, (list, tuple)) or all(map(source.is_recorded, operations)):
        return module
    try:
        other: ModuleType = fresh(module)
    except Exception:  # it was made in another way, or runs once only
        return module
    return other


def fresh(module: ModuleType) -> Any:
    spec = find_spec(module.__name__)
    if spec is None or spec.loader is None:
        raise ImportError(f"{module.__name__} is not there any more")
    other = module_from_spec(spec)
    spec.loader.exec_module(other)
    return other


def asks_connection(file: str) -> bool:
    """Whether the file uses Django's connections outside of functions."""
    try:
        text = Path(file).read_text(encoding="utf-8")
        tree: ast.AST = ast.parse(text) if "connection" in text else ast.Module([], [])
    except (OSError, ValueError, SyntaxError):
        return False
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Name) and node.id in ("connection", "connections"):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            nodes += ast.iter_child_nodes(node)
    return False


@dataclass(frozen=True)
class Graph:
    """The loaded graph: `migrations` in the order of `migrate`, and what is wrong with it."""

    loader: Loader
    migrations: tuple[Migration, ...]
    problems: tuple[Problem, ...]
    unmigrated: frozenset[str]
    replaced: frozenset[MigrationKey]

    @cached_property
    def order(self) -> Order:
        nodes = self.loader.graph.node_map
        return Order(lambda key: [node.key for node in nodes[key].parents] if key in nodes else [])


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
                "conflicting-leaves",
                f"`{label}` has {len(names)} leaves, {listed}: `migrate` refuses to run until they are merged.",
                f"Run `python manage.py makemigrations --merge {label}`.", label, None,
                source.migration_location(last) if last is not None else None,
            )
        )  # fmt: skip
    replaced = frozenset(
        key for migration in loader.disk_migrations.values() for key in migration.replaces if key not in loader.graph.nodes
    )
    return Graph(loader, tuple(plan_order(loader)), tuple(problems), frozenset(loader.unmigrated_apps), replaced)
