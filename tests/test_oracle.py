"""Oracle without a server: what Django sends, what its documentation says of that, and what is predicted."""

from __future__ import annotations

import json
import re
import textwrap
from itertools import combinations
from pathlib import Path
from typing import Any

import django
import pytest
from django.db import connections, models
from django.db.backends.signals import connection_created
from django.db.migrations import Migration
from django.db.migrations.operations import AlterField, CreateModel, RemoveField, RunSQL
from django.db.migrations.operations.base import Operation

from migration_lint import Rule, backends, conf
from migration_lint.engine import Engine
from migration_lint.project import collect, selection
from migration_lint.rules import find_rules
from migration_lint.rules.blocking_index_build import BlockingIndexBuild
from migration_lint.rules.ddl_on_busy_table_fails import DdlOnBusyTableFails
from migration_lint.rules.dropped_column_in_use import DroppedColumnInUse
from migration_lint.rules.large_object_default import LargeObjectDefault
from migration_lint.sql.lexer import ORACLE, LexError, split, tokens
from migration_lint.sql.server import Server
from migration_lint.testing import findings_of, impacts_of
from migration_lint.types import Effect, MigrationImpact, Target
from tests import test_facts, test_offline
from tests.data import other_scenarios
from tests.data.oracle_scenarios import EXPECTED

KEYS = ("0001_start", "0002_before", "0003_scenario")
RELEASE = frozenset({("app", KEYS[2])})
BACKEND = backends.load("oracle")
SCENARIOS = {scenario.id: scenario for scenario in other_scenarios.scenarios("BINARY_CI")}

# Where the prediction says something else, and why.
NEW = "The documentation speaks of tables with rows. The new one has none, and the other one is locked for a moment."
LOOKED_UP = 'ORA-01439, "column to be modified must be empty to change datatype": whether it is has to be looked up.'
DISAGREEMENTS = {
    "create_model_fk": (("briefly", False, False), NEW),
    "add_m2m": (("briefly", False, False), NEW),
    "add_generated_stored": (
        ("meanwhile", True, True),
        "The documentation has virtual columns alone until 23.7. The values of a materialized one have to be computed.",
    ),
    "remove_generated_virtual": (
        ("briefly", False, False),
        'DROP COLUMN removes "the data associated with the target column … from each row": a virtual column has none there.',
    ),
    "char_to_int": ((None, True, False), LOOKED_UP),
    "char_to_int_bad": ((None, True, False), LOOKED_UP),
    "int_to_char": ((None, True, False), LOOKED_UP),
    "uuid_to_char": ((None, True, False), LOOKED_UP),
}
# What an older Django writes differently.
NEWER_DJANGO = {"add_generated_stored", "rename_model_related"}


def migration(number: int, operations: list[Operation]) -> Migration:
    made: type[Migration] = type("Migration", (Migration,), {"operations": operations})
    return made(KEYS[number], "app")


def impact_of(operations: list[Operation], before: list[Operation] = [], version: tuple[int, ...] = (19,)) -> MigrationImpact:  # noqa: B006
    plan = (migration(0, other_scenarios.start()), migration(1, before), migration(2, operations))
    errors: list[str] = []
    release = selection.releases(RELEASE, False)
    ((impact,),) = collect.walk(plan, frozenset(), (Target("default", "oracle", version),), release, False, errors)
    assert not errors, errors
    return impact


def old_effects(impact: MigrationImpact) -> list[Effect]:
    """What happens to tables that were there before."""
    return [effect for _, statement in impact.timeline for effect in statement.effects if not effect.is_new(RELEASE)]


def summary(impact: MigrationImpact) -> tuple[str, bool, bool]:
    effects = old_effects(impact)
    works = [effect for effect in effects if effect.works or effect.writes_rows]
    stops = "meanwhile" if any(effect.stops_writes for effect in works) else "nobody"
    if stops == "nobody" and any(effect.stops_writes for effect in effects):
        stops = "briefly"
    rewrites = any(effect.rewrites or (effect.writes_rows and effect.stops_writes) for effect in works)
    return stops, bool(works), rewrites


def sent(impact: MigrationImpact) -> tuple[str, ...]:
    return tuple(re.sub(r"\b[0-9a-f]{32}\b", "<uuid>", " ".join(s.sql.split())) for _, s in impact.timeline)


@pytest.mark.filterwarnings("ignore:.*received a naive datetime")
@pytest.mark.parametrize("name", EXPECTED)
def test_a_scenario_is_as_documented(name: str) -> None:
    scenario, expected = SCENARIOS[name], EXPECTED[name]
    impact = impact_of(scenario.operations, scenario.before)
    assert [statement.unread for _, statement in impact.timeline if statement.unread] == []
    if name not in NEWER_DJANGO or django.VERSION >= (6, 1):
        assert sent(impact) == expected.statements
    stops, reads, rewrites = summary(impact)
    wanted = DISAGREEMENTS[name][0] if name in DISAGREEMENTS else expected[:3]
    assert (stops if wanted[0] else None, reads, rewrites) == wanted


