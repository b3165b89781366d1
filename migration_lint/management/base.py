"""What both commands share: arguments, usage errors, statuses, output that survives a closed pipe."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import Action
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from migration_lint import conf
from migration_lint.failures import hidden, told
from migration_lint.reporters import outputs, printable
from migration_lint.types import Report

if TYPE_CHECKING:
    from migration_lint.reporters.text import Printer


INTERRUPTED = 130  # what shells say of a process that Ctrl-C ended

# The keys that are options of their own names: what their values look like, and what they do.
NARROWING = {
    "include_apps": ("APP,…", "Only these apps, by their labels."),
    "exclude_apps": ("APP,…", "Not these apps."),
    "include_migrations": ("PATTERN,…", "Only these migrations: shop.0007_x, shop.*, or an app's label."),
    "exclude_migrations": ("PATTERN,…", "Not these: *.0001_initial."),
    "start_after": ("APP=NAME,…", "Of this app, only what comes after this migration."),
}
RULES = {
    "select": ("RULE,…", "Only these rules, by id or category; `all` is all but those that are opt-in."),
    "ignore": ("RULE,…", "Not these rules. A rule's id counts more than its category."),
    "per_migration_ignores": ("PATTERN:RULE,…", "Not these rules, of the migrations that the pattern means."),
}


def split(given: list[str]) -> list[str]:
    return [part.strip() for text in given for part in text.split(",") if part.strip()]


def by_app(given: list[str]) -> dict[str, str]:
    found = {}
    for text in split(given):
        label, sign, name = (part.strip() for part in text.partition("="))
        if not (label and sign and name):
            raise conf.UsageError(f"--start-after: {text!r} is no APP=NAME, such as shop=0007.")
        found[label] = name
    return found


def by_pattern(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        pattern, _, rules = (part.strip() for part in text.partition(":"))
        if not (pattern and rules):
            raise conf.UsageError(f"--per-migration-ignores: {text!r} is no PATTERN:RULE,…, such as shop.0007_*:table-rewrite.")
        found.setdefault(pattern, []).extend(split([rules]))
    return found


def labels(given: list[str]) -> list[str]:
    return split([",".join(text.split()) for text in given])


READ: Mapping[str, Callable[[list[str]], Any]] = {
    "include_apps": labels,
    "exclude_apps": labels,
    "start_after": by_app,
    "per_migration_ignores": by_pattern,
}


class Words(Action):
    """Several labels may follow one another, as they may where django-migration-linter is used."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: str | None = None) -> None:
        setattr(namespace, self.dest, [*(getattr(namespace, self.dest) or ()), " ".join(values)])


def color(options: dict[str, Any]) -> bool | None:
    """True or False where it was asked for, None to let the terminal decide."""
    if options.get("no_color"):
        return False
    if options.get("force_color"):
        return True
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def printer(stream: Any, options: dict[str, Any]) -> Printer:
    """On one of a command's two streams."""
    from migration_lint.reporters.text import Printer  # rich takes longer to import than a short JSON report to make

    return Printer(stream._out, color(options))


def refused(message: str) -> CommandError:
    return CommandError(printable(message), returncode=2)


def crashed(error: Exception, options: dict[str, Any], more: str = "") -> CommandError:
    last = traceback.extract_tb(error.__traceback__)[-1]
    words = f"the linter crashed, which is its own fault: {told(error)} ({last.filename}:{last.lineno}){more}"
    if options["traceback"]:
        words += f"\n\n{hidden(''.join(traceback.format_exception(error)))}"
    return refused(words)


def status(report: Report) -> int:
    """The exit status: incomplete counts more than failing."""
    return 2 if report.errors else int(bool(report.failing))


class LintCommand(BaseCommand):
    requires_system_checks: list[str] = []
    requires_migrations_checks = False
    status = 0

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        refuse = parser.error
        parser.error = lambda message: refuse(printable(message))  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app_label", nargs="?", help="Only this app's migrations, as one release.")
        parser.add_argument("migration_name", nargs="?", help="Only this migration; the beginning of its name is enough.")
        parser.add_argument("--database", action="append", metavar="ALIAS", help="Only this alias of DATABASES. Repeatable.")
        parser.add_argument(
            "--target",
            action="append",
            metavar="[ALIAS=]VENDOR[@VERSION]",
            help="What to lint for, whatever the settings use: postgresql@16. Repeatable.",
        )
        parser.add_argument("--third-party", action="store_true", default=None, help="Also apps from site-packages.")
        self.add_keys(parser, NARROWING)

    def add_keys(self, parser: CommandParser, keys: Mapping[str, tuple[str, str]]) -> None:
        """An option for each key of the configuration, and one that adds to it."""
        for key, (value, words) in keys.items():
            option = key.replace("_", "-")
            several: dict[str, Any] = {"action": Words, "nargs": "+"} if READ.get(key) is labels else {"action": "append"}
            parser.add_argument(f"--{option}", metavar=value, help=f"{words} Repeatable.", **several)
            parser.add_argument(
                f"--extend-{option}", action="append", metavar=value, help=f"These too, beside what is configured as {key}."
            )

    def configuration(self, options: dict[str, Any], **more: Any) -> conf.Config:
        found = {
            "targets": options["target"],
            "databases": options["database"],
            "third_party": options["third_party"],
            **{key: options.get(key) for key in ("fail_level", "deploy_order", "baseline")},
        }
        for key in (*NARROWING, *RULES):
            for name in (key, f"{conf.EXTEND}{key}"):
                if (given := options.get(name)) is not None:
                    found[name] = READ.get(key, split)(given)
        return conf.load_config({**found, **more})

    def say(self, text: str) -> None:
        """Print what is no report."""
        self.stdout.write(outputs.encodable(printable(text), self.stdout))

    def printer(self, options: dict[str, Any]) -> Printer:
        return printer(self.stdout, options)

    def handle(self, *args: Any, **options: Any) -> None:
        self.status = 0
        try:
            self.run(options)
            self.stdout.flush()
        except conf.UsageError as error:
            raise refused(str(error)) from None
        except BrokenPipeError:
            # Whoever read the output has seen enough. Python would complain again while it flushes on exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except KeyboardInterrupt:
            self.stderr.write("Interrupted.")
            self.status = INTERRUPTED
        except CommandError:
            raise
        except Exception as error:
            raise crashed(error, options) from None
        if self.status:
            sys.exit(self.status)

    def run(self, options: dict[str, Any]) -> None:
        """Does the work, and sets the status before it prints."""
        raise NotImplementedError
