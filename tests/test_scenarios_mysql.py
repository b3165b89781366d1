"""What Django's operations are predicted to do on MariaDB and MySQL, against what a MariaDB did and what MySQL's manual says."""

from __future__ import annotations

import functools

import pytest
from django.db.migrations import Migration
from django.db.migrations.operations.base import Operation

from migration_lint import backends
from migration_lint.project import collect, selection
from migration_lint.sql.server import Server
from migration_lint.types import Blocks, Effect, Target
from tests.data.mysql_outcomes import MARIADB_10_11, MYSQL_8_0_12, MYSQL_8_0_29, Outcome
from tests.data.other_scenarios import scenarios, start

KEYS = ("0001_start", "0002_before", "0003_scenario")


def migration(number: int, operations: list[Operation]) -> Migration:
    made = type("Migration", (Migration,), {"operations": operations})
    result: Migration = made(KEYS[number], "app")
    return result


@functools.cache
def predicted(vendor: str, version: tuple[int, ...]) -> dict[str, Outcome]:
    found = {}
    for scenario in scenarios("utf8mb4_bin"):
        plan = (migration(0, start()), migration(1, scenario.before), migration(2, scenario.operations))
        release = selection.releases(frozenset({("app", KEYS[2])}), False)
        errors: list[str] = []
        ((impact,),) = collect.walk(plan, frozenset(), (Target("default", vendor, version),), release, False, errors)
        assert errors == [], (scenario.id, errors)
        statements = [statement for _, statement in impact.timeline]
        assert [statement.unread for statement in statements if statement.unread] == [], scenario.id
        effects = [effect for statement in statements for effect in statement.effects]
        found[scenario.id] = outcome(effects, vendor) if statements else ("none", "no", "no")
    return found


def outcome(effects: list[Effect], vendor: str) -> Outcome:
    order = backends.load(vendor).algorithms
    algorithms = [effect.algorithm for effect in effects if effect.algorithm]
    stops = any(effect.blocks >= Blocks.WRITES for effect in effects)
    return (
        max(algorithms, key=order.index, default="other"),
        "yes" if stops else "rows" if any(effect.writes_rows for effect in effects) else "no",
        "yes" if any(effect.rewrites for effect in effects) else "no",
    )


FAILS = "the rows that were there made the statement fail, so that nothing was rebuilt"
CLAUSE = "measured as DROP INDEX, which takes no ALGORITHM clause; ALTER TABLE … DROP INDEX refuses INSTANT"
INDEXED = "“DROP INDEX” is not INSTANT, and the column's index is dropped with it: handler0alter.cc, INNOBASE_INSTANT_ALLOWED"
EXPRESSION = "an expression's hidden virtual column is new: not online, and COPY where unique: handler0alter.cc"
COMMENT = "the table of outcomes leaves open which it is; nothing is for InnoDB to do: handler0alter.cc, INSTANT_NO_CHANGE"

# What is predicted otherwise, and why.
DISAGREEMENTS: dict[str, dict[str, tuple[Outcome, str]]] = {
    "mariadb@10.11": {
        "alter_null_to_notnull_nodefault": (("COPY", "yes", "yes"), FAILS),
        "varchar_100_5_truncate": (("COPY", "yes", "yes"), FAILS),
        "char_to_int_bad": (("COPY", "yes", "yes"), FAILS),
        "text_to_json": (("COPY", "yes", "yes"), FAILS),
        "alter_text_add_unique": (("COPY", "yes", "yes"), FAILS),
        "add_check_violated": (("COPY", "yes", "yes"), FAILS),
        "alter_remove_index": (("NOCOPY", "no", "no"), CLAUSE),
        "remove_index": (("NOCOPY", "no", "no"), CLAUSE),
        "remove_index_fkonly": (("NOCOPY", "no", "no"), CLAUSE),
    },
    "mysql@8.0.20": {
        "add_index_func": (("INPLACE", "yes", "no"), EXPRESSION),
        "add_unique_expr": (("COPY", "yes", "yes"), EXPRESSION),
        "alter_comment": (("INSTANT", "no", "no"), COMMENT),
        "alter_comment_int": (("INSTANT", "no", "no"), COMMENT),
    },
    "mysql@8.4": {
        "add_index_func": (("INPLACE", "yes", "no"), EXPRESSION),
        "add_unique_expr": (("COPY", "yes", "yes"), EXPRESSION),
        "remove_indexed": (("INPLACE", "no", "yes"), INDEXED),
        "remove_unique": (("INPLACE", "no", "yes"), INDEXED),
        "remove_in_multiindex_direct": (("INPLACE", "no", "yes"), INDEXED),
        "remove_fk": (("INPLACE", "no", "yes"), INDEXED),
        "remove_fk_noconstraint": (("INPLACE", "no", "yes"), INDEXED),
        "delete_model_referenced": (("INPLACE", "no", "yes"), INDEXED),
        "rename_pk_referenced": (
            ("INPLACE", "no", "no"),
            "“Renaming a column referenced from another table” is not INSTANT: the manual, Online DDL Operations",
        ),
    },
}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("mariadb@10.11", MARIADB_10_11),
        ("mysql@8.0.20", MYSQL_8_0_12),
        ("mysql@8.4", MYSQL_8_0_29),
    ],
    ids=["mariadb@10.11", "mysql@8.0.20", "mysql@8.4"],
)
def test_every_operation_comes_to_what_it_did(target: str, expected: dict[Outcome, str]) -> None:
    vendor, _, version = target.partition("@")
    found = predicted(vendor, backends.version_tuple(version))
    told = {name: outcome for outcome, names in expected.items() for name in names.split()}
    assert set(told) - set(found) <= {"alter_fk_db_on_delete"}  # from Django 6.1 on
    differing = {name: found[name] for name, outcome in told.items() if name in found and found[name] != outcome}
    assert differing == {name: outcome for name, (outcome, _) in DISAGREEMENTS[target].items()}


@pytest.mark.parametrize(
    ("version", "sql", "lock"),
    [((10, 11), "MODIFY c50 int NOT NULL", "SHARED"), ((11, 2), "MODIFY c50 int NOT NULL", "NONE")],
)
def test_a_copy_lets_others_write_from_11_2_on(version: tuple[int, ...], sql: str, lock: str) -> None:
    server = Server(Target("default", "mariadb", version))
    server.send("CREATE TABLE t (id int PRIMARY KEY, c50 varchar(50) NOT NULL)")
    server.send(f"ALTER TABLE t {sql}")
    (effect,) = server.statements[-1].effects
    assert (effect.algorithm, effect.rewrites, effect.lock) == ("COPY", True, lock)
