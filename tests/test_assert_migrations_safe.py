"""What a project's own tests call, under pytest-django and any other runner."""

from __future__ import annotations

import io
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import SimpleTestCase, TestCase, override_settings

from migration_lint import Report
from migration_lint.testing import assert_migrations_safe
from tests.installed import BOOK, CREATE, INDEX, INDEXED, Shelf
from tests.test_git import git

MESSAGE = """\
1 finding in 2 migrations, and 1 below the fail level (error)

{label}/migrations/0002_index.py:7:19: error[blocking-index-build] Building the index `title_idx` keeps every write of \
`{label}_book` waiting, until the migration commits.
    Build it concurrently, in a migration of its own with `atomic = False`:
        from django.contrib.postgres.operations import AddIndexConcurrently
"""


@pytest.fixture
def label(shelf: Shelf) -> Iterator[str]:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_index": f'{INDEX}, migrations.RunSQL("SELECT 1")'})
    with shelf.installed(label):
        yield label


def test_what_fails_is_told_with_what_to_write_instead(label: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_migrations_safe()
    assert str(caught.value).startswith(MESSAGE.format(label=label))


def test_the_report_is_returned(label: str) -> None:
    report = assert_migrations_safe(ignore=["locks"])
    assert isinstance(report, Report)
    assert [finding.rule for finding in report.findings] == ["irreversible-operation"]
    assert (report.migrations, report.failing) == (2, ())


def test_no_database_is_asked(label: str, django_db_blocker: Any) -> None:
    with django_db_blocker.block():  # as in every test without a database mark
        with pytest.raises(RuntimeError):
            connection.ensure_connection()
        assert assert_migrations_safe(ignore=["locks"]).migrations == 2


def test_arguments_select_and_configure(label: str, shelf: Shelf) -> None:
    assert assert_migrations_safe(label).migrations == 2  # one release: its table is new
    assert assert_migrations_safe(label, "0001").migrations == 1
    with pytest.raises(AssertionError, match="blocking-index-build"):
        assert_migrations_safe(label, "0002")
    assert assert_migrations_safe(label, "0002", select=["data-loss"]).findings == ()
    assert assert_migrations_safe(label, "0002", targets=["sqlite"]).failing == ()
    assert assert_migrations_safe(severity={"locks": "note"}).failing == ()
    with pytest.raises(AssertionError, match=r"2 findings in 2 migrations\n"):
        assert_migrations_safe(fail_level="warning")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": ["sqlite"]}, "assert_migrations_safe() has the unknown key 'target'. Did you mean 'targets'?"),
        ({"fail_level": "fatal"}, "assert_migrations_safe(): fail_level is 'fatal'; it has to be one of"),
        ({"app_label": "shefl"}, "No installed app with label 'shefl'."),
        ({"since": "main"}, "--since asks git what has changed, and git says: not a git repository"),
        ({"baseline": "not-there.json"}, "The baseline not-there.json is not there."),
    ],
)
def test_a_mistake_is_a_failure(arguments: dict[str, object], message: str, label: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_migrations_safe(**arguments)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message), str(caught.value)


def test_without_migrations_nothing_is_safe(label: str) -> None:
    class Disabled:
        """What `pytest --no-migrations` puts there."""

        def __contains__(self, item: str) -> bool:
            return True

        def __getitem__(self, item: str) -> None:
            return None

    git(Path.cwd(), "init", "-q")
    git(Path.cwd(), "commit", "-q", "--allow-empty", "-m", "x")
    for since in (None, "HEAD"):
        with (
            override_settings(MIGRATION_MODULES=Disabled()),
            pytest.raises(AssertionError, match="There is no migration to lint"),
        ):
            assert_migrations_safe(since=since)


def test_what_could_not_be_analysed_is_a_failure(shelf: Shelf) -> None:
    label = shelf.add(BOOK, **{"0001_initial": CREATE, "0002_broken": "1 / 0"})
    with shelf.installed(label), pytest.raises(AssertionError, match=r"\n\nNot analysed: The migration"):
        assert_migrations_safe(ignore=["broken-graph", "models-ahead-of-migrations"])


@pytest.mark.parametrize("kind", [unittest.TestCase, SimpleTestCase, TestCase])
def test_any_test_case_may_call_it(kind: type[unittest.TestCase], label: str) -> None:
    """With databases that Django forbids, and in the transaction of a TestCase."""

    class Migrations(kind):  # type: ignore[misc, valid-type]
        def test_safe(self) -> None:
            assert_migrations_safe(ignore=["locks"])
            if kind is TestCase:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")

        def test_unsafe(self) -> None:
            assert_migrations_safe()

    result = unittest.TextTestRunner(io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(Migrations))
    assert (result.testsRun, len(result.failures), result.errors) == (2, 1, [])
    assert "error[blocking-index-build]" in result.failures[0][1]
