from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from migration_lint import (
    Blocks,
    Effect,
    Finding,
    Impact,
    Kind,
    MigrationImpact,
    Rule,
    Severity,
    Statement,
    running,
    sessions,
    spelling,
)

Lock = tuple[Statement, Effect]


class ReferencedTableLocked(Rule):
    """A foreign key that comes or goes locks the table it refers to as well, which the migration may not even name.

    What reads the rows of that table under the lock is told by other rules, and a lock that the transaction has already is not
    told again. Where the wait for it is bounded, it is worth no more than a note.
    """

    severity = Severity.WARNING
    category = "locks"
    vendors = ("postgresql", "mysql", "mariadb")
    help = "Drop or add one key in a migration, with a short `lock_timeout`."
    bad = """
        operations = [
            migrations.RemoveField("book", "author"),
        ]
    """
    good = """
        operations = [
            migrations.RemoveField("book", "publisher_id"),
        ]
    """
    bad_on = dict.fromkeys(
        ("mysql", "mariadb"),
        """
        operations = [
            migrations.CreateModel(
                "Sale",
                [
                    ("id", models.BigAutoField(primary_key=True)),
                    ("book", models.ForeignKey("shop.Book", models.CASCADE)),
                ],
            ),
        ]
        """,
    )
    good_on = dict.fromkeys(
        ("mysql", "mariadb"),
        """
        operations = [
            migrations.CreateModel(
                "Sale",
                [
                    ("id", models.BigAutoField(primary_key=True)),
                    ("book", models.ForeignKey("shop.Book", models.CASCADE, db_constraint=False)),
                ],
            ),
        ]
        """,
    )

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        found: dict[object, Lock] = {}
        for statement in impact.statements:
            for effect in statement.effects:
                if (
                    effect.stops_writes
                    and is_of_parent(effect)
                    and migration.used_table(effect)
                    and not self.is_told(impact, migration, effect)
                    and not self.is_held(migration, statement, effect)
                    and not running.is_gone(migration, effect)
                ):
                    first = found.get(effect.relation_key)
                    if first is None or first[1].blocks < effect.blocks:
                        found[effect.relation_key] = (statement, effect)
        if not found:
            return
        statement, effect = max(found.values(), key=lambda pair: pair[1].blocks)
        tables = spelling.listed(each.relation or "" for _, each in found.values())
        levels = {each.blocks for _, each in found.values()}
        kept = spelling.waiting(migration, statement, [each for _, each in found.values()]) if len(levels) > 1 else ""
        whom = "every read and write of it" if max(levels) >= Blocks.EVERYTHING else "every write of it"
        whom = whom.replace(" it", " them") if len(found) > 1 else whom
        own = sessions.waiting(impact.target)
        bounded = own is not None and sessions.is_bounded(statement, own)
        if statement.transaction is None:
            use = "use" if max(levels) >= Blocks.EVERYTHING else "write to"
            does = f"waits for open transactions that {use} {tables}, and {kept or whom} waits behind it"
        else:
            does = f"locks {tables} as well: {kept or whom} waits, {spelling.until(migration, statement)}"
        yield self.finding(
            f"{cause(effect)} {does}.",
            help=self.way_out(impact, statement, effect),
            severity=Severity.NOTE if bounded else None,
            impact=impact, migration=migration, statement=statement, effect=effect,
        )  # fmt: skip

    def is_told(self, impact: Impact, migration: MigrationImpact, effect: Effect) -> bool:
        """Whether another rule tells of this table: rows are read for the key, or the operation locks it by itself as well."""
        key = effect.relation_key
        return any(
            (other.works and migration.used_table(other) and (other.source is effect.source or other.relation_key == key))
            or (other.relation_key == key and other.stops_writes and not is_of_parent(other))
            for statement in impact.statements
            for other in statement.effects
        )

    def is_held(self, migration: MigrationImpact, statement: Statement, effect: Effect) -> bool:
        """Whether an earlier operation's lock keeps the same people waiting until the same time."""
        return any(
            lock.relation_key == effect.relation_key and lock.blocks >= effect.blocks
            for _, _, lock in migration.locks_before(statement)
        )

    def on_postgresql(self, impact: Impact, statement: Statement, effect: Effect) -> str:
        own, ways, operation = sessions.waiting(impact.target), spelling.ways(impact), impact.step.operation
        bound = spelling.run_sql(own.sql, spelling.NOOP) if own else ""
        first = ("Bound the wait, before the other operations of the migration:", bound)
        action = effect.source
        assert action is not None
        if action.kind is Kind.ADD_CONSTRAINT:
            return spelling.advice(first, "Where it refers to several tables, add one key a migration.")
        table = action.table or ""
        keys = [key for key in impact.before.table(table).foreign_keys() if key.name]
        if action.kind is not Kind.DROP_TABLE:
            keys = [key for key in keys if key.references == effect.relation]
        if isinstance(operation, migrations.RunSQL) or not keys:
            return spelling.advice(first, "Drop one key in a migration, and the rest afterwards.")
        drops = [spelling.run_sql(ways.drop_constraint(table, key.name or ""), ways.foreign_key(table, key)[1]) for key in keys]
        each = "the key" if len(keys) == 1 else "each key"
        return spelling.advice(
            (f"Drop {each} first, in a migration of its own that fails early:", "\n".join([bound, *drops])),
            ("Then do the rest, which leaves the other table alone:", spelling.operation(operation)),
        )

    def on_mysql(self, impact: Impact, statement: Statement, effect: Effect) -> str:
        ways = spelling.ways(impact)
        added = [
            action
            for each in impact.statements
            for action in each.actions
            if action.kind is Kind.ADD_CONSTRAINT and action.definition.references not in (None, action.table)
        ]
        if not added:
            return spelling.advice("Do it alone in its migration, with a short `lock_wait_timeout`.")
        code = "\n".join(spelling.unchecked_key(ways, action.table or "", action.definition) for action in added)
        plain = isinstance(impact.step.operation, migrations.RunSQL)
        first = "" if plain else "the fields with `db_constraint=False` first, then "
        return spelling.advice(
            (f"Add {first}the keys with the session's checks off, which waits for no writer of the other table:", code)
        )


def is_of_parent(effect: Effect) -> bool:
    """Whether the relation is one that the action does not name, and that a foreign key of the action's table refers to."""
    action = effect.source
    if action is None or effect.relation is None or effect.relation == action.table:
        return False
    if action.kind is Kind.ADD_CONSTRAINT:
        return bool(action.definition.references == effect.relation)
    return effect.action == "lock parent"


def cause(effect: Effect) -> str:
    action = effect.source
    assert action is not None
    if action.kind is Kind.ADD_CONSTRAINT:
        return f"A foreign key of `{action.table}`"
    if action.kind is Kind.DROP_CONSTRAINT:
        return f"Dropping a foreign key of `{action.table}`"
    if action.kind is Kind.DROP_COLUMN:
        return f"Dropping `{action.table}.{action.name}`"
    return f"{'Dropping' if action.kind is Kind.DROP_TABLE else 'The statement on'} `{action.table}`"
