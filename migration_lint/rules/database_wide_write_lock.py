from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import migrations

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling

REMADE = "remaking {} copies every row"


class Work(NamedTuple):
    impact: Impact
    statement: Statement
    effect: Effect
    label: str


class DatabaseWideWriteLock(Rule):
    """SQLite has one write lock for the whole database. While a statement works through the rows of a table, nobody else writes
    to any table; without a write-ahead log, nobody reads either as soon as the change outgrows the page cache.

    Who waits longer than the `timeout` of the connection fails: "database is locked". Django remakes a table for most changes
    of a field: it makes a new one, copies all rows, drops the old one and builds all indexes again.
    """

    severity = Severity.NOTE
    category = "locks"
    vendors = ("sqlite",)
    bad = """
        operations = [
            migrations.AddField("book", "pages", models.IntegerField(null=True, default=1)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "pages", models.IntegerField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        """One finding for each transaction: what is locked once stays locked."""
        found: dict[object, list[Work]] = {}
        for impact, statement in migration.timeline:
            alone = statement.transaction is None
            for effect in statement.effects:
                if effect.whole_database and migration.used_table(effect) and (label := work(effect)):
                    found.setdefault((alone, statement.position if alone else statement.transaction), []).append(
                        Work(impact, statement, effect, label)
                    )
        for works in found.values():
            remade = {each.effect.relation for each in works if each.label == REMADE}
            works = [each for each in works if each.label == REMADE or each.effect.relation not in remade]
            first = works[0]
            yield self.finding(
                f"{told(works)}: meanwhile nobody else writes to the database, {spelling.until(migration, first.statement)}.",
                help=advice(works, migration),
                impact=first.impact, migration=migration, statement=first.statement, effect=first.effect,
                related=tuple(dict.fromkeys(each.impact.step.location for each in works if each.impact is not first.impact)),
            )  # fmt: skip


def work(effect: Effect) -> str | None:
    """What takes time in proportion to the rows."""
    traits = effect.source.traits if effect.source else frozenset()
    if effect.rewrites:
        return REMADE if effect.algorithm == "REMAKE" else "all rows of {} are written anew"
    if effect.builds_index:
        return "indexes of {} are built"
    if effect.scans:
        return "all rows of {} are read"
    if effect.writes_rows and "every row" in traits:
        deletes = effect.source is not None and effect.source.kind is Kind.DELETE
        return "all rows of {} are deleted" if deletes else "all rows of {} are changed"
    if effect.writes_rows and "from a query" in traits:
        return "the rows of a query are added to {}"
    return None


def told(works: list[Work]) -> str:
    tables: dict[str, list[str | None]] = {}
    for each in works:
        tables.setdefault(each.label, []).append(each.effect.relation)
    parts = [
        label.format("every table" if None in names else spelling.listed(str(name) for name in names))
        for label, names in tables.items()
    ]
    text = "; ".join(parts)
    return text[0].upper() + text[1:]


def advice(works: list[Work], migration: MigrationImpact) -> str:
    wait = "Let those who write wait for longer than the 5 seconds that are the default, if a table is large:"
    settings = f'DATABASES = {{"{migration.target.alias}": {{…, "OPTIONS": {{"timeout": 60}}}}}}'
    added = [code for each in works if each.label == REMADE and (code := plain_column(each.impact))]
    sentence = (
        f"Add {'columns that' if len(added) > 1 else 'a column that'} may be NULL without a default, which touches no row:"
    )
    return spelling.advice(*([(sentence, "\n".join(dict.fromkeys(added)))] if added else []), (wait, settings))


def plain_column(impact: Impact) -> str | None:
    """The AddField of a column that needs no remake."""
    operation: Any = impact.step.operation
    if not isinstance(operation, migrations.AddField) or operation.field.unique or operation.field.generated:
        return None
    field = spelling.changed(operation.field, without=("default", "db_default", "auto_now", "auto_now_add"), null=True)
    return spelling.call("migrations.AddField", model_name=repr(operation.model_name), name=repr(operation.name), field=field)
