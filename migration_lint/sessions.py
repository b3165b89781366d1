"""How long a session waits for a lock, as far as settings, migrations and what runs on connecting say. Public, for rules."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from migration_lint import backends
from migration_lint.types import Kind, MigrationImpact, Statement, Target


def waiting(target: Target) -> backends.Waiting | None:
    """What bounds the wait on this database; None where its fact file does not say."""
    return backends.load(target.vendor).waiting


def is_bounded(target: Target) -> bool:
    """Whether the alias's OPTIONS, or what the project runs on connecting, name the setting that bounds the wait; where the
    settings are those of another database, nobody knows, and that is taken for said."""
    own = waiting(target)
    settings = connections.settings.get(target.alias, {})
    engine = str(settings.get("ENGINE", "")).rpartition(".")[2]
    if own is None or (own.engines and engine not in own.engines):
        return True
    return any(own.setting in text.lower() for text in said(settings))


def said(settings: Mapping[str, Any]) -> Iterator[str]:
    yield from texts(settings.get("OPTIONS", {}))
    for entry in connection_created.receivers:
        receiver = entry[1]
        yield from texts(receiver() if isinstance(receiver, weakref.ReferenceType) else receiver)


def texts(value: Any) -> Iterator[str]:
    """A value of the settings as text; a function's own text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)
    elif callable(value):
        try:
            yield inspect.getsource(value)
        except (OSError, TypeError):  # no text is at hand
            return
    else:
        yield str(value)


def is_set(migration: MigrationImpact, statement: Statement) -> bool:
    """Whether the migration itself has set it before this statement."""
    own = waiting(migration.target)
    return own is not None and any(
        action.kind is Kind.SET and action.name == own.setting
        for _, earlier in migration.timeline
        if earlier.position < statement.position
        for action in earlier.actions
    )


def unbounded(migration: MigrationImpact, unset: str) -> Iterator[tuple[Statement, backends.Waiting]]:
    """The statements that lock a table in use where nobody says how long to wait, and `unset` is what follows from that."""
    own = waiting(migration.target)
    if own is None or own.unset != unset or is_bounded(migration.target):
        return
    for _, statement in migration.timeline:
        asks = any(effect.lock and effect.stops_writes and migration.used_table(effect) for effect in statement.effects)
        if asks and not is_set(migration, statement):
            yield statement, own
