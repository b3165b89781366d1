"""Progress: for whoever waits at a terminal, and for nobody else."""

from __future__ import annotations

import io
import os
import pty
import re
from contextlib import suppress

import pytest
from django.core.management import call_command

from migration_lint.management import progress

ARGUMENTS = ("lintmigrations", "orders", "0002", "--target=postgresql@16")


def seen(*arguments: str, verbosity: int = 1) -> str:
    """What a terminal is sent on standard error."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal, suppress(SystemExit):
        call_command(*arguments, stdout=io.StringIO(), stderr=terminal, verbosity=verbosity)
    with open(master, "rb", buffering=0) as reader:
        parts = []
        with suppress(OSError):  # how the end of a terminal reads
            while part := reader.read(65536):
                parts.append(part)
    return b"".join(parts).decode()


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET", 0.0)
    monkeypatch.setattr(progress, "OFTEN", 0.0)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize("command", ["lintmigrations", "explainmigration"])
def test_a_line_that_is_erased(command: str) -> None:
    text = seen(command, *ARGUMENTS[1:])
    first, *lines = text.split("\r")
    assert (first, lines[-1]) == ("", "")
    assert re.fullmatch(r"Migration 1 of (\d+)", lines[0])
    # Each is as long as what it hides, and the last two hide everything.
    assert lines[-2].strip() == ""
    assert [len(line) for line in lines[:-1]] == sorted(len(line) for line in lines[:-1]) or command == "explainmigration"


def test_nothing_for_a_short_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET", 60.0)
    assert seen(*ARGUMENTS) == ""


def test_nothing_for_anybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen(*ARGUMENTS, verbosity=0) == ""
    error = io.StringIO()
    with suppress(SystemExit):
        call_command(*ARGUMENTS, stdout=io.StringIO(), stderr=error)
    assert error.getvalue() == ""
    monkeypatch.setenv("TERM", "dumb")
    assert seen(*ARGUMENTS) == ""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("CI", "true")
    assert seen(*ARGUMENTS) == ""


def test_it_is_erased_before_anything_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("migration_lint.engine.Engine.check_migration", interrupt)
    assert re.search(r"\r +\r(\x1b\[[\d;]*m)?Interrupted\.", seen(*ARGUMENTS))
