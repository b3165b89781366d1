from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.fields import PositiveIntegerRelDbTypeMixin

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class CopyingAlter(Rule):
    """The server can do this only by copying the whole table, and lets nobody write to it until the copy is done.

    Readers go on. A copy takes as long as the table is large, and a replica starts its own when the first one is done.
    """

    severity = Severity.ERROR
    category = "locks"
    vendors = ("mysql", "mariadb")
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

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        seen = set()
        for statement in impact.statements:
            for effect in statement.effects:
                copies = effect.algorithm == "COPY" or effect.rewrites
                if not copies or effect.algorithm is None or not effect.stops_writes or not migration.used_table(effect):
                    continue
                if effect.source is None or (effect.relation_key, id(effect.source)) in seen:
                    continue
                seen.add((effect.relation_key, id(effect.source)))
                waits = spelling.waiting(migration, statement, statement.effects)
                until = spelling.until(migration, statement)
                verb = "copies" if effect.algorithm == "COPY" else "rebuilds"
                yield self.finding(
                    f"{spelling.doing(effect)} {verb} `{effect.relation}`: {waits} waits, {until}.",
                    help=self.way_out(impact, statement, effect),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def on_mysql(self, impact: Impact, statement: Statement, effect: Effect) -> str:
        action = effect.source
        assert action is not None
        table, column = effect.relation or "", action.name or ""
        if action.kind is Kind.ALTER_TYPE:
            children = [child.name for child, key in impact.before.children(table) if column in key.referenced_columns]
            if children:
                return (
                    f"No tool changes the type of a key while others refer to it. Stop all writes of `{table}` and of "
                    f"{spelling.listed(children)} for as long as it takes: each of them is copied."
                )
            target = spelling.named(impact, table, column)
            if target.field is not None and is_plain(target.field):
                return (
                    self.another_column(target, target.field)
                    + "\nOr copy the table with a tool while it is in use:"
                    + spelling.online_change(impact, statement, effect)
                )
        return spelling.virtual_column(impact) or spelling.online_change(impact, statement, effect)

    def another_column(self, target: spelling.Named, field: models.Field[Any, Any]) -> str:
        new = f"new_{target.field_name}"
        name = {"model_name": repr(target.model_name), "name": repr(new)}
        whole = spelling.changed(field, ("default", "db_default"), null=True)  # an expression as the default rebuilds
        bare = spelling.changed(field, ("default", "db_default", "unique", "db_index"), null=True)
        added, again = (
            spelling.call(f"migrations.{kind}", **name, field=code)
            for kind, code in (("AddField", bare), ("AlterField", whole))
        )
        indexed = [("Build its index, while the table is in use:", again)] if bare != whole else []
        return spelling.advice(
            ("Add a column of the new type, which copies nothing:", added),
            *indexed,
            f"Deploy code that writes `{target.field_name}` and `{new}`.",
            ("Copy the old rows in batches:", spelling.in_batches(target, f"{new}=models.F({target.field_name!r})")),
            f"Deploy code that reads `{new}`, and drop `{target.field_name}` in the release after that.",
        )


def is_plain(field: models.Field[Any, Any]) -> bool:
    """Whether a second column can take its place: no key, and no CHECK, with which adding it would copy, too."""
    return not (field.primary_key or field.remote_field or isinstance(field, PositiveIntegerRelDbTypeMixin))
