from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class LargeObjectDefault(Rule):
    """A new column's default is kept in the data dictionary and costs nothing, except where the table has a large object: then
    the server updates every row while every write waits. `TextField`, `JSONField` and `BinaryField` are large objects."""

    severity = Severity.WARNING
    category = "locks"
    kinds = frozenset({Kind.ADD_COLUMN})
    help = "Add the column without its default, set that afterwards, and fill the old rows in batches."
    vendors = ("oracle",)
    bad = """
        operations = [
            migrations.AddField("review", "score", models.IntegerField(default=0)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("review", "score", models.IntegerField(null=True)),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if (
                    action is None
                    or action.kind is not Kind.ADD_COLUMN
                    or not (effect.writes_rows and effect.stops_writes)
                    or not migration.used_table(effect)
                ):
                    continue
                waits = spelling.waiting(migration, statement, [effect])
                yield self.finding(
                    f"Adding `{effect.relation}.{action.name}` with a default updates every row of `{effect.relation}`, which "
                    f"has a large object: {waits} waits, {spelling.until(migration, statement)}.",
                    help=self.advice(impact, statement, effect.relation or "", action.name or ""),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def advice(self, impact: Impact, statement: Statement, table: str, column: str) -> str:
        ways, target, operation = spelling.ways(impact), spelling.named(impact, table, column), impact.step.operation
        added = next(each.definition for each in statement.actions if each.kind is Kind.ADD_COLUMN and each.name == column)
        default = added.default.text
        if target.field is None or isinstance(operation, migrations.RunSQL):
            return spelling.advice(
                (
                    "Add the column without the default:",
                    spelling.run_sql(ways.sql("add column", table=table, column=column, type=str(added.type))),
                ),
                (
                    "Set the default, which is then for new rows alone:",
                    spelling.run_sql(
                        ways.sql("set default", table=table, column=column, default=default),
                        ways.sql("drop default", table=table, column=column),
                    ),
                ),
                (
                    "Fill the old rows, a few thousand at a time, each batch in a transaction of its own:",
                    f"UPDATE {ways.quoted(table)} SET {ways.quoted(column)} = {default} WHERE …",
                ),
            )
        field = target.field
        bare = spelling.changed(field, null=True, without=("default", "db_default"))
        value = spelling.value(field.db_default if getattr(field, "has_db_default", lambda: False)() else field.default)
        steps: list[str | tuple[str, str]] = [
            (
                "Add the column without the default:",
                spelling.call(
                    "migrations.AddField", model_name=repr(target.model_name), name=repr(target.field_name), field=bare
                ),
            ),
            (
                "Fill the old rows in batches:",
                spelling.in_batches(target, f"{target.field_name}={value}", f"{target.field_name}=None"),
            ),
        ]
        if added.not_null and ways.offers("set not null unchecked"):
            name = ways.named(f"{target.model_name}_{target.field_name}_not_null")
            sql = ways.sql("set not null unchecked", table=table, column=column, name=name)
            state = spelling.field_operation("AlterField", target, field)
            steps += [
                (
                    "Refuse new NULLs in a later migration, without reading the rows that are there:",
                    spelling.separate([spelling.run_sql(sql, ways.drop_constraint(table, name))], [state]),
                ),
                ("Check the old rows in the migration after that:", ways.validate(table, name)),
            ]
        return spelling.advice(*steps)
