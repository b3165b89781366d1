"""Which migrations are linted, and what is one release."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from django.apps import apps

from migration_lint.conf import Config, UsageError, did_you_mean
from migration_lint.project.loading import Graph, is_third_party, module_file
from migration_lint.types import MigrationKey

WILD = re.compile(r"[*?\[]")
Selected = Callable[[MigrationKey], "frozenset[MigrationKey] | None"]


def select(graph: Graph, app_label: str | None, name: str | None, third_party: bool) -> frozenset[MigrationKey]:
    """The migrations that an app label and a name's beginning select; all of the first party's without. Raises UsageError."""
    keys = [(m.app_label, m.name) for m in graph.migrations]
    if app_label is None:
        labels = {label for label in {key[0] for key in keys} if third_party or not is_third_party(label)}
        return frozenset(key for key in keys if key[0] in labels)
    check_label(app_label)
    of_app = [key[1] for key in keys if key[0] == app_label]
    there = names_of(graph, app_label)
    if name is None:
        return frozenset((app_label, each) for each in of_app)
    if not any(each.startswith(name) for each in of_app) and any(each.startswith(name) for each in there):
        raise UsageError(
            f"The migration {app_label}.{name} cannot be linted: it, or one it depends on, is broken, "
            "or a squashed migration replaces it."
        )
    return frozenset({(app_label, by_prefix(app_label, name, sorted(of_app)))})


def check_label(app_label: str) -> None:
    """Raises UsageError, in the words of Django's own commands, here and below."""
    try:
        apps.get_app_config(app_label)
    except LookupError as error:
        close = did_you_mean(app_label, [config.label for config in apps.get_app_configs()])
        raise UsageError(f"{error}{'' if 'Did you mean' in str(error) else close}") from None


def names_of(graph: Graph, app_label: str) -> list[str]:
    """All of the app's migrations that are there, those included that are broken or replaced. Raises UsageError."""
    keys = {*graph.loader.disk_migrations, *graph.loader.left_out}
    found = sorted(name for label, name in keys if label == app_label)
    if not found:
        raise UsageError(f"App '{app_label}' does not have migrations")
    return found


def by_prefix(app_label: str, name: str, names: Iterable[str]) -> str:
    found = [each for each in names if each == name] or [each for each in names if each.startswith(name)]
    if len(found) > 1:
        raise UsageError(
            f"More than one migration matches '{name}' in app '{app_label}'. Please be more specific: {', '.join(found)}."
        )
    if not found:
        raise UsageError(
            f"Cannot find a migration matching '{name}' from app '{app_label}'. Is it in INSTALLED_APPS?"
            f"{did_you_mean(name, names)}"
        )
    return found[0]


def matches(pattern: str, app_label: str, name: str) -> bool:
    """Whether a pattern means the migration, or with an empty name all of the app; without a dot it means an app."""
    return fnmatchcase(f"{app_label}.{name}", pattern if "." in pattern else f"{pattern}.*")


@dataclass(frozen=True)
class Narrowing:
    """What the configuration leaves out of whatever is selected. `named` are an app and a migration that were asked for."""

    apps: frozenset[str] = frozenset()
    old: frozenset[MigrationKey] = frozenset()
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    named: tuple[str | None, str | None] = (None, None)

    def leaves_out(self, app_label: str, name: str) -> bool:
        """Whether nothing is told of a migration, or with an empty name of an app as such."""
        if (app_label, name) == self.named:
            return False
        if (app_label in self.apps and app_label != self.named[0]) or (app_label, name) in self.old:
            return True
        if self.included and not any(
            matches(pattern, app_label, name) if name else fnmatchcase(app_label, pattern.partition(".")[0])
            for pattern in self.included
        ):
            return True
        return any(matches(pattern, app_label, name) for pattern in self.excluded)


def narrowing(graph: Graph, config: Config, named: tuple[str | None, str | None]) -> Narrowing:
    """Raises UsageError for what is not there."""
    labels = frozenset(each.label for each in apps.get_app_configs())
    for key in ("include_apps", "exclude_apps", "start_after"):
        for label in getattr(config, key):
            said(key, check_label, label)
    for key in ("include_migrations", "exclude_migrations", "per_migration_ignores"):
        for pattern in getattr(config, key):
            of_run = config.standing is not None and pattern not in getattr(config.standing, key)
            said(key, check_pattern, graph, pattern, of_run)
    left_out = labels - set(config.include_apps) if config.include_apps else frozenset(config.exclude_apps)
    old = (key for label, first in config.start_after.items() for key in said("start_after", until, graph, label, first))
    return Narrowing(left_out, frozenset(old), config.include_migrations, config.exclude_migrations, named)