def test_every_row_of_the_table_is_a_scenario() -> None:
    assert set(EXPECTED) <= set(SCENARIOS)
    assert set(DISAGREEMENTS) <= set(EXPECTED)


# Since 23.3 some statements let others write that did not before.
@pytest.mark.parametrize(
    ("sql", "before", "since"),
    [
        ("ALTER TABLE app_t DROP CONSTRAINT t_a_chk", "EXCLUSIVE", "ROW SHARE"),
        ("ALTER TABLE app_t SET UNUSED (c50)", "EXCLUSIVE", "ROW SHARE"),
        ("ALTER TABLE app_t ADD CONSTRAINT x CHECK (a > 0) ENABLE NOVALIDATE", "ROW SHARE", "ROW SHARE"),
        ("ALTER TABLE app_t DROP COLUMN c50", "EXCLUSIVE", "EXCLUSIVE"),
    ],
)
def test_locks_by_version(sql: str, before: str, since: str) -> None:
    found = {
        version: old_effects(impact_of([RunSQL(sql)], version=version))[0].lock for version in [(19,), (21,), (23, 3), (23,)]
    }
    assert found == {(19,): before, (21,): before, (23, 3): since, (23,): before}


def facts_of(*statements: str) -> list[tuple[str | None, str | None]]:
    """The last statement's facts, each with its relation."""
    server = Server(Target("default", "oracle", (19,)))
    server.begin_migration(("app", "0001"))
    for sql in SCHEMA:
        server.send(sql)
    server.begin_migration(("app", "0002"))
    for sql in statements:
        server.send(sql)
    assert [statement.unread for statement in server.statements if statement.unread] == []
    return [(effect.fact, effect.relation) for effect in server.statements[-1].effects]


