"""Plan and Server → Impacts: every operation applied to states and to a schema editor that never connects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.apps import apps as global_apps
from django.db import router
from django.db.migrations import Migration, RunPython
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from migration_lint.failures import told
from migration_lint.project import loading, source
from migration_lint.project.halves import Halves, advance, models_with, models_without, named_models
from migration_lint.project.order import Order
from migration_lint.project.reach import Reach, reach
from migration_lint.project.registry import ModelKey
from migration_lint.project.states import PlanState
from migration_lint.python import static_sql, words
from migration_lint.running import column_of, cut, names_of, plain, table_name
from migration_lint.sql import connection as offline
from migration_lint.sql.catalog import End
from migration_lint.sql.server import Server
from migration_lint.types import (
    CODE_FIRST,
    DATABASE_FIRST,
    Impact,
    MigrationImpact,
    MigrationKey,
    Reverse,
    Statement,
    States,
    Step,
    Target,
    backwards,
    replace,
)

# Methods by which rows change.
CHANGES = {"update", "save", "bulk_update", "update_or_create"}


def is_atomic(operation: Operation, migration: Migration) -> bool:
    """Whether an operation gets a transaction of its own where the migration has none: as Django's `apply()` decides."""
    return bool(operation.atomic or (migration.atomic and operation.atomic is not False))


