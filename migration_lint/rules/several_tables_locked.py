from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from migration_lint import Effect, Finding, Impact, MigrationImpact, Rule, Statement, running, spelling

SHOWN = 6
Lock = tuple[Impact, Statement, Effect]


class SeveralTablesLocked(Rule):
    """One transaction locks one table after the other, and gives none back before it ends: the first is out of use while the
    last is waited for, and whoever takes them in another order ends in a deadlock.

    Told once for each transaction. What one operation locks by itself, as a key's two tables, cannot be taken apart and does
    not count; nor does a table that is dropped.
    """

    category = "locks"
    vendors = ("postgresql",)
    help = "One table a migration."
    bad = """
        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
            migrations.AddField("author", "born", models.DateField(null=True)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
            migrations.AddField("book", "weight", models.IntegerField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        transactions: dict[int, dict[object, Lock]] = {}
        for impact, statement in migration.timeline:
            for effect in statement.effects if statement.transaction is not None else ():
                if effect.stops_reads and effect.relation and migration.used_table(effect):
                    taken = transactions.setdefault(statement.transaction or 0, {})
                    taken.setdefault(effect.relation_key, (impact, statement, effect))
        for taken in transactions.values():
            if len(taken) < 2:
                continue
            found = {key: each for key, each in taken.items() if not running.is_gone(migration, each[2])}
            apart = dict.fromkeys(unit(impact, statement) for impact, statement, _ in found.values())
            if len(apart) > 1:
                yield self.told(migration, list(found.values()))

    def told(self, migration: MigrationImpact, found: list[Lock]) -> Finding:
        first, start, _ = found[0]
        impact, statement, _ = next(each for each in found if unit(*each[:2]) != unit(first, start))
        tables = [f"`{effect.relation}`" for _, _, effect in found]
        rest = [f"{len(tables) - SHOWN} more"] if len(tables) > SHOWN else []
        operations = dict.fromkeys(id(each) for each, _, _ in found)
        takers = [next(each for each, _, _ in found if id(each) == key) for key in operations]
        return self.finding(
            f"One transaction locks {', then '.join([*tables[:SHOWN], *rest])}: every read and write of them waits, "
            f"{spelling.until(migration, statement)}, and who uses them in another order may end in a deadlock.",
            help=self.advice(impact, first, takers),
            impact=impact, migration=migration, statement=statement,
            related=tuple(each.step.location for each in takers if each is not impact),
        )  # fmt: skip

    def advice(self, impact: Impact, first: Impact, takers: list[Impact]) -> str:
        if len(takers) == 1:
            return spelling.advice("Send the statements about each table in a migration of their own.")
        label, name = impact.step.key
        later = [each for each in takers if each is not first]
        return spelling.advice(
            (
                "Give each table a migration of its own. After this one:",
                f"dependencies = [({label!r}, {name!r})]\n"
                + "\n".join(spelling.operation(each.step.operation) for each in later),
            )
        )


def unit(impact: Impact, statement: Statement) -> object:
    """What cannot be taken apart: an operation, or a statement of an operation that is no more than its statements."""
    return statement.position if isinstance(impact.step.operation, migrations.RunSQL) else id(impact)
