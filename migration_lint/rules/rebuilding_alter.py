from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Effect, Finding, Impact, MigrationImpact, Rule, Severity, Statement, spelling


class RebuildingAlter(Rule):
    """The server builds the whole table anew while it stays in use: nobody waits, but disks and replicas do the work.

    A replica applies the change as one statement, and falls behind by as long as that takes.
    """

    severity = Severity.WARNING
    category = "locks"
    vendors = ("mysql", "mariadb")
    bad = """
        operations = [
            migrations.AlterField("review", "rating", models.IntegerField(default=0)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("review", "stars", models.IntegerField(null=True)),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        seen = set()
        for statement in impact.statements:
            for effect in statement.effects:
                online = effect.rewrites and effect.algorithm is not None and not effect.stops_writes
                if online and migration.used_table(effect) and effect.relation_key not in seen:
                    seen.add(effect.relation_key)
                    yield self.finding(
                        f"{spelling.doing(effect)} rebuilds `{effect.relation}` and its indexes: it stays in use, but replicas "
                        "fall behind by as long as that takes, and the disk holds the table twice.",
                        help=self.way_out(impact, migration, statement, effect),
                        impact=impact, migration=migration, statement=statement, effect=effect,
                    )  # fmt: skip

    def on_mysql(self, impact: Impact, migration: MigrationImpact, statement: Statement, effect: Effect) -> str:
        online = [
            (each, found)
            for each in impact.statements
            for found in each.effects
            if found.rewrites and found.algorithm and not any(other.stops_writes for other in each.effects)
        ]
        return (
            spelling.advice(
                (
                    "Run it when the load is low, and say what you rely on, so that it fails where that cannot be kept:",
                    spelling.with_explicit(impact, online),
                )
            )
            + "\nWhere replicas must not fall behind:"
            + spelling.online_change(impact, statement, effect)
        )
