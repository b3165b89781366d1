from __future__ import annotations

import re
from collections.abc import Iterable

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, sessions, spelling

KINDS = (Kind.ATTACH_PARTITION, Kind.DETACH_PARTITION, Kind.INHERIT)
BOUNDS = re.compile(r"for\s+values\s+from\s*\(([^(),]+)\)\s*to\s*\(([^(),]+)\)", re.IGNORECASE)


class BlockingPartitionChange(Rule):
    """Attaching a partition reads all its rows, and those of the default partition, while nobody uses them; detaching one locks
    the whole partitioned table.

    A validated CHECK that implies the bounds spares the reading, and DETACH … CONCURRENTLY the lock.
    """

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql",)
    help = "Add a CHECK that implies the bounds `NOT VALID`, validate it, and then attach the partition."
    bad = """
        operations = [
            migrations.RunSQL(
                "CREATE TABLE shop_all_books (LIKE shop_book) PARTITION BY RANGE (published); "
                "ALTER TABLE shop_all_books ATTACH PARTITION shop_book FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
                reverse_sql="DROP TABLE shop_all_books",
            ),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                "ALTER TABLE shop_book ADD CONSTRAINT bounds "
                "CHECK (published IS NOT NULL AND published >= '2024-01-01' AND published < '2025-01-01') NOT VALID",
                reverse_sql="ALTER TABLE shop_book DROP CONSTRAINT bounds",
            ),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            found: dict[str, list[Effect]] = {}
            for effect in statement.effects:
                action = effect.source
                if action is None or action.kind not in KINDS or not migration.used_table(effect) or not effect.stops_writes:
                    continue
                if effect.scans or (action.kind is Kind.DETACH_PARTITION and not action.traits & {"concurrently", "finalize"}):
                    found.setdefault(action.table or "", []).append(effect)
            for table, effects in found.items():
                yield self.told(impact, migration, statement, table, effects)

    def told(
        self, impact: Impact, migration: MigrationImpact, statement: Statement, table: str, effects: list[Effect]
    ) -> Finding:
        effect = effects[0]
        assert effect.source is not None
        waits = f"{spelling.waiting(migration, statement, effects)} waits, {spelling.until(migration, statement)}."
        if effect.source.kind is Kind.DETACH_PARTITION:
            message = f"Detaching `{effect.source.name}` locks `{table}`, with all its partitions for whoever asks it: {waits}"
            help = self.detached(impact, statement, table, effect)
        else:
            read = spelling.listed(each.relation for each in effects if each.relation)
            done = "Making" if effect.source.kind is Kind.INHERIT else "Attaching"
            to = f"as a partition of `{table}`" if effect.source.kind is Kind.INHERIT else f"to `{table}`"
            message = f"{done} `{effect.source.name}` {to} reads every row of {read}: {waits}"
            help = self.attached(impact, statement, table, effects)
        return self.finding(
            message, help=help, impact=impact, migration=migration, statement=statement, effect=effect,
            relation=effect.relation,
        )  # fmt: skip

    def detached(self, impact: Impact, statement: Statement, table: str, effect: Effect) -> str:
        ways = spelling.ways(impact)
        name = effect.source.name if effect.source else ""
        code = spelling.run_sql(ways.sql("detach", table=table, name=name or "…"))
        if any(each.default_partition for each in impact.before.partitions(table)):
            own = sessions.waiting(impact.target)
            bound = spelling.run_sql(own.sql, spelling.NOOP) if own else ""
            return spelling.advice(
                ("With a default partition it cannot be done concurrently. Bound the wait, in a migration of its own:", bound)
            )
        return spelling.advice(
            (
                "Detach it concurrently, in a migration of its own with `atomic = False`:",
                spelling.migration(code, atomic=False),
            )
        )

    def attached(self, impact: Impact, statement: Statement, table: str, effects: list[Effect]) -> str:
        ways, action = spelling.ways(impact), effects[0].source
        child = (action.name if action else None) or "…"
        ends = BOUNDS.search(statement.sql)
        inside = f"… IS NOT NULL AND … >= {ends[1]} AND … < {ends[2]}" if ends else "…"
        outside = f"… IS NOT NULL AND (… < {ends[1]} OR … >= {ends[2]})" if ends else "…"
        steps: list[str | tuple[str, str]] = []
        for effect in effects:
            if effect.relation != child and not (effect.table and effect.table.default_partition):
                continue
            name = f"{effect.relation}_bounds"
            own = effect.relation == child
            implied = "the bounds" if own else "that no row is within the new bounds"
            check = ways.check(effect.relation or "", name, inside if own else outside)
            code = spelling.run_sql(check, ways.drop_constraint(effect.relation or "", name))
            steps += [
                (f"Add a CHECK that implies {implied}, without reading the rows (`…` is the partition key):", code),
                ("Validate it in the next migration; the table stays in use:", ways.validate(effect.relation or "", name)),
            ]
        if any(effect.lock == "SHARE ROW EXCLUSIVE" for effect in effects):
            steps.append(
                f"Give `{child}` the foreign keys of `{table}` as well, `NOT VALID` and then validated: they are taken over."
            )
        last = "Attach" if effects[0].source and effects[0].source.kind is Kind.ATTACH_PARTITION else "Make"
        steps.append(f"{last} `{child}` in a migration after that, which then reads nothing; drop the CHECK afterwards.")
        return spelling.advice(*steps)
