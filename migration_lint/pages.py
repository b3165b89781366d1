"""A page about each rule, made from its class and from what its examples really do: the docs, and `--explain`."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migration_lint import backends
from migration_lint.blocks import Block, Code, Heading, Rows, Said, Text, markdown
from migration_lint.choosing import shown
from migration_lint.engine import Engine
from migration_lint.explain import work
from migration_lint.project.suppressions import Suppressions
from migration_lint.reporters.text import format_sql, named_lock
from migration_lint.rules import Rule, find_rules
from migration_lint.testing import TARGETS, impacts_of, known, routers
from migration_lint.types import CODE_FIRST, DATABASE_FIRST, Blocks, Effect, Finding, MigrationImpact, Statement

CATEGORIES = {
    "locks": "What keeps others from reading or writing a table while the migration runs.",
    "compatibility": "What the release that is still running can no longer do once the migration has run.",
    "data-loss": "What is gone afterwards, or fails on the rows that are there.",
    "reversibility": "What cannot be taken back, or not without a loss.",
    "transactions": "What fails, or stays half done, for the transaction it is in or is not in.",
    "data-migrations": "What goes wrong in RunPython and RunSQL.",
    "history": "What is wrong with the files and with how they depend on each other.",
    "limits": "What the database does not take, or does not do as it is asked.",
    "design": "Tables that work and that are regretted later.",
    "suppressions": "What is wrong with comments that accept what is found.",
}
SHOWN = 8  # statements of one example
# What a default makes up is another each time; a page says the same.
MADE_UP = (
    (re.compile(r"\b[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}\b"), "6f1c2f0e-9d3b-4c58-8a7e-1b2d3c4e5f60"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?\b"), "2026-01-01T12:00:00"),
)
Outcome = tuple[MigrationImpact | None, list[Finding], str]


def page(rule: Rule) -> Iterator[Block]:
    """All that is told about a rule."""
    yield Heading(rule.id, 1)
    yield Rows(("", ""), tuple(properties(rule)))
    yield from (Text(part) for part in inspect.cleandoc(rule.__doc__ or "").split("\n\n") if part)
    bad = by_example(rule, rule.bad, rule.bad_on)
    good = by_example(rule, rule.good, rule.good_on)
    if not bad and rule.help:
        yield Heading("What to do")
        yield Code(inspect.cleandoc(rule.help))
    for source, vendors in bad:
        yield Heading(f"What it finds{on(vendors, bad)}")
        yield from example(rule, source, vendors[0])
    if bad and (rule.breaks or rule.breaks_new):
        yield from deployment(rule, *bad[0])
    for source, vendors in good:
        yield Heading(f"What to do instead{on(vendors, good)}")
        yield from example(rule, source, vendors[0])


def properties(rule: Rule) -> Iterator[tuple[str, str]]:
    severities = [f"{severity} on {backends.load(vendor).name}" for vendor, severity in rule.severity_on.items()]
    yield "severity", ", ".join([str(rule.severity), *severities])
    yield "category", rule.category
    yield "databases", listed_vendors(rule.vendors) if rule.vendors else "all"
    if rule.opt_in:
        yield "runs", f'where it is selected: `extend-select = ["{rule.id}"]`'
    if rule.options:
        yield "options", ", ".join(f"`{name}` = `{json.dumps(shown(value))}`" for name, value in rule.options.items())
    if rule.covers:
        yield "also known as", ", ".join(f"`{name}`" for name in rule.covers)


def listed_vendors(vendors: Iterable[str]) -> str:
    return ", ".join(backends.load(vendor).name for vendor in vendors)


def on(vendors: Sequence[str], examples: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """Which databases an example is for, where there are others."""
    return f" on {listed_vendors(vendors)}" if len(examples) > 1 or len(vendors) < len(TARGETS) else ""


def by_example(rule: Rule, example: str, others: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """The distinct examples, each with the vendors that it is for."""
    found: dict[str, tuple[str, ...]] = {}
    for vendor in TARGETS:
        source = inspect.cleandoc(others.get(vendor, example))
        if source and vendor in (rule.vendors or TARGETS) and rule.bad_on.get(vendor, rule.bad):
            found[source] = (*found.get(source, ()), vendor)
    return list(found.items())


def outcome(rules: Sequence[Rule], source: str, vendor: str, deploy_order: str = DATABASE_FIRST) -> Outcome:
    """What an example does, what the rule says of it, and why more is not known: a rule may be a project's own."""
    engine = Engine(rules, Suppressions(known()))
    try:
        with routers(next((rule.routers for rule in rules if rule.routers), ())):
            (migration,) = impacts_of(source, TARGETS[vendor], engine.needs_reverse, deploy_order=deploy_order)
            found = [*engine.check_migration([migration]), *engine.check_suppressions()]
            return migration, found, "; ".join(engine.errors)
    except Exception as error:
        return None, [], f"the example could not be run: {type(error).__name__}: {error}"


def example(rule: Rule, source: str, vendor: str) -> Iterator[Block]:
    """An example, what the database makes of it, and what is found."""
    yield Code(source, "python")
    migration, findings, error = outcome([rule], source, vendor)
    if migration is not None:
        yield from sent(migration, vendor)
    yield from told(findings)
    if error:
        yield Text(f"Not known: {error}")


