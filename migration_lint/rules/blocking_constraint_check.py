from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations, models

from migration_lint import Action, Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling

UNCHECKED = (
    (models.PositiveBigIntegerField, models.BigIntegerField),
    (models.PositiveSmallIntegerField, models.SmallIntegerField),
    (models.PositiveIntegerField, models.IntegerField),
)


class BlockingConstraintCheck(Rule):
    """Adding a CHECK reads every row of the table to see that it holds, and nobody reads or writes the table meanwhile. The
    `Positive…Field`s come with a CHECK."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql",)
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

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if action is None or not effect.scans or not effect.stops_writes or not migration.used_table(effect):
                    continue
                if action.kind is Kind.ADD_CONSTRAINT and action.definition.type == "check":
                    what, advice = self.cause(impact, statement, action), self.advice(impact, statement, action)
                elif action.kind is Kind.ALTER_TYPE and not effect.rewrites and effect.relation == action.table:
                    what = f"Changing the type of `{effect.relation}.{action.name}`, which has a CHECK,"
                    advice = self.without_check(effect, action)
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

    def advice(self, impact: Impact, statement: Statement, action: Action) -> str:
        operation, table = impact.step.operation, action.table or ""
        check = action.definition
        if isinstance(operation, migrations.AddConstraint):
            code = spelling.operation(operation).replace("migrations.AddConstraint(", "AddConstraintNotValid(", 1)
            later = spelling.call("ValidateConstraint", model_name=repr(operation.model_name), name=repr(check.name))
            return spelling.advice(
                (
                    "Add the constraint for new rows alone:",
                    spelling.migration(code, imports=[spelling.NOT_VALID]),
                ),
                (
                    "Check the old rows in the next migration, while the table stays in use:",
                    spelling.migration(later, imports=[spelling.VALIDATE]),
                ),
            )
        inline = "with its column" in action.traits
        column = next((each.name for each in statement.actions if each.kind is Kind.ADD_COLUMN), None) if inline else None
        column = column or next(iter(sorted(check.expression.columns)), "")
        name = check.name or f"{table}_{column}_check"
        condition = check.expression.text
        sql = spelling.not_valid(statement) or (
            f"ALTER TABLE {spelling.quoted(table)} ADD CONSTRAINT {spelling.quoted(name)} CHECK ({condition}) NOT VALID"
        )
        add = spelling.run_sql(sql, spelling.drop_constraint(table, name))
        later_sql = (
            "Check the old rows in the migration after that, while the table stays in use:",
            spelling.validate(table, name),
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
            *steps, (f"Add the constraint {when}, `NOT VALID`:", spelling.separate([add], [state])), later_sql
        )

    def without_check(self, effect: Effect, action: Action) -> str:
        """A type change reads the rows for each CHECK on its column, unless that is dropped first and comes back NOT VALID."""
        table = effect.relation or ""
        checks = [
            each
            for each in (effect.table.constraints.values() if effect.table else ())
            if each.type == "check" and each.expression and action.name in each.expression.columns and each.name
        ]
        again = [
            spelling.run_sql(
                f"ALTER TABLE {spelling.quoted(table)} ADD CONSTRAINT {spelling.quoted(each.name or '')} "
                f"CHECK ({each.expression.text if each.expression else ''}) NOT VALID",
                spelling.drop_constraint(table, each.name or ""),
            )
            for each in checks
        ]
        return spelling.advice(
            (
                "Drop the CHECK before the type changes, in the same migration:",
                "\n".join(spelling.run_sql(spelling.drop_constraint(table, each.name or "")) for each in checks),
            ),
            ("Add it again after the change, for new rows alone:", "\n".join(again)),
            (
                "Check the old rows in the next migration, while the table stays in use:",
                "\n".join(spelling.validate(table, each.name or "") for each in checks),
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
