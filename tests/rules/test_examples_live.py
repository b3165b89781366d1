"""What each rule's examples do to a bookshop with rows on live servers: the bad one what is said of it, and the good one as well."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from migration_lint.rules import Rule, find_rules
from migration_lint.testing import impacts_of, routers
from migration_lint.types import MigrationImpact
from tests import bookshop, mariadb, postgresql, sqlite

SHOPS: dict[str, type[bookshop.Shop]] = {"postgresql": postgresql.Shop, "mariadb": mariadb.Shop, "sqlite": sqlite.Shop}

# What the server refuses the bad example with, of the rules that say so, where that is no limit of the fact files.
REFUSED = {
    "blocking-partition-change": {"postgresql": "SQLSTATE 23514"},
    "enum-value-used-in-same-transaction": {"postgresql": "SQLSTATE 55P04"},
    "transaction-control-in-sql": {"sqlite": "cannot start a transaction within a transaction"},
}
# Rows that are in the way of the bad example, and not of the good one, of the rules that say so; and the answer.
DUPLICATE = {"postgresql": "SQLSTATE 23505", "mariadb": "error 1062", "sqlite": "UNIQUE constraint failed"}
IN_THE_WAY = {
    "fails-on-existing-rows": ("UPDATE shop_book SET title = ''", DUPLICATE),
    "half-applied-on-failure": ("UPDATE shop_book SET sku = 'x'", DUPLICATE),
    "narrowed-type": (f"UPDATE shop_book SET title = '{'x' * 51}'", {"postgresql": "SQLSTATE 22001", "mariadb": "error 1406"}),
}
# What it refuses the way back with, of the rules that are about that.
REFUSED_BACK = {
    "reverse-fails-on-rows": {"postgresql": "SQLSTATE 23502", "sqlite": "NOT NULL constraint failed"},
}
# What cannot be watched, and why; beside what is not understood and so not predicted.
UNWATCHED = {
    ("postgresql", "foreign-key-type-mismatch", "good"): "all keys are NULL, and the other table is not read for them",
    ("postgresql", "transaction-control-in-sql", "bad"): "the transaction that is watched ends",
    ("mariadb", "schema-editor-in-runpython", "bad"): "Django refuses it, in test_bookshop_mariadb_live",
    **{(vendor, "sql-built-from-strings", "good"): "the values of parameters are not known" for vendor in SHOPS},
}
EXAMPLES = [
    (vendor, rule, kind)
    for vendor in SHOPS
    for rule in find_rules()
    if vendor in (rule.vendors or SHOPS) and rule.bad_on.get(vendor, rule.bad)
    for kind in ("bad", "good")
    if (vendor, rule.id, kind) not in UNWATCHED
]


@pytest.fixture(scope="module")
def shops() -> Iterator[Callable[[str], bookshop.Shop]]:
    """Those of each vendor, opened when they are asked for."""
    with ExitStack() as stack:
        yield functools.cache(lambda vendor: stack.enter_context(SHOPS[vendor].opened()))


@pytest.mark.parametrize(
    ("vendor", "rule", "kind"), EXAMPLES, ids=[f"{vendor}-{rule.id}-{kind}" for vendor, rule, kind in EXAMPLES]
)
def test_an_example_does_what_is_said_of_it(vendor: str, rule: Rule, kind: str, shops: Callable[[str], bookshop.Shop]) -> None:
    shop = shops(vendor)
    source = rule.bad_on.get(vendor, rule.bad) if kind == "bad" else rule.good_on.get(vendor, rule.good)
    with routers(rule.routers or ()):
        (migration,) = impacts_of(source, shop.target)
    if kind == "bad" and any(impact.is_unread for impact in migration.impacts):
        pytest.skip("What is not understood is not predicted.")
    refused = [(refusal.error, statement.sql) for _, statement in migration.timeline for refusal in statement.refusals]
    error, sql = next((pair for pair in refused if pair[0]), (None, ""))
    if kind == "bad":
        error = error or REFUSED.get(rule.id, {}).get(vendor)
    back = migration.undone() if rule.category == "reversibility" else None
    shop.prepare()
    check(shop, migration, error, sql, keep=back is not None)
    if back is not None:
        check(shop, back, REFUSED_BACK.get(rule.id, {}).get(vendor) if kind == "bad" else None)
    if rule.id in IN_THE_WAY:
        rows, answers = IN_THE_WAY[rule.id]
        shop.prepare(rows)
        check(shop, migration, answers[vendor] if kind == "bad" else None)


def check(shop: bookshop.Shop, migration: MigrationImpact, error: str | None, sql: str = "", keep: bool = False) -> None:
    """The server refuses the migration, at this statement, or the tables go through what is said of them."""
    if error is None:
        said, seen = shop.run(migration, keep)
        assert said == seen
        return
    with pytest.raises(bookshop.RefusedError) as refused:
        shop.run(migration, keep)
    assert bookshop.matches(error, str(refused.value)), refused.value.sql
    assert refused.value.sql.startswith(sql)
