"""The bookshop of the examples, as a database is to have it before one of them."""

from __future__ import annotations

from django.db.migrations import Migration

from migration_lint import conf
from migration_lint.project import collect
from migration_lint.testing import APP, Accounts, Bookshop


def statements(target: str) -> list[str]:
    """What makes it: impacts tell of the migrations over it alone."""
    errors: list[str] = []
    plan: tuple[Migration, ...] = (Accounts("0001_x", "accounts"), Bookshop("0001_x", APP))
    walked = collect.walk(plan, frozenset(), (conf.parse_target(target),), lambda key: frozenset({key}), False, errors)
    made = [statement.sql for (impact,) in walked for _, statement in impact.timeline]
    assert errors == []
    return made
