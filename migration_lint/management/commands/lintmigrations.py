from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from migration_lint import lint
from migration_lint.management.base import LintCommand
from migration_lint.reporters import outputs


class Command(LintCommand):
    help = "Tells what migrations do to a busy production database, without connecting to any."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        outputs.add_arguments(parser)
        parser.add_argument(
            "--fail-level",
            choices=["error", "warning", "note"],
            default=None,
            help="Status 1 for findings of this severity and above (default: error).",
        )

    def run(self, options: dict[str, Any]) -> int:
        wanted = outputs.parse(options["output_format"], options["output_file"], options["statistics"])
        config = self.configuration(options, fail_level=options["fail_level"])
        report = lint.lint(lint.prepare(config, options["app_label"], options["migration_name"]))
        for output in wanted:
            outputs.deliver(output, report, self.stdout, lambda: self.printer(options), options["statistics"])
        if report.errors:
            return 2
        return int(any(finding.severity >= config.fail_level for finding in report.findings))
