"""What `makemigrations` would write, found by Django's own autodetector: nobody is asked, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from inspect import isfunction
from typing import Any

from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.core.management.commands.makemigrations import Command
from django.db.migrations import AddField, AlterField, CreateModel, DeleteModel
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState
from django.utils import translation

from migration_lint.project import commands
from migration_lint.project.halves import advance
from migration_lint.project.loading import Graph
from migration_lint.project.reach import Reach
from migration_lint.project.states import PlanState
from migration_lint.types import AppChange

OF_THE_STATE = {"AlterModelOptions", "AlterModelManagers", "AlterConstraint"}  # the last one only newer versions of Django have
UNSEEN = {"default", "auto_now", "auto_now_add", "serialize", "upload_to", "storage", "encoder", "decoder"}


def changes(graph: Graph, judged: frozenset[str], within: Reach | None = None) -> Mapping[str, tuple[AppChange, ...]]:
    """By app, of those that are judged; nothing where the graph is broken, so that `makemigrations` would refuse."""
    if graph.problems or graph.loader.left_out or judged <= graph.unmigrated:
        return {}
    with translation.override(None):
        state = PlanState({}, set(graph.unmigrated))
        for number, migration in enumerate(graph.migrations):
            for half in within.halves[number] if within is not None else advance(state, migration):
                if half.error:  # told where it is collected
                    return {}
                state = half.after
        before = ProjectState({key: copy(model) for key, model in state.models.items()}, state.real_apps)
        for model in before.models.values():  # the autodetector writes into fields, and the migrations go on using theirs
            model.fields = {name: copy(field) for name, field in model.fields.items()}
        own, detector = project_command()
        after = ProjectState({key: state for key, state in before.models.items() if key[0] not in judged})
        for real in apps.get_models(include_swapped=True):
            label = real._meta.app_label
            if label in judged or label in graph.unmigrated or (label, real._meta.model_name) not in before.models:
                after.add_model(ModelState.from_model(real))
        found = detector(before, after, MigrationQuestioner()).changes(graph=graph.loader.graph)
    told: dict[str, tuple[AppChange, ...]] = {}
    for label, migrations in found.items():
        if label not in judged:
            continue
        operations = [operation for migration in migrations for operation in migration.operations]
        rows = [AppChange(o.describe(), model_of(o), alters_schema(o, label, before)) for o in operations]
        if kept := tuple(row for row in rows if row.schema or not own):
            told[label] = kept
    return told


def project_command() -> tuple[bool, type[MigrationAutodetector]]:
    """Whether the project has a `makemigrations` of its own, and the autodetector that the command uses.

    Such a command often leaves out what no database sees, in ways that cannot be known without running it.
    """
    app: Any = get_commands().get("makemigrations", "django.core")
    try:
        if app == commands.OURS:
            command: Any = commands.behind("makemigrations")()
        else:
            command = load_command_class(app, "makemigrations") if isinstance(app, str) else app
    except Exception:  # it cannot be imported: then nobody knows what it would write
        return True, MigrationAutodetector
    return type(command).handle is not Command.handle, getattr(command, "autodetector", MigrationAutodetector)


def model_of(operation: Any) -> str | None:
    return getattr(operation, "model_name", None) or getattr(operation, "name", None)


def alters_schema(operation: Any, label: str, before: ProjectState) -> bool:
    """Whether a database would see it."""
    if type(operation).__name__ in OF_THE_STATE:
        return False
    if isinstance(operation, CreateModel):
        return has_table(operation.options)
    if isinstance(operation, DeleteModel):
        old_model = before.models.get((label, operation.name_lower))
        return old_model is None or has_table(old_model.options)
    if isinstance(operation, AddField):
        return getattr(operation.field.remote_field, "through", None) is None
    if not isinstance(operation, AlterField):
        return True
    model = before.models.get((label, operation.model_name_lower))
    old = model.fields.get(operation.name) if model is not None else None
    return old is None or seen(old) != seen(operation.field)


def has_table(options: Mapping[str, Any]) -> bool:
    """Whether Django makes a table for a model with these options."""
    return bool(options.get("managed", True) and not options.get("proxy", False))


def seen(field: Any) -> object:
    """What of a field a database sees. Django's list leaves out what it tells apart by itself, and what Python alone reads."""
    _, path, args, kwargs = field.deconstruct()
    unseen = (set(field.non_db_attrs) | UNSEEN) - {"db_column"}
    if isfunction(kwargs.get("on_delete")):  # Python deletes; the database does where it is no function
        unseen.add("on_delete")
    return path, args, {key: value for key, value in kwargs.items() if key not in unseen}
