from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Effect, Finding, Impact, MigrationImpact, Rule, Severity, Statement, backends, spelling


class InstantBudget(Rule):
    """The table has had as many columns added and dropped instantly as the server keeps count of: this one rebuilds it.

    Each such change leaves one more version of the rows, of which there are 64 before MySQL 9.1 and 255 from there on, and
    a rebuild gives them all back. What the project's migrations did is counted, from the table's first one on: a database
    that was restored from a dump, or is older than MySQL 8.0.29, has used fewer. Told where the rebuild comes and not before:
    whoever lints every migration hears of it in time.
    """

    severity = Severity.WARNING
    category = "locks"
    vendors = ("mysql",)
    bad = """
        operations = [
            *(migrations.AddField("book", f"mark_{number}", models.IntegerField(null=True)) for number in range(65)),
        ]
    """
    good = """
        operations = [
            *(migrations.AddField("book", f"mark_{number}", models.IntegerField(null=True)) for number in range(64)),
            migrations.RunSQL("OPTIMIZE TABLE shop_book", migrations.RunSQL.noop),
            migrations.AddField("book", "mark", models.IntegerField(null=True)),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        seen = set()
        for statement in impact.statements:
            for effect in statement.effects:
                if effect.relation in seen or not is_last_straw(effect, statement) or not migration.used_table(effect):
                    continue
                seen.add(effect.relation)
                count = effect.table.row_versions if effect.table else 0
                yield self.finding(
                    f"{spelling.doing(effect)} is not instant any more: columns of `{effect.relation}` were added and dropped "
                    f"instantly {count} times since it was made or rebuilt, and no more is possible. {self.outcome(effect)}",
                    help=self.way_out(impact, statement, effect),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def outcome(self, effect: Effect) -> str:
        if effect.source is not None and "algorithm instant" in effect.source.traits:
            return "The statement insists on it, and is refused: error 4092."
        others = "nobody writes to it meanwhile" if effect.stops_writes else "it stays in use, and replicas fall behind"
        return f"The server rebuilds the table: {others}."

    def on_mysql(self, impact: Impact, statement: Statement, effect: Effect) -> str:
        backend = backends.load(impact.target.vendor)
        count = (
            "SELECT NAME, TOTAL_ROW_VERSIONS FROM information_schema.INNODB_TABLES "
            f"WHERE NAME = CONCAT(DATABASE(), '/{effect.relation}')"
        )
        rebuild = f"ALTER TABLE {spelling.Ways(backend).quoted(effect.relation or '')} FORCE, ALGORITHM=INPLACE, LOCK=NONE"
        return spelling.advice(
            (f"See how many of {backend.row_versions(impact.target.version)} versions this database has used:", f"{count};"),
            (
                "Rebuild the table when the load is low, in a migration before this one; that gives all of them back:",
                spelling.run_sql(rebuild, spelling.NOOP),
            ),
        )


def is_last_straw(effect: Effect, statement: Statement) -> bool:
    """Whether the statement would be instant if the table had a version left."""
    others = [each for each in statement.effects if each.relation == effect.relation and not is_used_up(each)]
    return is_used_up(effect) and all(each.algorithm in (None, "INSTANT") for each in others)


def is_used_up(effect: Effect) -> bool:
    """Whether the fact that holds is the one about a table without a version left."""
    return effect.rewrites and "row versions used up" in (effect.fact or "")
