"""What conversions lose or fail on, between types, with values at their borders, on servers that answer."""

from __future__ import annotations

from typing import Any

import pytest

from migration_lint import backends
from migration_lint.rows.conversions import convert, family
from migration_lint.sql.catalog import SQLType
from migration_lint.sql.lexer import split
from migration_lint.sql.read import read
from tests.servers import MySQLServer, Server

NUMBERS = (
    "0", "1", "-1", "5", "255", "-999", "65535", "4294967295", "8388607", "9223372036854775807", "18446744073709551615",
    "16777217", "-0.125", "123.45", "99999.99", "0.30000000000000004", "-0.5555555555", "1e100",
    "123456789012345678901234567890.5", "1e400", "-32768", "-2147483648", "-99999", "9007199254740993", "-3.402823466e30",
)  # fmt: skip
TEXTS = (
    "'1.234'", "'0.125'", "''", "'abcdef'", "'12345678901'", "repeat('x', 30)", r"'\9'", "'1.23456789012345678901'",
)  # fmt: skip
MOMENTS = {
    "date": ("'2024-02-29'",),
    "time": ("'12:34:56.123456'", "'12:34:00'"),
    "timestamp": ("'2024-02-29 12:34:56.123456'", "'2024-02-29 00:00:00'"),
}
POSTGRESQL = {
    **dict.fromkeys(
        ("smallint", "integer", "bigint", "numeric(5, 2)", "numeric(5, 0)", "numeric(12, 4)", "numeric(2, 2)", "numeric", "real",
         "double precision"), NUMBERS),
    **dict.fromkeys(("text", "varchar(5)", "varchar(20)", "varchar", "char(5)"), TEXTS),
    "boolean": ("true", "false"),
    "uuid": ("'0f8fad5b-d9cb-469f-a165-70867728950e'",),
    "date": MOMENTS["date"],
    **dict.fromkeys(("time", "time(0)"), MOMENTS["time"]),
    "timetz": ("'12:34:56.123456+01:00'", "'12:34:56.123456+05:45'"),
    **dict.fromkeys(("timestamp", "timestamp(3)", "timestamptz"), MOMENTS["timestamp"]),
    "interval": ("'3 days 04:05:06.789'", "'01:00:00'", "'1 year 2 mons 3 days 04:05:06.789'"),
    "jsonb": ("'1.5'", "'true'", "'0.1234567890123456789'", "'[\"a long text\", 1, 2, 3]'"),
    "inet": ("'192.168.100.128/25'", "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/120'"),
    "bytea": ("'\\x00ff'", "'\\x00112233445566778899aabb'"),
}  # fmt: skip
MARIADB = {
    **dict.fromkeys(
        ("tinyint", "smallint", "integer", "bigint", "integer unsigned", "bigint unsigned", "numeric(5, 2)", "numeric(5, 0)",
         "numeric(12, 4)", "float", "double precision"), NUMBERS),
    **dict.fromkeys(("longtext", "text", "varchar(5)", "varchar(20)", "char(5)"), (*TEXTS, "repeat('z', 70000)")),
    "uuid": ("'0f8fad5b-d9cb-469f-a165-70867728950e'",),
    "date": MOMENTS["date"],
    **dict.fromkeys(("time", "time(6)"), MOMENTS["time"]),
    **dict.fromkeys(("datetime", "datetime(6)"), MOMENTS["timestamp"]),
}  # fmt: skip
# What ALTER TABLE refuses, and INSERT … SELECT makes fit without a word.
OTHERWISE = {("double precision", "text"), ("float", "text"), ("longtext", "text")}
ALTERED = (
    ("double precision", "varchar(6)", "0.123456789", {"fails"}),
    ("longtext", "text", "repeat('z', 70000)", {"fails"}),
    ("longtext", "varchar(5)", "'abcdef'", {"fails"}),
    ("varchar(50)", "varchar(5)", "'abcdef'", {"fails"}),
    ("numeric(5, 2)", "numeric(5, 1)", "1.55", {"loses"}),
    ("numeric(5, 2)", "integer", "1.55", {"loses"}),
    ("datetime(6)", "datetime", "'2024-01-01 01:01:01.9'", {"loses"}),
    ("datetime", "date", "'2024-01-01 01:01:01'", {"loses"}),
)
TRY = """
CREATE FUNCTION try(change text, backs text[], target text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE back text; same boolean;
BEGIN
    EXECUTE 'DELETE FROM ' || target;
    BEGIN
        EXECUTE change;
    EXCEPTION WHEN datatype_mismatch OR cannot_coerce THEN RETURN 'impossible';
    WHEN others THEN RETURN 'fails';
    END;
    FOREACH back IN ARRAY backs LOOP
        BEGIN
            EXECUTE format('SELECT bool_and(%s) FROM %s', back, target) INTO same;
            IF same THEN RETURN 'same'; END IF;
        EXCEPTION WHEN others THEN NULL;
        END;
    END LOOP;
    RETURN 'loses';
END $$"""


def type_of(text: str, vendor: str) -> SQLType:
    backend = backends.load(vendor)
    (piece,) = split(f"CREATE TABLE t (a {text})", backend.dialect)
    (action, *_) = read(piece, backend)
    found: SQLType = action.definition["columns"][0].type
    return found


def foretold(old: str, new: str, vendor: str, **how: bool) -> set[str]:
    found = convert(type_of(old, vendor), type_of(new, vendor), vendor, **how)
    return ({"loses"} if found.silent else set()) | ({"fails"} if found.refused else set())


def kind_of(text: str, vendor: str) -> str:
    return family(type_of(text, vendor), backends.load(vendor).conversions)


