"""What each rule's examples do to a bookshop with rows on PostgreSQL: the bad one what is said of it, and the good one as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from migration_lint.rules import Rule, find_rules
from migration_lint.testing import impacts_of, routers
from migration_lint.trace import RELATIONS
from migration_lint.types import MigrationImpact
from tests import bookshop
from tests.servers import running
from tests.test_scenarios_live import Watched, Work, shown

TARGET = "postgresql@15"
PATIENCE = "-c statement_timeout=30s"  # two sessions of one test must not wait for each other for ever
ROWS = (
    "INSERT INTO accounts_account (id, name) VALUES (1, 'one')",
    "INSERT INTO shop_author (id, name, code) VALUES (1, 'Ada', 'a'), (2, 'Ben', 'b')",
    "INSERT INTO shop_tag (id, name) VALUES (1, 'new')",
    "INSERT INTO shop_book (id, author_id, title, sku, isbn, price, stock, notes, published) VALUES (1, 1, 'A', 'x', '1', 1, 1, '1', now())",
    "INSERT INTO shop_book (id, author_id, title, sku, isbn, price, stock, notes, published) VALUES (2, 2, 'B', 'y', '2', 2, 2, '2', now())",
    "INSERT INTO shop_book_tags (book_id, tag_id) VALUES (1, 1)",
    "UPDATE shop_book SET publisher_id = 1",
    "INSERT INTO shop_review (id, book_id, body, rating) VALUES (1, 1, 'good', 5)",
)
# What the server refuses the bad example with, of the rules that say so.
REFUSED = {
    "blocking-partition-change": "partition constraint of relation",
    "enum-value-used-in-same-transaction": "unsafe use of new value",
    "foreign-key-type-mismatch": "are of incompatible types",
    "server-refuses": "other objects depend on it",
    "unindexable-type": "has no default operator class",
    "unsupported-on-version": "syntax error",
    "view-depends-on-column": "other objects depend on it",
}
# Whose examples cannot be watched, and why.
UNWATCHED = {
    "concurrently-in-transaction": "Django refuses the operation, and sends nothing",
    "sql-built-from-strings": "the values of parameters are not known",
    "transaction-control-in-sql": "the transaction that is watched ends",
    "unread-sql": "what is not understood is not predicted",
}
NO_KEYS = ("foreign-key-type-mismatch", "good")  # all keys are NULL, and the other table is not read for them
EXAMPLES = [
    (rule, kind)
    for rule in find_rules()
    if "postgresql" in (rule.vendors or ("postgresql",))
    and rule.bad_on.get("postgresql", rule.bad)
    and rule.id not in UNWATCHED
    for kind in ("bad", "good")
    if (rule.id, kind) != NO_KEYS
]


class Shop:
    """A connection to the bookshop, and what its tables are called."""

    def __init__(self, dsn: str) -> None:
        self.connection: psycopg.Connection[Any] = psycopg.connect(dsn, autocommit=True, options=PATIENCE)
        self.monitor: psycopg.Connection[Any] = psycopg.connect(dsn, autocommit=True, options=PATIENCE)
        self.names: dict[int, str] = {}
        self.is_new = False

    def make(self) -> None:
        """Anew, but where the last example was taken back."""
        self.connection.rollback()
        if self.is_new:
            return
        self.connection.execute("DROP SCHEMA public CASCADE")
        self.connection.execute("CREATE SCHEMA public")
        for text in (*bookshop.statements(TARGET), *ROWS):
            self.connection.execute(text.encode())
        self.names = {oid: name for oid, name, *_ in self.monitor.execute(RELATIONS.encode())}
        self.is_new = True

    def run(self, migration: MigrationImpact) -> dict[str, Work]:
        """What the statements do to the tables that were there before. Raises what the server refuses them with."""
        found: dict[str, Work] = defaultdict(Work)
        current = None
        with Watched(self.connection, monitor=self.monitor) as observer:
            for _, statement in migration.timeline:
                number = 0 if migration.migration.atomic else statement.transaction
                if number != current:
                    self.connection.commit()
                    current = number
                    if current is not None:
                        self.connection.execute("BEGIN")
                self.is_new = self.is_new and bool(migration.migration.atomic)
                now = {name: oid for oid, name, *_ in self.connection.execute(RELATIONS.encode())}
                for effect in observer.observe(statement.sql):
                    if (name := self.names.get(now[str(effect.relation)])) is not None:
                        found[name] = found[name].and_also(effect)
        return found


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with running().scratch() as dsn:
        made = Shop(dsn)
        yield made
        made.connection.close()
        made.monitor.close()


def predicted(migration: MigrationImpact) -> dict[str, Work]:
    names = {table.id: name for name, table in migration.before.tables.items()}
    found: dict[str, Work] = defaultdict(Work)
    for _, statement in migration.timeline:
        for effect in statement.effects:
            name = names.get(effect.table.id) if effect.table is not None and effect.table.id else effect.relation
            if name in migration.before.tables:
                found[str(name)] = found[str(name)].and_also(effect)
    return found


@pytest.mark.parametrize(("rule", "kind"), EXAMPLES, ids=[f"{rule.id}-{kind}" for rule, kind in EXAMPLES])
def test_an_example_does_what_is_said_of_it(rule: Rule, kind: str, shop: Shop) -> None:
    source = rule.bad_on.get("postgresql", rule.bad) if kind == "bad" else rule.good_on.get("postgresql", rule.good)
    with routers(rule.routers or ()):
        (migration,) = impacts_of(source, TARGET)
    shop.make()
    refused = REFUSED.get(rule.id) if kind == "bad" else None
    if refused is not None:
        with pytest.raises(psycopg.Error, match=refused):
            shop.run(migration)
        shop.connection.rollback()
        return
    found = shop.run(migration)
    shop.connection.rollback()
    atomic = all(statement.transaction is not None for _, statement in migration.timeline)
    assert shown(predicted(migration), atomic) == shown(found, atomic)
