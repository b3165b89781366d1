"""All that is to be told of a RunPython's functions, read once for all the rules."""

from __future__ import annotations

from typing import Any

from django.db import router
from django.db.migrations import RunPython

from migration_lint.python.checks import Fault, Lookup, Reader
from migration_lint.python.history import History
from migration_lint.python.rows import Loop, RowChange
from migration_lint.python.values import Marker
from migration_lint.types import Impact, Location, record


@record()
class Reading:
    """What a function does to rows, and what it asks of models. `gave_up`: there is something that was not followed, and may
    change any row.

    `fetched` are the tables of which more rows are read than a few. `unaliased` are queries that do not name a database, by
    model, function and place, of a function that does not ask for which database it runs. `formatted`
    are the places, by function, where a text is sent into which values were put.
    """

    changes: tuple[RowChange, ...] = ()
    fetched: frozenset[str] = frozenset()
    gave_up: bool = False
    lookups: tuple[Lookup, ...] = ()
    faults: tuple[Fault, ...] = ()
    loops: tuple[Loop, ...] = ()
    unaliased: tuple[tuple[str, str, Location], ...] = ()
    formatted: tuple[tuple[str, Location], ...] = ()


def read(code: Any, impact: Impact) -> Reading:
    """A callable that is given the registry of the impact's operation, followed."""
    history = History(impact.step.state.before)
    reader = Reader(impact.target.vendor, history)
    reader.follow(code, (history, Marker.EDITOR))
    return Reading(
        tuple(dict.fromkeys(reader.changes)),
        frozenset(reader.fetched),
        reader.gave_up or reader.unfollowed,
        tuple(dict.fromkeys(reader.lookups)),
        reader.told(),
        tuple(dict.fromkeys(reader.saving)),
        () if reader.compares_alias else tuple(dict.fromkeys(reader.unaliased)),
        tuple(dict.fromkeys(reader.formatted)),
    )


def readings(impact: Impact) -> tuple[Reading, ...]:
    """What the functions of a RunPython do to rows, there and back; nothing where a router keeps it out."""
    known: tuple[Reading, ...] | None = impact.__dict__.get("_readings")
    if known is None:
        operation, label = impact.step.operation, impact.step.migration.app_label
        known = ()
        if isinstance(operation, RunPython) and router.allow_migrate(impact.target.alias, label, **operation.hints):
            known = tuple(read(code, impact) for code in (operation.code, operation.reverse_code) if code is not None)
        impact.__dict__["_readings"] = known
    return known


def reading(impact: Impact) -> Reading:
    """What the function of a RunPython does to rows; nothing for any other operation."""
    return next(iter(readings(impact)), Reading())


def changes(impact: Impact) -> tuple[RowChange, ...]:
    return reading(impact).changes
