"""Advice that takes two releases: what goes into which, spelled with the user's names. For rules."""

from __future__ import annotations

from django.db import migrations

from migration_lint.spelling import advice, operation, reversed_or_none, run_sql, separate
from migration_lint.types import Impact

LATER = "In the next one, when no process of the old code is left,"
MANY = 4


def apart(impact: Impact, now: str, later: str, *instead: str) -> str:
    """The operation in the state alone now, and in the next release what it sends, or does the same without sending it all."""
    step = impact.step
    sent = [*instead] or [run_sql(statement.sql, reversed_or_none(impact, statement)) for statement in impact.statements]
    second: str | tuple[str, str] = (f"{LATER} {later}", "\n".join(sent))
    if isinstance(step.operation, migrations.RunSQL) or step.parent is not None:
        return advice(f"Take two releases. In this one {now}; leave this out of it.", second)
    if len(sent) > MANY:  # a table that is remade
        second = f"{LATER} {later.removesuffix(':')}, as this operation does here."
    state = separate([], [operation(step.operation)])
    return advice((f"Take two releases. In this one {now}, and tell Django's state alone:", state), second)