class Collector:
    """Collects the impacts of a plan on one target. The states are shared by all targets of a run."""

    def __init__(self, target: Target, unmigrated: frozenset[str], reverses: bool, deploy_order: str = DATABASE_FIRST) -> None:
        self.target = target
        self.deploy_order = deploy_order
        self.server = Server(target)
        self.wrapper = offline.offline_connection(self.server)
        settings = self.wrapper.session_settings(target.own)
        self.server.catalog = replace(self.server.catalog, settings=settings, own_settings=settings)
        self.reverses = reverses
        self.unmigrated = unmigrated

    def editor(self, server: Server, in_transaction: bool) -> Any:
        self.wrapper.server = server
        self.wrapper.in_atomic_block = in_transaction
        editor = self.wrapper.schema_editor(atomic=False)
        editor.__enter__()
        editor.atomic_migration = in_transaction
        return editor

    def seed(self) -> None:
        """Make the tables of apps without migrations: no statement of the plan does."""
        server = self.server
        server.begin_migration(None)
        editor = self.editor(server, True)
        for label in sorted(self.unmigrated):
            for model in global_apps.get_app_config(label).get_models(include_auto_created=False):
                try:
                    if model._meta.can_migrate(self.wrapper):
                        editor.create_model(model)
                except Exception as error:  # their SQL is not linted; a table that cannot be made is one that nobody made
                    server.errors.append(f"the table of `{model._meta.label}` could not be worked out: {told(error)}")
        for item in editor.deferred_sql:
            if refusal := self.send_deferred(editor, item):
                server.errors.append(f"an index or key of an app without migrations could not be worked out: {refusal}")
        editor.deferred_sql.clear()
        server.begin_migration(None)

    def collect(
        self,
        migration: Migration,
        halves: list[Halves],
        release: frozenset[MigrationKey],
        models_before: Mapping[ModelKey, ModelState],
        models_after: Mapping[ModelKey, ModelState],
        wanted: bool,
    ) -> MigrationImpact:
        """Run one migration forwards, and backwards on a fork where reverses are wanted."""
        server = self.server
        server.begin_migration((migration.app_label, migration.name))
        # A third party's schema editor may refuse the transaction that the migration asks for.
        in_transaction = self.wrapper.schema_editor(atomic=bool(migration.atomic)).atomic_migration
        atomic = bool(in_transaction) and bool(server.backend.server["ddl_in_transaction"])
        if atomic:
            server.begin()
        editor = self.editor(server, atomic)
        found = server.catalog
        reached, refused = self.own_apply(editor, migration, halves)
        owners: dict[int, int] = {}
        kept: list[Any] = []
        impacts: list[Impact] = []
        for half in halves:
            for operation, place, before, after, parent in half.parts or [
                (half.operation, (half.index,), half.before, half.after, None)
            ]:
                number = len(impacts)
                start, catalog = len(server.statements) if impacts else 0, server.catalog if impacts else found
                own = not atomic and is_atomic(operation, migration)
                if own:
                    server.begin()
                error = half.error
                if error is None and reached:
                    error = self.forwards(editor, migration, operation, before, after)
                if error is None and refused:
                    error = refused
                    server.catalog = server.catalog.taint(*touched_tables(operation, migration.app_label, before, after))
                if own:
                    server.commit()
                for item in editor.deferred_sql:
                    if id(item) not in owners:
                        owners[id(item)] = number
                        kept.append(item)
                step = Step(
                    migration,
                    operation,
                    place,
                    atomic or own,
                    States(before, after),
                    partial(source.operation_location, migration, operation, place),
                    parent,
                )
                impacts.append(
                    Impact(
                        step,
                        self.target,
                        tuple(server.statements[start:]),
                        catalog,
                        server.catalog,
                        error,
                        reversible=bool(operation.reversible),
                        features=self.wrapper.features,
                    )
                )
        late: dict[int, list[Statement]] = {}
        server.deferred = True
        for item in list(editor.deferred_sql):
            start = len(server.statements)
            number = owners.get(id(item), len(impacts) - 1)
            if error := self.send_deferred(editor, item):
                impacts[number] = replace(impacts[number], unread=impacts[number].unread or error)
            late.setdefault(number, []).extend(server.statements[start:])
        server.deferred = False
        editor.deferred_sql.clear()
        if server.transaction is not None:
            server.commit()
        for number, statements in late.items():
            impacts[number] = replace(impacts[number], statements=(*impacts[number].statements, *statements))
        left, end = server.catalog, server.fork()
        if wanted and self.reverses:
            impacts = self.with_reverses(end, migration, impacts, atomic)
        there = tuple(impacts)

        def undo(first: int) -> tuple[Impact, ...]:
            with offline.installed(self.wrapper):
                return tuple(self.with_reverses(end.fork(), migration, list(there), atomic, first))

        return MigrationImpact(
            migration,
            self.target,
            partial(source.migration_location, migration),
            there,
            release,
            left,
            models_before,
            self.deploy_order,
            models_after,
            undo,
        )

    def own_apply(self, editor: Any, migration: Migration, halves: list[Halves]) -> tuple[bool, str | None]:
        """Run an `apply()` of the migration's own without Django's: whether it gets to the operations, and what it raises."""
        if type(migration).apply is Migration.apply or not halves:
            return True, None
        reached: list[bool] = []

        def stand_in(migration: Migration, state: Any, *args: object, **kwargs: object) -> Any:
            reached.append(True)
            return state

        own = Migration.apply
        try:
            Migration.apply = stand_in  # type: ignore[method-assign, assignment]
            migration.apply(halves[0].before.clone(), editor)
        except Exception as error:
            return True, told(error)
        finally:
            Migration.apply = own  # type: ignore[method-assign]
        return bool(reached), None

    def forwards(
        self, editor: Any, migration: Migration, operation: Operation, before: PlanState, after: PlanState
    ) -> str | None:
        """Collect one operation. What it raises is the reason why its SQL is not known; its tables are tainted."""
        if isinstance(operation, RunPython):
            self.run_python(self.server, operation.code, operation, migration.app_label)
            self.note_written(self.server, words(operation.code), before)
            return None
        waiting = list(editor.deferred_sql)
        try:
            if not type(operation).__module__.startswith("django."):
                self.note_written(self.server, words(type(operation).database_forwards, *vars(operation).values()), before)
            operation.database_forwards(migration.app_label, editor, before, after)
        except Exception as error:
            editor.deferred_sql[:] = [item for item in editor.deferred_sql if any(item is old for old in waiting)]
            self.server.catalog = self.server.catalog.taint(*touched_tables(operation, migration.app_label, before, after))
            return told(error)
        return None

    def send_deferred(self, editor: Any, item: object) -> str | None:
        """Send a deferred statement. What it raises is the reason why it is not known."""
        try:
            editor.execute(item, None)
        except Exception as error:
            return told(error)
        return None

    def run_python(self, server: Server, function: Any, operation: RunPython, label: str) -> None:
        """Take the SQL that the function sends by itself, as far as its source shows it: not what it does through models."""
        if not router.allow_migrate(self.target.alias, label, **operation.hints):
            return
        for text in static_sql(function, self.target.vendor):
            if text is None:
                server.not_shown(f"`{getattr(function, '__name__', type(function).__name__)}` puts SQL together at run time")
            else:
                server.send(text)

    def note_written(self, server: Server, named: frozenset[str], state: ProjectState) -> None:
        """Mark the columns that code names together with their models: it may have changed their rows.

        Code that changes rows of a model and names none of its fields may have changed any.
        """
        catalog, longest = server.catalog, self.wrapper.ops.max_name_length()
        for model in state.models.values() if named else ():
            if named.isdisjoint(names_of(model)):
                continue
            name = plain(table_name(model))
            table = catalog.tables.get(name) or catalog.tables.get(cut(name, longest or len(name)).lower())
            if table is None:
                continue
            fields = ((name, column_of(name, field) or "") for name, field in model.fields.items())
            columns = {column for name, column in fields if name in named or column in named}
            if "delete" in named or not (columns or named.isdisjoint(CHANGES)):
                columns.add("*")
            if not columns <= table.written:
                catalog = catalog.with_table(replace(table, written=table.written | columns))
        server.catalog = catalog

    def with_reverses(
        self, server: Server, migration: Migration, impacts: list[Impact], atomic: bool, first: int = 0
    ) -> list[Impact]:
        """Run the migration backwards in one editor, as `migrate` does, on a fork of the server after it, to this impact."""
        last = server.fork()
        server.begin_migration(backwards((migration.app_label, migration.name)))
        if atomic:
            server.begin()
        editor = self.editor(server, atomic)
        owners: dict[int, int] = {}
        kept: list[Any] = []
        found: dict[int, Reverse] = {}
        for number in range(len(impacts) - 1, first - 1, -1):
            impact = impacts[number]
            if not impact.reversible:
                break  # Django refuses the whole way back from here on; what stands before it in the file is still told
            found[number] = self.backwards(editor, server, migration, impact, atomic)
            for item in editor.deferred_sql:
                if id(item) not in owners:
                    owners[id(item)] = number
                    kept.append(item)
        server.deferred = True
        for item in list(editor.deferred_sql):
            start = len(server.statements)
            error = self.send_deferred(editor, item)
            number = owners.get(id(item), first)
            way_back = found[number]
            found[number] = Reverse((*way_back.statements, *server.statements[start:]), way_back.unread or error)
        editor.deferred_sql.clear()
        self.wrapper.server = self.server
        for number, impact in enumerate(impacts):
            if number not in found and number >= first and impact.reversible:
                found[number] = self.alone(last, migration, impact, atomic)
        return [replace(impact, reverse=found.get(number)) for number, impact in enumerate(impacts)]

    def backwards(self, editor: Any, server: Server, migration: Migration, impact: Impact, atomic: bool) -> Reverse:
        operation, states = impact.step.operation, impact.step.state
        start = len(server.statements)
        own = not atomic and is_atomic(operation, migration)
        if own:
            server.begin()
        error = impact.unread
        if error is None and type(migration).unapply is not Migration.unapply:
            error = "the migration's own `unapply()` decides what is undone"
        elif error is None and isinstance(operation, RunPython):
            self.run_python(server, operation.reverse_code, operation, migration.app_label)
            self.note_written(server, words(operation.reverse_code), states.before)
        elif error is None:
            waiting = list(editor.deferred_sql)
            try:
                operation.database_backwards(migration.app_label, editor, states.after, states.before)
            except (IrreversibleError, NotImplementedError) as reason:
                error = told(reason)
            except Exception as reason:
                editor.deferred_sql[:] = [item for item in editor.deferred_sql if any(item is old for old in waiting)]
                error = told(reason)
        if own:
            server.commit()
        return Reverse(tuple(server.statements[start:]), error)

    def alone(self, last: Server, migration: Migration, impact: Impact, atomic: bool) -> Reverse:
        """The way back of an operation that stands before an irreversible one: by itself, from right after it."""
        server = last.fork()
        server.begin_migration(backwards((migration.app_label, migration.name)))
        server.catalog = impact.after
        if atomic:
            server.begin()
        editor = self.editor(server, atomic)
        reverse = self.backwards(editor, server, migration, impact, atomic)
        start = len(server.statements)
        server.deferred = True
        for item in list(editor.deferred_sql):
            reverse = replace(reverse, unread=reverse.unread or self.send_deferred(editor, item))
        editor.deferred_sql.clear()
        self.wrapper.server = self.server
        return replace(reverse, statements=(*reverse.statements, *server.statements[start:]))


