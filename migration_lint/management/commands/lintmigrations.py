from __future__ import annotations

import os
from typing import Any

from django.core.management.base import CommandParser

from migration_lint import choosing, conf, lint, listing
from migration_lint.baseline import Change
from migration_lint.conf import UsageError
from migration_lint.management import moving
from migration_lint.management.base import RULES, LintCommand, status
from migration_lint.management.progress import progress
from migration_lint.project import selection
from migration_lint.reporters import dump, outputs, printable
from migration_lint.types import DEPLOY_ORDERS


class Command(LintCommand):
    help = "Tells what migrations do to a busy production database, without connecting to any."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        outputs.add_arguments(parser)
        parser.add_argument(
            "files", nargs="*", help="Or the files of migrations, or folders, as one release; other files do not count."
        )
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
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--unapplied",
            metavar="ALIAS",
            help="Only what this database has not run yet, as one release. Reads what it recorded.",
        )
        which.add_argument("--applied", metavar="ALIAS", help="Only what it has run, each migration as a release of its own.")
        parser.add_argument(
            "--check-history",
            action="append",
            metavar="ALIAS",
            help="Also hold the migrations against what this database has recorded as applied: connects to it, reads the table "
            "django_migrations and nothing else. Repeatable. But for this, --unapplied and --applied no database is asked.",
        )
        parser.add_argument(
            "--deploy-order",
            choices=DEPLOY_ORDERS,
            default=None,
            help="What a deployment replaces first, the database or the code (default: database-first).",
        )
        self.add_keys(parser, RULES)
        parser.add_argument("--baseline", metavar="PATH", help="What this file lists is not told again.")
        change = parser.add_mutually_exclusive_group()
        for each, words in (
            (Change.WRITE, "List there all that is found now."),
            (Change.PRUNE, "Take out of it what is found no more."),
        ):
            change.add_argument(f"--{each.value}-baseline", dest="change", action="store_const", const=each, help=words)
        parser.add_argument("--list-rules", action="store_true", help="The rules that there are, and no linting.")
        parser.add_argument(
            "--show-settings",
            action="store_true",
            help="The configuration, where each value comes from, what is linted for, and no linting.",
        )
        parser.add_argument("--explain", metavar="RULE", help="All about a rule, and no linting.")
        moving.add_arguments(parser)

    def run(self, options: dict[str, Any]) -> None:
        wanted = outputs.parse(options["output_format"], options["output_file"], options["statistics"])
        keys, notes = moving.take(options)
        config = self.configuration(options, **keys)
        for text in notes if options["verbosity"] else ():
            self.stderr.write(printable(f"note: {text}"), style_func=str)
        if options["list_rules"]:
            as_json = wanted[0].format == "json"
            self.say(dump(listing.rules_data(config)) if as_json else listing.rules_text(config))
            return
        if options["explain"]:
            self.say(listing.explained(config, options["explain"]))
            return
        if options["show_settings"]:
            self.say(self.settings(config, wanted[0].format == "json"))
            return
        label, name, files = named(options["app_label"], options["migration_name"], *options["files"])
        files = options["listed"] if options["listed"] is not None else files
        run = lint.prepare(
            config,
            label,
            name,
            check_history=options["check_history"] or (),
            files=files,
            **{key: options[key] for key in ("since", "unapplied", "applied")},
        )
        with progress(self.stderr, options, len(run.graph.migrations)) as told:
            report = lint.lint(run, told, options["change"])
        self.status = status(report)
        for output in wanted if options["verbosity"] or options["output_format"] or options["output_file"] else ():
            outputs.deliver(output, report, self.stdout, lambda: self.printer(options), options["statistics"])

    def settings(self, config: conf.Config, as_json: bool) -> str:
        choosing.ignored_by_migration(config, choosing.chosen(config))  # raises what is wrong with the names of rules
        run = lint.prepare(config)
        told = (config, run.targets, selection.unmatched(run.graph, config))
        return dump(listing.settings_data(*told)) if as_json else listing.settings_text(*told)


def named(*words: str | None) -> tuple[str | None, str | None, list[str] | None]:
    """An app and a migration, or files. Raises UsageError."""
    given = [word for word in words if word is not None]
    files = [word for word in given if word.endswith(".py") or "/" in word or os.sep in word]
    if files and len(files) == len(given):
        return None, None, files
    if files or len(given) > 2:
        raise UsageError(f"{' '.join(given)!r} is neither an app and a migration nor a list of files.")
    return (*given, None, None)[0], (*given, None, None)[1], None
