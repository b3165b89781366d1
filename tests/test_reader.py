"""SQL text → actions, on the spellings that people write and naive readers miss."""

from __future__ import annotations

import pytest

from migration_lint.backends import load
from migration_lint.sql.lexer import split
from migration_lint.sql.read import read
from migration_lint.sql.read.cursor import Unread
from migration_lint.types import Action, Kind

POSTGRESQL = load("postgresql")


def actions(sql: str) -> list[Action]:
    return [action for piece in split(sql) for action in read(piece, POSTGRESQL)]


def shown(sql: str) -> list[tuple[str, str | None, str | None]]:
    return [(str(action.kind), action.table, action.name) for action in actions(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("alter table t drop num, alter num2 type bigint", [("drop column", "t", "num"), ("alter column type", "t", "num2")]),
        ("ALTER TABLE t\n RENAME COLUMN a\n TO b", [("rename column", "t", "a")]),
        ("ALTER TABLE t RENAME a TO b", [("rename column", "t", "a")]),
        ("ALTER TABLE ONLY public.t RENAME TO u", [("rename table", "t", "u")]),
        ('ALTER TABLE IF EXISTS "My T" ADD "A b" varchar(5)', [("add column", "My T", "A b")]),
        ("SET lock_timeout='2s'; DROP TABLE p;", [("set", None, "lock_timeout"), ("drop table", "p", None)]),
        ("-- DROP COLUMN x\nSELECT 1 /* ALTER TABLE t DROP y */", []),
        ("UPDATE t SET note = 'DROP TABLE x; NOT NULL'", [("update", "t", None)]),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON s2.t USING gin (lower(a) gin_trgm_ops, b DESC) WHERE c", [("create index", "s2.t", "i")]),
        ("DROP INDEX CONCURRENTLY IF EXISTS a, b CASCADE", [("drop index", None, "a"), ("drop index", None, "b")]),
        (
            "ALTER TABLE t ADD COLUMN p_id bigint DEFAULT (1 + 2) NOT NULL CONSTRAINT k REFERENCES p (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED",
            [("add column", "t", "p_id"), ("add constraint", "t", "k")],
        ),
        ("ALTER TABLE t ADD x int CHECK (x > 0) UNIQUE", [("add column", "t", "x"), ("add constraint", "t", None), ("add constraint", "t", None)]),
        ("ALTER TABLE t ADD CONSTRAINT c EXCLUDE USING gist (a WITH =, tsrange(b, d) WITH &&) WHERE (a > 1)", [("add constraint", "t", "c")]),
        ("ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i", [("add constraint", "t", "c")]),
        ("CREATE TABLE a (id int PRIMARY KEY, p int REFERENCES p, CHECK (id > 0))", [("create table", "a", None), ("add constraint", "a", None)]),
        ("CREATE TABLE n AS SELECT * FROM a JOIN b USING (id)", [("create table as", "n", None), ("select", "a", None), ("select", "b", None)]),
        ("CREATE TABLE n (LIKE a INCLUDING ALL)", [("create table", "n", None), ("select", "a", None)]),
        ("TRUNCATE a, ONLY b CASCADE", [("truncate", "a", None), ("truncate", "b", None)]),
        ("LOCK a, b IN SHARE MODE", [("lock table", "a", None), ("lock table", "b", None)]),
        ("DELETE FROM t USING u WHERE t.id = u.id", [("delete", "t", None), ("select", "u", None)]),
        ("INSERT INTO t (a, b) SELECT a, b FROM u ON CONFLICT (a) DO UPDATE SET b = 1", [("insert", "t", None), ("select", "u", None)]),
        ("WITH x AS (SELECT id FROM a) UPDATE b SET c = 1 FROM x WHERE b.id = x.id", [("update", "b", None), ("select", "a", None)]),
        ("UPDATE t SET (a, b) = (1, 2) WHERE id IN (SELECT id FROM u)", [("update", "t", None), ("select", "u", None)]),
        ("SELECT a FROM t WHERE b IS DISTINCT FROM c AND extract(year FROM d) > 1 FOR UPDATE", [("select for update", "t", None)]),
        ("COMMENT ON COLUMN t.c IS 'x'", [("comment", "t", "c")]),
        ("CREATE TRIGGER g BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()", [("create trigger", "t", "g")]),
        ("REINDEX TABLE CONCURRENTLY t", [("reindex", "t", None)]),
        ("VACUUM (FULL, VERBOSE) t", [("vacuum", "t", None)]),
        ("ALTER TYPE mood ADD VALUE 'z'", [("alter enum", None, "mood")]),
        ("DO $$ BEGIN IF true THEN ALTER TABLE t DROP a; ELSE DROP TABLE u; END IF; END $$", [("drop column", "t", "a"), ("drop table", "u", None)]),
        ("DO $$ DECLARE n int; BEGIN n := 1; FOR n IN SELECT 1 LOOP UPDATE t SET a = n; END LOOP; END $$", [("update", "t", None)]),
    ],
)  # fmt: skip
def test_what_a_statement_does(sql: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert shown(sql) == expected


def test_sql_put_together_at_run_time_is_unread() -> None:
    [action] = actions("DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP %I', 't', 'c'); END $$")
    assert (action.kind, action.definition) == (Kind.UNREAD, "it runs SQL that is put together at run time (EXECUTE)")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("FROBNICATE t", "no statement starts with `FROBNICATE`"),
        ("ALTER TABLE t FROBNICATE", "ALTER TABLE … `FROBNICATE`"),
        ("ALTER TABLE t ADD x int SPARKLING", "`SPARKLING` in the definition of column x"),
        ("CREATE GADGET g", "`GADGET` is no kind of object that is known"),
        ("REINDEX DATABASE d", "REINDEX DATABASE reaches tables that it does not name"),
        ("CREATE INDEX i ON t (a) SPARKLING", "`SPARKLING` in CREATE INDEX"),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > (1)", "a parenthesis that nothing closes"),
        ("CALL p()", "CALL is not followed here"),
        ("DROP TABLE", "the end where a name was expected"),
    ],
)
def test_what_is_not_understood_is_said(sql: str, reason: str) -> None:
    with pytest.raises(Unread) as caught:
        actions(sql)
    assert str(caught.value) == reason


