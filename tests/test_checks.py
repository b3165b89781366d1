"""System checks: findings where their tag is named and nowhere else; whether `lint_makemigrations` has an effect."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core import checks
from django.core.checks.registry import registry
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings
from django.test.utils import override_system_checks

from tests.installed import BOOK, CREATE, INDEX, INDEXED, Shelf
from tests.test_makemigrations import DJANGO, OTHER, OURS

SQL = 'migrations.RunSQL("SELECT 1")'


@pytest.fixture(autouse=True)
def ours_alone() -> Iterator[None]:
    """Django's are about the bookshop, which is not installed meanwhile."""
    own: list[Any] = [check for check in registry.registered_checks if check.__module__ == "migration_lint.checks"]
    with override_system_checks(own):
        yield


def told(**options: Any) -> list[tuple[int, str | None, str]]:
    found = checks.run_checks(**options)
    return sorted((each.level, each.id, str(each.obj)) for each in found if (each.id or "").startswith("migration_lint."))


def test_findings_are_told_where_the_tag_is_named(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_index": INDEX, "0003_sql": SQL})
    with shelf.installed(label, severity={"generated-name": "note"}, ignore=["missing-lock-timeout", "irreversible-operation"]):
        (index,) = [each for each in checks.run_checks(tags=["migration_lint"]) if each.level == checks.ERROR]
        with pytest.raises(SystemCheckError) as caught:
            call_command("check", "--tag", "migration_lint")
    place = os.path.join(label, "migrations", "0002_index.py") + ":7:19"
    assert (index.id, str(index.obj)) == ("migration_lint.blocking-index-build", place)
    assert (
        index.msg == f"Building the index `title_idx` keeps every write of `{label}_book` waiting, until the migration commits."
    )
    assert (index.hint or "").startswith("Build it concurrently")
    assert f"ERRORS:\n{place}: (migration_lint.blocking-index-build) Building the index" in str(caught.value)
    assert "1 issue (0 silenced)" in str(caught.value)


def test_severities_are_levels(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_index": INDEX})
    levels = {"error": checks.ERROR, "warning": checks.WARNING, "note": checks.INFO}
    for severity, level in levels.items():
        with shelf.installed(label, severity={"blocking-index-build": severity}):
            assert [found[:2] for found in told(tags=["migration_lint"])] == [(level, "migration_lint.blocking-index-build")]


def test_the_ids_can_be_silenced(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_index": INDEX})
    out = io.StringIO()
    with shelf.installed(label), override_settings(SILENCED_SYSTEM_CHECKS=["migration_lint.blocking-index-build"]):
        call_command("check", "--tag", "migration_lint", stdout=out)
    assert out.getvalue() == "System check identified no issues (1 silenced).\n"


def test_no_other_command_lints(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_index": INDEX})
    with shelf.installed(label):
        for options in ({}, {"databases": ["default"]}, {"tags": ["models"]}, {"include_deployment_checks": True}):
            assert told(**options) == [], options
        call_command("check", databases=["default"])
        call_command("migrate", verbosity=0, skip_checks=False)
        assert len(told(tags=["models", "migration_lint"])) == 1


def test_apps_that_are_named(shelf: Shelf) -> None:
    bad = {"0001_initial": CREATE, "0002_index": INDEX}
    one, two, ahead = (
        shelf.add(INDEXED, **bad),
        shelf.add(INDEXED, **bad),
        shelf.add(BOOK.replace("20", "30"), **{"0001_initial": CREATE}),
    )
    with shelf.installed(one, two, ahead):
        for labels in ([one], [two], [one, two], [ahead]):
            found = told(tags=["migration_lint"], app_configs=[apps.get_app_config(label) for label in labels])
            assert [place.partition(os.sep)[0] for _, _, place in found] == labels


def test_an_installed_app_that_is_named(shelf: Shelf) -> None:
    label = shelf.add(INDEXED, **{"0001_initial": CREATE, "0002_index": INDEX})
    with shelf.installed(label):
        found = told(tags=["migration_lint"], app_configs=[apps.get_app_config("contenttypes")])
    assert {place.rpartition(os.sep)[2].partition(".")[0] for _, _, place in found} == {"0002_remove_content_type_name"}


def test_what_cannot_be_linted_is_an_error(shelf: Shelf) -> None:
    label = shelf.add(BOOK, **{"0001_initial": CREATE})
    with shelf.installed(label, select=["lokcs"]):
        (error,) = checks.run_checks(tags=["migration_lint"])
    assert (error.level, error.id) == (checks.ERROR, "migration_lint.usage")
    assert error.msg == "select: there is no rule or category 'lokcs'. Did you mean 'locks'?"


def test_what_could_not_be_analysed_is_an_error(shelf: Shelf) -> None:
    label = shelf.add(BOOK, **{"0001_initial": CREATE, "0002_broken": "1 / 0"})
    with shelf.installed(label, ignore=["broken-graph", "models-ahead-of-migrations"]):
        (error,) = checks.run_checks(tags=["migration_lint"])
    assert (error.level, error.id) == (checks.ERROR, "migration_lint.not-analysed")
    assert error.msg.startswith(f"The migration `{label}.0002_broken` cannot be imported: ZeroDivisionError")


@pytest.mark.parametrize(
    ("first", "module", "lint", "warned"),
    [(True, DJANGO, True, True), (True, DJANGO, False, False), (False, DJANGO, True, False), (True, OURS, True, False)],
)
def test_that_makemigrations_lints(first: bool, module: str, lint: bool, warned: bool, shelf: Shelf) -> None:
    label = shelf.add(command=OTHER.format(module=module))
    names = (label, "migration_lint") if first else ("migration_lint", label)
    with shelf.installed(*names, lint_makemigrations=lint):
        found = checks.run_checks()
    assert [(each.id, each.msg) for each in found] == [
        (
            "migration_lint.W002",
            f"`lint_makemigrations` has no effect: `makemigrations` is that of '{label}', which stands before 'migration_lint' in INSTALLED_APPS.",
        )
    ] * warned
