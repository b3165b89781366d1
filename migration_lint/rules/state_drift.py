from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.migrations import RunSQL

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity, drift, spelling

if TYPE_CHECKING:
    from migration_lint.sql.catalog import End


class StateDrift(Rule):
    """A table is changed behind Django's back, or not as Django is told, and no other migration makes the two agree again.

    Queries name columns that are not there, INSERTs leave out one that has to have a value, and the next `makemigrations`,
    which knows only what Django was told, alters what is not there or adds what is.
    A column that Django does not know and that is filled without it is only noted.
    """

    severity = Severity.ERROR
    category = "data-migrations"
    bad = """
        operations = [
            migrations.RunSQL("ALTER TABLE shop_book DROP COLUMN notes", migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                "ALTER TABLE shop_book DROP COLUMN notes",
                migrations.RunSQL.noop,
                state_operations=[migrations.RemoveField("book", "notes")],
            ),
        ]
    """

    def awaits_end(self, migration: MigrationImpact) -> bool:
        return bool(drift.introduced(migration))

    def check_end(self, migration: MigrationImpact, end: End) -> Iterable[Finding]:
        told: dict[tuple[int, str], list[drift.Drift]] = {}
        impacts: dict[int, Impact] = {}
        for each, impact in drift.introduced(migration).items():
            if drift.remains(each, end, migration):
                told.setdefault((impact.step.index[0], each.table), []).append(each)
                impacts[impact.step.index[0]] = impact
        for (index, table), found in told.items():
            impact = impacts[index]
            words = [drift.WORDS[each.kind].format(name=each.name) for each in found]
            yield self.finding(
                f"`{table}` {' and '.join(words)}: the SQL and the state part here, and no later migration makes them agree.",
                help=advice(impact, found),
                severity=Severity.NOTE if all(each.kind == "unknown column" for each in found) else None,
                impact=impact, migration=migration, relation=table,
            )  # fmt: skip


def advice(impact: Impact, found: list[drift.Drift]) -> str:
    model = found[0].model[1]
    names = spelling.listed(each.name for each in found)
    if isinstance(impact.step.operation, RunSQL) and impact.step.parent is None:
        return spelling.advice(
            (
                f"Tell Django as well what the SQL does to {names}:",
                "\n".join(
                    [
                        "migrations.RunSQL(",
                        "    …,",
                        "    state_operations=[",
                        *(f"        {operation}" for operation in {known(impact, model, each): None for each in found}),
                        "    ],",
                        "),",
                    ]
                ),
            ),
        )
    return (
        f"Make the two halves agree about {names} of the model `{model}`: what stands in `database_operations` has to come to "
        "what stands in `state_operations`."
    )


def known(impact: Impact, model: str, each: drift.Drift) -> str:
    """The operation that tells Django of the difference."""
    name = spelling.named(impact, each.table, each.name).field_name
    if each.kind == "missing column":
        return f"migrations.RemoveField({model!r}, {name!r}),"
    if each.kind in ("extra column", "unknown column"):
        return f"migrations.AddField({model!r}, {name!r}, …),"
    if each.kind == "index":
        return f"migrations.RemoveIndex({model!r}, {name!r}),"
    if each.kind == "constraint":
        return f"migrations.RemoveConstraint({model!r}, {name!r}),"
    return f"migrations.AlterField({model!r}, {name!r}, …),"
