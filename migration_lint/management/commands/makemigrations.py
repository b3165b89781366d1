"""`makemigrations`, as Django or another app has it, which then lints what it has written.

Django imports this for a system check before most commands: what linting needs is imported where it is needed.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandParser

from migration_lint.project.commands import behind

if TYPE_CHECKING:
    from django.core.management.commands.makemigrations import Command as Inner

    from migration_lint.conf import Config
    from migration_lint.project.written import Files
else:
    Inner = behind("makemigrations")


UNLINTED = "The new migrations were written and have not been linted."


class Command(Inner):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lint",
            action=argparse.BooleanOptionalAction,
            default=None,
            help="Then lint what was written, as one release; the files stay, whatever is found. Status 1 for findings at or "
            "above the fail level. `lint_makemigrations` in the configuration does so always.",
        )

    def handle(self, *app_labels: Any, **options: Any) -> Any:
        asked = options.pop("lint", None)
        if options.get("dry_run") or options.get("check_changes"):
            if asked and options.get("verbosity", 1):
                self.stderr.write("Nothing is written, so that there is nothing to lint.", style_func=str)
            return super().handle(*app_labels, **options)
        config = None if asked is False else configured(asked)
        if config is None:
            return super().handle(*app_labels, **options)
        from migration_lint.project import written

        before = written.files()
        output = super().handle(*app_labels, **options)
        if status := self.lint(config, before, options):
            sys.exit(status)
        return output

    def lint(self, config: Config, before: Files, options: dict[str, Any]) -> int:
        """Print what there is to say about what was written since. The exit status."""
        from migration_lint import lint
        from migration_lint.conf import UsageError
        from migration_lint.management.base import crashed, printer, refused, status
        from migration_lint.project import written
        from migration_lint.reporters.text import print_report

        new = written.since(before)
        if not new:
            return 0
        try:
            report = lint.lint(lint.prepare(config, files=map(str, new.values()))).about({label for label, _ in new})
        except UsageError as error:
            raise refused(f"{error} {UNLINTED}") from None
        except Exception as error:
            raise crashed(error, options, f". {UNLINTED}") from None
        if options.get("verbosity", 1) or report.findings or report.errors:
            print_report(report, printer(self.stderr if options.get("scriptable") else self.stdout, options))
        return status(report)


def configured(asked: bool | None) -> Config | None:
    """The configuration, checked before anything is written; None where nobody wants what is written linted."""
    from migration_lint import baseline, choosing, conf
    from migration_lint.management.base import refused

    try:
        config = conf.load_config({})
        if not (asked or config.lint_makemigrations):
            return None
        conf.targets(config)
        choosing.ignored_by_migration(config, choosing.chosen(config))
        baseline.check(config.baseline, None)
    except conf.UsageError as error:
        raise refused(f"{error} Nothing was written; makemigrations --no-lint does not ask.") from None
    return config