SCHEMA = (
    'CREATE TABLE "SHOP" ("ID" NUMBER(19) GENERATED BY DEFAULT ON NULL AS IDENTITY NOT NULL PRIMARY KEY, "NAME" NVARCHAR2(50) NULL)',
    'CREATE TABLE "BOOK" ("ID" NUMBER(11) GENERATED BY DEFAULT ON NULL AS IDENTITY NOT NULL PRIMARY KEY, "QTY" NUMBER(11) NOT NULL, "TITLE" NVARCHAR2(100) NULL, "PRICE" NUMBER(8, 2), "DAY" DATE, "F" DOUBLE PRECISION, "FREE" NUMBER, "SHOP_ID" NUMBER(19), "TWICE" NUMBER GENERATED ALWAYS AS ("QTY" * 2) VIRTUAL, CONSTRAINT qty_positive CHECK (qty >= 0))',
    "CREATE TABLE note (id NUMBER PRIMARY KEY, body NCLOB, extra CLOB, book_id NUMBER REFERENCES book (id), n NUMBER)",
    "CREATE INDEX book_qty ON book (qty)",
    "CREATE SEQUENCE numbers",
    "CREATE VIEW titles AS SELECT id, title FROM book",
)
BOOK = "ALTER TABLE book "
# The last statement of each, and the facts it is predicted by; every fact of the file is among them.
STATEMENTS: list[tuple[Any, Any]] = [
    (("CREATE TABLE fresh (id NUMBER)",), [("create table", "fresh")]),
    (("CREATE TABLE fresh AS SELECT 1 AS one FROM dual",), [("create table as", "fresh")]),
    (("CREATE TABLE fresh AS SELECT id FROM book",), [("create table as", "fresh"), ("select", "book")]),
    (("DROP TABLE note PURGE",), [("drop table", "note")]),
    (("DROP TABLE book CASCADE CONSTRAINTS",), [("drop table", "book"), ("drop table on children given cascade constraints", "note")]),
    (("ALTER TABLE note RENAME TO remark",), [("rename table", "note")]),
    (("RENAME note TO remark",), [("rename table", "note")]),
    (("TRUNCATE TABLE note",), [("truncate", "note")]),
    (("TRUNCATE TABLE book CASCADE",), [("truncate", "book"), ("truncate on children given cascade", "note")]),
    *(
        ((f"LOCK TABLE book IN {mode.upper()} MODE",), [(f"lock table given in {mode} mode", "book")])
        for mode in ("row share", "row exclusive", "share update", "share", "share row exclusive", "exclusive")
    ),
    ((BOOK + "MOVE",), [("set tablespace", "book")]),
    ((BOOK + "MOVE ONLINE TABLESPACE fast",), [("set tablespace given online", "book")]),
    ((BOOK + "SHRINK SPACE CASCADE",), [("cluster given shrink", "book")]),
    ((BOOK + "PCTFREE 20",), [("set options", "book")]),
    ((BOOK + "ENABLE ROW MOVEMENT",), [("set options", "book")]),
    (("ANALYZE TABLE book COMPUTE STATISTICS",), [("analyze", "book")]),
    # Columns.
    ((BOOK + "ADD x NUMBER",), [("add column", "book")]),
    ((BOOK + "ADD (x NUMBER, y VARCHAR2(10 CHAR))",), [("add column", "book"), ("add column", "book")]),
    ((BOOK + "ADD x NUMBER DEFAULT 1 NOT NULL",), [("add column given default", "book")]),
    ((BOOK + "ADD x TIMESTAMP DEFAULT SYSTIMESTAMP NOT NULL",), [("add column given default", "book")]),
    ((BOOK + "ADD x NVARCHAR2(9) DEFAULT ''",), [("add column", "book")]),
    ((BOOK + "ADD x NCLOB DEFAULT ''",), [("add column", "book")]),
    ((BOOK + "ADD x NCLOB DEFAULT 'a'",), [("add column given default, large object", "book")]),
    (("ALTER TABLE note ADD x NUMBER DEFAULT 1",), [("add column given default, table with large objects", "note")]),
    (("ALTER TABLE note ADD x CLOB DEFAULT 'a'",), [("add column given default, large object, table with large objects", "note")]),
    ((BOOK + "ADD x RAW(16) DEFAULT sys_guid()",), [("add column given volatile default", "book")]),
    ((BOOK + "ADD x NUMBER DEFAULT numbers.NEXTVAL",), [("add column given volatile default", "book")]),
    ((BOOK + "ADD x NUMBER GENERATED ALWAYS AS IDENTITY (START WITH 5)",), [("add column given identity", "book")]),
    ((BOOK + "ADD x NUMBER AS (qty + 1)",), [("add column given virtual generated", "book")]),
    ((BOOK + "ADD x NUMBER GENERATED ALWAYS AS (qty + 1) MATERIALIZED",), [("add column given stored generated", "book")]),
    ((BOOK + "ADD x NUMBER NOT NULL",), [("add column given not null without default", "book")]),
    ((BOOK + "DROP COLUMN title",), [("drop column", "book")]),
    ((BOOK + "DROP (title, price) CASCADE CONSTRAINTS CHECKPOINT 500",), [("drop column", "book"), ("drop column", "book")]),
    ((BOOK + "DROP UNUSED COLUMNS",), [("drop column given unused columns", "book")]),
    ((BOOK + "DROP COLUMN twice",), [("drop column given virtual generated", "book")]),
    ((BOOK + "SET UNUSED COLUMN title",), [("drop column given unused", "book")]),
    ((BOOK + "SET UNUSED (title) ONLINE",), [("drop column given online, unused", "book")]),
    ((BOOK + "SET UNUSED (twice)",), [("drop column given unused, virtual generated", "book")]),
    ((BOOK + "SET UNUSED (twice) ONLINE",), [("drop column given online, unused, virtual generated", "book")]),
    ((BOOK + "RENAME COLUMN title TO name",), [("rename column", "book")]),
    ((BOOK + "MODIFY title NUMBER",), [("alter column type", "book")]),
    ((BOOK + "MODIFY (title NVARCHAR2(100))",), [("alter column type given same type", "book")]),
    ((BOOK + "MODIFY title NVARCHAR2(200)",), [("alter column type given longer", "book")]),
    ((BOOK + "MODIFY title NVARCHAR2(20)",), [("alter column type given shorter", "book")]),
    ((BOOK + "MODIFY price NUMBER(12, 4)",), [("alter column type given longer, other scale", "book")]),
    ((BOOK + "MODIFY price NUMBER(8, 4)",), [("alter column type given other scale, same length", "book")]),
    ((BOOK + "MODIFY price NUMBER(6, 2)",), [("alter column type given from number, shorter, to number", "book")]),
    ((BOOK + "MODIFY free NUMBER(6, 2)",), [("alter column type given from number, limited, to number", "book")]),
    ((BOOK + "MODIFY f NUMBER(6, 2)",), [("alter column type given from float, to number", "book")]),
    ((BOOK + "MODIFY price NUMBER",), [("alter column type given from number, to number, unlimited", "book")]),
    ((BOOK + "MODIFY day TIMESTAMP",), [("alter column type given from date, to timestamp", "book")]),
    ((BOOK + "MODIFY title NCLOB",), [("alter column type given to large object", "book")]),
    (("ALTER TABLE note MODIFY body NVARCHAR2(20)",), [("alter column type given from large object", "note")]),
    (("ALTER TABLE note MODIFY body BLOB",), [("alter column type given from large object, to large object", "note")]),
    (("ALTER TABLE note MODIFY body NCLOB",), [("alter column type given from large object, same type, to large object", "note")]),
    ((BOOK + "MODIFY id NVARCHAR2(20)",), [("alter column type given from number, identity", "book")]),
    ((BOOK + "MODIFY id NCLOB",), [("alter column type given from number, identity, to large object", "book")]),
    ((BOOK + "MODIFY id NUMBER(11)",), [("alter column type given from number, identity, same type, to number", "book")]),
    ((BOOK + "MODIFY id NUMBER(19)",), [("alter column type given from number, identity, longer, to number", "book")]),
    ((BOOK + "MODIFY id NUMBER(5)",), [("alter column type given from number, identity, shorter, to number", "book")]),
    ((BOOK + "MODIFY id GENERATED ALWAYS AS IDENTITY",), [("set identity", "book")]),
    ((BOOK + "MODIFY qty GENERATED ALWAYS AS IDENTITY",), [("set identity given no identity", "book")]),
    ((BOOK + "MODIFY id DROP IDENTITY",), [("drop identity", "book")]),
    ((BOOK + "MODIFY twice AS (qty * 3)",), [("set expression", "book")]),
    ((BOOK + "MODIFY qty DEFAULT 1",), [("set default", "book")]),
    ((BOOK + "MODIFY qty DEFAULT NULL",), [("drop default", "book")]),
    ((BOOK + "MODIFY title NOT NULL",), [("set not null", "book")]),
    ((BOOK + "MODIFY qty NOT NULL",), [("set not null given already not null", "book")]),
    ((BOOK + "MODIFY qty NULL",), [("drop not null", "book")]),
    # Constraints.
    ((BOOK + "ADD CONSTRAINT c CHECK (qty < 9)",), [("add constraint given check", "book")]),
    ((BOOK + "ADD x NUMBER CHECK (x > 0)",), [("add column", "book"), ("add constraint given check", "book")]),
    ((BOOK + "MODIFY title CONSTRAINT t NOT NULL",), [("add constraint given not null", "book")]),
    (
        (BOOK + "ADD x NUMBER DEFAULT 1 CONSTRAINT t NOT NULL",),
        [("add column given default", "book"), ("add constraint given not null, with its column", "book")],
    ),
    ((BOOK + "MODIFY title CONSTRAINT t NOT NULL ENABLE NOVALIDATE",), [("add constraint given not null, not valid", "book")]),
    ((BOOK + "ADD CONSTRAINT c UNIQUE (title) DEFERRABLE INITIALLY DEFERRED",), [("add constraint given unique", "book")]),
    ((BOOK + "ADD CONSTRAINT c PRIMARY KEY (qty)",), [("add constraint given primary key", "book")]),
    (
        (BOOK + "ADD FOREIGN KEY (shop_id) REFERENCES shop ON DELETE SET NULL",),
        [("add constraint given foreign key", "book"), ("add constraint on parent given foreign key", "shop")],
    ),
    ((BOOK + "ADD CONSTRAINT c CHECK (qty < 9) ENABLE NOVALIDATE",), [("add constraint given check, not valid", "book")]),
    (
        (BOOK + "ADD CONSTRAINT c FOREIGN KEY (shop_id) REFERENCES shop (id) DEFERRABLE INITIALLY DEFERRED ENABLE NOVALIDATE",),
        [
            ("add constraint given foreign key, not valid", "book"),
            ("add constraint on parent given foreign key, not valid", "shop"),
        ],
    ),
    *(
        (
            ("CREATE UNIQUE INDEX u ON book (title) ONLINE", f"{BOOK}ADD CONSTRAINT u {words} (title){using}{state}"),
            [(f"add constraint given {', '.join(sorted([words.lower(), *more]))}", "book")],
        )
        for words in ("UNIQUE", "PRIMARY KEY")
        for using, state, more in (
            ("", " ENABLE NOVALIDATE", ["not valid"]),
            (" USING INDEX u", "", ["using index"]),
            (" USING INDEX u", " ENABLE NOVALIDATE", ["not valid", "using index"]),
        )
    ),
    (
        (BOOK + "ADD CONSTRAINT c CHECK (qty < 9) ENABLE NOVALIDATE", BOOK + "MODIFY CONSTRAINT c VALIDATE"),
        [("validate constraint", "book")],
    ),
    ((BOOK + "MODIFY CONSTRAINT qty_positive VALIDATE",), [("validate constraint given already valid", "book")]),
    ((BOOK + "MODIFY CONSTRAINT qty_positive ENABLE",), [("validate constraint given already valid, enable", "book")]),
    ((BOOK + "ADD CONSTRAINT c CHECK (qty < 9) DISABLE", BOOK + "ENABLE CONSTRAINT c"), [("validate constraint given enable", "book")]),
    ((BOOK + "DISABLE CONSTRAINT qty_positive KEEP INDEX",), [("alter constraint given disable", "book")]),
    ((BOOK + "ENABLE NOVALIDATE CONSTRAINT qty_positive",), [("alter constraint given enable novalidate", "book")]),
    ((BOOK + "MODIFY CONSTRAINT qty_positive RELY",), [("alter constraint", "book")]),
    ((BOOK + "DROP CONSTRAINT qty_positive",), [("drop constraint", "book")]),
    ((BOOK + "DROP CONSTRAINT qty_positive CASCADE ONLINE",), [("drop constraint given online", "book")]),
    ((BOOK + "RENAME CONSTRAINT qty_positive TO positive",), [("rename constraint", "book")]),
    # Indexes.
    (("CREATE INDEX i ON book (title DESC, qty) TABLESPACE fast",), [("create index", "book")]),
    (("CREATE BITMAP INDEX i ON book (qty) PARALLEL 4 NOLOGGING",), [("create index", "book")]),
    (("CREATE UNIQUE INDEX i ON book (UPPER(title)) ONLINE COMPRESS 1",), [("create index given online", "book")]),
    (("CREATE INDEX IF NOT EXISTS book_qty ON book (qty)",), [("create index given if not exists, index exists", "book")]),
    (("CREATE INDEX IF NOT EXISTS book_qty ON book (qty) ONLINE",), [("create index given if not exists, index exists, online", "book")]),
    (("DROP INDEX book_qty",), [("drop index", "book")]),
    (("DROP INDEX book_qty ONLINE",), [("drop index given online", "book")]),
    (("DROP INDEX IF EXISTS nowhere",), []),
    (("DROP INDEX IF EXISTS nowhere ONLINE",), []),
    (("ALTER INDEX book_qty RENAME TO quantities",), [("rename index", "book")]),
    (("ALTER INDEX book_qty MONITORING USAGE",), [("alter index", "book")]),
    (("ALTER INDEX book_qty VISIBLE",), [("alter index given visible", "book")]),
    (("ALTER INDEX book_qty INVISIBLE",), [("alter index given invisible", "book")]),
    (("ALTER INDEX book_qty UNUSABLE ONLINE",), [("alter index given online, unusable", "book")]),
    (("ALTER INDEX book_qty REBUILD",), [("reindex given index", "book")]),
    (("ALTER INDEX book_qty REBUILD ONLINE",), [("reindex given index, online", "book")]),
    # The rest.
    (("COMMENT ON TABLE book IS 'x'",), [("comment", "book")]),
    (("COMMENT ON COLUMN book.qty IS 'x'",), [("comment given on a column", "book")]),
    (("CREATE OR REPLACE TRIGGER t BEFORE INSERT ON book FOR EACH ROW BEGIN :new.qty := 1; END;",), [("create trigger", "book")]),
    (("CREATE VIEW more AS SELECT id FROM book",), [("create view", "more"), ("select given definition only", "book")]),
    (("CREATE OR REPLACE FORCE VIEW titles AS SELECT 1 AS one FROM dual",), [("replace view", "titles")]),
    (("CREATE MATERIALIZED VIEW copies AS SELECT id FROM book",), [("create materialized view", "copies"), ("select", "book")]),
    (("GRANT SELECT ON book TO reader",), [("grant", "book")]),
    (("ALTER TRIGGER t DISABLE",), [("enable or disable trigger", None)]),
    ((BOOK + "DISABLE ALL TRIGGERS",), [("enable or disable trigger", "book")]),
    (("DROP TRIGGER t",), [("drop trigger", None)]),
    (("DROP VIEW titles",), [("drop view", "titles")]),
    (("DROP MATERIALIZED VIEW copies",), [("drop materialized view", "copies")]),
    (("SELECT id FROM book WHERE qty = :qty",), [("select", "book")]),
    (("SELECT id FROM book FOR UPDATE",), [("select for update", "book")]),
    (("INSERT INTO book (qty) VALUES (1)",), [("insert", "book")]),
    (("MERGE INTO book b USING note n ON (b.id = n.book_id) WHEN MATCHED THEN UPDATE SET qty = 1",), [("update", "book"), ("select", "note")]),
    (("UPDATE book SET title = q'[it's]'",), [("update", "book")]),
    (("DELETE FROM book",), [("delete", "book")]),
    (("BEGIN UPDATE book SET qty = 1; DBMS_OUTPUT.PUT_LINE('done'); END;",), [("update", "book")]),
    (("DECLARE i NUMBER; BEGIN SELECT COUNT(*) INTO i FROM book; IF i > 0 THEN DELETE FROM note; END IF; END;\n/",), [("select", "book"), ("delete", "note")]),
    (("BEGIN EXECUTE IMMEDIATE 'ALTER TABLE book ADD x NUMBER'; END;",), [("add column", "book")]),
    *((((sql,), [])) for sql in (
        "CREATE SEQUENCE more", "ALTER SEQUENCE numbers INCREMENT BY 5", "DROP SEQUENCE numbers", "ALTER SESSION SET DDL_LOCK_TIMEOUT = 5",
        "CREATE OR REPLACE PROCEDURE p IS BEGIN DELETE FROM book; END;", "CREATE PACKAGE p AS x NUMBER; END;", "DROP PACKAGE p",
        "ALTER PACKAGE p COMPILE", "CREATE TYPE t AS OBJECT (a NUMBER)", "CREATE SYNONYM b FOR book", "DROP SYNONYM b", "SET CONSTRAINTS ALL IMMEDIATE",
        "COMMIT", "PURGE RECYCLEBIN", "SELECT 1 FROM dual", "SELECT table_name FROM user_tables",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "facts"), STATEMENTS, ids=[statements[-1][:60] for statements, _ in STATEMENTS])
def test_a_statement_is_read_and_predicted(statements: tuple[str, ...], facts: list[tuple[str, str | None]]) -> None:
    assert facts_of(*statements) == facts


def test_every_fact_is_exercised() -> None:
    known = {fact for _, facts in STATEMENTS for fact, _ in facts}
    known |= {f"{fact.split(' since ')[0]} since 23.3" for fact in known}
    quiet = {fact.id for fact in BACKEND.facts if not (fact.lock or fact.works or fact.blocks)}
    assert {fact.id for fact in BACKEND.facts} - known - quiet == set()


def test_every_fact_has_a_source_in_the_documentation() -> None:
    hosts = ("https://docs.oracle.com/", "https://asktom.oracle.com/")
    assert [fact.id for fact in BACKEND.facts if not fact.source.startswith(hosts)] == []
    assert {fact.unprobed for fact in BACKEND.facts} == {"the tests have no Oracle server to run it on"}


# Of each of these at most one holds, beside what test_facts knows.
ALTERNATIVES = (
    {"unused columns", "virtual generated", "unused"},
    {"to large object", "longer", "to number", "to timestamp", "shorter", "limited", "unlimited", "other scale", "same length"},
    {"from large object", "longer", "shorter", "limited", "unlimited", "other scale", "same length"},
    {"from large object", "from number", "from float", "from date", "identity"},
    {"disable", "enable novalidate"},
    {"visible", "invisible", "unusable"},
    {"no identity", "identity"},
)


def test_no_two_facts_compete() -> None:
    competing = []
    for facts in BACKEND.by_action.values():
        for one, other in combinations(facts, 2):
            both = one.given | other.given
            if "same type" in both:  # then both sides are alike
                both |= {"to" + name[4:] for name in both if name.startswith("from ")}
                both |= {"from" + name[2:] for name in both if name.startswith("to ")}
            if not test_facts.can_hold(both) or any(len(group & both) > 1 for group in ALTERNATIVES):
                continue
            settled = any(fact.given <= both and len(fact.given) > len(one.given) for fact in facts)
            equal = len(one.given) == len(other.given) and test_facts.overlap(one, other)
            if equal and not settled and test_facts.outcome(one) != test_facts.outcome(other):
                competing.append((one.id, other.id))
    assert competing == []


# Texts and their statements.


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("q'[it's]' nq'!a'b!' N'x''y' Q'(a)'", ["it's", "a'b", "x'y", "a"]),
        ('"UPPER" lower "Mixed" Upper "with ""quotes"""', ["upper", "lower", "Mixed", "upper", 'with "quotes"']),
        ("v$session a#b :new.x := 1 -- comment\n /*+ hint */", ["v$session", "a#b", ":", "new", ".", "x", ":=", "1"]),
    ],
)
def test_tokens(text: str, values: list[str]) -> None:
    assert [token.value for token in tokens(text, ORACLE)] == values


