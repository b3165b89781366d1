from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations import (
    AddField,
    AlterField,
    CreateModel,
    Migration,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import OperationCategory

from migration_lint import Finding, Plan, Rule, Severity


class MisleadingInitial(Rule):
    """A migration that calls itself initial does more than create: `migrate --fake-initial` skips all of it.

    Where the tables that it creates are there already, `--fake-initial` records the migration as applied and runs none of it,
    its data migrations and its changes to other tables included. Squashed migrations are left out: whoever has their tables has
    run what they replace.
    """

    severity = Severity.WARNING
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        history = plan.history
        for migration in plan.migrations if history is not None else ():
            if not migration.initial or migration.replaces or history is None or migration.app_label not in history.apps:
                continue
            if not any(isinstance(operation, (CreateModel, AddField)) for operation in migration.operations):
                continue  # nothing to recognise it by: it is never taken for applied
            own = own_models(migration)
            if not (more := [operation for operation in parts(migration.operations) if does_more(operation, own)]):
                continue
            key = (migration.app_label, migration.name)
            what = " and ".join(dict.fromkeys(f"`{type(operation).__name__}`" for operation in more))
            yield self.finding(
                f"`{key[0]}.{key[1]}` says `initial = True` and does more than create tables: where those exist, "
                f"`migrate --fake-initial` records it as applied without running its {what}.",
                help=f"Move {what} into a migration of {'their' if len(more) > 1 else 'its'} own that depends on this one:\n\n"
                f"    python manage.py makemigrations {key[0]} --empty --name what_it_does\n\n"
                "Where this one has run already, write `initial = False` instead: then it is never taken for applied.",
                app_label=key[0], migration_name=key[1], location=history.locate(key, "initial"),
            )  # fmt: skip


def parts(operations: Iterable[Any]) -> Iterator[Any]:
    """The operations, and what of them reaches the database where they hold others."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from parts(operation.database_operations)
        else:
            yield operation


def own_models(migration: Migration) -> set[str]:
    """The models that it creates, by all the names that it gives them."""
    names: set[str] = set()
    for operation in parts(migration.operations):
        if isinstance(operation, CreateModel):
            names.add(operation.name_lower)
        elif isinstance(operation, RenameModel) and operation.old_name_lower in names:
            names.add(operation.new_name_lower)
    return names


def does_more(operation: Any, own: set[str]) -> bool:
    """Whether it changes rows, or what was there before the migration."""
    if isinstance(operation, RunPython):
        return operation.code is not RunPython.noop
    if isinstance(operation, RunSQL):
        return bool(operation.sql)
    if isinstance(operation, RenameModel):
        model: Any = operation.old_name_lower
    elif operation.category == OperationCategory.REMOVAL or isinstance(operation, (AlterField, RenameField)):
        model = getattr(operation, "model_name_lower", None) or getattr(operation, "name_lower", "")
    else:
        return False
    return model not in own