def touched_tables(operation: Operation, label: str, before: PlanState, after: PlanState) -> list[str]:
    """The tables of the models that an operation names, as far as the states tell."""
    models = (state.models.get(key) for key in named_models(operation, label) for state in (before, after))
    return list(dict.fromkeys(table_name(model).strip('"') for model in models if model is not None))


@dataclass
class Ending:
    """What is wanted of the plan's end: whether it has to be reached, and the databases as they are then."""

    is_wanted: Callable[[], bool] = lambda: False
    catalogs: dict[Target, End] = field(default_factory=dict)


def walk(
    migrations: tuple[Migration, ...],
    unmigrated: frozenset[str],
    targets: tuple[Target, ...],
    selected: Callable[[MigrationKey], frozenset[MigrationKey] | None],
    reverses: bool,
    errors: list[str],
    progress: Callable[[int], None] = lambda number: None,
    deploy_order: str = DATABASE_FIRST,
    ending: Ending | None = None,
    order: Order | None = None,
    within: Reach | None = None,
) -> Iterator[tuple[MigrationImpact, ...]]:
    """Yield, for each selected migration in the order of `migrate`, its impacts on every target.

    `selected` gives the release that a migration belongs to, None for one that is only folded into the catalog. What the linter
    itself failed on is added to `errors`. What comes after the last selected migration is walked only if `ending` wants it.
    `order` knows what a migration depends on; without it what they declare counts. `within` tells what of the plan has to be
    collected.
    """
    ending = ending or Ending()
    collectors = []
    for target in targets:
        collector = Collector(target, unmigrated, reverses, deploy_order)
        with offline.installed(collector.wrapper):
            collector.seed()
        errors += collector.server.errors
        collectors.append(collector)
    remaining = {(m.app_label, m.name) for m in migrations if selected((m.app_label, m.name)) is not None}
    tracks = []
    for plan, same in by_plan(migrations, collectors, errors):
        vendors = {collector.target.vendor for collector in same}
        own = reach(plan, unmigrated, frozenset(remaining), vendors) if within and plan is not migrations else within
        tracks.append(Track(plan, same, unmigrated, selected, own))
    precedes = (order or declared_order(migrations)).precedes
    for number, migration in enumerate(migrations):
        if not remaining and not ending.is_wanted():
            return
        progress(number)
        key = (migration.app_label, migration.name)
        release = selected(key)
        found = {target: impact for track in tracks for target, impact in track.go_on(number, release)}
        if release is not None:
            remaining.discard(key)
            for collector in collectors:
                errors += [error for error in collector.server.errors if error not in errors]
            yield tuple(replace(found[target], precedes=precedes) for target in targets)
    for track in tracks:
        for collector in track.collectors:
            ending.catalogs[collector.target] = End(**vars(collector.server.catalog), models=track.state.models)


