"""The fact files themselves: what each fact has to say, that no two compete, and that Python knows nothing that they do not say."""

from __future__ import annotations

import copy
import sys
from itertools import combinations
from typing import Any

import pytest

from migration_lint import backends, effects
from migration_lint.backends import Backend, Fact, FactError
from migration_lint.sql.server import Server
from migration_lint.types import Blocks, Effect, Target
from tests.data import postgresql_probes

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

VENDOR = "postgresql"
BACKEND = backends.load(VENDOR)
VERSIONS = [(number,) for number in range(14, 19)]
DATA: dict[str, Any] = tomllib.loads((backends.FOLDER / f"{VENDOR}.toml").read_text(encoding="utf-8"))

# Of each of these at most one holds.
ALTERNATIVES = (
    {"check", "unique", "primary key", "foreign key", "exclude", "not null"},
    {"default", "volatile default", "stored generated", "virtual generated", "identity", "not null without default"},
    {"serial", "constrained domain", "unlisted type", "not null without default"},
    {"serial", "default", "volatile default", "stored generated", "virtual generated", "identity"},
    {"virtual generated", "constrained domain"},  # the server refuses these two
    {"virtual generated", "unlisted type"},
    {"no default", "null default"},
    {"inherits", "partition of", "no inherit"},
    {"an index", "a sequence"},
    {"longer", "same length", "shorter", "limited", "unlimited", "same type", "using expression"},
    {"partial or expression index", "plain index", "included column"},
    {"already not null", "proved by a valid check"},
    {"self reference", "from its parent"},
    {"enforced", "not enforced"},
    {"not valid", "with its column"},
    {"using expression", "virtual generated", "stored generated"},
    {"already valid", "check", "not null", "foreign key"},
    # These two the server refuses.
    {"from its parent", "using index"},
    {"concurrently", "only"},
    {"concurrently", "with no data"},
)
# The same for circumstances that start like this.
FAMILIES = ("to ", "from ", "in ", "on a")
# A computed value, and a rewrite, leave nothing of what was before.
FORGETTING = {"using expression", "rewritten"}


def family(name: str) -> str | None:
    return next((start for start in FAMILIES if name.startswith(start) and name != "from its parent"), None)


def exclude_each_other(one: str, other: str) -> bool:
    if one == other:
        return False
    if any({one, other} <= group for group in ALTERNATIVES) or (family(one) and family(one) == family(other)):
        return True
    for forgetting, forgotten in ((one, other), (other, one)):
        if forgetting in FORGETTING and (family(forgotten) == "from " or forgotten in ("same type", "collation changed")):
            return True
        if forgetting == "rewritten" and family(forgotten) == "to ":
            return True
    return False


def can_hold(given: frozenset[str]) -> bool:
    return not any(exclude_each_other(one, other) for one, other in combinations(given, 2))


def overlap(one: Fact, other: Fact) -> bool:
    return not ((one.until and other.since >= one.until) or (other.until and one.since >= other.until))


def outcome(fact: Fact) -> dict[str, object]:
    aside = ("id", "given", "since", "until", "setup", "probe", "relation", "unprobed", "source")
    return {name: value for name, value in vars(fact).items() if name not in aside}


def ids(facts: list[Fact]) -> list[str]:
    return [fact.id for fact in facts]


def test_every_fact_has_a_probe_or_says_why_not() -> None:
    assert ids([fact for fact in BACKEND.facts if bool(fact.probe) == bool(fact.unprobed)]) == []


def test_every_source_is_an_address() -> None:
    assert ids([fact for fact in BACKEND.facts if not fact.source.startswith("https://")]) == []


def test_no_two_facts_compete() -> None:
    """Two of equal rank that can hold together and say different things need a third, more specific one."""
    competing = []
    for facts in BACKEND.by_action.values():
        for one, other in combinations(facts, 2):
            both = one.given | other.given
            settled = any(fact.given <= both and len(fact.given) > len(one.given) for fact in facts)
            equal = len(one.given) == len(other.given) and overlap(one, other) and can_hold(both)
            if equal and not settled and outcome(one) != outcome(other):
                competing.append((one.id, other.id))
    assert competing == []


