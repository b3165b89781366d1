from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import migrations, models

from migration_lint import Action, Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling

UNCHECKED = (
    (models.PositiveBigIntegerField, models.BigIntegerField),
    (models.PositiveSmallIntegerField, models.SmallIntegerField),
    (models.PositiveIntegerField, models.IntegerField),
)
# What Django writes for the CHECK of a `Positive…Field`.
NOT_NEGATIVE = re.compile(r" CHECK \(`([^`]+)` >= 0\)")


class BlockingConstraintCheck(Rule):
    """Adding a CHECK reads every row of the table to see that it holds, and nobody reads or writes the table meanwhile. The
    `Positive…Field`s come with a CHECK."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql", "mysql", "mariadb", "oracle")
    effects = frozenset({"scans"})
    help = "Use `AddConstraintNotValid`, and `ValidateConstraint` in a later migration."
    bad = """
        operations = [
            migrations.AddConstraint(
                "book",
                models.CheckConstraint(condition=models.Q(stock__gte=0), name="book_stock_gte_0"),
            ),
        ]
    """
    good = """
        operations = [
            AddConstraintNotValid(
                "book",
                models.CheckConstraint(condition=models.Q(stock__gte=0), name="book_stock_gte_0"),
            ),
        ]
    """

    good_on = dict.fromkeys(
        ("mysql", "mariadb", "oracle"),
        """
        operations = [
            migrations.AlterField("book", "stock", models.IntegerField(validators=[lambda value: None])),
        ]
        """,
    )

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if action is None or not effect.scans or not effect.stops_writes or not migration.used_table(effect):
                    continue
                if action.kind is Kind.ADD_CONSTRAINT and action.definition.type == "check":
                    what, advice = self.cause(impact, statement, action), self.way_out(impact, statement, effect, action)
                elif (
                    action.kind is Kind.ALTER_TYPE
                    and not effect.rewrites
                    and not effect.fails
                    and effect.relation == action.table
                ):
                    what = f"Changing the type of `{effect.relation}.{action.name}`, which has a CHECK,"
                    advice = self.without_check(spelling.ways(impact), effect, action)
                else:
                    continue
                waits = spelling.waiting(migration, statement, [effect])
                yield self.finding(
                    f"{what} reads every row of `{effect.relation}` while {waits} waits, "
                    f"{spelling.until(migration, statement)}.",
                    help=advice,
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def cause(self, impact: Impact, statement: Statement, action: Action) -> str:
        if "with its column" in action.traits:
            column = next(each.name for each in statement.actions if each.kind is Kind.ADD_COLUMN)
            return f"Adding `{action.table}.{column}` with its CHECK"
        name = f" `{action.definition.name}`" if action.definition.name else f" on `{action.table}`"
        return f"Adding the CHECK constraint{name}"

    def on_mysql(self, impact: Impact, statement: Statement, effect: Effect, action: Action) -> str:
        """There is no CHECK without a copy, but that of a `Positive…Field` says no more than UNSIGNED."""
        found = NOT_NEGATIVE.search(statement.sql)
        column = impact.after.table(action.table or "").columns.get(found[1]) if found else None
        needless = column is not None and column.type is not None and column.type.name.endswith("unsigned")
        if not needless or isinstance(impact.step.operation, migrations.RunSQL):
            return spelling.online_change(impact, statement, effect)
        sent = [each.sql for each in impact.statements if each is not statement]
        if "with its column" in action.traits:
            sent.insert(impact.statements.index(statement), NOT_NEGATIVE.sub("", statement.sql))
        code = spelling.separate(map(spelling.run_sql, sent), [spelling.operation(impact.step.operation)])
        return spelling.advice(
            ("Leave the CHECK out: the column is UNSIGNED, and in strict mode the server refuses negative values anyway.", code)
        )

    def on_postgresql(self, impact: Impact, statement: Statement, effect: Effect, action: Action) -> str:
        operation, table, ways = impact.step.operation, action.table or "", spelling.ways(impact)
        check = action.definition
        if isinstance(operation, migrations.AddConstraint) and (own := ways.replaced(operation)) is not None:
            validation, imported = ways.operation("ValidateConstraint") or ("", "")
            later = spelling.call(validation, model_name=repr(operation.model_name), name=repr(check.name))
            return spelling.advice(
                ("Add the constraint for new rows alone:", spelling.migration(own[0], imports=own[1:])),
                (
                    "Check the old rows in the next migration, while the table stays in use:",
                    spelling.migration(later, imports=[imported]),
                ),
            )
        inline = "with its column" in action.traits
        column = next((each.name for each in statement.actions if each.kind is Kind.ADD_COLUMN), None) if inline else None
        column = column or next(iter(sorted(check.expression.columns)), "")
        name = check.name or ways.named(f"{table}_{column}_check")
        condition = check.expression.text
        sql = ways.not_valid(statement) or ways.check(table, name, condition)
        add = spelling.run_sql(sql, ways.drop_constraint(table, name))
        later_sql = (
            "Check the old rows in the migration after that, while the table stays in use:",
            ways.validate(table, name),
        )
        if isinstance(operation, migrations.RunSQL):
            first = ["Add the column without the CHECK."] if inline else []
            return spelling.advice(*first, ("Add the constraint for new rows alone:", add), later_sql)
        target = spelling.named(impact, table, column)
        if target.field is None:
            state = spelling.operation(operation)
        else:
            state = spelling.field_operation("AlterField", target, target.field)
        steps: list[str | tuple[str, str]] = []
        if inline and target.field is not None:
            plain = unchecked(target.field)
            steps.append(
                ("Add the column without the CHECK:", spelling.field_operation("AddField", target, plain))
                if plain
                else "Add the column without the CHECK."
            )
        when = "in the next migration" if steps else "for new rows alone"
        return spelling.advice(
            *steps, (f"Add the constraint {when}, `{ways.word('unchecked')}`:", spelling.separate([add], [state])), later_sql
        )

    on_oracle = on_postgresql

    def without_check(self, ways: spelling.Ways, effect: Effect, action: Action) -> str:
        """A type change reads the rows for each CHECK on its column, unless that is dropped first and comes back NOT VALID."""
        table = effect.relation or ""
        checks = [
            each
            for each in (effect.table.constraints.values() if effect.table else ())
            if each.type == "check" and each.expression and action.name in each.expression.columns and each.name
        ]
        again = [
            spelling.run_sql(
                ways.check(table, each.name or "", each.expression.text if each.expression else ""),
                ways.drop_constraint(table, each.name or ""),
            )
            for each in checks
        ]
        return spelling.advice(
            (
                "Drop the CHECK before the type changes, in the same migration:",
                "\n".join(spelling.run_sql(ways.drop_constraint(table, each.name or "")) for each in checks),
            ),
            ("Add it again after the change, for new rows alone:", "\n".join(again)),
            (
                "Check the old rows in the next migration, while the table stays in use:",
                "\n".join(ways.validate(table, each.name or "") for each in checks),
            ),
        )


def unchecked(field: models.Field[Any, Any]) -> models.Field[Any, Any] | None:
    """The field of the same type that has no CHECK."""
    for checked, plain in UNCHECKED:
        if isinstance(field, checked):
            _, _, args, kwargs = field.deconstruct()
            made: models.Field[Any, Any] = plain(*args, **kwargs)
            return made
    return None
