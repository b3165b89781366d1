from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling

CONSTRAINTS = {"unique": "UNIQUE", "primary key": "PRIMARY KEY", "exclude": "EXCLUDE"}


class IndexBuildUnderExclusiveLock(Rule):
    """Building an index reads the whole table. Where the same operation has locked the table exclusively, as for a UNIQUE
    constraint or for a new column that is indexed, every read and write waits for that."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql",)
    effects = frozenset({"builds_index"})
    help = "Add the plain column first, build the index concurrently, then take it over with `ADD CONSTRAINT … USING INDEX`."
    bad = """
        operations = [
            migrations.AddField("book", "slug", models.SlugField(null=True)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "slug", models.SlugField(null=True, db_index=False)),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        built: dict[object, list[tuple[Statement, Effect]]] = {}
        for statement in impact.statements:
            rewritten = {effect.relation_key for effect in statement.effects if effect.rewrites}
            for effect in statement.effects:
                if (
                    effect.builds_index
                    and migration.used_table(effect)
                    and effect.source is not None
                    and effect.source.kind in (Kind.CREATE_INDEX, Kind.ADD_CONSTRAINT, Kind.ALTER_TYPE)
                    and effect.relation_key not in rewritten
                    and self.locks_by_itself(impact, migration, statement, effect)
                ):
                    built.setdefault(effect.relation_key, []).append((statement, effect))
        for found in built.values():
            statement, effect = found[0]
            yield self.finding(
                self.message(migration, statement, effect, impact, found),
                help=self.advice(impact, found),
                impact=impact, migration=migration, statement=statement, effect=effect,
            )  # fmt: skip

    def locks_by_itself(self, impact: Impact, migration: MigrationImpact, statement: Statement, effect: Effect) -> bool:
        """Whether it is this operation that keeps readers out, and no other one before it."""
        return effect.stops_reads or any(
            taker is impact and lock.stops_reads and lock.relation_key == effect.relation_key
            for taker, _, lock in migration.locks_before(statement)
        )

    def message(
        self,
        migration: MigrationImpact,
        statement: Statement,
        effect: Effect,
        impact: Impact,
        found: list[tuple[Statement, Effect]],
    ) -> str:
        action = effect.source
        assert action is not None
        rest = f"while every read and write of `{effect.relation}` waits, {spelling.until(migration, statement)}."
        if action.kind is Kind.ALTER_TYPE:
            return f"Changing the type of `{effect.relation}.{action.name}` rebuilds indexes that use it {rest}"
        column = spelling.new_column(impact, effect)
        if action.kind is Kind.ADD_CONSTRAINT:
            kind = CONSTRAINTS.get(action.definition.type, action.definition.type)
            if column in action.definition.columns:
                return f"Adding `{effect.relation}.{column}` as {kind} builds its index {rest}"
            return f"Adding the {kind} constraint {self.constraint(impact, effect)} builds its index {rest}"
        names = spelling.listed(each.source.name for _, each in found if each.source and each.source.name) or "the index"
        built = f"{names} {'is' if len(found) == 1 else 'are'} then built"
        if column in action.definition.used:
            return f"Adding `{effect.relation}.{column}` locks the table, and {built} {rest}"
        return f"The operation locks the table, and {built} {rest}"

    def constraint(self, impact: Impact, effect: Effect) -> str:
        definition: Any = effect.source.definition if effect.source else None
        if definition.name:
            return f"`{definition.name}`"
        return f"on {spelling.listed(definition.columns)}"

    def advice(self, impact: Impact, found: list[tuple[Statement, Effect]]) -> str:
        statement, effect = found[0]
        action, table = effect.source, effect.relation or ""
        assert action is not None
        if action.kind is Kind.ALTER_TYPE:
            names = [
                name
                for name, index in impact.before.table(table).indexes.items()
                if action.name in index.used and (index.partial or index.is_expression)
            ]
            return spelling.advice(
                f"Drop {spelling.listed(names) or 'the indexes'} with `RemoveIndexConcurrently`, with `atomic = False`.",
                "Change the type in the next migration.",
                "Build the indexes again with `AddIndexConcurrently`, in a third one with `atomic = False`.",
            )
        steps: list[str | tuple[str, str]] = []
        column = spelling.new_column(impact, effect)
        added = column is not None
        if added:
            steps.append(("Add the column without its index and constraints:", self.plain_column(impact, table, column or "")))
        if action.kind is Kind.ADD_CONSTRAINT and action.definition.type != "exclude":
            return spelling.advice(*steps, *self.take_over(impact, statement, effect, added))
        if action.kind is Kind.ADD_CONSTRAINT:
            return spelling.advice(
                "An exclusion constraint cannot take an index over. Add it to a new, empty table, fill that in batches, and "
                "swap the two by name; or run this migration in a maintenance window with `lock_timeout` set."
            )
        if added:
            later = "Add the foreign key's constraint `NOT VALID` and validate it, each in a migration of its own."
            return spelling.advice(
                *steps, self.declared(impact, table, found), *([later] if spelling.checks_key(impact) else [])
            )
        return spelling.advice(*self.apart(impact, [each for each, _ in found]))

    def plain_column(self, impact: Impact, table: str, column: str) -> str:
        target = spelling.named(impact, table, column)
        if target.field is None or isinstance(impact.step.operation, migrations.RunSQL):
            kind = impact.after.table(table).columns[column].type
            return spelling.run_sql(spelling.ways(impact).sql("add column", table=table, column=column, type=str(kind)))
        return spelling.field_operation("AddField", target, spelling.without_index(target.field, spelling.checks_key(impact)))

    def take_over(self, impact: Impact, statement: Statement, effect: Effect, added: bool) -> list[str | tuple[str, str]]:
        """A unique index built concurrently, and the constraint made of it: what is left of the lock is brief."""
        assert effect.source is not None
        definition, table, ways = effect.source.definition, effect.relation or "", spelling.ways(impact)
        kind = CONSTRAINTS[definition.type]
        name = definition.name or f"{table}_{'_'.join(definition.columns)}_{'uniq' if kind == 'UNIQUE' else 'pkey'}"
        keys = ", ".join(map(ways.quoted, definition.columns))
        covered = ", ".join(map(ways.quoted, definition.clustered_columns))
        index = f"CREATE UNIQUE INDEX CONCURRENTLY {ways.quoted(name)} ON {ways.quoted(table)} ({keys})"
        index += f" INCLUDE ({covered})" if covered else ""
        attach = f"ALTER TABLE {ways.quoted(table)} ADD CONSTRAINT {ways.quoted(name)} {kind} "
        attach += f"USING INDEX {ways.quoted(name)}"
        attach += " DEFERRABLE INITIALLY DEFERRED" if definition.deferrable else ""
        back = ways.drop_constraint(table, name)
        operation = impact.step.operation
        sql = spelling.run_sql(attach, back)
        if added and not isinstance(operation, migrations.RunSQL):
            target = spelling.named(impact, table, definition.columns[0])
            state = (
                spelling.field_operation("AlterField", target, target.field)
                if target.field is not None
                else spelling.operation(operation)
            )
            sql = spelling.separate([sql], [state])
        elif not isinstance(operation, migrations.RunSQL):
            sql = spelling.separate([sql], [spelling.operation(operation)])
        return [
            (
                "Build the unique index concurrently, in a migration of its own with `atomic = False`:",
                spelling.migration(spelling.run_sql(index, ways.sql("unbuild index", name=name)), atomic=False),
            ),
            ("Make the constraint of it, in the next migration; the lock is then held for a moment only:", sql),
        ]

    def apart(self, impact: Impact, built: list[Statement]) -> list[str | tuple[str, str]]:
        """The rest of the operation in one migration, the index in the next."""
        others = [
            spelling.run_sql(statement.sql, spelling.ways(impact).reversed_sql(statement))
            for statement in impact.statements
            if not any(statement is each for each in built)
            and not all(action.kind is Kind.SET_CONSTRAINTS for action in statement.actions)
        ]
        operation = impact.step.operation
        code = "\n".join(others)
        if not isinstance(operation, migrations.RunSQL):
            code = spelling.separate(others, [spelling.operation(operation)])
        indexes = [spelling.ways(impact).concurrent_index(each) or "# CREATE INDEX CONCURRENTLY …" for each in built]
        return [
            ("Send everything but the index:", code),
            (
                "Build the index concurrently, in a migration of its own with `atomic = False`:",
                spelling.migration(*indexes, atomic=False),
            ),
        ]

    def declared(self, impact: Impact, table: str, found: list[tuple[Statement, Effect]]) -> tuple[str, str]:
        code, imports, ways = [], set(), spelling.ways(impact)
        for statement, effect in found:
            index = effect.source.definition if effect.source else None
            declared = spelling.meta_index(impact, table, index)
            model = spelling.model_of(impact, table)
            own = ways.operation("AddIndex")
            if declared and model and own:
                code.append(spelling.call(own[0], model_name=repr(model.name_lower), index=declared))
                imports.add(own[1])
            else:
                code.append(ways.concurrent_index(statement) or "# CREATE INDEX CONCURRENTLY …")
        sentence = "Build the index concurrently, in a migration of its own with `atomic = False`:"
        if imports:
            sentence = "Declare the index in `Meta.indexes`, and build it in a migration of its own with `atomic = False`:"
        return sentence, spelling.migration(*code, atomic=False, imports=sorted(imports))