def declared_order(migrations: Iterable[Migration]) -> Order:
    """By what migrations name."""
    before: dict[MigrationKey, list[MigrationKey]] = {}
    for migration in migrations:
        key = (migration.app_label, migration.name)
        before.setdefault(key, []).extend((label, name) for label, name in migration.dependencies)
        for later in migration.run_before:
            before.setdefault((later[0], later[1]), []).append(key)
    return Order(lambda key: before.get(key, ()))


def by_plan(
    migrations: tuple[Migration, ...], collectors: list[Collector], errors: list[str]
) -> Iterator[tuple[tuple[Migration, ...], list[Collector]]]:
    """The targets that have the same plan and can share its classes: those that name tables alike.

    A migration's file may ask, when it is imported, for which vendor it is.
    """
    shared: dict[tuple[object, ...], tuple[tuple[Migration, ...], list[Collector]]] = {}
    imported: dict[tuple[str, str], tuple[Migration, ...]] = {}
    for collector in collectors:
        vendor = (collector.target.alias, collector.wrapper.vendor)
        if vendor not in imported:
            imported[vendor] = migrations
            if not collector.target.own:
                with offline.installed(collector.wrapper):
                    imported[vendor] = loading.imported_again(migrations, errors)
        plan = imported[vendor]
        key = (offline.cuts_names(collector.wrapper), *map(id, plan))
        shared.setdefault(key, (plan, []))[1].append(collector)
    yield from shared.values()


