from __future__ import annotations

import textwrap
from collections.abc import Iterable

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.running import is_same


class ViewDependsOnColumn(Rule):
    """A view reads the column that is dropped or changed: the server refuses the statement, or the view is broken afterwards.

    PostgreSQL changes no column's type while a view reads it, not even where nothing about the rows is different. MySQL,
    MariaDB and Oracle let the statement through, and every query of the view fails from then on. Known are the views that
    migrations have made.
    """

    severity = Severity.ERROR
    category = "data-loss"
    bad = """
        operations = [
            migrations.RunSQL(
                "CREATE VIEW stocked AS SELECT id, stock FROM shop_book", reverse_sql="DROP VIEW stocked"
            ),
            migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock", reverse_sql=migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                "CREATE VIEW stocked AS SELECT id, sku FROM shop_book", reverse_sql="DROP VIEW stocked"
            ),
            migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock", reverse_sql=migrations.RunSQL.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for refusal in statement.refusals:
                if refusal.rule != self.id or statement.before is None:
                    continue
                action = refusal.action
                column = None if action.kind in (Kind.DROP_TABLE, Kind.RENAME_TABLE) else action.name
                views = statement.before.views_upon(refusal.relation or "", column)
                last = migration.impacts[-1].after.tables
                if refusal.error is None and not any(
                    name in last and is_same(last[name], view) for name, view in views.items()
                ):
                    continue  # the migration itself drops the views, or makes them anew
                yield self.finding(
                    refusal.message,
                    help=self.around(impact, statement, list(views)),
                    impact=impact, migration=migration, statement=statement, relation=refusal.relation,
                )  # fmt: skip

    def around(self, impact: Impact, statement: Statement, names: list[str]) -> str:
        """The operation between those that drop the views and make them again."""
        ways = spelling.ways(impact)
        before: list[str] = []
        after: list[str] = []
        for name in names:
            view = statement.before.table(name) if statement.before else None
            if view is None:
                continue
            drop = f"DROP {view.kind.upper()} {ways.quoted(name)}"
            make = view.text.strip().rstrip(";") or f"CREATE {view.kind.upper()} {ways.quoted(name)} AS …"
            before.insert(0, spelling.run_sql(drop, make))
            after.append(spelling.run_sql(make, drop))
        code = "\n".join([*before, spelling.operation(impact.step.operation), *after])
        again = "it again afterwards" if len(names) == 1 else "them again afterwards"
        how = f"Drop {spelling.listed(names)} before and make {again}, with what is left of the columns, in one migration:"
        return spelling.advice((how, f"operations = [\n{textwrap.indent(code, '    ')}\n]"))
