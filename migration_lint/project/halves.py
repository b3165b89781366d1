"""A migration's operations, each with the project states around it and the database operations that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.migrations import Migration, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState

from migration_lint.failures import told
from migration_lint.project.registry import ModelKey
from migration_lint.project.states import PlanState
from migration_lint.types import MigrationKey

# (operation, index, state before, state after, the SeparateDatabaseAndState around it)
Part = tuple[Operation, tuple[int, ...], PlanState, PlanState, Operation | None]


@dataclass
class Halves:
    """One operation of a migration with the states around it, and the database operations it stands for."""

    operation: Operation
    index: int
    before: PlanState
    after: PlanState
    parts: list[Part]
    error: str | None = None

    @cached_property
    def changed(self) -> frozenset[ModelKey]:
        """The models that the operation changes."""
        return changed(self.before, self.after)


def changed(before: PlanState, after: PlanState) -> frozenset[ModelKey]:
    """The models that are not what they were. What is as it was is the same object."""
    old, new = before.models, after.models
    keys = list(new)
    if keys == list(old):
        return frozenset(key for key, was, is_now in zip(keys, old.values(), new.values(), strict=True) if was is not is_now)
    return frozenset(key for key in keys if dict.get(old, key) is not new[key]) | (old.keys() - new.keys())


def is_expandable(operation: Operation) -> bool:
    """Whether this is Django's own SeparateDatabaseAndState, whose database half can be walked operation by operation."""
    own = type(operation)
    return (
        isinstance(operation, SeparateDatabaseAndState)
        and own.database_forwards is SeparateDatabaseAndState.database_forwards
        and own.database_backwards is SeparateDatabaseAndState.database_backwards
    )


def advance(state: PlanState, migration: Migration) -> Iterator[Halves]:
    """Apply the state half of each operation. A state that cannot be changed stays as it was, and the reason is told."""
    for index, operation in enumerate(migration.operations):
        before = state
        state = before.clone()
        error = None
        try:
            operation.state_forwards(migration.app_label, state)
        except Exception as reason:
            error = told(reason)
            state = before.clone()
        state.freeze()
        parts: list[Part] = [(operation, (index,), before, state, None)]
        if error is None and is_expandable(operation):
            parts, error = expand(operation, index, before, migration.app_label)
        yield Halves(operation, index, before, state, parts, error)


def expand(
    operation: Any, index: int, before: PlanState, label: str, prefix: tuple[int, ...] = ()
) -> tuple[list[Part], str | None]:
    parts: list[Part] = []
    state = before
    for number, nested in enumerate(operation.database_operations):
        place = (*(prefix or (index,)), number)
        after = state.clone()
        try:
            nested.state_forwards(label, after)
        except Exception as reason:
            return parts, told(reason)
        after.freeze()
        if is_expandable(nested):
            inner, error = expand(nested, index, state, label, place)
            parts += inner
            if error:
                return parts, error
        else:
            parts.append((nested, place, state, after, operation))
        state = after
    return parts, None


def named_models(operation: Operation, label: str) -> Iterator[ModelKey]:
    """The models that an operation names, as Django's own name them; there need not be such models."""
    for attribute in ("model_name", "name", "old_name", "new_name"):
        name = getattr(operation, attribute, None)
        if isinstance(name, str):
            yield label, name.lower()


def models_without(
    migrations: tuple[Migration, ...], unmigrated: frozenset[str], release: frozenset[MigrationKey]
) -> Mapping[ModelKey, ModelState]:
    """The models before a release of several migrations: the plan without them and without what depends on them."""
    later = set(release)
    kept = []
    for migration in migrations:
        if (migration.app_label, migration.name) in later or any(parent in later for parent in migration.dependencies):
            later.add((migration.app_label, migration.name))
        else:
            kept.append(migration)
    return models_of(kept, unmigrated)


def models_with(
    migrations: tuple[Migration, ...], unmigrated: frozenset[str], release: frozenset[MigrationKey]
) -> Mapping[ModelKey, ModelState]:
    """The models after a release of several migrations: the plan up to the last of them."""
    last = max(number for number, m in enumerate(migrations) if (m.app_label, m.name) in release)
    return models_of(migrations[: last + 1], unmigrated)


def models_of(plan: Iterable[Migration], unmigrated: frozenset[str]) -> Mapping[ModelKey, ModelState]:
    state = PlanState({}, set(unmigrated))
    for migration in plan:
        for half in advance(state, migration):
            state = half.after
    return state.models
