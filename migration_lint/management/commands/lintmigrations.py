from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from migration_lint import lint
from migration_lint.management.base import LintCommand
from migration_lint.reporters import FORMATS
from migration_lint.types import DEPLOY_ORDERS


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
            "--deploy-order",
            choices=DEPLOY_ORDERS,
            default=None,
            help="What a deployment replaces first, the database or the code (default: database-first).",
        )

    def run(self, options: dict[str, Any]) -> int:
        config = self.configuration(options, fail_level=options["fail_level"], deploy_order=options["deploy_order"])
        report = lint.lint(lint.prepare(config, options["app_label"], options["migration_name"]))
        render = FORMATS[options["output_format"]]
        if render is None:
            from migration_lint.reporters.text import print_report

            print_report(report, self.printer(options))
        else:
            self.stdout.write(render(report))
        if report.errors:
            return 2
        return int(any(finding.severity >= config.fail_level for finding in report.findings))
