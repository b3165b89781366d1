from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from migration_lint import explain, lint
from migration_lint.conf import UsageError
from migration_lint.management.base import LintCommand
from migration_lint.management.progress import Progress, progress
from migration_lint.reporters import dump, one_line, printable
from migration_lint.reporters.text import print_plan
from migration_lint.types import MigrationImpact


class Command(LintCommand):
    help = (
        "Shows a migration's lock plan: each operation's SQL, what it locks, for how long, what that stops, and the way back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true", help="Every migration, each a release of its own.")
        parser.add_argument("--output-format", choices=["text", "json"], default="text")

    def run(self, options: dict[str, Any]) -> None:
        if options["all"] == (options["app_label"] is not None):
            raise UsageError("Name an app, or a migration of it, or else --all: explainmigration shop 0002")
        config = self.configuration(options)
        run = lint.prepare(config, options["app_label"], options["migration_name"])
        if options["output_format"] == "json" and len(run.targets) > 1:
            names = ", ".join(map(str, run.targets))
            raise UsageError(f"JSON tells about one target, and there are {len(run.targets)}: {names}. Choose with --target.")
        problems = [problem.message for problem in run.graph.problems]
        with progress(self.stderr, options, len(run.graph.migrations)) as told:
            impacts = self.impacts(run, told)
            if options["output_format"] == "json":
                migrations = [explain.migration_data(impact) for impact in impacts]
                self.status = 2 if run.errors else 0
                self.say(dump(explain.explain_data(migrations, run.targets[0].name, [*run.errors, *problems])))
                return
            print_plan(impacts, self.printer(options))
        self.status = 2 if run.errors else 0
        for text in [*run.errors, *problems]:
            self.stderr.write(printable(one_line(text)))

    def impacts(self, run: lint.Run, told: Progress) -> Iterator[MigrationImpact]:
        for row in run.impacts(True, told):
            told.erase()
            yield from row
