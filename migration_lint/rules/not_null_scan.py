from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations, models

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class NotNullScan(Rule):
    """SET NOT NULL reads every row of the table, and nobody reads or writes it meanwhile. Where a validated CHECK says already
    that there is no NULL, it reads nothing."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql", "oracle")
    effects = frozenset({"scans"})
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

    good_on = {
        "oracle": """
        operations = [
            migrations.RunSQL(
                'ALTER TABLE "SHOP_BOOK" MODIFY "PUBLISHED" CONSTRAINT "PUBLISHED_NN" NOT NULL ENABLE NOVALIDATE',
                reverse_sql='ALTER TABLE "SHOP_BOOK" MODIFY "PUBLISHED" NULL',
            ),
        ]
        """,
    }

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if action is None or not effect.scans or not effect.stops_writes or not migration.used_table(effect):
                    continue
                if action.kind is Kind.ADD_COLUMN and "with its column" not in action.traits:
                    yield self.new_column(impact, migration, statement, effect)
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

    def new_column(self, impact: Impact, migration: MigrationImpact, statement: Statement, effect: Effect) -> Finding:
        """NOT NULL and no default: the first row that there is has NULL there."""
        action = effect.source
        target = spelling.named(impact, effect.relation or "", (action.name if action else None) or "")
        waits = spelling.waiting(migration, statement, [effect])
        if target.field is None:
            kind = str(action.definition.type) if action else ""
            ways = spelling.ways(impact)
            code = spelling.run_sql(ways.sql("add column", table=target.table, column=target.column, type=kind))
        else:
            names = {"model_name": repr(target.model_name), "name": repr(target.field_name)}
            code = spelling.call("migrations.AddField", **names, field=spelling.changed(target.field, null=True))
        return self.finding(
            f"Adding `{target}` NOT NULL without a default looks for a row of `{effect.relation}` and fails at the first; "
            f"{waits} waits, {spelling.until(migration, statement)}.",
            help=spelling.advice(
                (
                    "Add it without NOT NULL, fill the rows, and make it NOT NULL in later migrations:",
                    code,
                )
            ),
            severity=Severity.WARNING,
            impact=impact, migration=migration, statement=statement, effect=effect,
        )  # fmt: skip

    def advice(self, impact: Impact, statement: Statement, table: str, column: str) -> str:
        target, ways = spelling.named(impact, table, column), spelling.ways(impact)
        alter = f"ALTER TABLE {ways.quoted(table)}"
        there, back = (ways.sql(way, table=table, column=column) for way in ("set not null", "drop not null"))
        set_not_null = spelling.run_sql(there, back)
        name = f"{target.model_name}_{target.field_name}_not_null"
        if ways.offers("set not null unchecked"):
            return self.unchecked(impact, target, name)
        shorter = (
            f"From PostgreSQL 18 on, `{alter} ADD CONSTRAINT {ways.quoted(name)} NOT NULL {ways.quoted(column)} "
            f"NOT VALID` and then `VALIDATE CONSTRAINT` do the same in two migrations."
        )
        if target.field is None or isinstance(impact.step.operation, migrations.RunSQL):
            check = ways.check(table, name, f"{ways.quoted(column)} IS NOT NULL")
            drop = ways.drop_constraint(table, name)
            return spelling.advice(
                ("Refuse new NULLs, without reading the rows that are there:", spelling.run_sql(check, drop)),
                ("Check the old rows in the next migration:", ways.validate(table, name)),
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
        added, imported = ways.operation("AddConstraint") or ("migrations.AddConstraint", "")
        validation, also = ways.operation("ValidateConstraint") or ("", "")
        return spelling.advice(
            *steps,
            (
                "Refuse new NULLs, without reading the rows that are there:",
                spelling.migration(
                    spelling.call(added, model_name=model, constraint=spelling.value(constraint)), imports=[imported]
                ),
            ),
            (
                "Check the old rows in the next migration:",
                spelling.migration(spelling.call(validation, model_name=model, name=repr(name)), imports=[also]),
            ),
            (
                "Set NOT NULL in a third migration, which then reads nothing, and drop the CHECK:",
                f"{last}\n{spelling.call('migrations.RemoveConstraint', model_name=model, name=repr(name))}",
            ),
            note=shorter,
        )

    def unchecked(self, impact: Impact, target: spelling.Named, name: str) -> str:
        """NOT NULL for new rows first, where the server can do that."""
        ways, operation = spelling.ways(impact), impact.step.operation
        name = ways.named(name)
        sql = ways.sql("set not null unchecked", table=target.table, column=target.column, name=name)
        there = spelling.run_sql(sql, ways.drop_constraint(target.table, name))
        steps: list[str | tuple[str, str]] = []
        if target.field is not None and any(
            action.kind is Kind.UPDATE for each in impact.statements for action in each.actions
        ):
            default = spelling.value(target.field.default)
            fill = spelling.in_batches(target, f"{target.field_name}={default}", f"{target.field_name}=None")
            steps.append(("Fill the old rows in batches:", fill))
        if not isinstance(operation, migrations.RunSQL):
            there = spelling.separate([there], [spelling.operation(operation)])
        return spelling.advice(
            *steps,
            ("Refuse new NULLs, without reading the rows that are there:", there),
            ("Check the old rows in the next migration, while the table stays in use:", ways.validate(target.table, name)),
        )
