"""Configuration: defaults < another linter's < pyproject.toml < settings.MIGRATION_LINT < environment < command line."""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connections

from migration_lint import coming_over
from migration_lint.backends import VENDORS, FactError, django_vendor, load, version_tuple
from migration_lint.failures import told
from migration_lint.types import DATABASE_FIRST, DEPLOY_ORDERS, Severity, Target

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

ENVIRONMENT = "MIGRATION_LINT_"
EXTEND = "extend_"
DEFAULT = "default"
BARE = re.compile("[A-Za-z0-9_-]+")
SEVERITIES = {str(severity): severity for severity in Severity}
TARGET = re.compile(r"(?:(?P<alias>[^=@]+)=)?(?P<vendor>[a-z]+)(?:@(?P<version>[0-9]+(?:\.[0-9]+)*))?")


class UsageError(Exception):
    """What the user asked for cannot be done: what was seen, why not, the way out."""


@dataclass(frozen=True)
class Kind:
    """What values a key takes. `take` gives the value as it is kept, or raises; `of` is the kind of a table's values."""

    words: str
    take: Callable[[Any], Any]
    of: Kind | None = None
    grows: bool = False
    """Whether `extend_KEY` adds to what other places say."""

    def checked(self, what: str, value: Any, where: str, example: Any = None) -> Any:
        try:
            taken = self.take(value)
        except (KeyError, TypeError, ValueError):
            more = f", such as {what} = {spelled(example)}" if self.grows and example else ""
            raise UsageError(f"{where}: {what} is {value!r}; it has to be {self.words}{more}.") from None
        return {name: self.of.checked(f"{what} of {name}", it, where) for name, it in taken.items()} if self.of else taken


def texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(item, str) for item in value):
        raise TypeError
    return tuple(value)


