"""Advice on changing the rows of a table without keeping everybody waiting. Public, for rules."""

from __future__ import annotations

import re

from migration_lint import spelling
from migration_lint.python import Loop, RowChange
from migration_lint.running import column_of
from migration_lint.types import Impact, Kind, Statement

ALWAYS = re.compile(r"\s+where\s+(?:true|1(?:\s*=\s*1)?)\s*\Z", re.IGNORECASE)


def fill_first(impact: Impact, statement: Statement | None) -> str:
    """Django updates the rows between its own ALTERs: an operation that finds no NULL left need not."""
    action = next((each for each in statement.actions if each.kind is Kind.UPDATE), None) if statement else None
    changed = next((each.name for one in impact.statements for each in one.actions if each.kind is Kind.SET_NOT_NULL), None)
    if action is None or changed is None or action.table is None:
        return spelling.advice("Change the rows in a migration of its own, in batches, before the table is altered.")
    target = spelling.named(impact, action.table, changed)
    if target.field is None:
        return spelling.advice(f"Fill `{target}` in a migration of its own, in batches, before it is altered.")
    default = spelling.value(target.field.default)
    fill = (
        "Fill the rows in a migration before this one, in batches:",
        spelling.in_batches(target, f"{target.field_name}={default}", f"{target.field_name}=None"),
    )
    if statement is None or not getattr(impact.features, "can_rollback_ddl", False):  # nothing is locked by then
        return spelling.advice(fill, "Django's own UPDATE then finds no row left.")
    ways = spelling.ways(impact)
    there, back = (ways.sql(way, table=target.table, column=changed) for way in ("set not null", "drop not null"))
    return spelling.advice(
        fill,
        (
            "Leave Django's UPDATE out here:",
            spelling.separate(
                [spelling.run_sql(there, back)],
                [spelling.operation(impact.step.operation)],
            ),
        ),
    )


def function_in_batches(impact: Impact, change: RowChange) -> str:
    """A function's own `update()` or `delete()` of all rows, over a few of them at a time."""
    label, _, model = change.label.partition(".")
    return spelling.advice(
        (
            "Do it over a few rows at a time, in a migration of its own that is not atomic:",
            spelling.batches(change.function, label, model, f"rows.filter(pk__in=keys).{change.call}({change.arguments})"),
        )
    )


def sql_in_batches(impact: Impact, statement: Statement, table: str) -> str:
    """An UPDATE or DELETE of all rows, over a few of them at a time."""
    model = spelling.model_of(impact, table)
    sql = ALWAYS.sub("", statement.sql.strip().rstrip(";")).replace("%", "%%")
    if model is None:
        return spelling.advice("Do it over a few thousand rows at a time, in a migration that is not atomic.")
    key = next((column_of(name, each) for name, each in model.fields.items() if each.primary_key), None) or "id"
    ways = spelling.ways(impact)
    where = f"WHERE {ways.quoted(table)}.{ways.quoted(key)} BETWEEN %s AND %s"
    verb = "clear" if sql[:6].lower() == "delete" else "fill"
    line = f"schema_editor.execute({spelling.literal(f'{sql} {where}')}, [keys[0], keys[-1]])"
    return spelling.advice(
        (
            "Do it over a few rows at a time, in a migration of its own that is not atomic:",
            spelling.batches(f"{verb}_{model.name_lower}", model.app_label, model.name, line),
        )
    )


def streamed(loop: Loop) -> str:
    """What a loop runs over, fetched a few rows at a time."""
    return loop.iterable if loop.streamed else f"{loop.iterable}.iterator(chunk_size=1000)"


def loop_in_batches(impact: Impact, loop: Loop) -> str:
    """A loop that saves rows as one that sends a statement for a thousand of them."""
    model, row = loop.label.partition(".")[2], loop.target
    fields = f"[{', '.join(map(repr, loop.written))}]"
    alias = f"{model}.objects.using(schema_editor.connection.alias)"
    lines = [
        "batch = []",
        f"for {row} in {streamed(loop)}:",
        *(f"    {row}.{name} = …" for name in loop.written),
        f"    batch.append({row})",
        "    if len(batch) == 1000:",
        f"        {alias}.bulk_update(batch, {fields})",
        "        batch.clear()",
        f"{alias}.bulk_update(batch, {fields})",
    ]
    return "\n".join(lines)
