"""What a session has set: how long it waits for a lock, and what it cannot change any more. Public, for rules."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.backends.signals import connection_created

from migration_lint import backends
from migration_lint.types import Action, Effect, MigrationImpact, Statement, Target

NO_LIMIT = ("", "0", "0s", "0ms", "default")


def waiting(target: Target) -> backends.Waiting | None:
    """What bounds the wait on this database; None where its fact file does not say."""
    return backends.load(target.vendor).waiting


def is_bounded(statement: Statement, own: backends.Waiting) -> bool:
    """Whether there is a limit by then: in the statement, the alias's OPTIONS, the migrations, or what runs on connecting."""
    return any("wait bounded" in action.traits for action in statement.actions) or is_limited(statement, own.setting)


def is_limited(statement: Statement, setting: str) -> bool:
    """Whether this setting limits the statement. What the migrations say counts for more than what runs on connecting."""
    value = statement.before.settings.get(setting, "") if statement.before else ""
    if said := value.strip("'\" ").lower():
        return said not in NO_LIMIT
    return any(setting in text.lower() for text in on_connecting())


def in_transaction(target: Target, action: Action) -> str | None:
    """What it comes to when the session sets this inside a transaction; None where it is set as anywhere else."""
    fixed: Mapping[str, str] = backends.load(target.vendor).settings.get("pragmas_in_transactions", {})
    return fixed.get(action.name or "") or fixed.get(f"{action.name} {action.definition}")


def on_connecting() -> Iterator[str]:
    """The texts of the functions that the project runs on each new connection."""
    for entry in connection_created.receivers:
        receiver: Any = entry[1]
        try:
            function: Any = receiver() if isinstance(receiver, weakref.ReferenceType) else receiver
            yield inspect.getsource(function)
        except (OSError, TypeError):  # no text is at hand
            continue


def unbounded(migration: MigrationImpact) -> Iterator[tuple[Statement, Effect, backends.Waiting]]:
    """What locks a table in use where nobody says how long to wait. Nothing where the settings are another vendor's."""
    own = waiting(migration.target)
    if own is None or not migration.target.own:
        return
    for _, statement in migration.timeline:
        for effect in statement.effects:
            asks = effect.lock is not None and (effect.stops_writes or effect.algorithm is not None)
            if asks and not effect.concurrent and migration.used_table(effect) and not is_bounded(statement, own):
                yield statement, effect, own
