"""The fact files of MariaDB and MySQL themselves: what each fact has to say, and that Python knows nothing that they do not say."""

from __future__ import annotations

from typing import Any

import pytest

from migration_lint import backends
from migration_lint.backends import Backend, Fact, FactError
from tests.data import mariadb_probes

VENDORS = ("mariadb", "mysql")
VERSION = (10, 11)
PROBED = [fact for fact in backends.load("mariadb").facts if fact.probe and fact.holds_for(VERSION)]


def ids(facts: list[Fact]) -> list[str]:
    return [fact.id for fact in facts]


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_fact_has_a_source_and_a_probe_or_the_reason_why_not(vendor: str) -> None:
    facts = backends.load(vendor).facts
    assert ids([fact for fact in facts if bool(fact.probe) == bool(fact.unprobed)]) == []
    assert ids([fact for fact in facts if not fact.source.startswith("https://")]) == []


@pytest.mark.parametrize("fact", PROBED, ids=lambda fact: fact.id)
def test_a_probe_exercises_its_fact(fact: Fact) -> None:
    statement = mariadb_probes.sent(fact, VERSION)
    assert statement.unread is None
    assert fact.id in {name for name, _ in mariadb_probes.exercised(fact, VERSION)}


def test_every_circumstance_of_mysql_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelled word in `given` would never hold: MySQL's are among those that MariaDB's probes bring about, or listed here."""
    known = {
        "expression default", "not strict", "referenced", "on an expression", "option encryption", "option charset", "enforced",
        "row versions used up", "already not null", "unlisted constraint", "engine changed", "option order",
    }  # fmt: skip
    choose = Backend.fact

    def watched(self: Backend, action: str, on: str, given: frozenset[str], at: tuple[int, ...]) -> Fact | None:
        known.update(given)
        return choose(self, action, on, given, at)

    monkeypatch.setattr(Backend, "fact", watched)
    for fact in PROBED:
        mariadb_probes.sent(fact, VERSION)
    for vendor in VENDORS:
        assert {name for fact in backends.load(vendor).facts for name in fact.given} - known == set()


@pytest.mark.parametrize(
    ("version", "sql", "algorithm", "rewrites"),
    [
        ((8, 0, 11), "ALTER TABLE book ADD COLUMN extra int", "INPLACE", True),
        ((8, 0, 12), "ALTER TABLE book ADD COLUMN extra int", "INSTANT", False),
        ((8, 0, 28), "ALTER TABLE book DROP COLUMN qty", "INPLACE", True),
        ((8, 0, 29), "ALTER TABLE book DROP COLUMN qty", "INSTANT", False),
        ((8, 0, 27), "ALTER TABLE book RENAME COLUMN qty TO number", "INPLACE", False),
        ((8, 0, 28), "ALTER TABLE book RENAME COLUMN qty TO number", "INSTANT", False),
        ((8, 4), "ALTER TABLE author RENAME COLUMN id TO number", "INPLACE", False),
        ((8, 4), "ALTER TABLE book ADD COLUMN extra json DEFAULT ('{}') NOT NULL", "INPLACE", True),
        ((8, 4), "ALTER TABLE book ADD COLUMN extra datetime(6) DEFAULT CURRENT_TIMESTAMP(6) NOT NULL", "INSTANT", False),
        ((8, 4), "ALTER TABLE book ADD COLUMN extra int UNSIGNED NULL CHECK (extra >= 0)", "COPY", True),
        ((8, 0, 15), "ALTER TABLE book ADD COLUMN extra int UNSIGNED NULL CHECK (extra >= 0)", "INSTANT", False),
        ((8, 4), "ALTER TABLE book MODIFY title varchar(63) NOT NULL", "INPLACE", False),
        ((8, 4), "ALTER TABLE book MODIFY label varchar(100) NOT NULL", "COPY", True),
        ((8, 4), "ALTER TABLE book MODIFY title varchar(60) COLLATE utf8mb4_bin NOT NULL", "COPY", True),
        ((8, 4), "ALTER TABLE book ADD COLUMN tag_id bigint NULL, ADD CONSTRAINT f FOREIGN KEY (tag_id) REFERENCES tag (id)", "COPY", True),
        ((9, 1), "ALTER TABLE book DROP COLUMN sku", "INPLACE", True),
        ((9, 1), "OPTIMIZE TABLE book", "INPLACE", True),
    ],
)  # fmt: skip
def test_what_mysql_does_by_version(version: tuple[int, ...], sql: str, algorithm: str, rewrites: bool) -> None:
    server = mariadb_probes.prepared("mysql", version)
    server.send(sql)
    effects = [effect for effect in server.statements[-1].effects if effect.algorithm]
    found = max((effect.algorithm or "" for effect in effects), key=server.backend.algorithms.index)
    assert (found, any(effect.rewrites for effect in effects)) == (algorithm, rewrites)


@pytest.mark.parametrize(
    ("setting", "algorithm"),
    [("SET foreign_key_checks = 0", "INPLACE"), ("SET SESSION foreign_key_checks = OFF", "INPLACE"), ("SET @x = 0", "COPY")],
)
def test_foreign_key_checks_of_the_session_count(setting: str, algorithm: str) -> None:
    server = mariadb_probes.prepared("mysql", (8, 4), [setting])
    server.send("ALTER TABLE book ADD CONSTRAINT f FOREIGN KEY (plain) REFERENCES tag (id)")
    assert server.statements[-1].effects[0].algorithm == algorithm


def test_an_unknown_algorithm_is_refused() -> None:
    data: dict[str, Any] = {
        "lock": [], "fact": [{"action": "analyze", "algorithm": "FAST", "source": "https://example.org/"}], "algorithms": ["SLOW"],
    }  # fmt: skip
    with pytest.raises(FactError) as error:
        backends.parse("mariadb", data)
    assert str(error.value) == "mariadb.toml: 'analyze' given [] names the algorithm 'FAST'; there are ['SLOW']"
