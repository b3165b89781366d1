from __future__ import annotations

from collections.abc import Iterable

from django.db.migrations import AlterField

from migration_lint import Action, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement

# What leaves nothing behind that a second run would stumble over.
HARMLESS = {
    Kind.SELECT, Kind.SELECT_FOR_UPDATE, Kind.SET, Kind.SET_CONSTRAINTS, Kind.TRANSACTION, Kind.SERVER, Kind.LOCK_TABLE,
    Kind.ANALYZE, Kind.VACUUM, Kind.OPTIMIZE, Kind.REINDEX,
}  # fmt: skip
# What does no harm when it is done once more.
REPEATABLE = HARMLESS | {
    Kind.SET_DEFAULT, Kind.DROP_DEFAULT, Kind.SET_NOT_NULL, Kind.DROP_NOT_NULL, Kind.ALTER_TYPE, Kind.COMMENT, Kind.UPDATE,
    Kind.DELETE, Kind.TRUNCATE,
}  # fmt: skip
Sent = tuple[Impact, Statement]


class HalfAppliedOnFailure(Rule):
    """Each statement commits on its own: when a later one fails, what came before it stays, and nothing is recorded.

    The next `migrate` starts from the beginning and mostly stumbles over what is there already. Only a later statement on a
    table with rows counts here, for that is what fails: on the rows, or on a lock.
    """

    severity = Severity.WARNING
    category = "transactions"
    bad = """
        atomic = False
        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
            migrations.AddConstraint("book", models.UniqueConstraint(fields=["sku"], name="book_sku_uniq")),
        ]
    """
    good = """
        atomic = False
        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        sent = [(i, s) for i, s in migration.timeline if s.transaction is None and leaves_something(s)]
        later = [(number, *pair) for number, pair in enumerate(sent) if number and may_fail(migration, pair[1])]
        if not later:
            return
        # What looks at the rows fails on rows; anything else would have to wait for a lock in vain.
        number, impact, statement = next((found for found in later if looks_at_rows(found[2])), later[0])
        name = ".".join(migration.key)
        yield self.finding(
            f"`{name}` sends {len(sent)} statements, and each one commits on its own: if {place(impact)} fails at statement "
            f"{number + 1}, {done(sent[:number])} stays done, the migration is not recorded as applied, and running it again "
            f"{again(sent[:number], impact)}.",
            help=advice(sent),
            migration=migration, statement=statement,
        )  # fmt: skip


def place(impact: Impact) -> str:
    return f"operation {impact.step.index[0]} ({type(impact.step.parent or impact.step.operation).__name__})"


def looks_at_rows(statement: Statement) -> bool:
    return any(effect.works or effect.writes_rows for effect in statement.effects)


def leaves_something(statement: Statement) -> bool:
    return bool(statement.unread) or any(
        action.kind not in HARMLESS and not drops_nothing(statement, action) for action in statement.actions
    )


def drops_nothing(statement: Statement, action: Action) -> bool:
    """Whether an index is dropped only where a failed build has left one."""
    absent = statement.before is not None and action.name not in statement.before.indexes
    return action.kind is Kind.DROP_INDEX and "if exists" in action.traits and absent


def again(sent: list[Sent], failed: Impact) -> str:
    """What the next run does, on what is there already."""
    if not all(map(is_repeatable, sent)):
        return "fails on that"
    if any(impact is failed and drops_foreign_key(statement) for impact, statement in sent):
        return "succeeds without making the foreign key again that was dropped: Django finds none to replace"
    return "starts from the beginning"


def is_repeatable(sent: Sent) -> bool:
    """Whether the statement can be sent again. What an AlterField drops it looks for first, and does without."""
    impact, statement = sent
    drops = {Kind.DROP_CONSTRAINT, Kind.DROP_INDEX} if isinstance(impact.step.operation, AlterField) else set()
    return not statement.unread and all(action.kind in REPEATABLE | drops for action in statement.actions)


def drops_foreign_key(statement: Statement) -> bool:
    keys = (
        statement.before.table(action.table).constraints.get(action.name or "")
        for action in statement.actions
        if statement.before is not None and action.table is not None and action.kind is Kind.DROP_CONSTRAINT
    )
    return any(key is not None and key.type == "foreign key" for key in keys)


def may_fail(migration: MigrationImpact, statement: Statement) -> bool:
    """Whether others use what the statement is about; a parent's lock alone would have to be waited for in vain."""
    return any(migration.used_table(effect) and effect.action != "lock parent" for effect in statement.effects)


def done(sent: list[Sent]) -> str:
    """What the statements before the one that fails have made, in the operations' words."""
    words = list(dict.fromkeys(place(impact) for impact, _ in sent))
    shown = words if len(words) <= 3 else [*words[:2], f"{len(words) - 2} more"]
    return "what " + (" and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]) + " did before that"


def advice(sent: list[Sent]) -> str:
    operations = {impact.step.index[0] for impact, _ in sent}
    if len(operations) > 1:
        return "Give each operation a migration of its own, so that a failure leaves nothing behind."
    app_label, name = sent[0][0].step.key
    return (
        "One operation sends them all, and cannot be split. Have at hand what undoes each of them, for the case that it fails; "
        f"this shows them:\n\n    python manage.py explainmigration {app_label} {name}"
    )
