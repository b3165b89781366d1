"""System checks. Django imports them before most commands: what linting needs is imported where it is needed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.checks.registry import CheckRegistry
from django.core.management import get_commands, load_command_class

from migration_lint.coming_over import both_installed
from migration_lint.project.commands import OURS

TAG = "migration_lint"


def register() -> None:
    checks.register(lint_migrations, TAG)
    checks.register(makemigrations_lints, checks.Tags.commands)
    checks.register(both_installed, checks.Tags.commands)


def lint_migrations(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """What `lintmigrations` finds, for `check --tag migration_lint` and whoever else names the tag."""
    return list(messages(app_configs)) if tags_are_named() else []


def tags_are_named() -> bool:
    """Whether the checks were chosen by their tags. Otherwise Django runs all that there are, and tells none of them."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code is not CheckRegistry.run_checks.__code__:
        frame = frame.f_back
    return frame is None or frame.f_locals["tags"] is not None


def messages(app_configs: Sequence[AppConfig] | None) -> Iterator[checks.CheckMessage]:
    from dataclasses import replace

    from migration_lint import conf, lint
    from migration_lint.reporters import clean, guarded
    from migration_lint.reporters.places import spot_of
    from migration_lint.types import Severity

    levels = {Severity.ERROR: checks.ERROR, Severity.WARNING: checks.WARNING, Severity.NOTE: checks.INFO}
    try:
        config = conf.load_config({})
        labels = None if app_configs is None else frozenset(each.label for each in app_configs)
        run = lint.prepare(config if labels is None else replace(config, third_party=True))
        run.selected = frozenset(key for key in run.selected if labels is None or key[0] in labels)
        report = lint.lint(run)
    except conf.UsageError as error:
        yield checks.Error(guarded(clean(str(error))), id=f"{TAG}.usage")
        return
    for finding in (report if labels is None else report.about(labels)).findings:
        yield checks.CheckMessage(
            levels[finding.severity],
            guarded(clean(finding.message)),
            hint=guarded(clean(finding.help)),
            obj=guarded(spot_of(finding)),
            id=f"{TAG}.{finding.rule}",
        )
    for text in report.errors:
        yield checks.Error(guarded(clean(text)), id=f"{TAG}.not-analysed")


def makemigrations_lints(**kwargs: Any) -> list[checks.CheckMessage]:
    """Whether `lint_makemigrations` has an effect: of several apps' commands Django runs the first app's."""
    app: Any = get_commands()["makemigrations"]
    if app == OURS or not isinstance(app, str):
        return []
    from migration_lint import conf

    try:
        if not conf.load_config({}).lint_makemigrations:
            return []
    except conf.UsageError:  # told by whoever needs the configuration
        return []
    if any(
        own.__module__ == f"{OURS}.management.commands.makemigrations"
        for own in type(load_command_class(app, "makemigrations")).__mro__
    ):
        return []
    return [
        checks.Warning(
            f"`lint_makemigrations` has no effect: `makemigrations` is that of {app!r}, which stands before {OURS!r} in "
            "INSTALLED_APPS.",
            hint=f"List {OURS!r} before it: its command does what the other app's does, and lints then.",
            id=f"{OURS}.W002",
        )
    ]
