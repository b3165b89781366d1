"""Relations that migrations make to models of other apps, and what is wrong with those that the graph does not bear out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations import Migration
from django.db.migrations.utils import resolve_relation

from migration_lint.project import source
from migration_lint.types import History, Location, MigrationKey, Problem, Severity

ModelKey = tuple[str, str]


@dataclass(frozen=True)
class Relation:
    """A field, or a base class, of a migration's model that needs another model."""

    migration: Migration
    operation: Any
    index: tuple[int, ...]
    name: str
    to: ModelKey
    needs_table: bool

    @property
    def location(self) -> Location:
        return source.operation_location(self.migration, self.operation, self.index)


def relations(migration: Migration) -> Iterator[Relation]:
    for number, outer in enumerate(migration.operations):
        for operation in inner(outer):
            for name, field, model in fields(operation):
                needs = is_constrained(field) and getattr(operation, "options", {}).get("managed", True)
                for to in targets(field, migration.app_label, model):
                    yield Relation(migration, outer, (number,), name, to, needs)


def inner(operation: Any) -> Iterator[Any]:
    yield operation
    for half in ("state_operations", "database_operations"):
        for part in getattr(operation, half, None) or ():
            yield from inner(part)


def fields(operation: Any) -> Iterator[tuple[str, Any, str]]:
    """What is called how, what refers to a model, and the model that holds it."""
    if (field := getattr(operation, "field", None)) is not None:
        model = str(getattr(operation, "model_name", ""))
        yield f"{model}.{getattr(operation, 'name', '')}", field, model
    if isinstance(listed := getattr(operation, "fields", None), (list, tuple)):
        model = str(getattr(operation, "name", ""))
        for pair in listed:
            if isinstance(pair, tuple) and len(pair) == 2:
                yield f"{model}.{pair[0]}", pair[1], model


def targets(field: Any, label: str, model: str) -> Iterator[ModelKey]:
    remote = getattr(field, "remote_field", None)
    for other in (getattr(remote, "model", None), getattr(remote, "through", None)):
        if other is not None and (isinstance(other, str) or hasattr(other, "_meta")):
            if isinstance(other, str) and other.count(".") > 1:
                continue
            yield resolve_relation(other, label, model)


def is_constrained(field: Any) -> bool:
    """Whether the database checks that what the field refers to is there."""
    return bool(getattr(field, "db_constraint", True) and getattr(field.remote_field, "db_constraint", True))


def is_managed(model: ModelKey) -> bool:
    """Whether Django makes the table of the model that the code has."""
    try:
        return bool(apps.get_model(*model)._meta.managed)
    except LookupError:
        return True


def problems(history: History, order: Sequence[MigrationKey], selected: frozenset[MigrationKey]) -> Iterator[Problem]:
    """Relations to and from apps without migrations, to models that were swapped out, and without a dependency.

    `order` is that of `migrate`. Where what makes a model happens to run first, its table is there, and the rule
    undeclared-dependency sees the key that is missing a dependency by itself.
    """
    places = {key: number for number, key in enumerate(order)}
    unmigrated = {label for label in history.unmigrated if settings.MIGRATION_MODULES.get(label, "") is not None}
    made = makers(history)
    told: set[tuple[MigrationKey, ModelKey]] = set()
    for key in sorted(selected):
        if key[0] not in history.apps or key in history.left_out or (migration := history.migrations.get(key)) is None:
            continue
        for relation in relations(migration):
            if relation.to[0] == key[0] or (key, relation.to) in told:
                continue
            if relation.to[0] in unmigrated and not (relation.needs_table and is_managed(relation.to)):
                continue
            told.add((key, relation.to))
            if relation.to[0] in unmigrated:
                yield to_unmigrated(relation)
            elif (setting := swapped_out(relation.to)) is not None:
                yield to_swapped_out(relation, setting)
            elif (makers_of := made.get(relation.to)) and not any(
                maker == key or history.precedes(maker, key) for maker in makers_of
            ):
                later = all(places.get(maker, 0) > places.get(key, 0) for maker in makers_of)
                setting = apps.get_swappable_settings_name(label_of(relation.to))
                if setting or later:
                    yield undeclared(relation, sorted(makers_of)[0], key, setting)
    yield from from_unmigrated(history, unmigrated)