@pytest.mark.parametrize("text", ["q'[never closed]", "nq'!never closed", "'never closed", '"never closed'])
def test_an_open_quote_is_refused(text: str) -> None:
    with pytest.raises(LexError):
        list(tokens(text, ORACLE))


def test_blocks_are_one_statement() -> None:
    block = "DECLARE\n  i INTEGER;\nBEGIN\n  NULL;\nEND;"
    trigger = "CREATE OR REPLACE EDITIONABLE TRIGGER t BEFORE INSERT ON a BEGIN :new.x := 1; END;"
    text = f"SELECT 1 FROM dual;\n{block}\n  /\n{trigger}\n/\nDROP TABLE a; DROP TABLE b\n/\n"
    assert [piece.sql for piece in split(text, ORACLE)] == [
        "SELECT 1 FROM dual",
        block,
        trigger,
        "DROP TABLE a",
        "DROP TABLE b",
    ]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("CREATE INDEX CONCURRENTLY i ON book (qty)", "Oracle has no CREATE INDEX CONCURRENTLY"),
        ("CREATE INDEX i ON book (qty) WHERE qty > 1", "`WHERE` in CREATE INDEX"),
        ("ALTER TABLE book ADD CONSTRAINT c CHECK (qty > 1) NOT VALID", "ALTER TABLE … `NOT`"),
        ("ALTER TABLE book VALIDATE CONSTRAINT c", "ALTER TABLE … `VALIDATE`"),
        ("ALTER TABLE book DROP PARTITION p", "ALTER TABLE … DROP `PARTITION` is not followed here"),
        (
            "BEGIN EXECUTE IMMEDIATE 'DROP TABLE ' || name; END;",
            "it runs SQL that is put together at run time (EXECUTE IMMEDIATE)",
        ),
        ("BEGIN tidy.up(1); END;", "it calls tidy.up(), which may do anything"),
    ],
)
def test_what_is_not_understood_is_said(sql: str, reason: str) -> None:
    server = Server(Target("default", "oracle", (19,)))
    server.send(sql)
    assert [statement.unread for statement in server.statements] == [reason]