def table(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError
    return value


def instance(type_: type) -> Callable[[Any], Any]:
    def take(value: Any) -> Any:
        if not isinstance(value, type_):
            raise TypeError
        return value

    return take


LIST = Kind("a list of strings", texts, grows=True)
FLAG = Kind("true or false", instance(bool))
PATH = Kind("the path of a file", instance(str))
NAME = Kind("text", instance(str))
LEVEL = Kind(
    f"one of {', '.join(reversed(SEVERITIES))}", lambda value: value if isinstance(value, Severity) else SEVERITIES[value]
)
ORDER = Kind(f"one of {', '.join(DEPLOY_ORDERS)}", lambda value: DEPLOY_ORDERS[DEPLOY_ORDERS.index(value)])


def table_of(kind: Kind) -> Kind:
    return Kind("a table", table, kind, grows=True)


# What each key takes, and an example.
KEYS: Mapping[str, tuple[Kind, Any]] = {
    "targets": (LIST, ["postgresql@16"]),
    "databases": (LIST, ["default"]),
    "fail_level": (LEVEL, "warning"),
    "third_party": (FLAG, True),
    "deploy_order": (ORDER, "code-first"),
    "include_apps": (LIST, ["shop"]),
    "exclude_apps": (LIST, ["legacy"]),
    "include_migrations": (LIST, ["shop.*"]),
    "exclude_migrations": (LIST, ["*.0001_initial"]),
    "start_after": (table_of(NAME), {"shop": "0007"}),
    "rules": (LIST, ["myproject.lint_rules"]),
    "select": (LIST, ["locks"]),
    "ignore": (LIST, ["missing-lock-timeout"]),
    "per_migration_ignores": (table_of(LIST), {"shop.0007_*": ["table-rewrite"]}),
    "require_reason": (FLAG, True),
    "lint_makemigrations": (FLAG, True),
    "baseline": (PATH, "migration-lint-baseline.json"),
    "severity": (table_of(LEVEL), {"locks": "error", "missing-lock-timeout": "note"}),
    "options": (table_of(Kind("a table", table)), {"wide-index": {"columns": 6}}),
}
# Whoever says one of the two takes back what a place before has said of the other.
EITHER = (("include_apps", "exclude_apps"), ("exclude_apps", "include_apps"))


@dataclass(frozen=True)
class Source:
    """A place where keys are set. `of_key` is what the value of one is called there, with the key as `{}`."""

    name: str
    values: Mapping[Any, Any]
    of_key: str = ""
    of_run: bool = False
    """Whether it is about this run alone."""

    def origin(self, key: str) -> str:
        return self.of_key.replace("{}", key.upper()) or self.name

    def by_key(self) -> dict[str, Any]:
        """The values by keys that there are; those have underscores here. Raises UsageError."""
        known = {*KEYS, *(EXTEND + key for key, (kind, _) in KEYS.items() if kind.grows)}
        found = {}
        for key, value in self.values.items():
            name = key.replace("-", "_") if isinstance(key, str) else ""
            if name not in known:
                listed = f"{', '.join(sorted(KEYS))}; {EXTEND}KEY adds to a list or a table"
                raise UsageError(f"{self.name} has the unknown key {key!r}.{did_you_mean(name, known)} Known keys: {listed}.")
            found[name] = value
        return found


@dataclass(frozen=True)
class Config:
    """`targets` are `[ALIAS=]VENDOR[@VERSION]`; `databases` are aliases; `rules` are dotted modules of further rules.

    `select`, `ignore` and `severity` name rules, categories or `all`; `options` are by rule. Migrations are named by patterns
    over `app_label.migration_name`; a pattern without a dot is about an app. `start_after` is by app label.
    """

    targets: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    fail_level: Severity = Severity.ERROR
    third_party: bool = False
    deploy_order: str = DATABASE_FIRST
    include_apps: tuple[str, ...] = ()
    exclude_apps: tuple[str, ...] = ()
    include_migrations: tuple[str, ...] = ()
    exclude_migrations: tuple[str, ...] = ()
    start_after: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    select: tuple[str, ...] = ("all",)
    ignore: tuple[str, ...] = ()
    per_migration_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    require_reason: bool = False
    lint_makemigrations: bool = False
    baseline: str = ""
    severity: Mapping[str, Severity] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Where the values of those keys come from that are not as by default: the place that set it, and those that added."""
    standing: Config | None = field(default=None, compare=False, repr=False)
    """What the project says, without what is about this run alone."""

    def sources_of(self, key: str) -> tuple[str, ...]:
        return self.origins.get(key, (DEFAULT,))

    def updated(self, source: Source) -> Config:
        """With these values, checked. Raises UsageError that names the source."""
        values: dict[str, Any] = {}
        origins = dict(self.origins)
        given = source.by_key()
        for name in sorted(given, key=lambda name: name.startswith(EXTEND)):
            key = name.removeprefix(EXTEND)
            value = KEYS[key][0].checked(name, given[name], source.name, KEYS[key][1])
            if key == name:
                values[key] = value if value or KEYS[key][0] is not LIST else getattr(Config, key)
                origins[key] = (source.origin(name),)
            else:
                values[key] = together(values.get(key, getattr(self, key)), value)
                origins[key] = (*origins.get(key, (DEFAULT,)), source.origin(name))
        for key, other in EITHER:
            if values.get(key) and values.get(other):
                raise UsageError(f"{source.name} has both {key} and {other}. Say what is linted, or what is not.")
            if values.get(key) and getattr(self, other):
                values[other], origins[other] = (), (source.name,)
        standing = self.standing or (self if source.of_run else None)
        return replace(self, **values, origins=origins, standing=standing)


def together(first: Any, second: Any) -> Any:
    """A list with more in it, a table with more keys; where both tables have a key, their values taken together."""
    if isinstance(first, tuple):
        return (*first, *(item for item in second if item not in first))
    if isinstance(first, Mapping):
        return {**first, **{key: together(first[key], it) if key in first else it for key, it in second.items()}}
    return second


def spelled(value: Any) -> str:
    """A value as TOML has it."""
    if isinstance(value, Mapping):
        pairs = (f"{key if BARE.fullmatch(key) else spelled(key)} = {spelled(it)}" for key, it in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(spelled, value))}]"
    return json.dumps(value if isinstance(value, (bool, int, float)) else str(value), ensure_ascii=False)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""


def pyproject(start: Path, tool: str = "migration_lint") -> Source:
    """`[tool.migration_lint]` of the nearest pyproject.toml upwards, or another tool's section."""
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            try:
                data = tomllib.loads(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise UsageError(f"{path} cannot be read: {error}.") from error
            values = data.get("tool", {}).get(tool, {})
            if not isinstance(values, Mapping):
                raise UsageError(f"{path}: tool.{tool} is {values!r}; it has to be a table.")
            if isinstance(values.get("baseline"), str):
                values = {**values, "baseline": str(folder / values["baseline"])}
            return Source(f"[tool.{tool}] in {path}", values)
    return Source("pyproject.toml", {})


def own_settings() -> Source:
    own = getattr(settings, "MIGRATION_LINT", {})
    if not isinstance(own, Mapping):
        raise UsageError(f"settings.MIGRATION_LINT is {own!r}; it has to be a dictionary.")
    return Source("settings.MIGRATION_LINT", own)


def environment(variables: Mapping[str, str]) -> Source:
    values: dict[str, Any] = {}
    for name, text in variables.items():
        if not name.startswith(ENVIRONMENT):
            continue
        key = name.removeprefix(ENVIRONMENT).lower()
        kind, _ = KEYS.get(key.removeprefix(EXTEND), (NAME, None))
        if kind is LIST:
            values[key] = [part.strip() for part in text.split(",") if part.strip()]
        elif kind is FLAG:
            if text.lower() not in ("1", "true", "yes", "0", "false", "no"):
                raise UsageError(f"{name} is {text!r}; it has to be true or false.")
            values[key] = text.lower() in ("1", "true", "yes")
        elif kind.of:
            try:
                values[key] = json.loads(text)
            except ValueError as error:
                raise UsageError(f"{name} is {text!r}; it has to be JSON: {error}.") from None
        else:
            values[key] = text
    return Source("the environment", values, f"environment variable {ENVIRONMENT}{{}}", of_run=True)


def older() -> coming_over.Moved | None:
    """What the project has configured for django-migration-linter. Raises UsageError."""
    section = pyproject(Path.cwd(), coming_over.PACKAGE)
    try:
        return coming_over.configured(Path.cwd(), section.values, section.name)
    except ValueError as error:
        raise UsageError(str(error)) from None


def sources(options: Mapping[str, Any], where: str) -> Iterator[Source]:
    """Where keys are set; a later one counts more. `options` come last, from the place of that name. Raises UsageError."""
    if (old := older()) is not None:
        yield Source(old.where, old.configuration)
    yield pyproject(Path.cwd())
    yield own_settings()
    yield environment(os.environ)
    given = {key: value for key, value in options.items() if value is not None}
    yield Source(where, given, of_run=True)


def load_config(options: Mapping[str, Any], where: str = "the command line") -> Config:
    """The configuration of this run. `options` stand on top of it, None where not given. Raises UsageError."""
    config = Config()
    for source in sources(options, where):
        config = config.updated(source)
    return config


def oldest(vendor: str) -> str:
    """The oldest server of this vendor that the installed Django supports."""
    minimum: Mapping[str, str] = load(vendor).server["minimum"]
    own = django.VERSION[:2]
    best = max((v for v in minimum if version_tuple(v) <= own), key=version_tuple, default=min(minimum, key=version_tuple))
    return minimum[best]


def make_target(alias: str, vendor: str, version: str | None) -> Target:
    if vendor not in VENDORS:
        raise UsageError(f"{vendor!r} is no vendor.{did_you_mean(vendor, VENDORS)} Vendors: {', '.join(VENDORS)}.")
    try:
        minimum = oldest(vendor)
    except FactError:
        raise UsageError(
            f"There are no facts about {vendor} yet, so that nothing can be said about it. "
            "Name another target, such as --target postgresql@16."
        ) from None
    own = is_own(alias, vendor)
    if version is None:
        assumed = f"the oldest that Django {django.get_version()} supports"
        return Target(alias, vendor, version_tuple(minimum), assumed, own)
    least, given = version_tuple(minimum), version_tuple(version)
    if given < least[: len(given)]:
        raise UsageError(f"{vendor}@{version} is older than Django {django.get_version()} supports: {minimum} is the oldest.")
    return Target(alias, vendor, max(given, least), own=own)


def is_own(alias: str, vendor: str) -> bool:
    """Whether the settings have this vendor under the alias."""
    try:
        return bool(connections[alias].vendor == django_vendor(vendor))
    except Exception:  # an engine that cannot be set up; only a target of that vendor needs it
        return False


def parse_target(text: str) -> Target:
    match = TARGET.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} is no target. A target is [ALIAS=]VENDOR[@VERSION], such as postgresql@16 or replica=postgresql@15."
        )
    alias = match["alias"] or "default"
    check_alias(alias)
    return make_target(alias, match["vendor"], match["version"])