def makers(history: History) -> dict[ModelKey, set[MigrationKey]]:
    """The migrations that make a model of this name, those included that a squashed one replaces."""
    found: dict[ModelKey, set[MigrationKey]] = {}
    for key, migration in history.migrations.items():
        for outer in migration.operations:
            for operation in inner(outer):
                name = getattr(operation, "name" if hasattr(operation, "bases") else "new_name", None)
                if isinstance(name, str):
                    found.setdefault((key[0], name.lower()), set()).add(key)
    return found


def label_of(model: ModelKey) -> str:
    try:
        return str(apps.get_model(*model)._meta.label)
    except LookupError:
        return ".".join(model)


def swapped_out(model: ModelKey) -> str | None:
    """The setting that has put another model in the place of this one."""
    try:
        meta: Any = apps.get_model(*model)._meta
    except LookupError:
        return None
    return str(meta.swappable) if meta.swapped else None


def to_unmigrated(relation: Relation) -> Problem:
    key, other = (relation.migration.app_label, relation.migration.name), label_of(relation.to)
    return Problem(
        "relation-to-unmigrated-app",
        f"`{relation.name}` refers to `{other}`, whose app has no migrations: on a database made anew its table is not there "
        "when the migration asks for it, and `migrate` fails.",
        f"Give the app migrations, and let this one depend on the first of them:\n\n"
        f"    python manage.py makemigrations {relation.to[0]}\n\n"
        f'    dependencies = [("{relation.to[0]}", "0001_initial"), …]', *key, relation.location,
    )  # fmt: skip


def from_unmigrated(history: History, unmigrated: set[str]) -> Iterator[Problem]:
    for label in sorted(unmigrated & history.apps):
        for model in apps.get_app_config(label).get_models():
            for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
                other: Any = field.remote_field and field.remote_field.model
                if not (model._meta.managed and other and other._meta.managed and is_constrained(field)):
                    continue
                if other._meta.app_label in history.unmigrated:
                    continue
                yield Problem(
                    "relation-to-unmigrated-app",
                    f"`{model._meta.label}.{field.name}` refers to `{other._meta.label}`, whose app has migrations, and "
                    f"`{label}` has none: `migrate --run-syncdb` makes the tables of `{label}` first, and fails where the "
                    "other is not there yet.",
                    f"Give the app migrations:\n\n    python manage.py makemigrations {label}", label, None,
                    history.locate_model(label, model._meta.model_name or ""),
                )  # fmt: skip
                return


def to_swapped_out(relation: Relation, setting: str) -> Problem:
    key, other = (relation.migration.app_label, relation.migration.name), label_of(relation.to)
    return Problem(
        "undeclared-swappable-dependency",
        f"`{relation.name}` refers to `{other}`, in whose place `settings.{setting}` puts `{getattr(settings, setting)}`: "
        f"`{other}` has no table.",
        swappable_help(setting), *key, relation.location, Severity.ERROR,
    )  # fmt: skip


def undeclared(relation: Relation, maker: MigrationKey, key: MigrationKey, setting: str | None) -> Problem:
    other = label_of(relation.to)
    if setting:
        return Problem(
            "undeclared-swappable-dependency",
            f"`{relation.name}` refers to `{other}`, which `settings.{setting}` names, and the migration depends on nothing "
            "that makes it: whether it is there when the migration runs is a matter of luck.",
            swappable_help(setting), *key, relation.location,
        )  # fmt: skip
    return Problem(
        "undeclared-dependency",
        f"`{relation.name}` refers to `{other}`, which `{'.'.join(maker)}` makes, and the migration does not depend on that: "
        "`migrate` runs it first, and fails.",
        f'Let it depend on the migration that makes `{other}`:\n\n    dependencies = [("{maker[0]}", "{maker[1]}"), …]', *key,
        relation.location,
    )  # fmt: skip


def swappable_help(setting: str) -> str:
    return (
        "Refer to whatever model the project has, and depend on it:\n\n"
        "    from django.conf import settings\n\n"
        f"    dependencies = [migrations.swappable_dependency(settings.{setting}), …]\n\n"
        f"and in the field: to=settings.{setting}"
    )