# What a server would refuse, and Django goes on with.


def operations_sent(*operations: Operation) -> list[str]:
    return list(sent(impact_of(list(operations))))


def test_a_pk_becomes_an_identity_by_way_of_another_column() -> None:
    found = operations_sent(AlterField("Code", "code", models.BigAutoField(primary_key=True)))
    assert [re.sub(r"_X[0-9A-F]{15}|(?<=SYS_C)\d{6}", "_X", sql) for sql in found] == [
        'ALTER TABLE "APP_CODEREF" DROP CONSTRAINT "APP_CODER_C_ID_2CD5C509_F"',
        'ALTER TABLE "APP_CODE" DROP CONSTRAINT "SYS_C_X"',
        'ALTER TABLE "APP_CODE" ADD "CODE_X" NUMBER(19) GENERATED BY DEFAULT ON NULL AS IDENTITY NOT NULL PRIMARY KEY',
        'UPDATE "APP_CODE" set "CODE_X"="CODE"',
        'ALTER TABLE "APP_CODE" DROP COLUMN "CODE"',
        'ALTER TABLE "APP_CODE" RENAME COLUMN "CODE_X" TO "CODE"',
        'ALTER TABLE "APP_CODEREF" ADD CONSTRAINT "APP_CODEREF_C_ID_2CD5C509_FK" FOREIGN KEY ("C_ID") REFERENCES "APP_CODE" ("CODE") DEFERRABLE INITIALLY DEFERRED',
    ]