def check_alias(alias: str) -> None:
    if alias not in connections.settings:
        known = list(connections.settings)
        raise UsageError(f"{alias!r} is no alias in DATABASES.{did_you_mean(alias, known)} Aliases: {', '.join(known)}.")


def is_narrowed(config: Config) -> bool:
    """Whether this run leaves out a target that the project has."""
    project = config.standing
    if project is None:
        return False
    whole = replace(config, targets=project.targets or config.targets, databases=project.databases)
    try:
        return whole != config and not set(targets(whole)) <= set(targets(config))
    except UsageError:
        return True


def targets(config: Config) -> tuple[Target, ...]:
    """The databases to lint for: the configured targets, or else the databases of the settings. Raises UsageError."""
    for alias in config.databases:
        check_alias(alias)
    found: dict[Target, None] = {}
    for text in config.targets:
        target = parse_target(text)
        if not config.databases or target.alias in config.databases:
            found.setdefault(target)
    if config.targets:
        if not found:
            raise UsageError(
                f"No target has the alias {', '.join(config.databases)}: the targets are {', '.join(config.targets)}."
            )
        return tuple(found)
    for alias in config.databases or connections.settings:
        try:
            vendor = connections[alias].vendor
        except Exception as error:
            raise UsageError(f"The database {alias!r} cannot be set up: {told(error, alias)}") from error
        if vendor == "unknown":
            raise UsageError(f"The database {alias!r} has no ENGINE. Name a target, such as --target postgresql@16.")
        found.setdefault(make_target(alias, vendor, None))
    return tuple(found)
