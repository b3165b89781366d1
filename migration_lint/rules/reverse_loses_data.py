from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.migrations import RunSQL

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.rows.conversions import conversion
from migration_lint.running import actions, is_used, way_back


class ReverseLosesData(Rule):
    """Going back takes away more than the operation has added: old rows, or a part of what was written since.

    That a column or table that is undone goes with what it holds is not told. That a text is cut to the old length without a
    word, or that the reverse SQL deletes rows, is.
    """

    severity = Severity.NOTE
    category = "reversibility"
    bad = """
        operations = [
            migrations.RunSQL(
                "UPDATE shop_review SET rating = 0 WHERE rating IS NULL", reverse_sql="DELETE FROM shop_review"
            ),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                "UPDATE shop_review SET rating = 0 WHERE rating IS NULL",
                reverse_sql="UPDATE shop_review SET rating = NULL WHERE rating = 0",
            ),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for impact, there, back in way_back(migration):
            for statement, relation, message in [*cut(impact, back), *taken(impact, there, back)]:
                yield self.finding(
                    f"Going back over this {message}.",
                    help="Copy what has to stay, or leave the migration in place when the release is taken back.",
                    impact=there, migration=migration, statement=statement, relation=relation,
                )  # fmt: skip


def cut(impact: Impact, back: MigrationImpact) -> Iterator[tuple[Statement, str, str]]:
    """What does not fit into the old type, and goes without a word."""
    for statement, action, table in actions(impact.statements, Kind.ALTER_TYPE):
        found = conversion(action, table, statement, impact.target.vendor)
        if found is None or not found.silent or not is_used(back, table):
            continue
        what = " and ".join(f"{trouble.values} {trouble.comes_to}" for trouble in found.silent)
        new = f"`{table.name}.{action.name}` `{action.definition['type']}`"
        yield statement, table.name, f"makes {new} again, and the server says nothing: {what}"


def taken(impact: Impact, there: Impact, back: MigrationImpact) -> Iterator[tuple[Statement, str, str]]:
    """Rows that reverse SQL deletes, and what it drops that the way there did not make."""
    if not isinstance(impact.step.operation, RunSQL):
        return
    for statement in impact.statements:
        for action in statement.actions:
            if action.table is None or statement.before is None or action.table not in there.before.tables:
                continue
            table = there.before.table(action.table)
            if not is_used(back, table):
                continue
            whole = action.kind is Kind.TRUNCATE or (action.kind is Kind.DELETE and "every row" in action.traits)
            if whole:
                yield statement, table.name, f"deletes every row of {spelling.listed([table.name])}"
            elif action.kind is Kind.DROP_TABLE:
                yield statement, table.name, f"drops the table `{table.name}`, which was there before"
            elif action.kind is Kind.DROP_COLUMN and action.name in table.columns:
                yield statement, table.name, f"drops the column `{table.name}.{action.name}`, which was there before"
