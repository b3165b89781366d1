from __future__ import annotations

from collections.abc import Iterable

from django.db.migrations import RunPython, RunSQL

from migration_lint import Action, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class ConcurrentBuildNotRetryable(Rule):
    """A concurrent build that fails leaves an INVALID index behind, which the next run of the migration finds.

    It stops there, or, with `IF NOT EXISTS`, takes it for the index that it was to build and is recorded as applied. Only SQL
    of the project's own is told: Django's `AddIndexConcurrently` cannot say it, and stops where the index is.
    """

    severity = Severity.WARNING
    category = "transactions"
    vendors = ("postgresql",)
    kinds = frozenset({Kind.CREATE_INDEX})
    bad = """
        atomic = False
        operations = [
            migrations.RunSQL(
                "CREATE INDEX CONCURRENTLY IF NOT EXISTS book_title_idx ON shop_book (title)",
                "DROP INDEX CONCURRENTLY IF EXISTS book_title_idx",
            ),
        ]
    """
    good = """
        atomic = False
        operations = [
            migrations.RunSQL(
                [
                    "DROP INDEX CONCURRENTLY IF EXISTS book_title_idx",
                    "CREATE INDEX CONCURRENTLY book_title_idx ON shop_book (title)",
                ],
                "DROP INDEX CONCURRENTLY IF EXISTS book_title_idx",
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for impact, statement in migration.timeline:
            if statement.transaction is not None or not isinstance(impact.step.operation, RunSQL | RunPython):
                continue
            for effect in statement.effects:
                action = effect.source
                if action is None or action.kind is not Kind.CREATE_INDEX or not effect.concurrent:
                    continue
                if migration.used_table(effect) and not is_dropped_before(migration, statement, action):
                    yield self.finding(
                        message(".".join(migration.key), action),
                        help=advice(impact, statement, action),
                        impact=impact, migration=migration, statement=statement, effect=effect,
                    )  # fmt: skip


def is_dropped_before(migration: MigrationImpact, statement: Statement, action: Action) -> bool:
    """Whether an earlier statement of the migration drops an index of this name; one that is not understood may well do so."""
    for _, earlier in migration.timeline:
        if earlier.position >= statement.position:
            return False
        if any(each.kind is Kind.DROP_INDEX and each.name == action.name for each in earlier.actions):
            return True
        if earlier.unread and "drop" in earlier.sql.lower():
            return True
    return False


def message(name: str, action: Action) -> str:
    if action.name is None:
        return (
            f"When the concurrent build fails, an INVALID index stays behind under a name that the server made up, and "
            f"`{name}` builds another beside it when it is run again."
        )
    if "if not exists" in action.traits:
        return (
            f"When the build of `{action.name}` fails, an INVALID index stays behind. `IF NOT EXISTS` passes over it when "
            f"`{name}` is run again, which is then recorded as applied, though no query uses the index."
        )
    return (
        f"When the build of `{action.name}` fails, an INVALID index of that name stays behind, and `{name}` stops there "
        "whenever it is run again, until somebody has dropped it."
    )


def advice(impact: Impact, statement: Statement, action: Action) -> str:
    built = spelling.ways(impact).concurrent_index(statement)
    if action.name is None or built is None:
        return "Give the index a name, so that what a failed build left can be dropped before it is built again."
    return spelling.advice(("Drop what a failed build may have left, in a statement of its own, before it is built:", built))
