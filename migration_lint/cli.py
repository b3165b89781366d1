"""The console script `migration-lint`: `lintmigrations` without manage.py. It sets Django up itself, or says why it cannot."""

from __future__ import annotations

import ast
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import django
from django.core.management.base import CommandError, CommandParser, handle_default_options

from migration_lint import __version__
from migration_lint.failures import told
from migration_lint.management.base import INTERRUPTED
from migration_lint.management.commands import lintmigrations
from migration_lint.reporters import guarded, one_line

NAME = "migration-lint"
SETTINGS = "DJANGO_SETTINGS_MODULE"


class Command(lintmigrations.Command):
    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.prog = NAME
        return parser

    def get_version(self) -> str:
        return __version__


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if {"-h", "--help", "--version"}.isdisjoint(arguments):
            set_up(arguments)
        Command().run_from_argv([NAME, "lintmigrations", *arguments])
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except CommandError as error:
        print(guarded(one_line(str(error))), file=sys.stderr)
        return 2
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    return 0


def set_up(arguments: list[str]) -> None:
    """Make Django ready, as the manage.py of this folder or one above it would. Raises CommandError."""
    parser = CommandParser(prog=NAME, add_help=False, allow_abbrev=False)
    parser.add_argument("--settings")
    parser.add_argument("--pythonpath")
    manage = next((path for folder in (Path.cwd(), *Path.cwd().parents) if (path := folder / "manage.py").is_file()), None)
    sys.path.insert(0, str(manage.parent if manage else Path.cwd()))
    handle_default_options(parser.parse_known_args(arguments)[0])
    module = os.environ.get(SETTINGS) or (settings_of(manage) if manage else None)
    if not module:
        looked = f"{manage} names no settings either" if manage else f"no manage.py in {Path.cwd()} or above it names any"
        raise CommandError(
            f"{SETTINGS} is not set, and {looked}. Name them: --settings mysite.settings, or {SETTINGS}=mysite.settings "
            "in the environment."
        )
    os.environ[SETTINGS] = module
    try:
        django.setup()
    except (Exception, SystemExit) as error:  # whatever a project's settings or models raise
        if "--traceback" in arguments:
            raise
        words = f"Django could not be set up with the settings {module}: {told(error)}"
        raise CommandError(f"{words}{place_of(error)}. --traceback shows where.") from error


def settings_of(manage: Path) -> str | None:
    """The settings that a manage.py takes where the environment names none, if it names them as `startproject` writes it."""
    try:
        tree = ast.parse(manage.read_bytes())
    except (OSError, ValueError, SyntaxError):
        return None
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "setdefault" and len(node.args) == 2:
            key, value = (getattr(argument, "value", None) for argument in node.args)
            if key == SETTINGS and isinstance(value, str):
                found.add(value)
    return found.pop() if len(found) == 1 else None


def place_of(error: BaseException) -> str:
    """Where the project failed: the last line of it that ran."""
    if isinstance(error, SyntaxError):
        return ""  # its text tells
    passed = (os.path.dirname(django.__file__), os.path.dirname(os.__file__) + os.sep + "importlib", "<frozen", __file__)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(passed)]
    return f" ({os.path.normpath(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
