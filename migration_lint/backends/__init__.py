"""What each database does, as data: one TOML file a backend, every fact with its source and a probe that a server can run."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from migration_lint.sql.lexer import DIALECTS, Dialect
from migration_lint.types import Blocks

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

FOLDER = Path(__file__).parent
VENDORS = ("postgresql", "mysql", "mariadb", "sqlite", "oracle")
DJANGO_VENDORS = {"mariadb": "mysql"}
BLOCKS = {str(level): level for level in Blocks}


class FactError(ValueError):
    """A fact file says something that cannot be; the message names the file and the fact."""


@dataclass(frozen=True)
class Fact:
    """What `action` does to the relation that `on` names under the circumstances in `given`.

    It holds from version `since` up to before `until`. `on` is the table itself or something else that the action reaches:
    parent, children, partitions, … `lock` is None where nothing is locked. `blocks` is what that lock keeps others from,
    unless it is said explicitly (an index's own lock stops reads of its table though the table's lock is weak).
    """

    id: str
    action: str
    on: str = "table"
    given: frozenset[str] = frozenset()
    since: tuple[int, ...] = ()
    until: tuple[int, ...] | None = None
    lock: str | None = None
    blocks: Blocks = Blocks.NOTHING
    algorithm: str | None = None
    scans: bool = False
    rewrites: bool = False
    builds_index: bool = False
    writes_rows: bool = False
    concurrent: bool = False
    fails: str | None = None
    setup: tuple[str, ...] = ()
    probe: str | None = None
    relation: str | None = None  # which table of the probe's schema the effect is on, where that is not `book`
    unprobed: str | None = None  # why no probe can show it
    source: str = ""

    @property
    def works(self) -> bool:
        return self.scans or self.rewrites or self.builds_index

    def holds_for(self, version: tuple[int, ...]) -> bool:
        return self.since <= version and (self.until is None or version < self.until)


@dataclass(frozen=True)
class Limit:
    """What the server does not do as it is asked, whatever the rows, and the `rule` that says so.

    `on` says what of an action it is about: its name, column, index, row, foreign key, constraint, or what depends on its
    column; see limits.py. `because` and `instead` are said to people, with the occasion's values in braces. `error` is the
    server's answer; where there is none, it does something else, which `because` tells.
    """

    id: str
    on: str
    rule: str
    because: str
    instead: str
    source: str
    action: str | None = None
    given: frozenset[str] = frozenset()
    since: tuple[int, ...] = ()
    until: tuple[int, ...] | None = None
    error: str | None = None
    severity: str | None = None
    setup: tuple[str, ...] = ()
    probe: str = ""

    def holds_for(self, version: tuple[int, ...]) -> bool:
        return self.since <= version and (self.until is None or version < self.until)


@dataclass(frozen=True)
class Waiting:
    """What bounds the wait for a lock: a session setting and how to set it; `error` is what happens at once without it."""

    setting: str
    sql: str
    remedy: str
    error: str = ""


@dataclass(frozen=True)
class Reading:
    """How a session of ours asks a database: what it connects with where the alias's OPTIONS say nothing of it, what it sets
    first so that it can only read and soon gives up waiting, and the query that returns a row if django_migrations is there."""

    settings: tuple[str, ...]
    exists: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Backend:
    vendor: str
    dialect: Dialect
    locks: tuple[str, ...]  # weakest first
    algorithms: tuple[str, ...]  # cheapest first
    blocks: Mapping[str, Blocks]
    facts: tuple[Fact, ...]
    aliases: Mapping[str, tuple[str, tuple[int | str, ...]]]
    types: frozenset[str]
    functions: Mapping[str, str]
    search_path: tuple[str, ...]
    passes: Mapping[str, int]
    name_limit: int
    names: Mapping[str, Any]
    reading: Reading
    database_locks: frozenset[str] = frozenset()  # those that are taken on the whole database
    settings: Mapping[str, Any] = field(default_factory=dict)
    server: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    ways: Mapping[str, Any] = field(default_factory=dict)
    conversions: Mapping[str, Any] = field(default_factory=dict)
    waiting: Waiting | None = None
    reserved: frozenset[str] = frozenset()  # words that cannot name a column without quotes

    @property
    def name(self) -> str:
        return str(self.server["name"])

    @cached_property
    def foreign(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((phrase, re.compile(rf"{phrase.replace('…', '[^ ]+')} ")) for phrase in self.server.get("has_no", ()))

    def has_no(self, words: str) -> str | None:
        """What other servers have, and this one does not, of how a statement begins: its words with a space behind each."""
        return next((phrase for phrase, pattern in self.foreign if pattern.match(words)), None)

    def row_versions(self, version: tuple[int, ...]) -> int | None:
        """How often columns can be added or dropped in an instant before the table is rebuilt; None where nobody counts."""
        since: Mapping[str, int] = self.settings.get("storage", {}).get("row_versions", {})
        return max((most for first, most in since.items() if version_tuple(first) <= version), default=None)

    def rank(self, lock: str | None) -> int:
        """A lock's strength: -1 for none, 0 for the weakest."""
        return self.locks.index(lock) if lock else -1

    def stronger(self, one: str | None, other: str | None) -> str | None:
        return one if self.rank(one) >= self.rank(other) else other

    @cached_property
    def by_action(self) -> Mapping[tuple[str, str], list[Fact]]:
        found: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for fact in self.facts:
            found[fact.action, fact.on].append(fact)
        return found

    def fact(self, action: str, on: str, circumstances: frozenset[str], version: tuple[int, ...]) -> Fact | None:
        """The most specific fact that holds. Of several, none of which is more specific than another, the worst."""
        asked = (action, on, circumstances, version)
        if asked not in self.facts_found:
            found = [f for f in self.by_action.get((action, on), ()) if f.given <= circumstances and f.holds_for(version)]
            if len(found) > 1:
                found = [fact for fact in found if not any(fact.given < other.given for other in found)]
            self.facts_found[asked] = max(found, key=self.severity, default=None)
        return self.facts_found[asked]

    @cached_property
    def facts_found(self) -> dict[tuple[str, str, frozenset[str], tuple[int, ...]], Fact | None]:
        return {}

    def severity(self, fact: Fact) -> tuple[int, ...]:
        algorithm = self.algorithms.index(fact.algorithm) if fact.algorithm else -1
        return fact.blocks, self.rank(fact.lock), algorithm, fact.rewrites, fact.works

    def limit(self, on: str, action: str, circumstances: frozenset[str], version: tuple[int, ...]) -> Limit | None:
        """The most specific limit that is reached; of equals the first."""
        best = None
        for limit in self.limits_on.get(on, ()):
            if (
                limit.action in (None, action)
                and limit.given <= circumstances
                and limit.holds_for(version)
                and (best is None or len(limit.given) > len(best.given))
            ):
                best = limit
        return best

    @cached_property
    def limits_on(self) -> Mapping[str, list[Limit]]:
        found: dict[str, list[Limit]] = defaultdict(list)
        for limit in self.limits:
            found[limit.on].append(limit)
        return found

    @cached_property
    def reaches(self) -> Mapping[str, list[str]]:
        """By action, what it reaches besides the table."""
        found: dict[str, list[str]] = defaultdict(list)
        for action, on in self.by_action:
            if on != "table":
                found[action].append(on)
        return found

    def canonical_type(self, name: str) -> tuple[str, tuple[int | str, ...]]:
        return self.aliases.get(name, (name, ()))

    @cached_property
    def name_unit(self) -> str:
        """What the length of a name is counted in."""
        return str(self.sizes.get("name_unit", "bytes"))

    def name_size(self, name: str) -> int:
        return len(name) if self.name_unit == "characters" else len(name.encode("utf-8", "surrogatepass"))

    def clip(self, name: str) -> str:
        """Cut a name where the server does: mostly at bytes, not characters."""
        if self.name_unit == "characters":
            return name[: self.name_limit]
        if len(name) * 4 <= self.name_limit:
            return name
        encoded = name.encode("utf-8", "surrogatepass")
        return name if len(encoded) <= self.name_limit else encoded[: self.name_limit].decode("utf-8", "ignore")

    def relation(self, parts: list[str]) -> str:
        if len(parts) > 1 and parts[-2] in self.search_path:
            return parts[-1]
        return ".".join(parts[-2:])


