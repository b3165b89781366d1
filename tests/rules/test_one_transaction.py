"""What is said of statements that share a transaction, or should have, word for word."""

from __future__ import annotations

import importlib

import pytest

from migration_lint import Finding, Rule
from migration_lint.rules import rules_in
from migration_lint.testing import findings_of


def found(name: str, source: str, target: str = "postgresql@16") -> list[Finding]:
    (rule,) = rules_in(importlib.import_module(f"migration_lint.rules.{name.replace('-', '_')}"))
    one: Rule = rule()
    return findings_of(one, source, target)


@pytest.mark.parametrize(
    ("sql", "target", "message"),
    [
        (
            "BEGIN; UPDATE shop_book SET stock = 1; COMMIT;",
            "postgresql@16",
            (
                "`COMMIT` ends the transaction that `shop.0002_x` runs in: when something fails after it, what came before it "
                "stays done, and the migration is not recorded as applied."
            ),
        ),
        (
            "ROLLBACK",
            "sqlite@3.45",
            "`ROLLBACK` undoes what `shop.0002_x` did before it: Django goes on without a word and records the migration as applied.",
        ),
        (
            "BEGIN",
            "sqlite@3.45",
            "`BEGIN` is refused inside a transaction, and `shop.0002_x` runs in one: the migration fails here.",
        ),
        (
            "DO $$ BEGIN COMMIT; END $$",
            "postgresql@16",
            "A block cannot end the transaction that `shop.0002_x` runs in: the server refuses it, and the migration fails here.",
        ),
    ],
)
def test_transaction_control(sql: str, target: str, message: str) -> None:
    (finding,) = found("transaction-control-in-sql", f"operations = [migrations.RunSQL({sql!r})]", target)
    assert finding.message == message


def test_transaction_control_that_ends_nothing() -> None:
    source = 'atomic = False\noperations = [migrations.RunSQL("BEGIN"), migrations.RunSQL("UPDATE shop_book SET stock = 1")]'
    (finding,) = found("transaction-control-in-sql", source)
    assert finding.message == (
        "`BEGIN` begins a transaction that nothing in `shop.0002_x` ends: what follows, the record of the migration included, is "
        "lost when the connection is closed."
    )
    (finding,) = found(
        "transaction-control-in-sql", 'operations = [migrations.RunSQL("BEGIN; UPDATE shop_book SET stock = 1; END")]'
    )
    assert finding.help == (
        "Leave it out: Django begins the migration's transaction, and ends it.\n"
        "    migrations.RunSQL('UPDATE shop_book SET stock = 1'),\n"
        "Where it has to commit in between, `atomic = False` in a migration of its own leaves that to the SQL."
    )
