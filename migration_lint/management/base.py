"""What both commands share: arguments, usage errors, statuses, output that survives a closed pipe."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from migration_lint import conf
from migration_lint.reporters import clean, guarded

if TYPE_CHECKING:
    from migration_lint.reporters.text import Printer


class LintCommand(BaseCommand):
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

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

    def configuration(self, options: dict[str, Any], **more: Any) -> conf.Config:
        return conf.load_config(
            {
                "targets": options["target"],
                "databases": options["database"],
                "third_party": options["third_party"],
                **more,
            }
        )

    def color(self, options: dict[str, Any]) -> bool | None:
        """True or False where it was asked for, None to let the terminal decide."""
        if options.get("no_color"):
            return False
        if options.get("force_color"):
            return True
        if os.environ.get("NO_COLOR"):
            return False
        return True if os.environ.get("FORCE_COLOR") else None

    def printer(self, options: dict[str, Any]) -> Printer:
        from migration_lint.reporters.text import Printer  # rich takes longer to import than a short JSON report to make

        stream: Any = self.stdout
        return Printer(stream._out, self.color(options))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            status = self.run(options)
        except conf.UsageError as error:
            raise CommandError(guarded(clean(str(error))), returncode=2) from None
        except BrokenPipeError:
            # Whoever read the output has seen enough. Python would complain again while it flushes on exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = 0
        if status:
            sys.exit(status)

    def run(self, options: dict[str, Any]) -> int:
        raise NotImplementedError
