from __future__ import annotations

from collections.abc import Iterable

from django.db import migrations

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, keys, spelling


class ForeignKeyChurn(Rule):
    """Django drops the foreign key's constraint and adds it again: every row is checked against the other table, and both
    tables stay locked meanwhile, though no row changed."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql", "mysql", "mariadb")
    effects = frozenset({"scans"})
    help = "Keep the constraint: change what has to be changed with `SeparateDatabaseAndState`."
    bad = """
        operations = [
            migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),
        ]
    """
    good = """
        operations = [
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL(
                        'ALTER TABLE "shop_book" ALTER COLUMN "author_id" DROP NOT NULL',
                        reverse_sql='ALTER TABLE "shop_book" ALTER COLUMN "author_id" SET NOT NULL',
                    ),
                ],
                state_operations=[
                    migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),
                ],
            ),
        ]
    """

    good_on = dict.fromkeys(
        ("mysql", "mariadb"),
        """
        operations = [
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL(
                        'ALTER TABLE `shop_book` MODIFY `author_id` bigint NULL, ALGORITHM=INPLACE, LOCK=NONE',
                        reverse_sql='ALTER TABLE `shop_book` MODIFY `author_id` bigint NOT NULL, ALGORITHM=INPLACE, LOCK=NONE',
                    ),
                ],
                state_operations=[
                    migrations.AlterField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),
                ],
            ),
        ]
        """,
    )

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        by_table: dict[object, list[tuple[keys.Dropped, Statement, Effect]]] = {}
        for dropped, statement, effect in keys.churned(impact):
            if migration.used_table(effect):
                by_table.setdefault(effect.relation_key, []).append((dropped, statement, effect))
        for found in by_table.values():
            _, statement, effect = found[0]
            added_keys = [each.source.definition for _, _, each in found if each.source]
            columns = [f"{effect.relation}.{column}" for key in added_keys for column in key.columns]
            parents = [key.references for key in added_keys]
            touched = [
                each
                for _, added, _ in found
                for each in added.effects
                if each.source is not None and each.source.kind is Kind.ADD_CONSTRAINT
            ]
            waits = spelling.waiting(migration, statement, {each.relation_key: each for each in touched}.values())
            subject = f"foreign key {spelling.listed(columns)} is" if len(added_keys) == 1 else ""
            subject = subject or f"foreign keys {spelling.listed(columns)} are"
            yield self.finding(
                f"The {subject} dropped and added again: every row of `{effect.relation}` is checked against "
                f"{spelling.listed(parents)} while {waits} waits, {spelling.until(migration, statement)}.",
                help=self.way_out(impact, found),
                impact=impact, migration=migration, statement=statement, effect=effect,
            )  # fmt: skip

    def on_mysql(self, impact: Impact, found: list[tuple[keys.Dropped, Statement, Effect]]) -> str:
        """As elsewhere, but a key whose columns change their type has to go and to come back with the checks off."""
        ways, operation = spelling.ways(impact), impact.step.operation
        moved = any(parent_key(statement, effect) != dropped.parent for dropped, statement, effect in found)
        retyped = any(action.kind is Kind.ALTER_TYPE for each in impact.statements for action in each.actions)
        if not moved and not retyped and not isinstance(operation, migrations.RunSQL):
            return self.on_postgresql(impact, found)
        churned, code = list(keys.churned(impact)), []  # those of other tables have to come back, too
        for each in impact.statements:
            added = [effect for _, statement, effect in churned if statement is each]
            for effect in added:
                key = effect.source.definition if effect.source else None
                code.append(spelling.unchecked_key(ways, effect.relation or "", key))
            code += [] if added else [spelling.run_sql(each.sql)]
        whole = "\n".join(code)
        orphans = "\n".join(
            spelling.orphans(ways, effect.relation or "", effect.source.definition) for _, _, effect in churned if effect.source
        )
        if not isinstance(operation, migrations.RunSQL):
            whole = spelling.separate([whole], [spelling.operation(operation)])
        return spelling.advice(
            ("Look for rows without a parent first; there must be none:", orphans),
            ("Add the key again with the session's checks off, which does not look at the rows:", whole),
        )

    def on_postgresql(self, impact: Impact, found: list[tuple[keys.Dropped, Statement, Effect]]) -> str:
        operation, ways = impact.step.operation, spelling.ways(impact)
        moved = any(parent_key(statement, effect) != dropped.parent for dropped, statement, effect in found)
        if isinstance(operation, migrations.RunSQL) or moved:
            return self.in_two_steps(impact, found)
        left = [statement for statement in impact.statements if not handles_keys(statement, impact)]
        return spelling.advice(
            (
                "Keep the constraint, and change the rest by hand:" if left else "Keep the constraint: only the state changes.",
                spelling.separate(
                    [spelling.run_sql(each.sql, ways.reversed_sql(each)) for each in left], [spelling.operation(operation)]
                ),
            )
        )

    def in_two_steps(self, impact: Impact, found: list[tuple[keys.Dropped, Statement, Effect]]) -> str:
        """A key to another table has to be a new one: its rows are checked when no other lock is held."""
        ways = spelling.ways(impact)
        sql = [ways.not_valid(statement) or statement.sql for _, statement, _ in found]
        names = [(effect.relation or "", effect.source.name or "") for _, _, effect in found if effect.source]
        others = [
            spelling.run_sql(each.sql)
            for each in impact.statements
            if not any(each is statement for _, statement, _ in found) and each.actions[0].kind is not Kind.SET_CONSTRAINTS
        ]
        code = "\n".join([*others, *(spelling.run_sql(each) for each in sql)])
        operation = impact.step.operation
        if not isinstance(operation, migrations.RunSQL):
            code = spelling.separate([code], [spelling.operation(operation)])
        return spelling.advice(
            (f"Add the key {ways.word('unchecked')}:", code),
            (
                "Check the rows in the next migration, while both tables stay in use:",
                "\n".join(ways.validate(table, name) for table, name in names),
            ),
        )


def parent_key(statement: Statement, effect: Effect) -> object:
    parent = statement.before.table(effect.source.definition.references) if statement.before and effect.source else None
    return (parent.id or parent.name) if parent else None


def handles_keys(statement: Statement, impact: Impact) -> bool:
    """Whether the statement is there for a foreign key alone."""
    for action in statement.actions:
        if action.kind is Kind.SET_CONSTRAINTS:
            continue
        if action.kind is Kind.ADD_CONSTRAINT and action.definition.type == "foreign key":
            continue
        if action.kind is Kind.DROP_CONSTRAINT and statement.before and action.table:
            key = statement.before.table(action.table).constraints.get(action.name or "")
            if key is not None and key.type == "foreign key":
                continue
        return False
    return True
