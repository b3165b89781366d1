"""What the running release can no longer do once a migration has run: what its models ask, held against the tables. For rules.

Each model's queries name its columns, its INSERTs leave out those that it does not know, and its values have to be taken. A
break is such a demand that was met when the migration began and is not when it ends; the last statement before which it was
met has broken it. What a migration takes away and brings back breaks nothing. Read the other way round, from the end to the
beginning, the same proof says what code that goes out before the migration cannot do yet.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.migrations.state import ModelState
from django.db.models.fields import AutoFieldMixin

from migration_lint import backends
from migration_lint.compatibility.course import Course, is_without
from migration_lint.compatibility.obligations import keeps, shapes
from migration_lint.compatibility.values import fits, values, written
from migration_lint.running import Use, columns, is_used, table_before, tables_of, users
from migration_lint.sql.catalog import Catalog
from migration_lint.storage import of_session
from migration_lint.types import CODE_FIRST, Impact, Kind, MigrationImpact, Statement, record

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Column, Table


class How(enum.Enum):
    """What became of what a model asks for."""

    TABLE_DROPPED = enum.auto()
    TABLE_RENAMED = enum.auto()
    TABLE_LOST = enum.auto()
    COLUMN_DROPPED = enum.auto()
    COLUMN_RENAMED = enum.auto()
    COLUMN_LOST = enum.auto()
    REQUIRED = enum.auto()
    UNFILLED = enum.auto()
    NOT_NULL = enum.auto()
    NARROWED = enum.auto()
    RETYPED = enum.auto()
    CONSTRAINED = enum.auto()


@record()
class Break:
    """What one model can no longer do, and the statement that sees to it.

    `table` is as it is just before the statement. `use` is None for a column that the model does not know; `now` is what there
    is instead: the new name, the column as it is in the end, the constraint.
    """

    how: How
    impact: Impact
    statement: Statement
    table: Table
    model: ModelState
    many_to_many: str | None = None
    column: str = ""
    use: Use | None = None
    now: Any = None
    was: Any = None

    @property
    def relation(self) -> str:
        return self.table.name

    @property
    def subject(self) -> str:
        """The model whose table it is, or the field where it is an automatic one between models."""
        return f"{self.model.name}.{self.many_to_many}" if self.many_to_many else self.model.name

    @property
    def name(self) -> str:
        """The field, or whose table it is where it is about a whole table."""
        return self.use.name if self.use else self.subject

    @property
    def place(self) -> dict[str, Any]:
        """Where a finding about it stands."""
        effect = next((effect for effect in self.statement.effects if effect.relation == self.relation), None)
        return {"impact": self.impact, "statement": self.statement, "relation": self.relation, "effect": effect}


def is_required(column: Column) -> bool:
    """Whether an INSERT that leaves the column out fails."""
    default = column.default is not None and not column.default.is_null
    serial = column.type is not None and "serial" in column.type.name
    return column.not_null and not (default or column.identity or column.generated or serial)


def breaks(migration: MigrationImpact, *hows: How) -> list[list[Break]]:
    """What breaks in one of these ways, by operation and relation. Nothing where the code is replaced before that."""
    known: tuple[Break, ...] | None = migration.__dict__.get("_breaks")
    if known is None:
        known = () if migration.deploy_order == CODE_FIRST else tuple(in_order(find_breaks(migration)))
        migration.__dict__["_breaks"] = known
    return grouped(each for each in known if each.how in hows) if known else []


def needs(migration: MigrationImpact) -> list[list[Break]]:
    """What the code of this release cannot do until the migration has run. Nothing where the database goes first."""
    return grouped(in_order(find_needs(migration))) if migration.deploy_order == CODE_FIRST else []


def grouped(found: Iterable[Break]) -> list[list[Break]]:
    groups: dict[tuple[int, str], list[Break]] = {}
    for each in found:
        groups.setdefault((id(each.impact), each.relation), []).append(each)
    return list(groups.values())


def left_required(migration: MigrationImpact) -> Iterator[tuple[Impact, Table, list[Use]]]:
    """Columns that leave the state while the database goes on asking for them: the code that comes leaves them out."""
    if not migration.impacts:
        return
    start, end = migration.impacts[0].step.state.before.models, migration.impacts[-1].step.state.after.models
    for key, model in start.items():
        later = end.get(key)
        if later is None or later is model or model.options.get("proxy") or not later.options.get("managed", True):
            continue
        for table, through in tables_of(model):
            relation = None if through else migration.after.tables.get(table)
            kept = {use.column for use in columns(end, later)}
            lost = [use for use in columns(start, model) if use.column not in kept]
            lost = [use for use in lost if relation and (column := relation.columns.get(use.column)) and is_required(column)]
            if not lost or relation is None or "not strict" in of_session(Catalog(settings=migration.before.own_settings)):
                continue
            for impact in migration.impacts:
                state = impact.step.state.after.models.get(key)
                if state is not None and any(use.field not in state.fields for use in lost):
                    yield impact, relation, lost
                    break


def in_order(found: Iterable[Break]) -> list[Break]:
    return sorted(found, key=lambda each: each.statement.position)


def find_breaks(migration: MigrationImpact) -> Iterator[Break]:
    """What the release before this one asks, before the migration and after it."""
    if not migration.impacts or migration.after is migration.before:
        return
    steps = migration.timeline
    states = catalogs(migration)
    for table in changed(states, steps):
        if is_used(migration, table):
            known = table_before(migration, table)
            for model, uses in askers(migration.models_before, known):
                yield from Proof(migration, steps, states, table, model, uses, known).breaks()


def find_needs(migration: MigrationImpact) -> Iterator[Break]:
    """What the release that comes asks, after the migration and before it: what it cannot do until the migration has run."""
    if not migration.impacts or migration.after is migration.before:
        return
    steps = migration.timeline[::-1]
    states = catalogs(migration)[::-1]
    for table in changed(states, steps):
        for model, uses in askers(migration.models_after, table.name):
            yield from Proof(migration, steps, states, table, model, uses, table.name).breaks()


def catalogs(migration: MigrationImpact) -> list[Catalog]:
    """The database before each statement, and after the last."""
    found = [statement.before for _, statement in migration.timeline]
    return [catalog for catalog in (*found, migration.after) if catalog is not None]


def changed(states: Sequence[Catalog], steps: Sequence[tuple[Impact, Statement]]) -> Iterator[Table]:
    """The tables that are not at the end what they were at the beginning."""
    first, last = states[0], states[-1]
    for name, table in first.tables.items():
        if last.tables.get(name) is not table:
            yield table
    unknown = {action.table for _, statement in steps for action in statement.actions if action.table}
    for name in sorted(unknown - first.tables.keys()):
        if not any(catalog.table(name).id for catalog in states):
            yield first.table(name)


def askers(models: Mapping[tuple[str, str], ModelState], table: str) -> Iterator[tuple[ModelState, list[Use]]]:
    for model, through in users(models, table):
        yield model, columns(models, model) if through is None else through


class Proof(Course):
    """What the model asks of its table, state by state."""

    def broken(self, how: How, place: int, **more: Any) -> Break:
        impact, statement = self.steps[place]
        between = next((use.field for use in self.uses if use.definition and use.definition.many_to_many), None)
        return Break(how, impact, statement, self.relation(place) or self.table, self.model, between, **more)

    def breaks(self) -> Iterator[Break]:
        lost = self.cause(lambda i: not self.is_reached(i))
        if lost is not None:
            yield self.lost_table(lost)
        start, relation = self.relation(0), self.relation(len(self.steps))
        for use in self.uses:
            if relation is not None and "view" not in relation.kind and use.column in relation.columns:
                continue
            place = self.cause(lambda i, use=use: self.lacks(i, use.column))  # type: ignore[misc]
            if place is not None and (lost is None or self.relation(place + 1) is not None):
                yield self.lost_column(place, use)
        if relation is None or "view" in relation.kind:
            return
        changed = relation.columns
        if start is not None:
            changed = {name: column for name, column in changed.items() if start.columns.get(name) is not column}
        if any(map(is_required, changed.values())):
            yield from self.inserts(relation)
        there = changed if start is not None and start.constraints is relation.constraints else relation.columns
        for use in self.uses:
            if use.column in there and use.is_inserted:
                yield from self.writes(use, relation.columns[use.column])
        yield from self.constraints(relation)

    def lost_table(self, place: int) -> Break:
        end = len(self.steps)
        stand_in = self.states[end].tables.get(self.known)
        if stand_in is not None:  # has the name, and not all that the table had
            place = next(i for i in range(end - 1, -1, -1) if self.states[i].tables.get(self.known) is not stand_in)
            lost = next((use for use in self.uses if is_without(stand_in, use.column)), None)
            return self.broken(How.TABLE_LOST, place, now=stand_in, use=lost, column=lost.column if lost else "")
        now = self.relation(place + 1)
        renamed = self.acts(place, Kind.RENAME_TABLE)
        if renamed is not None and (now is not None or not self.table.id):
            return self.broken(How.TABLE_RENAMED, place, now=now.name if now is not None else renamed.name)
        dropped = now is None and self.acts(place, Kind.DROP_TABLE, Kind.DROP_SCHEMA)
        return self.broken(How.TABLE_DROPPED if dropped else How.TABLE_LOST, place, now=now)

    def lost_column(self, place: int, use: Use) -> Break:
        if self.acts(place, Kind.DROP_COLUMN, name=use.column):
            return self.broken(How.COLUMN_DROPPED, place, column=use.column, use=use)
        if (action := self.acts(place, Kind.RENAME_COLUMN, name=use.column)) is not None:
            return self.broken(How.COLUMN_RENAMED, place, column=use.column, use=use, now=str(action.definition))
        return self.broken(How.COLUMN_LOST, place, column=use.column, use=use)

    def inserts(self, relation: Table) -> Iterator[Break]:
        """The columns that an INSERT has to name from now on, and does not."""
        left = {use.column: use for use in self.uses if self.is_left_out(use)}
        named = {use.column for use in self.uses if use.is_inserted} - left.keys()
        if "not strict" in of_session(Catalog(settings=self.migration.before.own_settings)):
            return

        def unfilled(place: int) -> list[str]:
            there = self.relation(place)
            return [c.name for c in there.columns.values() if is_required(c) and c.name not in named] if there else []

        always = unfilled(0)
        if always and not self.model.options.get("managed", True):
            return  # it reads the table, and never could insert
        for name in unfilled(len(self.steps)):
            if name in always:
                continue
            before = self.column(0, name)
            place = self.cause(lambda i, name=name: name in unfilled(i))  # type: ignore[misc]
            if before is None:
                added = self.cause(lambda i, name=name: self.column(i, name) is not None) or 0  # type: ignore[misc]
                renamed = self.acts(added, Kind.RENAME_COLUMN)
                if renamed and renamed.definition == name and self.is_lost(str(renamed.name)):
                    continue  # that the old name is gone says more
                if place is None or self.steps[added][0] is self.steps[place][0]:  # with a default for the old rows, at first
                    place = added
            if place is not None:
                how = How.UNFILLED if name in left or (before is not None and before.not_null) else How.REQUIRED
                yield self.broken(how, place, column=name, use=left.get(name), now=relation.columns[name], was=before)

    def is_lost(self, column: str) -> bool:
        return any(use.column == column for use in self.uses) and self.lacks(len(self.steps), column)

    def is_left_out(self, use: Use) -> bool:
        """Whether an INSERT leaves the column's value to the database."""
        definition: Any = use.definition
        if definition is None or definition.many_to_many:
            return use.column == "id"
        if isinstance(definition, AutoFieldMixin):
            return True
        keyword = getattr(self.steps[0][0].features, "supports_default_keyword_in_insert", True)
        return bool(keyword) and definition.has_db_default()

    def writes(self, use: Use, now: Column) -> Iterator[Break]:
        """Values that the model writes and the column no longer takes."""
        definition: Any = use.definition
        if definition is not None and definition.null and not definition.many_to_many:
            place = self.cause(lambda i: self.refuses_null(i, use.column))
            if place is not None:
                yield self.broken(How.NOT_NULL, place, column=use.column, use=use, now=now)
        was = self.column(0, use.column)
        if was is None or was.type is None or now.type is None or was.type == now.type:
            return
        backend = backends.load(self.migration.target.vendor)
        asked = written(definition, values(was.type, backend))

        def fails(place: int) -> bool:
            there = self.column(place, use.column)
            return there is None or there.type is None or not fits(asked, values(there.type, backend), backend)

        place = self.cause(fails)
        if place is None:
            return
        how = How.RETYPED if fits(asked, values(now.type, backend), backend) is None else How.NARROWED
        yield self.broken(how, place, column=use.column, use=use, now=now.type, was=was.type)

    def refuses_null(self, place: int, column: str) -> bool:
        relation, there = self.relation(place), self.column(place, column)
        if relation is None or there is None:
            return False
        return there.not_null or any(
            c.type == "check" and c.expression is not None and column in c.expression.proves_not_null
            for c in relation.constraints.values()
        )

    def constraints(self, relation: Table) -> Iterator[Break]:
        """What the rows have to keep to from now on, and the model does not know of."""
        end = len(self.steps)
        if relation.constraints is self.table.constraints and relation.indexes is self.table.indexes:
            return
        if any(self.is_lost(use.column) for use in self.uses):
            return  # it writes nothing any more
        always = shapes(self.relation(0), self.states[0])
        uses = {use.column: use for use in self.uses if use.is_inserted}
        for shape, rule in shapes(relation, self.states[end]).items():
            asked = [uses[name] for name in sorted(shape[1]) if name in uses]
            if shape in always or not asked or keeps(shape, rule, self.model, self.uses, always, relation):
                continue
            place = self.cause(lambda i, shape=shape: shape in shapes(self.relation(i), self.states[i]))  # type: ignore[misc]
            if place is not None:
                for use in asked:
                    yield self.broken(How.CONSTRAINED, place, column=use.column, use=use, now=(shape[0], rule))
