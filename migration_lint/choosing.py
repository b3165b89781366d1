"""Which rules run, how severe they are and with what options, by the names that the configuration gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from migration_lint.coming_over import ALIASES
from migration_lint.conf import Config, UsageError, did_you_mean
from migration_lint.project.selection import matches
from migration_lint.rules import Rule, RuleError, find_rules

ALL = "all"
BY_NAME, BY_CATEGORY, BY_ALL = 2, 1, 0


def known_rules(config: Config) -> tuple[Rule, ...]:
    """Every rule, configured, whether it runs or not. Raises UsageError."""
    try:
        rules = find_rules(config.rules)
    except RuleError as error:
        raise UsageError(f"{error}.") from error
    severities: dict[str, tuple[int, Any]] = {}
    for name, severity in config.severity.items():
        for id, near in nearness("severity", [name], rules).items():
            if near >= severities.get(id, (BY_ALL, None))[0]:
                severities[id] = (near, severity)
    for each in rules:
        each.configured_severity = severities.get(each.id, (BY_ALL, None))[1]
    for name, values in config.options.items():
        found = named(name, rules)
        if not found:
            raise UsageError(f"options: there is no rule {name!r}.{did_you_mean(name, names(rules))}")
        for each in found:
            each.given = checked_options(each, values)
    return rules


def chosen(config: Config) -> tuple[Rule, ...]:
    """The rules that run. Where selection and ignoring name the same rule, the nearer name wins, and of equals the ignoring."""
    rules = known_rules(config)
    wanted = nearness("select", config.select, rules)
    ignored = nearness("ignore", config.ignore, rules)

    def runs(rule: Rule) -> bool:
        near = wanted.get(rule.id, -1)
        return near > ignored.get(rule.id, -1) and not (rule.opt_in and near == BY_ALL)

    return tuple(rule for rule in rules if runs(rule))


def ignored_by_migration(config: Config, rules: Iterable[Rule]) -> Callable[[str, str, str], bool]:
    """Whether `per_migration_ignores` keeps a rule, by its id, from telling of an app's migration, or of the app where its name
    is empty.
    """
    by_pattern = [
        (pattern, nearness(f"per_migration_ignores of {pattern}", names, rules).keys())
        for pattern, names in config.per_migration_ignores.items()
    ]

    def is_ignored(app_label: str, name: str, rule: str) -> bool:
        return any(rule in ids and matches(pattern, app_label, name) for pattern, ids in by_pattern)

    return is_ignored


def nearness(key: str, given: Iterable[str], rules: Iterable[Rule]) -> dict[str, int]:
    """How nearly the names mean each rule: by its own name, by its category, or by `all`."""
    found: dict[str, int] = {}
    for name in given:
        near, meant = BY_ALL, tuple(rules)
        if name != ALL:
            near, meant = BY_NAME, named(name, rules)
            of_category = tuple(rule for rule in rules if rule.category == name)
            if not meant and of_category:
                near, meant = BY_CATEGORY, of_category
            elif not meant and name not in ALIASES:
                close = did_you_mean(name, [ALL, *names(rules), *(rule.category for rule in rules)])
                raise UsageError(f"{key}: there is no rule or category {name!r}.{close}")
        for rule in meant:
            found[rule.id] = max(near, found.get(rule.id, near))
    return found


def named(name: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules of this id, or which tell of what has this id, or which another linter's code stands for."""
    ids = ALIASES.get(name, (name,))
    return tuple(rule for rule in rules if rule.id in ids or not set(ids).isdisjoint(rule.covers))


def meanings(rules: Iterable[Rule]) -> dict[str, frozenset[str]]:
    """The rules' ids that each name stands for."""
    found: dict[str, set[str]] = {alias: set() for alias in ALIASES}
    for rule in rules:
        for name in (rule.id, *rule.covers, *aliases(rule)):
            found.setdefault(name, set()).add(rule.id)
    return {name: frozenset(ids) for name, ids in found.items()}


def names(rules: Iterable[Rule]) -> list[str]:
    return [*(name for rule in rules for name in (rule.id, *rule.covers)), *ALIASES]


def aliases(rule: Rule) -> list[str]:
    """Other linters' codes for what the rule finds."""
    return [alias for alias, ids in ALIASES.items() if not {rule.id, *rule.covers}.isdisjoint(ids)]


def checked_options(rule: Rule, values: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's options, of the types that their defaults have. A pattern is given as text."""
    checked = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        if name not in rule.options:
            there = f"Known options: {', '.join(sorted(rule.options))}." if rule.options else "It has none."
            raise UsageError(f"options: {rule.id} has no option {key!r}.{did_you_mean(name, rule.options)} {there}")
        checked[name] = checked_option(f"options: {key} of {rule.id}", value, rule.options[name])
    return checked


def checked_option(what: str, value: Any, default: Any) -> Any:
    if isinstance(default, re.Pattern):
        try:
            return re.compile(value)
        except (re.error, TypeError) as error:
            raise UsageError(f"{what} is {value!r}; it has to be a regular expression: {error}.") from None
    if isinstance(default, tuple):
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise UsageError(f"{what} is {value!r}; it has to be a list of strings.")
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        raise UsageError(f"{what} is {value!r}; it has to be {KINDS[type(default)]}.")
    return value


def shown(value: Any) -> Any:
    """An option's value as a configuration has it."""
    return value.pattern if isinstance(value, re.Pattern) else value


KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
