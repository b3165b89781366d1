"""The console script `migration-lint`: Django is set up here, so that broken settings end in status 2 as well."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import CommandError, call_command


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    sys.path.insert(0, os.getcwd())
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        print(
            "DJANGO_SETTINGS_MODULE is not set. Name it: DJANGO_SETTINGS_MODULE=mysite.settings migration-lint",
            file=sys.stderr,
        )
        return 2
    try:
        django.setup()
    except Exception as error:  # whatever a project's settings or models raise
        print(f"Django could not be set up: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    try:
        call_command("lintmigrations", *arguments)
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.returncode
    except SystemExit as error:
        return int(error.code or 0)
    return 0
