"""Configuration: defaults < pyproject.toml < settings.MIGRATION_LINT < environment < command line."""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connections

from migration_lint.backends import VENDORS, FactError, django_vendor, load, version_tuple
from migration_lint.types import DATABASE_FIRST, DEPLOY_ORDERS, Severity, Target

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

ENVIRONMENT = "MIGRATION_LINT_"
SEVERITIES = {str(severity): severity for severity in Severity}
TARGET = re.compile(r"(?:(?P<alias>[^=@]+)=)?(?P<vendor>[a-z]+)(?:@(?P<version>[0-9]+(?:\.[0-9]+)*))?")


class UsageError(Exception):
    """What the user asked for cannot be done: what was seen, why not, the way out."""


@dataclass(frozen=True)
class Config:
    """`targets` are `[ALIAS=]VENDOR[@VERSION]`; `databases` are aliases; `rules` are dotted modules of further rules.

    `select`, `extend_select`, `ignore` and `severity` name rules, categories or `all`; `options` are by rule.
    """

    targets: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    fail_level: Severity = Severity.ERROR
    third_party: bool = False
    deploy_order: str = DATABASE_FIRST
    rules: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    require_reason: bool = False
    severity: Mapping[str, Severity] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def updated(self, values: Mapping[Any, Any], where: str) -> Config:
        """With these values, checked. Raises UsageError naming `where` they stand."""
        known = {each.name for each in fields(self)}
        changes: dict[str, Any] = {}
        for key, value in values.items():
            name = key.replace("-", "_") if isinstance(key, str) else ""
            if name not in known:
                close = did_you_mean(name, known)
                raise UsageError(f"{where} has the unknown key {key!r}.{close} Known keys: {', '.join(sorted(known))}.")
            changes[name] = checked(name, value, where)
        return replace(self, **changes)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""


def checked(key: str, value: Any, where: str) -> Any:
    if key in EXAMPLES:
        if isinstance(value, str) or not isinstance(value, Iterable) or not all(isinstance(item, str) for item in value):
            raise UsageError(
                f'{where}: {key} is {value!r}; it has to be a list of strings, such as {key} = ["{EXAMPLES[key]}"].'
            )
        return tuple(value)
    if key == "fail_level":
        return checked_severity(key, value, where)
    if key == "severity":
        table = checked_table(key, value, where)
        return {name: checked_severity(f"severity of {name}", it, where) for name, it in table.items()}
    if key == "options":
        table = checked_table(key, value, where)
        return {name: checked_table(f"options of {name}", it, where) for name, it in table.items()}
    if key == "deploy_order":
        if value not in DEPLOY_ORDERS:
            raise UsageError(f"{where}: deploy_order is {value!r}; it has to be one of {', '.join(DEPLOY_ORDERS)}.")
        return value
    if not isinstance(value, bool):
        raise UsageError(f"{where}: {key} is {value!r}; it has to be true or false.")
    return value


def checked_severity(what: str, value: Any, where: str) -> Severity:
    if isinstance(value, Severity):
        return value
    if not isinstance(value, str) or value not in SEVERITIES:
        raise UsageError(f"{where}: {what} is {value!r}; it has to be one of {', '.join(reversed(SEVERITIES))}.")
    return SEVERITIES[value]


def checked_table(what: str, value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise UsageError(f"{where}: {what} is {value!r}; it has to be a table.")
    return value


# The keys that have lists of names.
EXAMPLES = {
    "targets": "postgresql@16",
    "databases": "default",
    "rules": "myproject.lint_rules",
    "select": "locks",
    "extend_select": "design",
    "ignore": "missing-lock-timeout",
}


def read_pyproject(start: Path) -> tuple[Mapping[str, Any], str]:
    """`[tool.migration_lint]` of the nearest pyproject.toml upwards."""
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            try:
                data = tomllib.loads(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise UsageError(f"{path} cannot be read: {error}.") from error
            table = data.get("tool", {}).get("migration_lint", {})
            if not isinstance(table, Mapping):
                raise UsageError(f"{path}: tool.migration_lint is {table!r}; it has to be a table.")
            return table, f"[tool.migration_lint] in {path}"
    return {}, "pyproject.toml"


def read_environment(environment: Mapping[str, str]) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for name, text in environment.items():
        if not name.startswith(ENVIRONMENT):
            continue
        key = name.removeprefix(ENVIRONMENT).lower()
        if key in EXAMPLES:
            values[key] = [part.strip() for part in text.split(",") if part.strip()]
        elif key in ("third_party", "require_reason"):
            if text.lower() not in ("1", "true", "yes", "0", "false", "no"):
                raise UsageError(f"{name} is {text!r}; it has to be true or false.")
            values[key] = text.lower() in ("1", "true", "yes")
        elif key in ("severity", "options"):
            try:
                values[key] = json.loads(text)
            except ValueError as error:
                raise UsageError(f"{name} is {text!r}; it has to be JSON: {error}.") from None
        else:
            values[key] = text
    return values


def load_config(options: Mapping[str, Any]) -> Config:
    """The configuration of this run. `options` are the command line's, None where not given. Raises UsageError."""
    config = Config()
    config = config.updated(*read_pyproject(Path.cwd()))
    own = getattr(settings, "MIGRATION_LINT", {})
    if not isinstance(own, Mapping):
        raise UsageError(f"settings.MIGRATION_LINT is {own!r}; it has to be a dictionary.")
    config = config.updated(own, "settings.MIGRATION_LINT")
    config = config.updated(read_environment(os.environ), "the environment")
    return config.updated({key: value for key, value in options.items() if value is not None}, "the command line")


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
            raise UsageError(f"The database {alias!r} cannot be set up: {' '.join(str(error).split())}") from error
        if vendor == "unknown":
            raise UsageError(f"The database {alias!r} has no ENGINE. Name a target, such as --target postgresql@16.")
        found.setdefault(make_target(alias, vendor, None))
    return tuple(found)