def test_circumstances_of_facts_can_hold_at_all() -> None:
    assert ids([fact for fact in BACKEND.facts if not can_hold(fact.given)]) == []


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_no_facts_compete_for_a_probe(version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    competing = []
    choose = Backend.fact

    def watched(self: Backend, action: str, on: str, given: frozenset[str], at: tuple[int, ...]) -> Fact | None:
        fitting = [fact for fact in self.by_action.get((action, on), ()) if fact.given <= given and fact.holds_for(at)]
        if fitting:
            rank = max(len(fact.given) for fact in fitting)
            if len(best := [fact for fact in fitting if len(fact.given) == rank]) > 1:
                competing.append(ids(best))
        return choose(self, action, on, given, at)

    monkeypatch.setattr(Backend, "fact", watched)
    for fact in BACKEND.facts:
        if fact.probe and fact.holds_for(version):
            postgresql_probes.sent(fact, version)
    assert competing == []


@pytest.mark.parametrize("fact", [fact for fact in BACKEND.facts if fact.probe], ids=lambda fact: fact.id)
def test_a_probe_exercises_its_fact(fact: Fact) -> None:
    version = next(version for version in VERSIONS if fact.holds_for(version))
    statement = postgresql_probes.sent(fact, version)
    assert statement.unread is None
    assert fact.id in {name for name, _ in postgresql_probes.exercised(fact, version)}
    if fact.relation or (fact.on != "table" and fact.works):
        assert (fact.id, fact.relation or "book") in postgresql_probes.exercised(fact, version)


# What only statements without a probe bring about.
UNPROBED = (
    "ALTER TABLE book ADD COLUMN place geography_of_mine",
    "ALTER INDEX book_sku SET TABLESPACE fast",
    "ALTER INDEX book_sku ATTACH PARTITION book_sku_like",
    "CLUSTER",
    "VACUUM",
    "DROP SCHEMA attic CASCADE",
)


def test_circumstances_are_ones_that_come_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt circumstance would make a fact that never holds."""
    known: set[str] = set()
    choose = Backend.fact

    def watched(self: Backend, action: str, on: str, given: frozenset[str], at: tuple[int, ...]) -> Fact | None:
        known.update(given)
        return choose(self, action, on, given, at)

    monkeypatch.setattr(Backend, "fact", watched)
    for fact in BACKEND.facts:
        if fact.probe:
            postgresql_probes.sent(fact, next(version for version in VERSIONS if fact.holds_for(version)))
    for sql in UNPROBED:
        postgresql_probes.prepared((18,)).send(sql)
    assert {name for fact in BACKEND.facts for name in fact.given} - known == set()


def predicted(sql: str, *setup: str, backend: Backend | None = None, version: tuple[int, ...] = (16,)) -> list[Effect]:
    server = postgresql_probes.prepared(version, setup)
    if backend is not None:
        server.backend = backend
    server.send(sql)
    return [effect for statement in server.statements for effect in statement.effects]


def test_a_changed_fact_changes_the_prediction() -> None:
    data = copy.deepcopy(DATA)
    (fact,) = [row for row in data["fact"] if row["action"] == "create index" and "given" not in row]
    fact |= {"lock": "EXCLUSIVE", "builds_index": False, "scans": True}
    (effect,) = predicted("CREATE INDEX book_qty ON book (qty)", backend=backends.parse(VENDOR, data))
    assert (effect.lock, effect.builds_index, effect.scans, effect.blocks) == ("EXCLUSIVE", False, True, Blocks.WRITES)


def test_an_added_fact_is_more_specific_and_wins() -> None:
    data = copy.deepcopy(DATA)
    data["fact"].append(
        {
            "action": "alter column type",
            "given": ["from integer", "to bigint"],
            "lock": "SHARE",
            "probe": "ALTER TABLE book ALTER COLUMN qty TYPE bigint",
            "source": "https://example.org/",
        }
    )
    sql = "ALTER TABLE book ALTER COLUMN qty TYPE bigint"
    (before,), (after,) = predicted(sql), predicted(sql, backend=backends.parse(VENDOR, data))
    assert (before.lock, before.rewrites) == ("ACCESS EXCLUSIVE", True)
    assert (after.lock, after.rewrites, after.fact) == ("SHARE", False, "alter column type given from integer, to bigint")


def test_a_function_listed_in_the_file_is_no_longer_volatile() -> None:
    sql = "ALTER TABLE book ADD COLUMN x integer DEFAULT dice()"
    data = copy.deepcopy(DATA)
    data["functions"]["immutable"].append("dice")
    (unlisted,), (listed,) = predicted(sql), predicted(sql, backend=backends.parse(VENDOR, data))
    assert (unlisted.rewrites, listed.rewrites) == (True, False)


def test_what_no_fact_covers_is_unknown() -> None:
    data = copy.deepcopy(DATA)
    data["fact"] = [row for row in data["fact"] if row["action"] != "create index"]
    (effect,) = predicted("CREATE INDEX book_qty ON book (qty)", backend=backends.parse(VENDOR, data))
    assert (effect.relation, effect.blocks, effect.assumed, effect.fact) == ("book", Blocks.UNKNOWN, True, None)


def test_a_table_nobody_made_exists() -> None:
    (effect,) = predicted("ALTER TABLE elsewhere ADD COLUMN x integer")
    assert (effect.relation, effect.lock, effect.assumed) == ("elsewhere", "ACCESS EXCLUSIVE", True)
    (effect,) = predicted("ALTER TABLE elsewhere ALTER COLUMN x TYPE bigint")
    assert (effect.rewrites, effect.assumed) == (True, True)


def test_a_trigger_on_a_table_nobody_made_may_be_there() -> None:
    (effect,) = predicted("DROP TRIGGER IF EXISTS tg ON elsewhere")
    assert (effect.lock, effect.assumed) == ("ACCESS EXCLUSIVE", True)


@pytest.mark.parametrize(
    ("setting", "rewrites"),
    [("SET LOCAL timezone = 'UTC'", False), ("SET timezone TO 'Etc/UTC'", False), ("SET timezone = 'Europe/Paris'", True)],
)
def test_the_time_zone_of_the_session_counts(setting: str, rewrites: bool) -> None:
    server = postgresql_probes.prepared((16,))
    server.begin()
    server.send(setting)
    server.send("ALTER TABLE book ALTER COLUMN created TYPE timestamp")
    assert server.statements[-1].effects[0].rewrites is rewrites


def test_a_local_setting_ends_with_its_transaction() -> None:
    server = postgresql_probes.prepared((16,))
    server.begin()
    server.send("SET LOCAL timezone = 'UTC'")
    server.commit()
    server.send("ALTER TABLE book ALTER COLUMN created TYPE timestamp")
    assert server.statements[-1].effects[0].rewrites is True


def test_partitions_do_the_work_of_their_table() -> None:
    found = predicted(
        "ALTER TABLE event ALTER COLUMN id TYPE numeric",
        "CREATE TABLE event (id bigint, day date) PARTITION BY RANGE (day)",
        "CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    )
    assert [(e.relation, e.lock, e.rewrites) for e in found] == [
        ("event", "ACCESS EXCLUSIVE", False),
        ("event_2020", "ACCESS EXCLUSIVE", True),
    ]


def fact_row(**changes: object) -> dict[str, object]:
    return {"action": "analyze", "given": ["x"], "lock": "SHARE", "source": "https://example.org/", "unprobed": "x"} | changes


KEYS = sorted({*Fact.__dataclass_fields__, "later"} - {"id"})
WRONG = [
    (
        fact_row(locks="SHARE"),
        f"postgresql.toml: 'analyze' given ['x'] has unknown keys ['locks']; known are {KEYS}",
    ),
    (
        fact_row(lock="SHARED"),
        f"postgresql.toml: 'analyze' given ['x'] names the lock 'SHARED', which postgresql does not have; it has {list(BACKEND.locks)}",
    ),
    (fact_row(source=""), "postgresql.toml: 'analyze' given ['x'] names no source"),
    (fact_row(given=["all tables"]), "postgresql.toml: 'analyze' given ['all tables'] stands twice"),
]


@pytest.mark.parametrize(("row", "message"), WRONG, ids=["unknown key", "unknown lock", "no source", "twice"])
def test_a_wrong_fact_is_refused(row: dict[str, object], message: str) -> None:
    data = {**DATA, "fact": [*DATA["fact"], row]}
    with pytest.raises(FactError) as error:
        backends.parse(VENDOR, data)
    assert str(error.value) == message


def test_a_vendor_without_facts_is_refused() -> None:
    with pytest.raises(FactError) as error:
        backends.load("dbase")
    assert str(error.value) == "no facts for 'dbase' yet"


def test_unread_statements_do_nobody_knows_what() -> None:
    server = Server(Target("default", VENDOR, (16,)))
    server.send("FROBNICATE book")
    (statement,) = server.statements
    assert statement.effects == (effects.unread(statement.unread or ""),)
    assert statement.effects[0].blocks is Blocks.UNKNOWN
