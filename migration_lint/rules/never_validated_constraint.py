from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from migration_lint import Action, Finding, Impact, Kind, MigrationImpact, Rule, Statement, running, spelling

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Catalog, Table

OF_ROWS = ("check", "foreign key", "not null")
Added = tuple[Impact, Statement, Action, "Table"]


class NeverValidatedConstraint(Rule):
    """A constraint is added without a look at the rows that are there, and no migration of the plan looks at them later.

    Old rows may break it; then every update of such a row fails, and the server does not rely on it for NOT NULL.
    """

    category = "locks"
    vendors = ("postgresql", "oracle")
    help = "Validate the constraint in a later migration."
    bad = """
        operations = [
            AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="stock_gte_0")),
        ]
    """
    good = """
        atomic = False
        operations = [
            AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="stock_gte_0")),
            ValidateConstraint("book", "stock_gte_0"),
        ]
    """
    bad_on = {
        "oracle": """
        operations = [
            migrations.RunSQL(
                "ALTER TABLE SHOP_BOOK ADD CONSTRAINT STOCK_GTE_0 CHECK (STOCK >= 0) ENABLE NOVALIDATE",
                reverse_sql="ALTER TABLE SHOP_BOOK DROP CONSTRAINT STOCK_GTE_0",
            ),
        ]
        """
    }
    good_on = {
        "oracle": """
        operations = [
            migrations.RunSQL(
                "ALTER TABLE SHOP_BOOK ADD CONSTRAINT STOCK_GTE_0 CHECK (STOCK >= 0) ENABLE NOVALIDATE",
                reverse_sql="ALTER TABLE SHOP_BOOK DROP CONSTRAINT STOCK_GTE_0",
            ),
            migrations.RunSQL(
                "ALTER TABLE SHOP_BOOK MODIFY CONSTRAINT STOCK_GTE_0 VALIDATE",
                reverse_sql=migrations.RunSQL.noop,
            ),
        ]
        """
    }

    def awaits_end(self, migration: MigrationImpact) -> bool:
        return any(True for _ in self.unchecked(migration))

    def unchecked(self, migration: MigrationImpact) -> Iterator[Added]:
        """Constraints added without a look at the rows of a table that was there before."""
        for impact in migration.impacts:
            for statement in impact.statements:
                for action in statement.actions:
                    if action.kind is not Kind.ADD_CONSTRAINT or action.definition.valid or statement.before is None:
                        continue
                    table = statement.before.table(action.table or "")
                    if action.definition.type in OF_ROWS and running.is_used(migration, table):
                        yield impact, statement, action, table

    def check_end(self, migration: MigrationImpact, end: Catalog) -> Iterable[Finding]:
        ways = spelling.ways(migration)
        for impact, statement, action, table in self.unchecked(migration):
            last = running.same_table(end.tables, table)
            if last is None or not last.known:
                continue
            name = next((name for name, each in last.constraints.items() if is_left(name, each, action)), None)
            if name is None:
                continue
            yield self.finding(
                f"`{name}` of `{last.name}` stays {ways.word('unchecked')}: no migration validates it. Rows from before "
                "may break it, and an update of such a row fails.",
                help=self.advice(impact, ways, last.name, name),
                impact=impact, migration=migration, statement=statement, relation=last.name,
            )  # fmt: skip

    def advice(self, impact: Impact, ways: spelling.Ways, table: str, name: str) -> str:
        operation, own = impact.step.operation, ways.operation("ValidateConstraint")
        code = ways.validate(table, name)
        if own and type(operation).__name__ == (ways.operation("AddConstraint") or ("",))[0]:
            model = repr(getattr(operation, "model_name", "…"))
            code = spelling.migration(spelling.call(own[0], model_name=model, name=repr(name)), imports=own[1:])
        return spelling.advice(("Validate it in a later migration; the table stays in use meanwhile:", code))


def is_left(name: str, found: Any, action: Action) -> bool:
    """Whether this is the constraint that was added, perhaps under another name by now, and no row was looked at."""
    if found.valid:
        return False
    added = action.definition
    here, there = (replace(each, name=None, referenced_columns=()) for each in (found, added))
    return bool(name == added.name or here == there)
