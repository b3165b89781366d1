from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations

from migration_lint import Action, Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling

# What rewrites a table for its own sake, and no column of it: another rule's.
MAINTENANCE = (
    Kind.VACUUM, Kind.CLUSTER, Kind.SET_LOGGED, Kind.SET_TABLESPACE, Kind.SET_ACCESS_METHOD, Kind.REFRESH_MATERIALIZED_VIEW,
)  # fmt: skip


class TableRewrite(Rule):
    """The server writes every row of the table and all its indexes anew, and nobody reads or writes the table meanwhile."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql", "oracle")
    effects = frozenset({"rewrites", "scans"})
    help = "Add a new column, write to both, copy the old rows in batches, and swap."
    bad = """
        operations = [
            migrations.AlterField("book", "stock", models.BigIntegerField()),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "new_stock", models.BigIntegerField(null=True)),
        ]
    """

    bad_on = {
        "oracle": """
        operations = [
            migrations.RemoveField("book", "publisher_id"),
        ]
        """
    }

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        seen = set()
        for statement in impact.statements:
            for effect in statement.effects:
                refused = effect.fails is not None and effect.scans and is_type_change(effect)
                if (
                    (effect.rewrites or refused)
                    and effect.stops_writes
                    and effect.source is not None
                    and effect.source.kind not in MAINTENANCE
                    and migration.used_table(effect)
                    and (effect.relation_key, id(effect.source)) not in seen
                ):
                    seen.add((effect.relation_key, id(effect.source)))
                    waits = spelling.waiting(migration, statement, [effect])
                    what = f"rewrites `{effect.relation}`"
                    if refused:
                        what = (
                            f"is refused where a row's value stands in the way ({effect.fails}), and reads every row for that"
                        )
                    yield self.finding(
                        f"{self.cause(effect.source, effect)} {what}: {waits} waits, {spelling.until(migration, statement)}.",
                        help=self.advice(impact, statement, effect, effect.source),
                        impact=impact, migration=migration, statement=statement, effect=effect,
                    )  # fmt: skip

    def cause(self, action: Action, effect: Effect) -> str:
        column = f"`{effect.relation}.{action.name}`"
        definition: Any = action.definition
        if action.kind is Kind.ALTER_TYPE:
            old = effect.table.columns[action.name or ""].type if effect.table and action.name in effect.table.columns else None
            before = f" from `{old}`" if old else ""
            how = " with a USING expression" if old == definition["type"] else ""
            return f"Changing {column}{before} to `{definition['type']}`{how}"
        if action.kind is Kind.SET_EXPRESSION:
            return f"Changing the expression of the generated column {column}"
        if action.kind is Kind.DROP_COLUMN:
            return f"Dropping {column}" if action.name else f"Dropping the unused columns of `{effect.relation}`"
        if action.kind is not Kind.ADD_COLUMN:
            return f"The statement ({action.kind})"
        if definition.generated:
            return f"Adding the {definition.generated} generated column {column}"
        if definition.identity or (definition.default is None and definition.type and "serial" in definition.type.name):
            return f"Adding {column}, which numbers the rows that are there,"
        if definition.default is not None and definition.default.functions:
            return f"Adding {column} with the default `{definition.default.text}`, which is computed for each row,"
        return f"Adding {column} of the type `{definition.type}`, which may be a domain that checks each row,"

    def advice(self, impact: Impact, statement: Statement, effect: Effect, action: Action) -> str:
        table, column, ways = effect.relation or "", action.name or "", spelling.ways(impact)
        if action.kind is Kind.DROP_COLUMN and column and ways.offers("hide column"):
            return self.hidden(impact, table, column)
        if action.kind is Kind.DROP_COLUMN:
            return "Take it out of the migrations, and run it in a maintenance window."
        target = spelling.named(impact, table, column)
        if action.kind is Kind.ALTER_TYPE:
            return self.new_type(impact, target, effect, action)
        if action.kind is Kind.ADD_COLUMN and action.definition.default is not None and not action.definition.generated:
            return self.default_later(impact, target, action)
        return self.filled_later(impact, target, action)

    def hidden(self, impact: Impact, table: str, column: str) -> str:
        """The column goes out of sight at once, and out of the rows when there is time."""
        ways, operation = spelling.ways(impact), impact.step.operation
        code = spelling.run_sql(ways.sql("hide column", table=table, column=column))
        if not isinstance(operation, migrations.RunSQL):
            code = spelling.separate([code], [spelling.operation(operation)])
        return spelling.advice(
            ("Take the column out of the table's definition, which leaves the rows as they are:", code),
            ("Give the space back in a maintenance window:", ways.sql("clear hidden columns", table=table)),
        )

    def new_type(self, impact: Impact, target: spelling.Named, effect: Effect, action: Action) -> str:
        """A column beside the old one: the swap is a change of names."""
        ways = spelling.ways(impact)
        column, table = ways.quoted(target.column), ways.quoted(target.table)
        old = effect.table.columns.get(target.column) if effect.table else None
        new = f"new_{target.field_name}"
        away = "hide column" if ways.offers("hide column") else "drop column"
        drop = spelling.run_sql(ways.sql(away, table=target.table, column=target.column), spelling.NOOP)
        plain = target.field is not None and not (target.field.primary_key or target.field.remote_field)
        if not plain or target.field is None or isinstance(impact.step.operation, migrations.RunSQL):
            added = f"new_{target.column}"
            name, kind = ways.quoted(added), str(action.definition["type"])
            return spelling.advice(
                (
                    "Add a column of the new type:",
                    spelling.run_sql(
                        ways.sql("add column", table=target.table, column=added, type=kind),
                        ways.sql("drop column", table=target.table, column=added),
                    ),
                ),
                f"Keep it equal to `{target}` with a trigger BEFORE INSERT OR UPDATE.",
                (
                    "Copy the old rows, a few thousand at a time, each batch in a transaction of its own:",
                    f"UPDATE {table} SET {name} = {column} WHERE …",
                ),
                f"Build its indexes with `{ways.sql('build index', create='CREATE INDEX', rest='').strip()}`, "
                f"add its constraints `{ways.word('unchecked')}`, and validate them.",
                (
                    "Swap the names, in a migration of its own:",
                    spelling.run_sql(
                        f"ALTER TABLE {table} RENAME COLUMN {column} TO {ways.quoted('old_' + target.column)}; "
                        f"ALTER TABLE {table} RENAME COLUMN {name} TO {column}"
                    ),
                ),
            )
        both = {"model_name": repr(target.model_name), "name": repr(new)}
        swapped = spelling.with_arguments(target.field, null=True, db_column=new)
        state = [
            spelling.call("migrations.RemoveField", **both),
            spelling.field_operation("AlterField", target, swapped),
        ]
        loosen = ways.sql("drop not null", table=target.table, column=target.column)
        return spelling.advice(
            (
                "Add a column of the new type:",
                spelling.call(
                    "migrations.AddField", **both, field=spelling.value(spelling.with_arguments(target.field, null=True))
                ),
            ),
            f"Deploy code that writes `{target.field_name}` and `{new}`.",
            (
                "Copy the old rows in batches:",
                spelling.in_batches(target, f"{new}=models.F({target.field_name!r})"),
            ),
            (
                f"Deploy code that has `{target.field_name}` on the new column; no row changes:",
                spelling.separate([spelling.run_sql(loosen)] if old is None or old.not_null else [], state),
            ),
            ("Drop the old column in the release after that:", drop),
        )

    def default_later(self, impact: Impact, target: spelling.Named, action: Action) -> str:
        """A default that is set on a column that is there already is for new rows alone."""
        ways = spelling.ways(impact)
        table, column = ways.quoted(target.table), ways.quoted(target.column)
        default = action.definition.default.text
        if target.field is None or isinstance(impact.step.operation, migrations.RunSQL):
            return spelling.advice(
                (
                    "Add the column without the default:",
                    spelling.run_sql(
                        ways.sql("add column", table=target.table, column=target.column, type=str(action.definition.type))
                    ),
                ),
                (
                    "Set the default, which is then for new rows alone:",
                    spelling.run_sql(
                        ways.sql("set default", table=target.table, column=target.column, default=default),
                        ways.sql("drop default", table=target.table, column=target.column),
                    ),
                ),
                (
                    "Fill the old rows, a few thousand at a time, each batch in a transaction of its own:",
                    f"UPDATE {table} SET {column} = {default} WHERE {column} IS NULL AND …",
                ),
            )
        bare = spelling.with_arguments(target.field, null=True, without=("db_default",))
        full = spelling.with_arguments(target.field, null=True)
        steps: list[str | tuple[str, str]] = [
            ("Add the column without the default:", spelling.field_operation("AddField", target, bare)),
            (
                "Set the default in the next operation or migration; it is then for new rows alone:",
                spelling.field_operation("AlterField", target, full),
            ),
            (
                "Fill the old rows in batches:",
                spelling.in_batches(
                    target,
                    f"{target.field_name}={spelling.value(getattr(target.field, 'db_default', None))}",
                    f"{target.field_name}=None",
                ),
            ),
        ]
        if not target.field.null:
            unchecked, last = ways.unchecked(f"CHECK ({column} IS NOT NULL)"), ", then `AlterField`"
            if ways.offers("set not null unchecked"):
                name = ways.named(f"{target.model_name}_{target.field_name}_not_null")
                unchecked = ways.sql("set not null unchecked", table=target.table, column=target.column, name=name)
                last = ""
            steps.append(f"Make it NOT NULL in later migrations: `{unchecked}`, then `{ways.word('check later')}`{last}.")
        return spelling.advice(*steps)

    def filled_later(self, impact: Impact, target: spelling.Named, action: Action) -> str:
        ways = spelling.ways(impact)
        table, column = ways.quoted(target.table), ways.quoted(target.column)
        definition: Any = action.definition
        kind = getattr(definition, "type", None)
        if definition is not None and getattr(definition, "identity", False):
            last = f"ALTER TABLE {table} ALTER COLUMN {column} ADD GENERATED BY DEFAULT AS IDENTITY"
            return spelling.advice(
                (
                    "Add a plain column:",
                    spelling.run_sql(ways.sql("add column", table=target.table, column=target.column, type=str(kind))),
                ),
                f"Number the old rows of `{target.table}` in batches, and new ones by a trigger.",
                f"Make `{target}` NOT NULL: `CHECK ({column} IS NOT NULL) NOT VALID`, then `VALIDATE CONSTRAINT`, then "
                f"`SET NOT NULL`.",
                ("Turn it into an identity column, which takes no time:", spelling.run_sql(last)),
            )
        if action.kind is Kind.ADD_COLUMN and not definition.generated:
            return spelling.advice(
                ("Add a column of a plain type, without default:", f"ALTER TABLE {table} ADD COLUMN {column} …"),
                f"Fill the old rows of `{target.table}` in batches.",
                "Add what the type checks as a constraint `NOT VALID`, and validate that in a later migration.",
            )
        return spelling.advice(
            "Add a plain column under another name, and fill it by a trigger BEFORE INSERT OR UPDATE. "
            f"{ways.word('virtual column')}a virtual column (`db_persist=False`) costs nothing.",
            f"Fill the old rows of `{target.table}` in batches.",
            f"Deploy code that reads the new column instead of `{target.field_name}`.",
        )


def is_type_change(effect: Effect) -> bool:
    return effect.source is not None and effect.source.kind is Kind.ALTER_TYPE