def test_dropping_a_check_drops_not_null_as_well() -> None:
    """Django asks for the checks of a column, and Oracle counts NOT NULL among them."""
    (first, second, last) = operations_sent(AlterField("T", "flag", models.IntegerField()))
    assert re.fullmatch(r'ALTER TABLE "APP_T" DROP CONSTRAINT "SYS_C\d{6}"', first)
    assert re.fullmatch(r'ALTER TABLE "APP_T" DROP CONSTRAINT "SYS_C\d{6}"', second)
    assert last == 'ALTER TABLE "APP_T" MODIFY "FLAG" NUMBER(11)'
    impact = impact_of([AlterField("T", "flag", models.IntegerField())])
    assert not impact.impacts[-1].after.tables["app_t"].columns["flag"].not_null


def test_a_percent_sign_is_written_twice() -> None:
    """Oracle's cursor fills in parameters even where there are none."""
    impact = impact_of([RunSQL("DELETE FROM app_t WHERE c50 LIKE '%%x'"), RunSQL("DELETE FROM app_t WHERE c50 LIKE '%'")])
    assert sent(impact) == ("DELETE FROM app_t WHERE c50 LIKE '%x'",)
    assert [(part.unread or "")[:40] for part in impact.impacts] == ["", "OfflineError: the parameters [] do not f"]


