from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, JSONField
from django.db.models.functions import Now

from migration_lint import Finding, Kind, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks
from migration_lint.running import uses
from migration_lint.spelling import Ways, changed, listed, ways


class RequiredColumnWithoutDefault(Rule):
    """The running release leaves the column, which it does not know, out of its INSERTs, and the database has no value for it.

    A field's `default` fills the existing rows and lives on in Python alone: Django drops it from the column at once.
    `db_default` stays in the database.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "fails on every INSERT into the table"
    bad = """
        operations = [
            migrations.AddField("book", "pages", models.IntegerField(default=1)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "pages", models.IntegerField(default=1, db_default=1)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.REQUIRED):
            relation = found[0].relation
            rows = list({each.column: each for each in found}.values())
            yield self.finding(
                f"The running release fails on every INSERT into `{relation}` until the last of its processes is replaced: it "
                f"leaves out {listed(row.column for row in rows)}, which {'are' if len(rows) > 1 else 'is'} NOT NULL "
                "without a default in the database.",
                help="\n\n".join(advice(ways(migration), relation, row) for row in rows),
                migration=migration,
                **found[0].place,
            )


def advice(own: Ways, relation: str, row: Break) -> str:
    name = row.column
    known = uses(row.impact.step.state.after.models, relation).get(name)
    use = known[0] if known else None
    if use is None or use.definition is None:
        if not own.offers("set default"):
            return f"Give `{name}` a default where the table is made, or let it be NULL until the next release."
        sql = own.sql("set default", table=relation, column=name, default=sql_default(row) or "…")
        return f"Leave a default in the database until the next release:\n\n    migrations.RunSQL({sql!r})"
    operation = f'migrations.{"AlterField" if row.was else "AddField"}("{use.model}", "{use.field}", '
    value = python_default(use.definition, row)
    if value is not None:
        line = f"{operation}{changed(use.definition, db_default=value)}),"
        return f"Let the database fill the column for the release that does not know it:\n\n    {line}"
    line = f"{operation}{changed(use.definition, without=('default',), null=True)}),"
    return (
        f"Add the column with `null=True` in this release:\n\n    {line}\n\n"
        "In the next one, when no process of the old code is left, fill it and take `null=True` away."
    )


def python_default(field: Any, row: Break) -> Any:
    """A value for `db_default`: the field's default where it is a constant, otherwise what the old rows were filled with."""
    if field.many_to_one or field.one_to_one:
        return None
    if field.has_default():
        if not callable(field.default):
            return field.default
        return Now() if isinstance(field, DateTimeField) else None
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        return Now()
    literal = sql_default(row)
    if literal is None or isinstance(field, JSONField):
        return None
    if literal in ("true", "false"):
        return literal == "true"
    text = re.fullmatch(r"'((?:[^']|'')*)'|([-+]?[0-9.]+)", literal)
    if text is None:
        return None
    try:
        return field.to_python(text[2] or (text[1] or "").replace("''", "'"))
    except ValidationError:
        return None


def sql_default(row: Break) -> str | None:
    for action in row.statement.actions:
        if action.kind is Kind.ADD_COLUMN and action.name == row.column and action.definition.default is not None:
            return str(action.definition.default.text)
    return None