@pytest.mark.parametrize("cast", [True, False], ids=["cast", "assigned"])
def test_postgresql(cast: bool, postgresql: Server) -> None:
    import psycopg

    wrong, tried = [], 0
    kinds = {name: kind_of(name, "postgresql") for name in POSTGRESQL}
    with postgresql.scratch() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET timezone = 'Asia/Kolkata'; SET synchronous_commit = off")
        connection.execute(TRY)
        for number, name in enumerate(POSTGRESQL):
            for table in (f"t{number}", f"n{number}"):
                connection.execute(f"CREATE UNLOGGED TABLE {table} (a {name}, b text)")
            for value in POSTGRESQL[name]:
                given = f"INSERT INTO t{number} SELECT v, v::text FROM (SELECT CAST({value} AS {name}) AS v) x"
                connection.execute("SELECT try(%s, '{}', %s)", [given, f"n{number}"])
        for number, old in enumerate(POSTGRESQL):
            for other, new in enumerate(POSTGRESQL):
                if old == new or ({kinds[old], kinds[new]} == {"number", "other"} and "bytea" in (old, new)):
                    continue  # PostgreSQL 18 casts integers to bytes
                backs = [f"{back}::{old} IS NOT DISTINCT FROM b::{old}" for back in ("a", "a::text")]
                if kinds[new] == "number" and (kinds[old] == "text" or old == "jsonb"):
                    backs = ["a::numeric = b::numeric"]  # a number written differently is the same
                elif kinds[old] == "text" != kinds[new]:
                    backs = ["true"]
                change = f"INSERT INTO n{other} SELECT {f'a::{new}' if cast else 'a'}, b FROM t{number} WHERE b = "
                asked = f"SELECT DISTINCT try(%s || quote_literal(b), %s, 'n{other}') FROM (SELECT DISTINCT b FROM t{number}) t"
                outcomes = {outcome for (outcome,) in connection.execute(asked, [change, backs])}
                assert outcomes
                if "impossible" in outcomes:
                    continue
                tried += 1
                expected = foretold(old, new, "postgresql", cast=cast)
                if expected != outcomes - {"same"}:
                    wrong.append((old, new, "foretold", expected, "observed", outcomes))
    assert not wrong, "\n".join(map(str, wrong))
    assert tried > 100


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "lenient"])
def test_mariadb(strict: bool, mariadb: MySQLServer) -> None:
    """Numbers and text exactly; elsewhere nothing is lost or refused that was not foretold."""
    wrong, tried = [], 0
    kinds = {name: kind_of(name, "mariadb") for name in MARIADB}
    with mariadb.scratch() as name, mariadb.connect(name) as connection, connection.cursor() as cursor:
        for number, name in enumerate(MARIADB):
            cursor.execute(f"CREATE TABLE t{number} (id integer AUTO_INCREMENT PRIMARY KEY, a {name})")
            cursor.execute(f"CREATE TABLE n{number} (a {name})")
        connection.begin()
        for number, name in enumerate(MARIADB):
            mode(cursor, True)
            for value in MARIADB[name]:
                attempt(cursor, f"INSERT INTO t{number} (a) VALUES ({value})")
        for number, old in enumerate(MARIADB):
            cursor.execute(f"SELECT id FROM t{number}")
            keys = [key for (key,) in cursor.fetchall()]
            for other, new in enumerate(MARIADB):
                if old == new or (old, kinds[new]) in OTHERWISE:
                    continue
                outcomes = set()
                for key in keys:
                    cursor.execute(f"DELETE FROM n{other}")
                    mode(cursor, strict)
                    if not attempt(cursor, f"INSERT INTO n{other} SELECT a FROM t{number} WHERE id = {key}"):
                        outcomes.add("fails")
                        continue
                    mode(cursor, False)
                    cursor.execute(f"DELETE FROM n{number}")
                    cursor.execute(f"INSERT INTO n{number} SELECT a FROM n{other}")
                    cursor.execute(f"SELECT t.a <=> n.a FROM t{number} t, n{number} n WHERE t.id = {key}")
                    outcomes.add("same" if cursor.fetchone() == (1,) else "loses")
                tried += 1
                expected, outcomes = foretold(old, new, "mariadb", strict=strict), outcomes - {"same"}
                exact = kinds[old] == kinds[new] != "moment" or (kinds[old], kinds[new]) == ("number", "text")
                if expected != outcomes if exact else bool(outcomes) > bool(expected):
                    wrong.append((old, new, "foretold", expected, "observed", outcomes))
    assert not wrong, "\n".join(map(str, wrong))
    assert tried > 100


def mode(cursor: Any, strict: bool) -> None:
    cursor.execute(f"SET SESSION sql_mode = '{'STRICT_ALL_TABLES' if strict else ''}'")


def attempt(cursor: Any, sql: str) -> bool:
    import pymysql

    try:
        cursor.execute(sql)
    except pymysql.Error:
        return False
    return True


def test_mariadb_alters_in_strict_mode(mariadb: MySQLServer) -> None:
    with mariadb.scratch() as name, mariadb.connect(name) as connection, connection.cursor() as cursor:
        mode(cursor, True)
        for number, (old, new, value, outcome) in enumerate(ALTERED):
            cursor.execute(f"CREATE TABLE t{number} (a {old}, b {old})")
            cursor.execute(f"INSERT INTO t{number} VALUES ({value}, {value})")
            if attempt(cursor, f"ALTER TABLE t{number} MODIFY a {new}"):
                cursor.execute(f"SELECT a = b FROM t{number}")
                assert cursor.fetchone() == (0,)
                assert outcome == {"loses"}
            else:
                assert outcome == {"fails"}
            assert outcome <= foretold(old, new, "mariadb")