def test_names_are_told_in_lower_case_and_found_however_they_are_spelled() -> None:
    long = "a_name_of_a_column_that_is_longer_than_oracle_has_it"
    operations: list[Operation] = [
        CreateModel(
            "Odd", [("id", models.AutoField(primary_key=True)), ("Mixed", models.IntegerField()), (long, models.IntegerField())]
        ),
    ]
    impact = impact_of([RemoveField("Odd", "Mixed"), RemoveField("Odd", long)], operations)
    assert list(impact.before.tables["app_odd"].columns) == ["id", "mixed", "a_name_of_a_column_that_isfe1b"]
    found = [f for f in Engine([DroppedColumnInUse()]).check_migration([impact]) if f.rule == "dropped-column-in-use"]
    assert [finding.message.partition(" breaks")[0] for finding in found] == [
        "Dropping the column `mixed` of `app_odd`",
        "Dropping the column `a_name_of_a_column_that_isfe1b` of `app_odd`",
    ]


def test_another_target_keeps_its_names() -> None:
    """Classes are rendered with the names that the default database takes: Oracle's are cut."""
    name = "AModelWithANameThatOracleCutsButNobodyElse"
    plan = (migration(2, [CreateModel(name, [("id", models.AutoField(primary_key=True))])]),)
    targets = (Target("default", "oracle", (19,)), Target("default", "postgresql", (16,)))
    errors: list[str] = []
    ((oracle, postgresql),) = collect.walk(plan, frozenset(), targets, selection.releases(RELEASE, False), False, errors)
    assert list(oracle.impacts[-1].after.tables) == ["app_amodelwithanamethatoraf9c7"]
    assert list(postgresql.impacts[-1].after.tables) == [f"app_{name.lower()}"]


# Without the driver.


def test_same_statements_without_the_driver(tmp_path: Path) -> None:
    package = tmp_path / "shop" / "migrations"
    package.mkdir(parents=True)
    for path in (tmp_path / "shop" / "__init__.py", package / "__init__.py"):
        path.touch()
    migration = test_offline.MIGRATION
    for percent, other in (
        ('"%"', '"x"'),
        ("50% %s", "50"),
        ('"%s", None', "None"),
        ('title__contains="50%\'"', 'title="50"'),
        ("LIKE '%%'", "LIKE '%%%%'"),
    ):
        assert percent in migration  # Oracle's cursor takes no percent sign that Django writes once
        migration = migration.replace(percent, other)
    (package / "0001_initial.py").write_text(textwrap.dedent(migration))
    without = test_offline.collected_by_script(tmp_path, True, "oracle@19")
    driver = test_offline.collected_by_script(tmp_path, False, "oracle@19")
    assert without["left"] == driver["left"] == []
    timed = re.compile(r"'\d{4}-\d\d-\d\d [\d:.]+'")  # a way back with `default=timezone.now`
    assert timed.sub("'…'", json.dumps(without["found"])) == timed.sub("'…'", json.dumps(driver["found"]))
    shop = without["found"][-1]
    assert shop[0] == ["shop", "0001_initial"]
    assert [part[0] for part in shop[1]] == [None] * 29
    assert sum(len(part[1]) for part in shop[1]) > 60


