from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling

MAINTENANCE = {
    Kind.VACUUM: "`VACUUM FULL`",
    Kind.CLUSTER: "`CLUSTER`",
    Kind.REINDEX: "`REINDEX`",
    Kind.OPTIMIZE: "`OPTIMIZE TABLE`",
    Kind.SET_LOGGED: "`SET LOGGED` or `SET UNLOGGED`",
    Kind.SET_TABLESPACE: "`SET TABLESPACE`",
    Kind.SET_ACCESS_METHOD: "`SET ACCESS METHOD`",
    Kind.REFRESH_MATERIALIZED_VIEW: "`REFRESH MATERIALIZED VIEW`",
    Kind.ALTER_INDEX: "`ALTER INDEX … SET TABLESPACE`",
    Kind.LOCK_TABLE: "`LOCK TABLE`",
    Kind.TRUNCATE: "`TRUNCATE`",
}
WINDOW = "Take it out of the migrations, and run it in a maintenance window"


class BlockingMaintenance(Rule):
    """A maintenance command takes a whole table for itself: nobody writes to it, and mostly nobody reads it, until it is done.

    VACUUM FULL, CLUSTER, REINDEX and their like write a table or its indexes anew; LOCK TABLE and TRUNCATE keep their lock
    until the transaction ends. The forms that let others go on are left alone.
    """

    severity = Severity.ERROR
    category = "locks"
    help = WINDOW + "."
    bad = """
        operations = [
            migrations.RunSQL("REINDEX TABLE shop_book", migrations.RunSQL.noop),
        ]
    """
    good = """
        atomic = False
        operations = [
            migrations.RunSQL("REINDEX TABLE CONCURRENTLY shop_book", migrations.RunSQL.noop),
        ]
    """
    vendors = ("postgresql", "mysql", "mariadb", "oracle")
    bad_on = {
        **dict.fromkeys(
            ("mysql", "mariadb"),
            """
            operations = [
                migrations.RunSQL("LOCK TABLES shop_book WRITE", migrations.RunSQL.noop),
            ]
            """,
        ),
        "oracle": """
        operations = [
            migrations.RunSQL("LOCK TABLE SHOP_BOOK IN EXCLUSIVE MODE", migrations.RunSQL.noop),
        ]
        """,
    }
    good_on = {
        **dict.fromkeys(
            ("mysql", "mariadb"),
            """
            operations = [
                migrations.RunSQL("OPTIMIZE TABLE shop_book", migrations.RunSQL.noop),
            ]
            """,
        ),
        "oracle": """
        operations = [
            migrations.RunSQL("LOCK TABLE SHOP_BOOK IN ROW SHARE MODE", migrations.RunSQL.noop),
        ]
        """,
    }

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            found: dict[Kind, list[Effect]] = {}
            for effect in statement.effects:
                if is_maintenance(effect) and effect.stops_writes and effect.source and migration.used_table(effect):
                    found.setdefault(effect.source.kind, []).append(effect)
            for kind, effects in found.items():
                tables = spelling.listed(each.relation for each in effects if each.relation)
                everyone = "every read and write of " + ("its table" if kind is Kind.REINDEX else "every table")
                waits = spelling.waiting(migration, statement, effects) or everyone
                yield self.finding(
                    f"{MAINTENANCE[kind]} {self.does(kind, effects[0], tables or 'every table')}: {waits} waits, "
                    f"{spelling.until(migration, statement)}.",
                    help=self.advice(impact, statement, effects[0]),
                    impact=impact, migration=migration, statement=statement, effect=effects[0],
                )  # fmt: skip

    def does(self, kind: Kind, effect: Effect, tables: str) -> str:
        if kind is Kind.LOCK_TABLE:
            return f"locks {tables}"
        if kind is Kind.TRUNCATE:
            return f"empties {tables} and locks {'them' if ' and ' in tables else 'it'}"
        name = effect.source.name if effect.source else None
        if kind is Kind.ALTER_INDEX:
            return f"copies the index `{name}`"
        if kind is Kind.REINDEX:
            return f"builds the index `{name}` anew" if name else f"builds indexes of {tables} anew"
        unfilled = kind is Kind.REFRESH_MATERIALIZED_VIEW and not effect.rewrites
        return f"empties {tables}" if unfilled else f"rewrites {tables}"

    def advice(self, impact: Impact, statement: Statement, effect: Effect) -> str:
        ways, action, table = spelling.ways(impact), effect.source, effect.relation or ""
        assert action is not None
        if action.kind is Kind.LOCK_TABLE:
            return spelling.advice(
                f"Leave it out: a statement takes the locks it needs by itself. Where rows must not change under a data "
                f"migration, lock those: `SELECT … FROM {ways.quoted(table)} … FOR UPDATE`, in batches."
            )
        if action.kind is Kind.TRUNCATE:
            return spelling.advice(
                f"Delete the rows of {f'`{table}`' if table else 'it'} in batches, each in a transaction of its own, in a "
                "migration with `atomic = False`; or do it when the table is no longer in use, alone in its migration."
            )
        way = {
            Kind.REFRESH_MATERIALIZED_VIEW: "refresh",
            Kind.REINDEX: "rebuild index",
            Kind.ALTER_INDEX: "move index",
        }.get(action.kind, "")
        if action.kind is Kind.REINDEX and "index" not in action.traits:
            way = "rebuild indexes"
        if way and ways.offers(way):
            sql = ways.sql(way, table=table, name=action.name or "…")
            needs = "; that needs a unique index over all its rows" if way == "refresh" else ""
            code = spelling.migration(spelling.run_sql(sql, spelling.NOOP), atomic=False)
            return spelling.advice((f"Do it concurrently, in a migration of its own with `atomic = False`{needs}:", code))
        if action.kind in (Kind.SET_LOGGED, Kind.SET_ACCESS_METHOD):
            return spelling.advice(f"{WINDOW}: no form of it leaves `{table}` usable.")
        if ways.offers("repack") and table:
            option = f" --tablespace={action.name}" if action.kind is Kind.SET_TABLESPACE else ""
            tool = f"{ways.sql('repack', code=table)}{option}"
            return spelling.advice(("Take it out of the migrations, and let pg_repack do it:", tool))
        return spelling.advice(f"{WINDOW}.")


def is_maintenance(effect: Effect) -> bool:
    """Whether it is one of those, and not in the form that is meant for a table in use."""
    action = effect.source
    if action is None or action.kind not in MAINTENANCE or "concurrently" in action.traits:
        return False
    return action.kind is not Kind.ALTER_INDEX or "tablespace" in action.traits