def django_vendor(vendor: str) -> str:
    """What Django calls it: MariaDB's backend is MySQL's."""
    return DJANGO_VENDORS.get(vendor, vendor)


def version_tuple(text: object) -> tuple[int, ...]:
    return tuple(int(part) for part in str(text).split("."))


def parse_facts(
    vendor: str, rows: Iterable[Mapping[str, Any]], blocks: Mapping[str, Blocks], unprobed: str | None = None
) -> Iterator[Fact]:
    """`unprobed` is why a file's facts have no probes where they do not say so themselves."""
    known = set(Fact.__dataclass_fields__) - {"id"} | {"later"}
    seen: set[str] = set()
    for row in rows:
        if unknown := set(row) - known:
            raise FactError(f"{described(vendor, row)} has unknown keys {sorted(unknown)}; known are {sorted(known)}")
        for version in versions(row):
            fact = parse_fact(vendor, version, blocks, unprobed)
            if fact.id in seen:
                raise FactError(f"{described(vendor, row)} stands twice")
            seen.add(fact.id)
            yield fact


def described(vendor: str, row: Mapping[str, Any]) -> str:
    return f"{vendor}.toml: {row.get('action')!r} given {row.get('given', [])!r}"


def versions(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A fact, and what `later` says of it: from another version on something in it is different."""
    later = row.get("later")
    if later is None:
        yield row
        return
    first = {key: value for key, value in row.items() if key != "later"}
    yield {**first, "until": later["since"]}
    yield {**first, **later}


def parse_fact(vendor: str, row: Mapping[str, Any], blocks: Mapping[str, Blocks], unprobed: str | None) -> Fact:
    if not row.get("source"):
        raise FactError(f"{described(vendor, row)} names no source")
    lock = row.get("lock")
    if lock is not None and lock not in blocks:
        raise FactError(
            f"{described(vendor, row)} names the lock {lock!r}, which {vendor} does not have; it has {list(blocks)}"
        )
    on, given = row.get("on", "table"), sorted(row.get("given", []))
    identity = row["action"] + (f" on {on}" if on != "table" else "") + (f" given {', '.join(given)}" if given else "")
    identity += f" since {row['since']}" if "since" in row else ""
    setup = row.get("setup", ())
    return Fact(
        **{
            **({"unprobed": unprobed} if "probe" not in row else {}),
            **row,
            "id": identity,
            "given": frozenset(given),
            "since": version_tuple(row["since"]) if "since" in row else (),
            "until": version_tuple(row["until"]) if "until" in row else None,
            "blocks": BLOCKS[row["blocks"]] if "blocks" in row else blocks[lock] if lock else Blocks.NOTHING,
            "setup": (setup,) if isinstance(setup, str) else tuple(setup),
        }
    )


def parse_limits(vendor: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Limit]:
    known = set(Limit.__dataclass_fields__) - {"id"}
    for row in rows:
        given = sorted(row.get("given", []))
        identity = f"{row.get('action') or row.get('on')}: {', '.join(given)}"
        if unknown := set(row) - known:
            raise FactError(f"{vendor}.toml: the limit {identity!r} has unknown keys {sorted(unknown)}")
        if missing := {"on", "rule", "because", "instead", "source"} - set(row):
            raise FactError(f"{vendor}.toml: the limit {identity!r} lacks {sorted(missing)}")
        yield Limit(
            **{
                **row,
                "id": identity,
                "given": frozenset(given),
                "since": version_tuple(row["since"]) if "since" in row else (),
                "until": version_tuple(row["until"]) if "until" in row else None,
                "setup": tuple(row.get("setup", ())),
            }
        )


def parse(vendor: str, data: Mapping[str, Any]) -> Backend:
    """Build a backend from a fact file's data. Raises FactError."""
    blocks = {lock["name"]: BLOCKS[lock["blocks"]] for lock in data["lock"]}
    algorithms = tuple(data.get("algorithms", ()))
    for row in data["fact"]:
        if row.get("algorithm") not in (None, *algorithms):
            raise FactError(f"{described(vendor, row)} names the algorithm {row['algorithm']!r}; there are {list(algorithms)}")
    aliases: dict[str, tuple[str, tuple[int | str, ...]]] = {}
    for canonical, others in data["types"]["aliases"].items():
        for other in others:
            aliases[other] = (canonical, ())
    functions = {name: kind for kind, names in data["functions"].items() for name in names}
    return Backend(
        vendor=vendor,
        dialect=DIALECTS[data["dialect"]],
        locks=tuple(blocks),
        algorithms=algorithms,
        blocks=blocks,
        facts=tuple(parse_facts(vendor, data["fact"], blocks, data.get("unprobed"))),
        aliases=aliases,
        types=frozenset(data["types"]["known"]) | set(data["types"]["aliases"]),
        functions=functions,
        search_path=tuple(data.get("search_path", ())),
        passes={kind: order for order, kinds in enumerate(data.get("passes", ())) for kind in kinds},
        name_limit=data["names"]["limit"],
        names=data["names"],
        database_locks=frozenset(lock["name"] for lock in data["lock"] if lock.get("of") == "database"),
        settings=data.get("settings", {}),
        server=data.get("server", {}),
        sizes=data.get("limits", {}),
        limits=tuple(parse_limits(vendor, data.get("limit", ()))),
        ways=data.get("ways", {}),
        conversions=data.get("conversions", {}),
        waiting=Waiting(**data["waiting"]) if "waiting" in data else None,
        reading=Reading(**data["reading"]),
        reserved=frozenset(data["names"].get("reserved", "").split()),
    )


@cache
def load(vendor: str) -> Backend:
    """The backend of this vendor. Raises FactError for a vendor without a fact file."""
    path = FOLDER / f"{vendor}.toml"
    if not path.exists():
        raise FactError(f"no facts for {vendor!r} yet")
    return parse(vendor, tomllib.loads(path.read_text(encoding="utf-8")))
