from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations

from migration_lint import Blocks, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class BlockingIndexBuild(Rule):
    """Building an index reads the whole table, and the plain form keeps every other session from writing until it is done."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql",)
    help = "Use `AddIndexConcurrently` in a migration with `atomic = False`."
    bad = """
        operations = [
            migrations.AddIndex("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
    """
    good = """
        atomic = False
        operations = [
            AddIndexConcurrently("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        built: dict[str, list[tuple[Statement, Any]]] = {}
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if (
                    action is not None
                    and action.kind is Kind.CREATE_INDEX
                    and effect.builds_index
                    and migration.used_table(effect)
                    and migration.blocked(statement, effect) is Blocks.WRITES
                ):  # the partitions of a table are one finding, on the table that the statement names
                    built.setdefault(action.table or effect.relation or "", []).append((statement, effect))
        for table, found in built.items():
            statement, effect = found[0]
            names = list(dict.fromkeys(each.source.name or "the index" for _, each in found))
            tables = dict.fromkeys(each.relation for _, each in found)
            word = "index" if len(names) == 1 else "indexes"
            yield self.finding(
                f"Building the {word} {spelling.listed(names)} keeps every write of "
                f"{spelling.listed(map(str, tables))} waiting, {spelling.until(migration, statement)}.",
                help=self.advice(impact, table, list(dict.fromkeys(each for each, _ in found))),
                impact=impact, migration=migration, statement=statement, effect=effect, relation=table,
            )  # fmt: skip

    def advice(self, impact: Impact, table: str, statements: list[Statement]) -> str:
        """The same index, built concurrently, the way the operation came to build it."""
        operation = impact.step.operation
        if impact.before.table(table).kind == "partitioned table":
            return self.on_partitions(impact, table, statements[0])
        if isinstance(operation, migrations.AddIndex):
            code = spelling.operation(operation).replace("migrations.AddIndex(", "AddIndexConcurrently(", 1)
            return self.concurrently(code, imports=[spelling.CONCURRENT_INDEX])
        if isinstance(operation, migrations.AlterField):
            declared = [spelling.meta_index(impact, table, action.definition) for each in statements for action in each.actions]
            if all(declared):
                return self.without_db_index(impact, table, [each for each in declared if each])
        sent = [spelling.concurrent_index(statement) for statement in statements]
        if not all(sent):
            return spelling.advice(
                "Take the statement out of the block it stands in, write it as `CREATE INDEX CONCURRENTLY`, and give it a "
                "migration of its own with `atomic = False`."
            )
        built = [each for each in sent if each]
        if isinstance(operation, migrations.RunSQL):
            return self.concurrently("\n".join(built))
        return self.concurrently(spelling.separate(built, [spelling.operation(operation)]))

    def concurrently(self, code: str, imports: Iterable[str] = ()) -> str:
        return spelling.advice(
            (
                "Build it concurrently, in a migration of its own with `atomic = False`:",
                spelling.migration(code, atomic=False, imports=imports),
            )
        )

    def without_db_index(self, impact: Impact, table: str, declared: list[str]) -> str:
        """`db_index=True` has no concurrent form: the index moves to `Meta.indexes`."""
        model = spelling.model_of(impact, table)
        name = repr(model.name_lower) if model else "…"
        code = [spelling.call("AddIndexConcurrently", model_name=name, index=each) for each in declared]
        return spelling.advice(
            (
                "Leave `db_index=True` out of the field, and declare the index in the model's `Meta` instead:",
                f"indexes = [{', '.join(declared)}]",
            ),
            (
                "Build it concurrently, in a migration of its own with `atomic = False`:",
                spelling.migration(*code, atomic=False, imports=[spelling.CONCURRENT_INDEX]),
            ),
        )

    def on_partitions(self, impact: Impact, table: str, statement: Statement) -> str:
        action = next(action for action in statement.actions if action.kind is Kind.CREATE_INDEX)
        index = action.name or f"{table}_idx"
        keys = ", ".join(spelling.quoted(column) if column else "…" for column in action.definition.columns)
        partition = next((each.name for each in impact.before.partitions(table)), f"{table}_1")
        own = f"{partition}_{index}"
        word = "UNIQUE INDEX" if action.definition.unique else "INDEX"
        return spelling.advice(
            (
                "Make the index on the partitioned table alone, which takes no time (`CONCURRENTLY` is refused there):",
                spelling.run_sql(f"CREATE {word} {spelling.quoted(index)} ON ONLY {spelling.quoted(table)} ({keys})"),
            ),
            (
                "Build the index of each partition concurrently, in a migration with `atomic = False`:",
                spelling.migration(
                    spelling.run_sql(
                        f"CREATE {word} CONCURRENTLY {spelling.quoted(own)} ON {spelling.quoted(partition)} ({keys})"
                    ),
                    atomic=False,
                ),
            ),
            (
                "Attach each of them; the last one makes the index valid:",
                spelling.run_sql(f"ALTER INDEX {spelling.quoted(index)} ATTACH PARTITION {spelling.quoted(own)}"),
            ),
        )
