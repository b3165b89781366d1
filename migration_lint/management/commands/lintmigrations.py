from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from migration_lint import lint
from migration_lint.management.base import LintCommand
from migration_lint.reporters import FORMATS


class Command(LintCommand):
    help = "Tells what migrations do to a busy production database, without connecting to any."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--output-format", choices=list(FORMATS), default="text")
        parser.add_argument(
            "--fail-level",
            choices=["error", "warning", "note"],
            default=None,
            help="Status 1 for findings of this severity and above (default: error).",
        )
        parser.add_argument(
            "--since",
            metavar="REF",
            help="Only what is new or changed since this branch, tag or commit, as one release. Asks git; commits nothing.",
        )

    def run(self, options: dict[str, Any]) -> int:
        config = self.configuration(options, fail_level=options["fail_level"])
        report = lint.lint(lint.prepare(config, options["app_label"], options["migration_name"], since=options["since"]))
        render = FORMATS[options["output_format"]]
        if render is None:
            from migration_lint.reporters.text import print_report

            print_report(report, self.printer(options))
        else:
            self.stdout.write(render(report))
        if report.errors:
            return 2
        return int(any(finding.severity >= config.fail_level for finding in report.findings))
