"""What was written for django-migration-linter, on the command line or in its configuration: taken for ours, with a note."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import CommandParser

from migration_lint import conf
from migration_lint.coming_over import FLAG, LINTER, OPTIONS, WORDS, Moved, Option, listed, moved

WHERE = "the command line"
ACTIONS: Mapping[str, Mapping[str, Any]] = {FLAG: {"action": "store_true", "default": None}, WORDS: {"nargs": "*"}}
# What an option here is called where it is not called like its key.
DESTINATIONS = {"targets": "target", "databases": "database"}
OPPOSITES = {"unapplied", "applied"}


def add_arguments(parser: CommandParser) -> None:
    """Its options, which no help tells of."""
    for option in OPTIONS:
        if not option.same:
            more = {**ACTIONS.get(option.takes, {"nargs": "?"}), **({"choices": option.choices} if option.choices else {})}
            parser.add_argument(*option.short, option.flag, help=argparse.SUPPRESS, **more)


def take(options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Set the options that its ones stand for; give the keys of the configuration, and what to tell. Raises UsageError.

    `options["listed"]` are the files that one of its options lists.
    """
    configured = conf.older()
    try:
        return taken(options, configured)
    except ValueError as error:
        raise conf.UsageError(str(error)) from None


def taken(options: dict[str, Any], configured: Moved | None) -> tuple[dict[str, Any], list[str]]:
    values = {option.name: options[option.name] for option in OPTIONS if not option.same}
    given = {name: value for name, value in values.items() if value is not None and value is not False}
    databases = options["database"] or (configured and configured.made.get("databases")) or ["default"]
    old = moved(given, WHERE, databases[0])
    for key in old.made:
        if options.get(DESTINATIONS.get(key, key)):
            raise conf.UsageError(f"`{spelled(key, old.made[key])}` is given in both spellings, {LINTER}'s and ours: keep one.")
    chosen = {key for key in OPPOSITES if options[key] or key in old.made}
    if chosen == OPPOSITES:
        raise conf.UsageError("No migration is both applied and unapplied: ask for one of the two.")
    arguments = dict(old.arguments)
    for key, value in configured.arguments.items() if configured else ():
        if not (options[key] or key in arguments or (chosen and key in OPPOSITES)):
            arguments[key] = value
    told = [*notes(given, old, databases[0]), *([advice(configured)] if configured else [])]
    options["listed"] = None
    if "files" in arguments:
        options["listed"], missing = listed(arguments.pop("files"))
        told += [f"{line}: there is no such file, so that the line does not count." for line in missing]
    options.update(arguments)
    return {f"{conf.EXTEND}{key}" if key == "severity" else key: value for key, value in old.configuration.items()}, told


def notes(given: Mapping[str, Any], old: Moved, alias: str) -> Iterator[str]:
    for option in OPTIONS:
        if option.name in given:
            made = moved({option.name: given[option.name]}, WHERE, alias).made
            here = " ".join(f"write `{spelled(*item)}`" for item in made.items()) or "it does nothing here"
            here += " in the configuration" * ("severity" in made)
            more = [text for name, text in old.notes if name == option.name]
            yield " ".join([f"`{there(option, given[option.name])}` is {LINTER}'s: {here}.", *more])


def there(option: Option, value: Any) -> str:
    values = [] if option.takes == FLAG else value if isinstance(value, list) else [value]
    return " ".join([option.flag, *map(shlex.quote, values)])


def spelled(key: str, value: Any) -> str:
    """On the command line; what only the configuration knows, there."""
    if key == "severity":
        return f"{key} = {conf.spelled(value)}"
    if key == "files":
        return f"xargs python manage.py lintmigrations < {shlex.quote(value)}"
    if key in DESTINATIONS:
        return " ".join(f"--{DESTINATIONS[key]} {shlex.quote(each)}" for each in value)
    return f"--{key.replace('_', '-')} {shlex.quote(value if isinstance(value, str) else ','.join(value))}"


def advice(old: Moved) -> str:
    """What to write in the place of its configuration, to be pasted."""
    parts = [f"{old.where}: this is {LINTER}'s configuration, and is read for as long as it is there."]
    if old.configuration:
        lines = "\n".join(f"{key} = {conf.spelled(value)}" for key, value in old.configuration.items())
        parts.append(f"In pyproject.toml it is\n\n[tool.migration_lint]\n{lines}\n")
    if old.arguments:
        parts.append(f"On the command line it is `{' '.join(spelled(*item) for item in old.arguments.items())}`.")
    if not old.made:
        parts.append("It sets nothing here.")
    return "\n".join([*parts, *(f"- {name}: {text}" for name, text in old.notes)])
