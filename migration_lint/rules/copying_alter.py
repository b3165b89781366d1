from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class CopyingAlter(Rule):
    """The server can do this only by copying the whole table, and refuses every write of it until the copy is done.

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
                if effect.algorithm != "COPY" or not effect.stops_writes or not migration.used_table(effect):
                    continue
                if effect.source is None or (effect.relation_key, id(effect.source)) in seen:
                    continue
                seen.add((effect.relation_key, id(effect.source)))
                waits = spelling.waiting(migration, statement, statement.effects)
                until = spelling.until(migration, statement)
                yield self.finding(
                    f"{spelling.doing(effect)} copies `{effect.relation}`: {waits} waits, {until}.",
                    help=self.way_out(impact, migration, statement, effect),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def on_mysql(self, impact: Impact, migration: MigrationImpact, statement: Statement, effect: Effect) -> str:
        action = effect.source
        assert action is not None
        target = spelling.named(impact, effect.relation or "", action.name or "")
        online = spelling.online_change(statement, effect, migration.before)
        plain = target.field is not None and not (target.field.primary_key or target.field.remote_field)
        if action.kind is not Kind.ALTER_TYPE or not plain or target.field is None:
            return online
        new = f"new_{target.field_name}"
        added = spelling.call(
            "migrations.AddField",
            model_name=repr(target.model_name),
            name=repr(new),
            field=spelling.value(spelling.with_arguments(target.field, null=True)),
        )
        return spelling.advice(
            ("Add a column of the new type, which copies nothing:", added),
            f"Deploy code that writes `{target.field_name}` and `{new}`.",
            (
                "Copy the old rows in batches:",
                spelling.in_batches(target, f"{new}=models.F({target.field_name!r})"),
            ),
            f"Deploy code that reads `{new}`, and drop `{target.field_name}` in the release after that.",
            note="Or let a tool copy the table while it is in use. " + online.strip(),
        )