def said(key: str, check: Callable[..., Any], *arguments: Any) -> Any:
    """Complaints name the key that they are about."""
    try:
        return check(*arguments)
    except UsageError as error:
        raise UsageError(f"{key}: {error}") from None


def check_pattern(graph: Graph, pattern: str, strictly: bool) -> None:
    """What is set for good may mean migrations that are not there yet, or not any more; an app's label has to be right."""
    label, dot, _ = pattern.partition(".")
    if not WILD.search(label):
        check_label(label)
    keys = {*graph.loader.disk_migrations, *graph.loader.left_out}

    def means_some(pattern: str) -> bool:
        return any(matches(pattern, *key) for key in keys)

    if strictly and not means_some(pattern):
        near = next(filter(means_some, (f"{pattern}*", f"*.{pattern}", f"*.{pattern}*")), None)
        close = did_you_mean(pattern, [".".join(key) for key in keys] if dot else [key[0] for key in keys])
        if near:
            close = f" Did you mean {near!r}?"
        raise UsageError(f"No migration matches {pattern!r}.{close} A pattern is APP.MIGRATION, such as *.0001_initial.")


def unmatched(graph: Graph, config: Config) -> list[str]:
    """The patterns of the configuration that mean no migration."""
    patterns = (*config.include_migrations, *config.exclude_migrations, *config.per_migration_ignores)
    keys = {*graph.loader.disk_migrations, *graph.loader.left_out}
    return [pattern for pattern in dict.fromkeys(patterns) if not any(matches(pattern, *key) for key in keys)]


def until(graph: Graph, app_label: str, name: str) -> frozenset[MigrationKey]:
    """A migration, and all before it in its app. What was squashed stands for the squashed one.

    What is broken stands for all of the app: nothing that comes after it can be linted.
    """
    key = (app_label, by_prefix(app_label, name, names_of(graph, app_label)))
    of_app = {(m.app_label, m.name) for m in graph.migrations if m.app_label == app_label}
    seen = set()
    while key not in of_app and key not in seen:
        seen.add(key)
        key = next((new for new, other in graph.loader.disk_migrations.items() if key in other.replaces), key)
    if key not in of_app:
        return frozenset(of_app)
    return frozenset(each for each in of_app if each == key or graph.order.precedes(each, key))


def by_files(graph: Graph, paths: Iterable[str]) -> frozenset[MigrationKey]:
    """The migrations of these files and folders, by the modules that were imported from them; other files do not count.

    Raises UsageError for a file that is not there.
    """
    keys = frozenset((m.app_label, m.name) for m in graph.migrations)
    known: dict[Path, set[MigrationKey]] = {}
    for key, migration in graph.loader.disk_migrations.items():
        if key in keys and (module := module_file(migration)) is not None:
            known.setdefault(Path(module).resolve(), set()).add(key)
    found: set[MigrationKey] = set()
    for path in paths:
        file = Path(path) if Path(path).exists() else Path(path.replace("\\", "/"))
        if not file.exists():
            raise UsageError(
                f"There is no file {path!r}. Name an app and a migration, or files that are there; "
                "git's --diff-filter=d leaves out those that were deleted."
            )
        file = file.resolve()
        inside = [module for module in known if file in module.parents] if file.is_dir() else [file]
        found.update(*(known.get(module, ()) for module in inside))
    return frozenset(found)


def releases(selected: frozenset[MigrationKey], together: bool, release: frozenset[MigrationKey] | None = None) -> Selected:
    """The release of each migration: all that were asked for by name are one, otherwise each is one of its own.

    `release` has more than is `selected` where some of it is not to be linted.
    """
    whole = release or selected

    def of_key(key: MigrationKey) -> frozenset[MigrationKey] | None:
        if key not in selected:
            return None
        return whole if together else frozenset({key})

    return of_key
