from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations

from migration_lint import Action, Blocks, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling

KEYS = {"unique": "UNIQUE", "primary key": "PRIMARY KEY"}


class BlockingIndexBuild(Rule):
    """Building an index reads the whole table, and the plain form keeps every other session from writing until it is done."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql", "mysql", "mariadb", "oracle")
    effects = frozenset({"builds_index"})
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

    bad_on = dict.fromkeys(
        ("mysql", "mariadb"),
        """
        operations = [
            migrations.RunSQL(
                "CREATE FULLTEXT INDEX book_notes_idx ON shop_book (notes)",
                reverse_sql="DROP INDEX book_notes_idx ON shop_book",
            ),
        ]
        """,
    )
    good_on = dict.fromkeys(
        ("mysql", "mariadb"),
        """
        operations = [
            migrations.AddIndex("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
        """,
    )

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        built: dict[str, list[tuple[Statement, Any]]] = {}
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if (
                    action is not None
                    and action.kind in (Kind.CREATE_INDEX, Kind.ADD_CONSTRAINT)
                    and effect.builds_index
                    and migration.used_table(effect)
                    and migration.blocked(statement, effect) is Blocks.WRITES
                ):  # the partitions of a table are one finding, on the table that the statement names
                    built.setdefault(action.table or effect.relation or "", []).append((statement, effect))
        for table, found in built.items():
            statement, effect = found[0]
            names = list(dict.fromkeys(each.source.name for _, each in found))
            tables = dict.fromkeys(each.relation for _, each in found)
            known = [name for name in names if name]
            word = "index" if len(names) == 1 else "indexes"
            what = f"the {word} {spelling.listed(known)}" if len(known) == len(names) else self.unnamed(found)
            yield self.finding(
                f"Building {what} keeps every write of "
                f"{spelling.listed(map(str, tables))} waiting, {spelling.until(migration, statement)}.",
                help=self.way_out(impact, table, found),
                impact=impact, migration=migration, statement=statement, effect=effect, relation=table,
            )  # fmt: skip

    def unnamed(self, found: list[tuple[Statement, Any]]) -> str:
        """An index without a name, by its columns."""
        columns = [f"{each.relation}.{column}" for _, each in found for column in each.source.definition.columns if column]
        return f"an index on {spelling.listed(columns)}" if columns else "an index"

    def on_mysql(self, impact: Impact, table: str, found: list[tuple[Statement, Any]]) -> str:
        """Readers go on; nothing but a copy lets writers go on as well."""
        statement, effect = found[0]
        return spelling.virtual_column(impact) or spelling.online_change(impact, statement, effect)

    def on_postgresql(self, impact: Impact, table: str, found: list[tuple[Statement, Any]]) -> str:
        """The same index, built concurrently, the way the operation came to build it."""
        statements = list(dict.fromkeys(each for each, _ in found))
        operation, ways = impact.step.operation, spelling.ways(impact)
        if impact.before.table(table).kind == "partitioned table":
            return self.on_partitions(impact, table, statements[0])
        if isinstance(operation, migrations.AddIndex) and (own := ways.replaced(operation)) is not None:
            return self.concurrently(ways, own[0], imports=own[1:])
        if isinstance(operation, migrations.AlterField) and ways.operation("AddIndex") is not None:
            declared = [spelling.meta_index(impact, table, action.definition) for each in statements for action in each.actions]
            if all(declared):
                return self.without_db_index(impact, table, [each for each in declared if each])
        keys = [
            (each, action)
            for each in statements
            for action in each.actions
            if action.kind is Kind.ADD_CONSTRAINT and action.definition.type in KEYS
        ]
        if keys and ways.offers("key of index"):
            return self.key_of_index(impact, keys)
        sent = [ways.concurrent_index(statement) for statement in statements]
        if not all(sent):
            shown = ways.sql("build index", create="CREATE INDEX", rest=" …" if ways.builds_atomically else "")
            apart = "" if ways.builds_atomically else " with `atomic = False`"
            return spelling.advice(
                f"Take the statement out of the block it stands in, write it as `{shown}`, and give it a "
                f"migration of its own{apart}."
            )
        built = [each for each in sent if each]
        if isinstance(operation, migrations.RunSQL):
            return self.concurrently(ways, "\n".join(built))
        if isinstance(operation, migrations.AddField):
            return self.after_column(impact, operation, built)
        return self.concurrently(ways, spelling.separate(built, [spelling.operation(operation)]))

    on_oracle = on_postgresql

    def concurrently(self, ways: spelling.Ways, code: str, imports: Iterable[str] = ()) -> str:
        return spelling.advice((ways.build(), spelling.migration(code, atomic=ways.builds_atomically, imports=imports)))

    def after_column(self, impact: Impact, operation: migrations.AddField, built: list[str]) -> str:
        """The column first, by itself."""
        ways = spelling.ways(impact)
        both = {"model_name": repr(operation.model_name), "name": repr(operation.name)}
        checked = spelling.checks_key(impact)
        plain = spelling.value(spelling.without_index(operation.field, checked))
        state = spelling.call("migrations.AlterField", **both, field=spelling.value(operation.field))
        later = f"Add the foreign key's constraint `{ways.word('unchecked')}` and validate it, each in a migration of its own."
        code = spelling.migration(spelling.separate(built, [state]), atomic=ways.builds_atomically)
        return spelling.advice(
            ("Add the column without its index and constraints:", spelling.call("migrations.AddField", **both, field=plain)),
            (ways.build("the index"), code),
            *([later] if checked else []),
        )

    def key_of_index(self, impact: Impact, keys: list[tuple[Statement, Action]]) -> str:
        """A unique index built while the table is in use, and the constraint made of it."""
        ways, operation = spelling.ways(impact), impact.step.operation
        indexes, constraints = [], []
        for _, action in keys:
            table, key = action.table or "", action.definition
            kind = KEYS[key.type]
            name = key.name or ways.named(f"{table}_{'_'.join(key.columns)}_{'uniq' if kind == 'UNIQUE' else 'pkey'}")
            word = "INDEX" if key.deferrable else "UNIQUE INDEX"  # which would refuse what may be put right before the commit
            late = " DEFERRABLE INITIALLY DEFERRED" if key.deferrable else ""
            columns = ", ".join(map(ways.quoted, key.columns))
            sql = ways.concurrently(f"CREATE {word} {ways.quoted(name)} ON {ways.quoted(table)} ({columns})")
            indexes.append(spelling.run_sql(sql or "", ways.sql("unbuild index", name=name)))
            made = ways.sql("key of index", table=table, name=name, kind=kind, columns=columns, late=late)
            constraints.append(spelling.run_sql(made, ways.drop_constraint(table, name)))
            constraints.append(ways.validate(table, name))
        steps: list[str | tuple[str, str]] = []
        code = "\n".join(constraints)
        if isinstance(operation, migrations.AddField):
            both = {"model_name": repr(operation.model_name), "name": repr(operation.name)}
            plain = spelling.without_index(operation.field, spelling.checks_key(impact))
            steps.append(
                (
                    "Add the column without its index and constraints:",
                    spelling.call("migrations.AddField", **both, field=spelling.value(plain)),
                )
            )
            state = spelling.call("migrations.AlterField", **both, field=spelling.value(operation.field))
            code = spelling.separate(constraints, [state])
        elif not isinstance(operation, migrations.RunSQL):
            code = spelling.separate(constraints, [spelling.operation(operation)])
        return spelling.advice(
            *steps,
            (ways.build("the index"), "\n".join(indexes)),
            ("Make the constraint of it, in the next migration:", code),
        )

    def without_db_index(self, impact: Impact, table: str, declared: list[str]) -> str:
        """`db_index=True` has no concurrent form: the index moves to `Meta.indexes`."""
        model, ways = spelling.model_of(impact, table), spelling.ways(impact)
        name = repr(model.name_lower) if model else "…"
        own, imported = ways.operation("AddIndex") or ("migrations.AddIndex", "")
        code = [spelling.call(own, model_name=name, index=each) for each in declared]
        return spelling.advice(
            (
                "Leave `db_index=True` out of the field, and declare the index in the model's `Meta` instead:",
                f"indexes = [{', '.join(declared)}]",
            ),
            (ways.build(), spelling.migration(*code, atomic=ways.builds_atomically, imports=[imported])),
        )

    def on_partitions(self, impact: Impact, table: str, statement: Statement) -> str:
        ways = spelling.ways(impact)
        action = next(action for action in statement.actions if action.kind is Kind.CREATE_INDEX)
        index = action.name or f"{table}_idx"
        keys = ", ".join(ways.quoted(column) if column else "…" for column in action.definition.columns)
        partition = next((each.name for each in impact.before.partitions(table)), f"{table}_1")
        own = f"{partition}_{index}"
        word = "UNIQUE INDEX" if action.definition.unique else "INDEX"
        return spelling.advice(
            (
                "Make the index on the partitioned table alone, which takes no time (`CONCURRENTLY` is refused there):",
                spelling.run_sql(f"CREATE {word} {ways.quoted(index)} ON ONLY {ways.quoted(table)} ({keys})"),
            ),
            (
                "Build the index of each partition concurrently, in a migration with `atomic = False`:",
                spelling.migration(
                    spelling.run_sql(f"CREATE {word} CONCURRENTLY {ways.quoted(own)} ON {ways.quoted(partition)} ({keys})"),
                    atomic=False,
                ),
            ),
            (
                "Attach each of them; the last one makes the index valid:",
                spelling.run_sql(f"ALTER INDEX {ways.quoted(index)} ATTACH PARTITION {ways.quoted(own)}"),
            ),
        )