# What rules say.


def said(rule: Rule, source: str, target: str = "oracle@19") -> list[tuple[str, str]]:
    return [(finding.message, finding.help) for finding in findings_of(rule, source, target)]


@pytest.mark.parametrize("rule", [rule for rule in find_rules() if not rule.opt_in], ids=lambda rule: rule.id)
def test_no_rule_speaks_postgresql(rule: Rule) -> None:
    words = (
        "CONCURRENTLY",
        "NOT VALID",
        "Concurrently",
        "AddConstraintNotValid",
        "contrib.postgres",
        "PostgreSQL",
        "ALTER COLUMN",
        "pg_repack",
    )
    for source in (rule.bad, *BAD):
        if "Concurrently" in source or "NotValid" in source or not source:
            continue
        for message, help in said(rule, source):
            assert not [word for word in words if word in message or (word in help and word not in source)], (message, help)


BAD = [
    f"operations = [{operation}]"
    for operation in (
        'migrations.AddIndex("book", models.Index(fields=["title"], name="book_title_idx"))',
        'migrations.AddField("book", "slug", models.SlugField(null=True))',
        'migrations.AddField("book", "code", models.IntegerField(null=True, unique=True))',
        'migrations.AddField("book", "pages", models.PositiveIntegerField(default=1))',
        'migrations.AddField("book", "when", models.DateTimeField(db_default=models.functions.Now()))',
        'migrations.AddField("review", "score", models.IntegerField(default=0))',
        'migrations.AddField("review", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True))',
        'migrations.AlterField("book", "title", models.CharField(max_length=20))',
        'migrations.AlterField("book", "title", models.CharField(max_length=200, unique=True))',
        'migrations.AlterField("book", "title", models.IntegerField())',
        'migrations.AlterField("review", "rating", models.IntegerField(default=0))',
        'migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True))',
        'migrations.AddConstraint("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="book_stock"))',
        'migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="book_title"))',
        'migrations.RemoveField("book", "notes")',
        'migrations.RunSQL("ALTER TABLE shop_book MOVE")',
        'migrations.RunSQL("ALTER TABLE shop_book ADD x NUMBER DEFAULT sys_guid()")',
        'migrations.RunSQL("ALTER TABLE shop_book DROP UNUSED COLUMNS")',
    )
]


def test_a_default_beside_a_large_object() -> None:
    ((message, help),) = said(LargeObjectDefault(), BAD[5])
    assert message == (
        "Adding `shop_review.score` with a default updates every row of `shop_review`, which has a large object: "
        "every write of `shop_review` waits, until it is done."
    )
    assert 'MODIFY "SCORE" CONSTRAINT "REVIEW_SCORE_NOT_NULL" NOT NULL ENABLE NOVALIDATE' in help
    assert said(LargeObjectDefault(), BAD[5], "postgresql@16") == []
    assert (
        said(LargeObjectDefault(), 'operations = [migrations.AddField("author", "score", models.IntegerField(default=0))]')
        == []
    )


def test_an_index_is_built_online() -> None:
    ((message, help),) = said(BlockingIndexBuild(), BAD[0])
    assert message == "Building the index `book_title_idx` keeps every write of `shop_book` waiting, until it is done."
    assert help.strip().startswith("Build it online, in a migration of its own:")
    assert '\'CREATE INDEX "BOOK_TITLE_IDX" ON "SHOP_BOOK" ("TITLE") ONLINE\'' in help
    assert "atomic" not in help


def use_oracle(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the settings had Oracle under the alias."""
    monkeypatch.setattr(conf, "is_own", lambda alias, vendor: True)
    settings = {**connections["default"].settings_dict, "ENGINE": "django.db.backends.oracle"}
    monkeypatch.setattr(connections["default"], "settings_dict", settings)


def test_a_busy_table_is_told_once_for_an_alias(monkeypatch: pytest.MonkeyPatch) -> None:
    use_oracle(monkeypatch)
    first, second = impacts_of([BAD[14], BAD[0]], "oracle@19")
    engine = Engine([DdlOnBusyTableFails()])
    (finding,) = [*engine.check_migration([first]), *engine.check_migration([second])]
    assert (finding.migration, finding.location, finding.targets) == (None, None, ("oracle@19",))
    assert "ORA-00054" in finding.message
    assert 'cursor.execute("ALTER SESSION SET DDL_LOCK_TIMEOUT = 10")' in finding.help
    assert said(DdlOnBusyTableFails(), BAD[14], "postgresql@16") == []


def wait_for_tables(connection: Any, **kwargs: object) -> None:
    connection.cursor().execute("ALTER SESSION SET DDL_LOCK_TIMEOUT = 10")


def test_who_waits_on_connecting_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    use_oracle(monkeypatch)
    connection_created.connect(wait_for_tables)
    try:
        assert said(DdlOnBusyTableFails(), BAD[14]) == []
    finally:
        connection_created.disconnect(wait_for_tables)
    assert len(said(DdlOnBusyTableFails(), BAD[14])) == 1