def sent(migration: MigrationImpact, vendor: str) -> Iterator[Block]:
    name = f"{backends.load(vendor).name} {TARGETS[vendor].partition('@')[2]}"
    statements = [statement for _, statement in migration.timeline]
    reasons = dict.fromkeys(impact.unread for impact in migration.impacts if impact.unread)
    yield from (Text(f"What is sent is not known: {reason}") for reason in reasons)
    if not statements:
        if not reasons:
            yield Text("Nothing is sent to the database.")
        return
    yield Text(f"What {name} receives:")
    yield Code("\n".join(shortened([f"{steady(format_sql(statement.sql)).rstrip(';')};" for statement in statements])), "sql")
    if rows := list(effect_rows(migration)):
        yield Rows(("#", "table", "lock", "others cannot", "it", "until"), tuple(shortened_rows(rows)))


def steady(text: str) -> str:
    for pattern, always in MADE_UP:
        text = pattern.sub(always, text)
    return text


def shortened(lines: list[str]) -> list[str]:
    if len(lines) <= SHOWN:
        return lines
    half = SHOWN // 2
    return [*lines[:half], f"-- and {len(lines) - SHOWN} more", *lines[-half:]]


def shortened_rows(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Without those of statements that are left out."""
    count = len(dict.fromkeys(row[0] for row in rows))
    if count <= SHOWN:
        return rows
    numbers = list(dict.fromkeys(row[0] for row in rows))
    kept = {*numbers[: SHOWN // 2], *numbers[-SHOWN // 2 :]}
    return [row for row in rows if row[0] in kept]


CANNOT = {
    Blocks.NOTHING: "nothing",
    Blocks.SCHEMA_CHANGES: "change its schema",
    Blocks.WRITES: "write",
    Blocks.EVERYTHING: "read or write",
    Blocks.UNKNOWN: "nobody knows",
}


def effect_rows(migration: MigrationImpact) -> Iterator[tuple[str, ...]]:
    """What each statement does to each table, once."""
    seen = set()
    for number, (_, statement) in enumerate(migration.timeline, 1):
        if statement.unread:
            yield str(number), "?", "not known", "nobody knows", f"not understood: {statement.unread}", ""
        for effect in statement.effects:
            if effect.relation and (row := (str(number), *effect_row(statement, effect, migration))) not in seen:
                seen.add(row)
                yield row


def effect_row(statement: Statement, effect: Effect, migration: MigrationImpact) -> tuple[str, ...]:
    relation = f"`{effect.relation}`"
    if not migration.used_table(effect):
        return relation, "nobody uses it yet", "", ", ".join(work(effect)), ""
    lock = named_lock(effect.lock, effect.algorithm) if effect.lock or effect.algorithm else "none"
    if effect.held and effect.held != effect.lock:
        lock = f"{lock} under {effect.held}"
    until = {"migration": "the commit", "statement": "it is done"}.get(effect.held_until, effect.held_until)
    if effect.whole_database:
        relation = "the whole database"
    return relation, lock, CANNOT[migration.blocked(statement, effect)], ", ".join(work(effect)), until if effect.lock else ""


def told(findings: Iterable[Finding]) -> Iterator[Block]:
    """What is found, each word of it once."""
    seen = set()
    for finding in findings:
        if finding.message not in seen:
            yield Said(steady(f"**{finding.severity}** {finding.message}"))
        if finding.help and finding.help not in seen:
            yield Code(steady(textwrap.dedent(finding.help)))
        seen |= {finding.message, finding.help}


def deployment(rule: Rule, source: str, vendors: tuple[str, ...]) -> Iterator[Block]:
    """Which step of a deployment breaks what, by what is replaced first."""
    yield Heading("During a deployment")
    old, new = (f"✗ {words}" if words else "✓" for words in (rule.breaks, rule.breaks_new))
    yield order(("migrated", "old", old), ("migrated", "new", new))
    # What holds of the other order may be another rule's to tell.
    others = [other for other in find_rules() if other.category == rule.category and other.id != rule.id]
    told = [steady(each.message) for each in outcome([rule, *others], source, vendors[0], CODE_FIRST)[1]]
    yield Text('With `deploy-order = "code-first"`:')
    yield order(("as before", "new", f"✗ {' '.join(told)}" if told else "✓"), ("migrated", "new", "✓"))


def order(*steps: tuple[str, str, str]) -> Rows:
    rows = [("as before", "old", "✓"), *steps]
    return Rows(("", "database", "code that runs", ""), tuple((str(number), *row) for number, row in enumerate(rows, 1)))


def pages(rules: Iterable[Rule]) -> dict[str, str]:
    """The docs by file name: a page for each rule, and the index."""
    known = tuple(rules)
    return {"README.md": markdown(index(known)), **{f"{rule.id}.md": markdown(page(rule)) for rule in known}}


def index(rules: Sequence[Rule]) -> Iterator[Block]:
    yield Heading("Rules", 1)
    yield Text(
        "Made from the rules themselves, by `python -m tests.pages`. A rule marked *opt-in* runs where its id or its category "
        "is selected."
    )
    for category in in_order(rules):
        yield Heading(category)
        if category in CATEGORIES:
            yield Text(CATEGORIES[category])
        rows = []
        for rule in rules:
            if rule.category == category:
                covers = f" Also: {', '.join(f'`{name}`' for name in rule.covers)}." if rule.covers else ""
                mark = ", *opt-in*" if rule.opt_in else ""
                rows.append((f"[`{rule.id}`]({rule.id}.md)", f"{rule.severity}{mark}", f"{rule.summary()}{covers}"))
        yield Rows(("rule", "severity", "fault"), tuple(rows))


def in_order(rules: Iterable[Rule]) -> list[str]:
    """The categories that there are, those of the built-in rules first."""
    there = {rule.category for rule in rules}
    return [*(name for name in CATEGORIES if name in there), *sorted(there - CATEGORIES.keys())]
