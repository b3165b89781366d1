from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations, models

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class NotNullScan(Rule):
    """SET NOT NULL reads every row of the table, and nobody reads or writes it meanwhile. Where a validated CHECK says already
    that there is no NULL, it reads nothing."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql",)
    help = "Add a CHECK (column IS NOT NULL) `NOT VALID`, validate it in the next migration, and set NOT NULL in a third."
    bad = """
        operations = [
            migrations.AlterField("book", "published", models.DateField()),
        ]
    """
    good = """
        operations = [
            AddConstraintNotValid(
                "book",
                models.CheckConstraint(condition=models.Q(published__isnull=False), name="book_published_not_null"),
            ),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if action is None or not effect.scans or not effect.stops_writes or not migration.used_table(effect):
                    continue
                if action.kind is Kind.SET_NOT_NULL:
                    column = action.name or ""
                elif action.kind is Kind.ADD_CONSTRAINT and action.definition.type == "not null":
                    column = action.definition.columns[0]
                else:
                    continue
                waits = spelling.waiting(migration, statement, [effect])
                yield self.finding(
                    f"Making `{effect.relation}.{column}` NOT NULL reads every row of `{effect.relation}` while {waits} waits, "
                    f"{spelling.until(migration, statement)}.",
                    help=self.advice(impact, statement, effect.relation or "", column),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def advice(self, impact: Impact, statement: Statement, table: str, column: str) -> str:
        target = spelling.named(impact, table, column)
        alter = f"ALTER TABLE {spelling.quoted(table)}"
        set_not_null = spelling.run_sql(
            f"{alter} ALTER COLUMN {spelling.quoted(column)} SET NOT NULL",
            f"{alter} ALTER COLUMN {spelling.quoted(column)} DROP NOT NULL",
        )
        name = f"{target.model_name}_{target.field_name}_not_null"
        shorter = (
            f"From PostgreSQL 18 on, `{alter} ADD CONSTRAINT {spelling.quoted(name)} NOT NULL {spelling.quoted(column)} "
            f"NOT VALID` and then `VALIDATE CONSTRAINT` do the same in two migrations."
        )
        if target.field is None or isinstance(impact.step.operation, migrations.RunSQL):
            check = f"{alter} ADD CONSTRAINT {spelling.quoted(name)} CHECK ({spelling.quoted(column)} IS NOT NULL) NOT VALID"
            drop = spelling.drop_constraint(table, name)
            return spelling.advice(
                ("Refuse new NULLs, without reading the rows that are there:", spelling.run_sql(check, drop)),
                ("Check the old rows in the next migration:", spelling.validate(table, name)),
                (
                    "Set NOT NULL in a third migration, which then reads nothing, and drop the CHECK:",
                    f"{set_not_null}\n{spelling.run_sql(drop)}",
                ),
                note=shorter,
            )
        steps: list[str | tuple[str, str]] = []
        last = spelling.operation(impact.step.operation)
        updates = any(action.kind is Kind.UPDATE for each in impact.statements for action in each.actions)
        if updates:  # Django's UPDATE looks for NULLs in the whole table, under the lock, even where none is left
            default = spelling.value(target.field.default)
            steps.append(
                (
                    "Fill the old rows in batches:",
                    spelling.in_batches(target, f"{target.field_name}={default}", f"{target.field_name}=None"),
                )
            )
            last = spelling.separate([set_not_null], [last])
        model = repr(target.model_name)
        constraint = models.CheckConstraint(condition=models.Q(**{f"{target.field_name}__isnull": False}), name=name)
        return spelling.advice(
            *steps,
            (
                "Refuse new NULLs, without reading the rows that are there:",
                spelling.migration(
                    spelling.call("AddConstraintNotValid", model_name=model, constraint=spelling.value(constraint)),
                    imports=[spelling.NOT_VALID],
                ),
            ),
            (
                "Check the old rows in the next migration:",
                spelling.migration(
                    spelling.call("ValidateConstraint", model_name=model, name=repr(name)), imports=[spelling.VALIDATE]
                ),
            ),
            (
                "Set NOT NULL in a third migration, which then reads nothing, and drop the CHECK:",
                f"{last}\n{spelling.call('migrations.RemoveConstraint', model_name=model, name=repr(name))}",
            ),
            note=shorter,
        )
