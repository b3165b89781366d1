"""What `--list-rules`, `--explain` and `--show-settings` print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from migration_lint import choosing
from migration_lint.conf import KEYS, Config, UsageError, did_you_mean, spelled
from migration_lint.reporters import SCHEMA_VERSION, one_line
from migration_lint.reporters.json import target_data
from migration_lint.rules import Rule
from migration_lint.types import Severity, Target

WIDTH = 80


def rules_data(config: Config) -> dict[str, Any]:
    rules = choosing.known_rules(config)
    chosen = {rule.id for rule in choosing.chosen(config)}
    return {"schema_version": SCHEMA_VERSION, "rules": [rule_data(rule, rule.id in chosen) for rule in rules]}


def rule_data(rule: Rule, runs: bool) -> dict[str, Any]:
    return {
        "id": rule.id,
        "category": rule.category,
        "severity": str(rule.severity_for(None)),
        "severity_on": {vendor: str(rule.severity_for(vendor)) for vendor in rule.severity_on},
        "summary": rule.summary(),
        "vendors": list(rule.vendors),
        "opt_in": rule.opt_in,
        "runs": runs,
        "covers": list(rule.covers),
        "aliases": choosing.aliases(rule),
        "options": {name: choosing.shown(rule.option(name)) for name in rule.options},
    }


def rules_text(config: Config) -> str:
    """By category; what does not run is said to."""
    from migration_lint.pages import in_order

    rules = choosing.known_rules(config)
    chosen = {rule.id for rule in choosing.chosen(config)}
    lines: list[str] = []
    for category in in_order(rules):
        lines += ["", category] if lines else [category]
        for rule in rules:
            if rule.category == category:
                marks = [str(rule.severity_for(None)), *["opt-in"] * rule.opt_in, *["off"] * (rule.id not in chosen)]
                lines += [f"  {rule.id} ({', '.join(marks)})", *textwrap.wrap(rule.summary(), WIDTH, **INDENTED)]
    return "\n".join(lines)


INDENTED: dict[str, Any] = {"initial_indent": "      ", "subsequent_indent": "      ", "break_on_hyphens": False}


def explained(config: Config, name: str) -> str:
    """The pages of the rules of this name. Raises UsageError."""
    from migration_lint.blocks import plain
    from migration_lint.pages import page

    rules = choosing.known_rules(config)
    found = choosing.named(name, rules)
    if not found:
        raise UsageError(f"There is no rule {name!r}.{did_you_mean(name, choosing.names(rules))}{of_category(name, rules)}")
    return "\n\n\n".join(plain(page(rule)) for rule in found)


def of_category(name: str, rules: Iterable[Rule]) -> str:
    there = [rule.id for rule in rules if rule.category == name]
    return f" Of the category {name} are {', '.join(there)}." if there else ""


def settings_data(config: Config, targets: Iterable[Target], unmatched: Iterable[str]) -> dict[str, Any]:
    values = {key: {"value": plain_data(getattr(config, key)), "sources": list(config.sources_of(key))} for key in KEYS}
    return {
        "schema_version": SCHEMA_VERSION,
        "settings": values,
        "targets": [target_data(target) for target in targets],
        "unmatched": list(unmatched),
    }


def settings_text(config: Config, targets: Iterable[Target], unmatched: Iterable[str]) -> str:
    """As `[tool.migration_lint]` would have it; where a value comes from is a comment."""
    lines = []
    for key in KEYS:
        value, places = spelled(plain_data(getattr(config, key))), one_line(", then ".join(config.sources_of(key)))
        lines.append(f"{key} = {value}  # {places}")
    linted = [f"# Linted for {target}{f' ({target.assumed})' if target.assumed else ''}" for target in targets]
    missing = [f"# No migration is there for {pattern}" for pattern in unmatched]
    return "\n".join([*lines, "", *map(one_line, (*linted, *missing))])


def plain_data(value: Any) -> Any:
    """A value as TOML and JSON can have it."""
    if isinstance(value, Mapping):
        return {name: plain_data(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(each) for each in value]
    return str(value) if isinstance(value, Severity) else choosing.shown(value)
