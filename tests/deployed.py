"""What the models of a release can do on a real database: every demand that their queries make, tried one by one.

A demand is told as (model, what it is, column). Used by tests of what a migration leaves the running release.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connections, models, transaction
from django.db.migrations.state import ModelState, ProjectState
from psycopg.conninfo import conninfo_to_dict

from migration_lint.compatibility import Break, How
from migration_lint.compatibility.values import RANGES
from migration_lint.types import MigrationImpact
from tests.servers import running

ALIAS = "deployed"
Demand = tuple[str, str, str]
Keys = dict[str, Any]
LOST = {How.TABLE_DROPPED, How.TABLE_RENAMED, How.TABLE_LOST, How.COLUMN_DROPPED, How.COLUMN_RENAMED, How.COLUMN_LOST}


class Misread(Exception):
    """The database gives back something else than was written."""


@contextmanager
def connected(**settings: Any) -> Iterator[Any]:
    """A connection of Django's under an alias of its own."""
    connections.databases[ALIAS] = connections.configure_settings({"default": settings})["default"]
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


@contextmanager
def database(blocker: Any) -> Iterator[Any]:
    """A connection to an empty database."""
    with running().scratch() as dsn:
        parts = conninfo_to_dict(dsn)
        names = {"NAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user"}
        settings = {key: str(parts[name]) for key, name in names.items() if name in parts}
        with blocker.unblock(), connected(ENGINE="django.db.backends.postgresql", **settings) as connection:
            connection.cursor().execute("SET synchronous_commit = off")
            yield connection


def run(connection: Any, migration: MigrationImpact) -> None:
    with connection.cursor() as cursor:
        for _, statement in migration.timeline:
            cursor.execute(statement.sql)


def classes(states: Mapping[tuple[str, str], ModelState]) -> list[type[models.Model]]:
    """The models, those that others refer to first."""
    found = ProjectState({key: state.clone() for key, state in states.items()}).apps.get_models()
    done: list[type[models.Model]] = []
    while len(done) < len(found):
        ready = [m for m in found if m not in done and all(t in done or t is m for t in parents(m))]
        done += ready or [next(m for m in found if m not in done)]
    return done


def parents(model: type[models.Model]) -> list[Any]:
    return [field.remote_field.model for field in model._meta.local_fields if field.remote_field and not field.null]


def sample(field: Any, number: int = 1) -> Any:
    """A small value, which another number makes another one."""
    match field.get_internal_type():
        case "CharField" | "SlugField" | "TextField" | "FileField":
            return str(number)
        case "BooleanField":
            return bool(number % 2)
        case "DateField":
            return datetime.date(2000, 1, number)
        case "DateTimeField":
            return datetime.datetime(2000, 1, number, 12, tzinfo=datetime.timezone.utc)
        case "UUIDField":
            return uuid.UUID(int=number)
        case "JSONField":
            return {"number": number}
        case "FloatField":
            return number / 3
        case "DecimalField":
            return decimal.Decimal(number)
    return number


def extremes(field: Any) -> list[Any]:
    """The largest and the smallest that the field allows."""
    kind = field.get_internal_type()
    if kind in RANGES:
        return list(RANGES[kind])
    if kind in ("CharField", "SlugField"):
        return ["x" * field.max_length]
    if kind == "TextField":
        return ["x" * 3000]
    if kind == "DecimalField":
        digits = decimal.Decimal("9" * field.max_digits).scaleb(-field.decimal_places, decimal.Context(prec=100))
        return [digits, -digits]
    return [sample(field, 28)]


def fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def values(model: type[models.Model], keys: Keys, number: int, same: bool = False) -> dict[str, Any]:
    """What a row is made of; with `same` only what has to be another value is one. `keys` has those of the rows there are."""
    apart = {name for group in model._meta.unique_together for name in group}
    found = {}
    for field in fields(model):
        if isinstance(field, models.AutoField | models.BigAutoField | models.SmallAutoField) or field.has_db_default():
            continue
        if field.remote_field:
            found[field.attname] = None if field.null else keys.get(field.remote_field.model._meta.db_table, 1)
            continue
        found[field.name] = sample(field, 1 if same and not field.unique and field.name not in apart else number)
    return found


def fill(found: list[type[models.Model]]) -> Keys:
    """One row in each table; their keys."""
    keys: Keys = {}
    for model in found:
        keys[model._meta.db_table] = model._base_manager.using(ALIAS).create(**values(model, keys, 1)).pk
    return keys


