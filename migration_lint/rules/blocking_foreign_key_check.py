from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import migrations

from migration_lint import Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, keys, spelling


class BlockingForeignKeyCheck(Rule):
    """Adding a foreign key checks every row of the table against the other one, and neither can be written to meanwhile."""

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql", "mysql", "mariadb", "oracle")
    effects = frozenset({"scans"})
    help = "Add the key without its constraint, add that `NOT VALID`, and validate it, each in a migration of its own."
    bad = """
        operations = [
            migrations.RunSQL(
                'ALTER TABLE shop_book ADD CONSTRAINT book_publisher_fk '
                'FOREIGN KEY (publisher_id) REFERENCES shop_author (id)',
                reverse_sql='ALTER TABLE shop_book DROP CONSTRAINT book_publisher_fk',
            ),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                'ALTER TABLE shop_book ADD CONSTRAINT book_publisher_fk '
                'FOREIGN KEY (publisher_id) REFERENCES shop_author (id) NOT VALID',
                reverse_sql='ALTER TABLE shop_book DROP CONSTRAINT book_publisher_fk',
            ),
        ]
    """

    bad_on = dict.fromkeys(
        ("mysql", "mariadb"),
        """
        operations = [
            migrations.AddField(
                "book",
                "editor",
                models.ForeignKey("shop.Author", models.SET_NULL, null=True, related_name="+"),
            ),
        ]
        """,
    )
    good_on = dict.fromkeys(
        ("mysql", "mariadb"),
        """
        operations = [
            migrations.AddField(
                "book",
                "editor",
                models.ForeignKey("shop.Author", models.SET_NULL, null=True, db_constraint=False, related_name="+"),
            ),
        ]
        """,
    )

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        churned = {id(effect) for _, _, effect in keys.churned(impact)}
        for statement in impact.statements:
            for effect in statement.effects:
                action = effect.source
                if (
                    action is None
                    or action.kind is not Kind.ADD_CONSTRAINT
                    or action.definition.type != "foreign key"
                    or effect.relation != action.table
                    or not effect.scans
                    or not migration.used_table(effect)
                    or id(effect) in churned  # it was there before: foreign-key-churn tells how to keep it
                ):
                    continue
                key = action.definition
                both = [each for each in statement.effects if each.source is action]
                waits = spelling.waiting(migration, statement, both)
                what = f"foreign key `{key.name}`" if key.name else "foreign key"
                columns = spelling.listed(f"{action.table}.{column}" for column in key.columns)
                yield self.finding(
                    f"Adding the {what} on {columns} checks every row of `{action.table}` against `{key.references}` "
                    f"while {waits} waits, {spelling.until(migration, statement)}.",
                    help=self.way_out(impact, statement, effect, key),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def on_mysql(self, impact: Impact, statement: Statement, effect: Effect, key: Any) -> str:
        """The server takes a key unchecked while the session's checks are off; then nobody ever looks at the old rows."""
        table = effect.relation or ""
        ways = spelling.ways(impact)
        target = spelling.named(impact, table, key.columns[0])
        unchecked = spelling.unchecked_key(ways, table, key)
        orphans = ("Look for rows without a parent first; there must be none:", spelling.orphans(ways, table, key))
        if isinstance(impact.step.operation, migrations.RunSQL) or target.field is None or not target.field.remote_field:
            return spelling.advice(orphans, ("Add the key with the session's checks off, which copies nothing:", unchecked))
        field = target.field
        added = any(a.kind is Kind.ADD_COLUMN and a.name in key.columns for s in impact.statements for a in s.actions)
        first = spelling.with_arguments(field, db_constraint=False)
        return spelling.advice(
            (
                "Add the key without its constraint; its index is built while the table is in use:",
                spelling.field_operation("AddField" if added else "AlterField", target, first),
            ),
            orphans,
            (
                "Add the constraint in the next migration with the session's checks off, which copies nothing:",
                spelling.separate([unchecked], [spelling.field_operation("AlterField", target, field)]),
            ),
        )

    def on_postgresql(self, impact: Impact, statement: Statement, effect: Effect, key: Any) -> str:
        table = effect.relation or ""
        ways = spelling.ways(impact)
        name, sql = ways.foreign_key(table, key)
        sql = ways.not_valid(statement) or sql
        add = spelling.run_sql(sql, ways.drop_constraint(table, name))
        check = (
            "Check the rows in the migration after that; both tables stay in use:",
            ways.validate(table, name),
        )
        target = spelling.named(impact, table, key.columns[0])
        field = target.field
        if isinstance(impact.step.operation, migrations.RunSQL) or field is None or not field.remote_field:
            return spelling.advice(("Add the constraint without checking the rows that are there:", add), check)
        actions = [action for each in impact.statements for action in each.actions]
        added = any(action.kind is Kind.ADD_COLUMN and action.name in key.columns for action in actions)
        built = next(
            (action for action in actions if action.kind is Kind.CREATE_INDEX and key.columns[0] in action.definition.used),
            None,
        )
        own = ways.operation("AddIndex")
        index = spelling.meta_index(impact, table, built.definition) if built and own else None
        moved: dict[str, Any] = {"db_index": False} if index else {}
        indexed: list[str | tuple[str, str]] = []
        if index and own:
            code = spelling.call(own[0], model_name=repr(target.model_name), index=index)
            indexed = [
                (
                    "Declare the index in `Meta.indexes`, and build it in a migration of its own with `atomic = False`:",
                    spelling.migration(code, atomic=ways.builds_atomically, imports=own[1:]),
                )
            ]
        return spelling.advice(
            (
                "Add the key without its constraint:",
                spelling.field_operation(
                    "AddField" if added else "AlterField",
                    target,
                    spelling.with_arguments(field, db_constraint=False, **moved),
                ),
            ),
            *indexed,
            (
                "Add the constraint in the next migration, without checking the rows that are there:",
                spelling.separate(
                    [add], [spelling.field_operation("AlterField", target, spelling.with_arguments(field, **moved))]
                ),
            ),
            check,
        )

    on_oracle = on_postgresql
