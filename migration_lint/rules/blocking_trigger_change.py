from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, Kind, MigrationImpact, Rule, sessions, spelling

DONE = {
    Kind.CREATE_TRIGGER: "Creating the trigger",
    Kind.DROP_TRIGGER: "Dropping the trigger",
    Kind.ALTER_TRIGGER: "Altering the trigger",
    Kind.SET_TRIGGER: "Switching the trigger",
}


class BlockingTriggerChange(Rule):
    """Creating, dropping or switching a trigger locks its table: it waits for open transactions, and others wait behind it.

    Nothing is said where the wait is bounded and the transaction locks no other table.
    """

    category = "locks"
    vendors = ("postgresql",)
    help = "Give it a migration of its own, with a short `lock_timeout`."
    bad = """
        operations = [
            migrations.RunSQL(
                "CREATE TRIGGER book_stamp BEFORE UPDATE ON shop_book "
                "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                reverse_sql="DROP TRIGGER book_stamp ON shop_book",
            ),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("SET LOCAL lock_timeout = '2s'", migrations.RunSQL.noop),
            migrations.RunSQL(
                "CREATE TRIGGER book_stamp BEFORE UPDATE ON shop_book "
                "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                reverse_sql="DROP TRIGGER book_stamp ON shop_book",
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        told = set()
        own = sessions.waiting(migration.target)
        for impact, statement in migration.timeline:
            for effect in statement.effects:
                action = effect.source
                if (
                    action is None
                    or action.kind not in DONE
                    or not effect.stops_writes
                    or not migration.used_table(effect)
                    or own is None
                    or (sessions.is_bounded(statement, own) and self.is_alone(migration, statement.transaction, effect))
                    or (id(impact), effect.relation_key) in told
                ):
                    continue
                told.add((id(impact), effect.relation_key))
                waits = spelling.waiting(migration, statement, [effect])
                name = f" `{action.name}`" if action.name not in (None, "all", "user") else "s"
                yield self.finding(
                    f"{DONE[action.kind]}{name} of `{effect.relation}` waits for open transactions, and {waits} waits behind "
                    f"it, {spelling.until(migration, statement)}.",
                    help=spelling.advice(
                        (
                            "Do it in a migration of its own, with nothing else in it, and fail early:",
                            f"{spelling.run_sql(own.sql, spelling.NOOP)}\n{spelling.operation(impact.step.operation)}",
                        )
                    ),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def is_alone(self, migration: MigrationImpact, transaction: int | None, effect: object) -> bool:
        """Whether the transaction keeps nobody from another table in use."""
        key = getattr(effect, "relation_key", None)
        return transaction is None or not any(
            other.stops_writes and other.relation_key != key and migration.used_table(other)
            for _, each in migration.timeline
            if each.transaction == transaction
            for other in each.effects
        )
