from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Statement, sessions, spelling

Drop = tuple[Statement, Effect]


class BlockingIndexDrop(Rule):
    """DROP INDEX takes the table for itself: it waits for every query that is running, and all that come after it wait as well.

    Where the operation has to lock the table anyway, or another table goes with the index, nothing is said.
    """

    category = "locks"
    vendors = ("postgresql", "oracle")
    help = "Use `RemoveIndexConcurrently` in a migration with `atomic = False`."
    bad = """
        operations = [
            migrations.AlterField("book", "sku", models.CharField(max_length=50)),
        ]
    """
    good = """
        atomic = False
        operations = [
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS "shop_book_sku_cfa209c8"'),
                    migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS "shop_book_sku_cfa209c8_like"'),
                ],
                state_operations=[
                    migrations.AlterField("book", "sku", models.CharField(max_length=50)),
                ],
            ),
        ]
    """
    good_on = {
        "oracle": """
        operations = [
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL('DROP INDEX "SHOP_BOOK_SKU_CFA209C8" ONLINE'),
                ],
                state_operations=[
                    migrations.AlterField("book", "sku", models.CharField(max_length=50)),
                ],
            ),
        ]
        """
    }

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        dropped: dict[object, list[Drop]] = {}
        for statement in impact.statements:
            for effect in statement.effects:
                if is_drop(effect) and effect.stops_writes and migration.used_table(effect):
                    dropped.setdefault(effect.relation_key, []).append((statement, effect))
        for key, found in dropped.items() if dropped else ():
            if locks_anyway(impact, key):
                continue
            statement, effect = found[0]
            names = spelling.listed(str(each.source.name) for _, each in found if each.source)
            word = "index" if len(found) == 1 else "indexes"
            waits = spelling.waiting(migration, statement, [effect]) or "every read and write of it"
            table = f"`{effect.relation}`" if effect.relation else "its table"
            yield self.finding(
                f"Dropping the {word} {names} waits for whoever is using {table}, and {waits} waits behind it, "
                f"{spelling.until(migration, statement)}.",
                help=self.advice(impact, [each for each, _ in found], effect),
                impact=impact, migration=migration, statement=statement, effect=effect,
            )  # fmt: skip

    def advice(self, impact: Impact, statements: list[Statement], effect: Effect) -> str:
        operation, ways = impact.step.operation, spelling.ways(impact)
        if effect.table is not None and effect.table.kind == "partitioned table":
            own = sessions.waiting(impact.target)
            bound = spelling.run_sql(own.sql, spelling.NOOP) if own else ""
            return spelling.advice(("It cannot be dropped concurrently there. Bound the wait, in the same migration:", bound))
        apart = "" if ways.builds_atomically else " with `atomic = False`"
        first = f"Drop it {ways.word('build index')}, in a migration of its own{apart}:"
        replaced = ways.replaced(operation) if isinstance(operation, migrations.RemoveIndex) else None
        if replaced is not None:
            code, *imports = replaced
            return spelling.advice((first, spelling.migration(code, atomic=ways.builds_atomically, imports=imports)))
        names = [action.name for each in statements for action in each.actions if action.kind is Kind.DROP_INDEX]
        sent = [
            spelling.run_sql(ways.sql("unbuild index", name=name), built_again(ways, effect, name)) for name in names if name
        ]
        whole = all(each in statements for each in impact.statements)
        if isinstance(operation, migrations.RunSQL) or not whole:
            code = spelling.migration("\n".join(sent), atomic=ways.builds_atomically)
            rest = [] if whole else ["Do the rest in the next migration."]
            return spelling.advice((first, code), *rest)
        code = spelling.separate(sent, [spelling.operation(operation)])
        return spelling.advice((first, spelling.migration(code, atomic=ways.builds_atomically)))


def built_again(ways: spelling.Ways, effect: Effect, name: str) -> str | None:
    """What makes the index anew; None where the catalog does not hold the whole of it."""
    index = effect.table.indexes.get(name) if effect.table else None
    if index is None or index.partial or index.is_expression or index.options or index.method != "btree":
        return None
    opclasses = index.opclasses or (None,) * len(index.columns)
    columns = [
        ways.quoted(column or "") + (f" {opclass}" if opclass else "")
        for column, opclass in zip(index.columns, opclasses, strict=True)
    ]
    rest = f" {ways.quoted(name)} ON {ways.quoted(effect.relation or '')} ({', '.join(columns)})"
    return ways.sql("build index", create=f"CREATE {'UNIQUE ' if index.unique else ''}INDEX", rest=rest)


def is_drop(effect: Effect) -> bool:
    return effect.source is not None and effect.source.kind is Kind.DROP_INDEX


def locks_anyway(impact: Impact, key: object) -> bool:
    """Whether the operation keeps readers of the table out by something else."""
    return any(
        effect.stops_reads and effect.relation_key == key and not is_drop(effect)
        for statement in impact.statements
        for effect in statement.effects
    )
