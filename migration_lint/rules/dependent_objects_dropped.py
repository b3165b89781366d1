from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from django.db.migrations import RunPython, RunSQL

from migration_lint import Action, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.running import is_used, same_table

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Catalog

TAKES_ALONG = (
    Kind.DROP_TABLE, Kind.DROP_COLUMN, Kind.DROP_CONSTRAINT, Kind.DROP_VIEW, Kind.DROP_MATERIALIZED_VIEW,
)  # fmt: skip


class Gone(NamedTuple):
    """What CASCADE takes along: on which relation, and what it is."""

    relation: str
    what: str


class DependentObjectsDropped(Rule):
    """CASCADE drops what depends on the thing that is dropped, whatever that is, and says nothing.

    Views, generated columns and the foreign keys of other tables go. Django writes CASCADE when it drops a table, and up to
    Django 5.2 when it drops a column; from 6.0 on the server refuses to drop a column that something depends on.
    """

    severity = Severity.ERROR
    category = "data-loss"
    vendors = ("postgresql", "oracle")
    kinds = frozenset(TAKES_ALONG)
    bad = """
        operations = [
            migrations.RunSQL(
                "CREATE VIEW stocked AS SELECT id, stock FROM shop_book", reverse_sql="DROP VIEW stocked"
            ),
            migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock CASCADE", reverse_sql=migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                "CREATE VIEW stocked AS SELECT id, stock FROM shop_book", reverse_sql="DROP VIEW stocked"
            ),
            migrations.RunSQL("DROP VIEW stocked", reverse_sql="CREATE VIEW stocked AS SELECT id, stock FROM shop_book"),
            migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN stock", reverse_sql=migrations.RunSQL.noop),
        ]
    """
    bad_on = {
        "oracle": """
            operations = [
                migrations.RunSQL('DROP TABLE "SHOP_BOOK" CASCADE CONSTRAINTS', reverse_sql=migrations.RunSQL.noop),
            ]
        """
    }
    good_on = {
        "oracle": """
            operations = [
                migrations.RunSQL('DROP TABLE "SHOP_REVIEW" CASCADE CONSTRAINTS', reverse_sql=migrations.RunSQL.noop),
            ]
        """
    }

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for action in statement.actions:
                if action.kind not in TAKES_ALONG or not action.traits & {"cascade", "cascade constraints"}:
                    continue
                if statement.before is None or action.table is None:
                    continue
                gone = list(left_out(dependents(statement.before, action), statement, migration))
                if gone:
                    yield self.of_known(gone, impact, migration, statement, action)
                elif is_written(impact) and is_open(statement.before, action, migration):
                    yield self.finding(
                        f"CASCADE drops whatever depends on {subject(action)}, and says nothing: also what no migration made.",
                        help="Leave CASCADE out: the server then refuses where something depends on it, and names it.",
                        impact=impact, migration=migration, statement=statement, relation=action.table,
                        severity=Severity.WARNING,
                    )  # fmt: skip

    def of_known(
        self, gone: list[Gone], impact: Impact, migration: MigrationImpact, statement: Statement, action: Action
    ) -> Finding:
        things = " and ".join(dict.fromkeys(each.what for each in gone))
        verb = "goes" if len(gone) == 1 else "go"
        ways = spelling.ways(impact)
        before = [
            spelling.run_sql(f"DROP {view.kind.upper()} {ways.quoted(view.name)}", view.text.strip().rstrip(";") or None)
            for each in gone
            if statement.before and "view" in (view := statement.before.table(each.relation)).kind
        ]
        help = (
            "Where it is not needed any more, say so in an operation before this one; otherwise leave CASCADE out, and let the "
            "server refuse."
        )
        if before:
            before.reverse()
            way = "Say that the view goes, and make it again afterwards where it is needed:"
            help = spelling.advice((way, "\n".join(before)))
        return self.finding(
            f"With {subject(action)} {verb} {things}: CASCADE says nothing about it.",
            help=help,
            impact=impact, migration=migration, statement=statement, relation=gone[0].relation,
        )  # fmt: skip


def subject(action: Action) -> str:
    if action.kind is Kind.DROP_COLUMN:
        return f"the column `{action.table}.{action.name}`"
    if action.kind is Kind.DROP_CONSTRAINT:
        return f"the constraint `{action.name}` of `{action.table}`"
    return f"the {action.kind.value.removeprefix('drop ')} `{action.table}`"


def dependents(catalog: Catalog, action: Action) -> Iterator[Gone]:
    """What the catalog knows to depend on what the action drops."""
    name = action.table or ""
    table = catalog.table(name)
    columns: set[str] = set()
    if action.kind is Kind.DROP_COLUMN:
        columns = {action.name or ""}
        for other in table.columns.values():
            if other.generated and other.expression and columns & other.expression.columns:
                yield Gone(name, f"the generated column `{name}.{other.name}`")
    if action.kind is Kind.DROP_CONSTRAINT:
        dropped = table.constraints.get(action.name or "")
        columns = set(dropped.columns) if dropped is not None and dropped.has_index else set()
    elif "cascade" in action.traits:
        for view in catalog.views_upon(name, action.name if action.kind is Kind.DROP_COLUMN else None).values():
            yield Gone(view.name, f"the {view.kind} `{view.name}`")
    for child, key in catalog.children(name):
        whole = action.kind is Kind.DROP_TABLE
        if child.name != name and (whole or (columns and columns & set(key.referenced_columns))):
            yield Gone(child.name, f"the foreign key `{key.name}` of `{child.name}`")


def left_out(found: Iterator[Gone], statement: Statement, migration: MigrationImpact) -> Iterator[Gone]:
    """Without what the migration drops or makes again in any case."""
    last = migration.impacts[-1].after.tables
    for each in found:
        before = statement.before.table(each.relation) if statement.before else None
        if before is None:
            continue
        if "view" in before.kind:
            if each.relation not in last and not dropped_later(migration, statement, each.relation):
                yield each
        elif is_used(migration, before) and same_table(last, before) is not None:
            yield each


def dropped_later(migration: MigrationImpact, statement: Statement, view: str) -> bool:
    return any(
        action.table == view and action.kind in (Kind.DROP_VIEW, Kind.DROP_MATERIALIZED_VIEW)
        for _, other in migration.timeline
        for action in other.actions
        if other.position > statement.position
    )


def is_written(impact: Impact) -> bool:
    """Whether somebody wrote CASCADE by hand, and not Django."""
    return isinstance(impact.step.operation, RunSQL | RunPython)


def is_open(catalog: Catalog, action: Action, migration: MigrationImpact) -> bool:
    """Whether what is dropped is there, and others have had the time to build upon it."""
    table = catalog.table(action.table or "")
    if "if exists" in action.traits and not table.id:
        return False
    return "cascade" in action.traits and is_used(migration, table) and action.kind is not Kind.DROP_CONSTRAINT