def test_a_volatile_function_is_found_wherever_it_stands() -> None:
    [action] = actions("ALTER TABLE t ADD x uuid DEFAULT coalesce(gen_random_uuid(), NULL)")
    assert action.definition.default.functions == {"coalesce", "gen_random_uuid"}


def test_a_check_that_proves_not_null() -> None:
    [action] = actions('ALTER TABLE t ADD CHECK ((a IS NOT NULL) AND b > 1 AND "C d" IS NOT NULL)')
    assert action.definition.expression.proves_not_null == {"a", "C d"}
    [action] = actions("ALTER TABLE t ADD CHECK (a IS NOT NULL OR b IS NOT NULL)")
    assert action.definition.expression.proves_not_null == frozenset()


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("int", "integer"), ("varchar(5)", "varchar(5)"), ("character varying (5)", "varchar(5)"), ("timestamptz(3)", "timestamp(3) with time zone"),
        ("timestamp(3) without time zone", "timestamp(3) without time zone"), ("double precision", "double precision"), ("numeric(10, 2)", "numeric(10, 2)"),
        ("varchar(10)[]", "varchar(10)[]"), ("int[3][]", "integer[][]"), ("public.citext", "citext"), ('"public"."citext"', "citext"), ("bit varying(8)", "bit varying(8)"),
    ],
)  # fmt: skip
def test_types_have_one_name(written: str, canonical: str) -> None:
    [action] = actions(f"ALTER TABLE t ADD x {written}")
    assert str(action.definition.type) == canonical