class Track:
    """One plan on the targets that have it. They share its states."""

    def __init__(
        self,
        migrations: tuple[Migration, ...],
        collectors: list[Collector],
        unmigrated: frozenset[str],
        selected: Callable[[MigrationKey], frozenset[MigrationKey] | None],
        within: Reach | None,
    ) -> None:
        self.migrations = migrations
        self.collectors = collectors
        self.state = PlanState({}, set(unmigrated))
        release = deployed_together(migrations, selected)
        several = len(release) > 1
        self.old_models = models_without(migrations, unmigrated, release) if several else {}
        self.passed: list[Halves] = []  # their classes are kept as long as rules may ask for the way back
        code_first = any(collector.deploy_order == CODE_FIRST for collector in collectors)
        self.new_models = models_with(migrations, unmigrated, release) if several and code_first else {}
        self.reach = within

    def go_on(self, number: int, release: frozenset[MigrationKey] | None) -> list[tuple[Target, MigrationImpact]]:
        """Apply the next migration."""
        migration = self.migrations[number]
        forget(self.passed)
        self.passed = halves = self.reach.halves[number] if self.reach else list(advance(self.state, migration))
        if release is None and self.reach is not None and type(migration).apply is Migration.apply:
            halves = [half for half in halves if self.reach.needs(half, migration.app_label)]
        alone = release == frozenset({(migration.app_label, migration.name)})
        models_before = self.state.models if alone else self.old_models
        models_after = (halves[-1].after if halves else self.state).models if alone else self.new_models
        results = []
        for collector in self.collectors if halves or release is not None else ():
            with offline.installed(collector.wrapper):
                impact = collector.collect(
                    migration, halves, release or frozenset(), models_before, models_after, release is not None
                )
                results.append((collector.target, impact))
        if self.passed:
            self.state = self.passed[-1].after
        return results


def forget(halves: list[Halves]) -> None:
    """Let go what was rendered for all states but the last."""
    newest = halves[-1].after if halves else None
    for half in halves:
        for _, _, before, after, _ in half.parts:
            for old in (before, after):
                if old is not newest:
                    old.release()
        if half.before is not newest:
            half.before.release()


def deployed_together(
    migrations: tuple[Migration, ...], selected: Callable[[MigrationKey], frozenset[MigrationKey] | None]
) -> frozenset[MigrationKey]:
    keys = ((m.app_label, m.name) for m in migrations)
    return next((found for key in keys if (found := selected(key)) is not None), frozenset())
