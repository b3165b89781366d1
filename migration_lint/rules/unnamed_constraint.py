from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.changes import is_by_hand

KINDS = {"check": "check", "unique": "uniq", "foreign key": "fk", "exclude": "excl"}


class UnnamedConstraint(Rule):
    """SQL written by hand adds a constraint without a name: the server makes one up, and no later migration knows it.

    Django names every constraint of a model, finds those of a field by looking, and has no way to drop one whose name
    differs from one database to the next.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    vendors = ("postgresql", "mysql", "mariadb", "oracle")
    bad = """
        operations = [
            migrations.RunSQL("ALTER TABLE shop_book ADD CHECK (stock >= 0)", migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                "ALTER TABLE shop_book ADD CONSTRAINT shop_book_stock_check CHECK (stock >= 0)",
                "ALTER TABLE shop_book DROP CONSTRAINT shop_book_stock_check",
            ),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        if not is_by_hand(impact):
            return
        for statement in impact.statements:
            for table, kind, columns in unnamed(statement):
                made = spelling.ways(impact).named("_".join([table.rpartition(".")[2], *columns, KINDS[kind]]))
                on = f" on {spelling.listed(columns)}" if columns else ""
                what = kind if kind == "foreign key" else f"{'exclusion' if kind == 'exclude' else kind} constraint"
                yield self.finding(
                    f"The {what}{on} of `{table}` has no name: the server makes one up.",
                    help=spelling.advice(("Name it, before what it is:", f"CONSTRAINT {made}")),
                    impact=impact, migration=migration, statement=statement, relation=table,
                )  # fmt: skip


def unnamed(statement: Statement) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The constraints without a name that a statement adds: the table, what they are, their columns."""
    for action in statement.actions:
        added = []
        if action.kind is Kind.ADD_CONSTRAINT and action.name is None:
            added = [action.definition]
        elif action.kind is Kind.CREATE_TABLE and isinstance(action.definition, dict):
            added = action.definition.get("constraints", [])
        for constraint in added:
            if constraint.name is None and constraint.type in KINDS and not constraint.using_index:
                columns = constraint.columns or sorted(constraint.expression.columns if constraint.expression else ())
                yield action.table or "", constraint.type, tuple(columns)