def failing(found: list[type[models.Model]], keys: Keys, tables: Container[str]) -> set[Demand]:
    """The demands that the database does not meet. Models of other tables than these are only tried as a whole."""
    failed: set[Demand] = set()
    for model in found:
        name = model.__name__
        if not meets(lambda model=model: list(model._base_manager.using(ALIAS).all())):  # type: ignore[misc]
            failed.add((name, "select", ""))
            continue
        if not meets(lambda model=model: model._base_manager.using(ALIAS).create(**values(model, keys, 2))):  # type: ignore[misc]
            failed.add((name, "insert", ""))
        elif not meets(lambda model=model: model._base_manager.using(ALIAS).create(**values(model, keys, 3, same=True))):  # type: ignore[misc]
            failed.add((name, "repeat", ""))
        for field in fields(model) if model._meta.db_table in tables else ():
            if field.primary_key:
                continue
            if field.null and not meets(lambda model=model, field=field: update(model, keys, field, None)):  # type: ignore[misc]
                failed.add((name, "null", field.name))
            if field.remote_field:
                continue
            for value in extremes(field):
                if not meets(lambda model=model, field=field, value=value: update(model, keys, field, value)):  # type: ignore[misc]
                    failed.add((name, "value", field.name))
        for between in model._meta.local_many_to_many:
            through: Any = between.remote_field.through
            if through._meta.auto_created and not meets(
                lambda model=model, between=between: related(model, keys, between)  # type: ignore[misc]
            ):
                failed.add((f"{name}.{between.name}", "select", ""))
    return failed


def failing_alone(model: type[models.Model]) -> set[Demand]:
    """The same of one model whose table is empty: what a row cannot be. What a key leads to does not matter."""

    def insert(**changed: Any) -> None:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        row = model(**{**values(model, {}, 1), **changed})
        row.save_base(raw=True, using=ALIAS, force_insert=True)  # a parent's row is not made along
        for name, value in changed.items():
            rows = model._base_manager.using(ALIAS).filter(pk=row.pk)
            if rows.values_list(name, flat=True).get() != value or (value is not None and not rows.filter(**{name: value})):
                raise Misread(name, value)

    name = model.__name__
    if not meets(lambda: list(model._base_manager.using(ALIAS).all())):
        return {(name, "select", "")}
    if not meets(insert):
        return {(name, "insert", "")}
    failed: set[Demand] = set()
    for field in fields(model):
        if field.primary_key:
            continue
        if field.null and not meets(lambda field=field: insert(**{field.attname: None})):  # type: ignore[misc]
            failed.add((name, "null", field.name))
        for value in () if field.remote_field else extremes(field):
            if not meets(lambda field=field, value=value: insert(**{field.name: value})):  # type: ignore[misc]
                failed.add((name, "value", field.name))
    return failed


def update(model: type[models.Model], keys: Keys, field: Any, value: Any) -> None:
    rows = model._base_manager.using(ALIAS).filter(pk=keys.get(model._meta.db_table, 1))
    rows.update(**{field.name: value})
    found = rows.values_list(field.name, flat=True).get()
    if found != value:
        raise Misread(field, value, found)
    if value is not None:
        rows.filter(**{field.name: value}).get()


def related(model: type[models.Model], keys: Keys, between: Any) -> None:
    row = model._base_manager.using(ALIAS).get(pk=keys.get(model._meta.db_table, 1))
    getattr(row, between.name).add(keys.get(between.remote_field.model._meta.db_table, 1))
    list(getattr(row, between.name).all())


def meets(demand: Callable[[], object]) -> bool:
    """Whether it works; what it does is undone."""
    try:
        with transaction.atomic(using=ALIAS):
            demand()
            transaction.set_rollback(True, using=ALIAS)
    except (DatabaseError, Misread):
        return False
    return True


def predicted(found: list[Break]) -> set[Demand]:
    """The same of what is said to break."""
    demands = set()
    for each in found:
        name = each.subject
        if each.how in LOST:
            demands.add((name, "select", ""))
        elif each.how in (How.REQUIRED, How.UNFILLED):
            demands.add((name, "insert", ""))
        elif each.how is How.NOT_NULL:
            demands.add((name, "null", each.use.field if each.use else ""))
        elif each.how is How.CONSTRAINED and "unique" in each.now[0]:
            demands.add((name, "repeat", ""))
        else:
            demands.add((name, "value", each.use.field if each.use else ""))
    return demands


def settled(demands: set[Demand], loose: set[str]) -> set[Demand]:
    """Without what follows from the rest: where a SELECT fails, all does; any value of the `loose` may stop an INSERT as well."""
    lost = {name for name, what, _ in demands if what == "select"}
    stopped = {name for name, what, _ in demands if what == "insert"} | loose
    return {
        (name, what, column)
        for name, what, column in demands
        if (what == "select" or name not in lost)
        and ("." not in name or name.partition(".")[0] not in lost)
        and not (what == "insert" and name in loose)
        and not (what == "repeat" and name in stopped)
    }
