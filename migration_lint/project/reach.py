"""Which models' history a few migrations stand upon, so that the rest of a long plan need not be collected for them.

What the selected migrations touch, what refers to that, and what either refers to have their tables made as if the whole
plan were collected. Where nobody can say beforehand what a selected operation reaches, everything is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field

from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.operations.base import Operation

from migration_lint.project.halves import Halves, advance, changed, is_expandable, named_models
from migration_lint.project.registry import ModelKey, interface, references
from migration_lint.project.states import Models, PlanState
from migration_lint.python import static_sql, words
from migration_lint.running import names_of, tables_of
from migration_lint.types import MigrationKey

Node = ModelKey | str  # a model or a table


class Aliases:
    """Models and tables that were one and the same at some time."""

    def __init__(self) -> None:
        self.groups: dict[Node, set[Node]] = {}

    def join(self, nodes: Iterable[Node]) -> None:
        groups = {id(group): group for node in nodes for group in (self.groups.setdefault(node, {node}),)}
        if len(groups) == 1:
            return
        largest, *others = sorted(groups.values(), key=len, reverse=True)
        for group in others:
            largest |= group
            self.groups.update(dict.fromkeys(group, largest))

    def of(self, key: ModelKey) -> Iterator[ModelKey]:
        return (node for node in self.groups.get(key, {key}) if not isinstance(node, str))


@dataclass
class Passage:
    """What was met on the way through the plan's states."""

    aliases: Aliases = field(default_factory=Aliases)
    # A model, and what referred to it when its table's name or a column that a key may refer to changed.
    moved: list[tuple[ModelKey, frozenset[ModelKey]]] = field(default_factory=list)


@dataclass
class Reach:
    """The models whose tables matter to the selected migrations, and the halves of every migration of the plan."""

    models: frozenset[ModelKey]
    halves: list[list[Halves]]

    def needs(self, half: Halves, label: str) -> bool:
        """Whether the operation has to be collected. One that is not about models alone always has to."""
        if not all(is_about_models(operation) for operation, *_ in half.parts):
            return True
        found = touched(half, label)
        return not found or not found.isdisjoint(self.models)


def reach(
    migrations: tuple[Migration, ...], unmigrated: frozenset[str], selected: Set[MigrationKey], vendors: Set[str]
) -> Reach | None:
    """None where everything matters."""
    chosen = {number: m for number, m in enumerate(migrations) if (m.app_label, m.name) in selected}
    if not chosen or 2 * len(chosen) > max(chosen):  # little would be left out
        return None
    if not all(is_understood(operation, vendors) for m in chosen.values() for operation in parts_of(m.operations)):
        return None
    if any(type(m).apply is not Migration.apply for m in chosen.values()):
        return None
    state, passage = PlanState({}, set(unmigrated)), Passage()
    found: set[ModelKey] = set()
    walked: list[list[Halves]] = []
    for number, migration in enumerate(migrations):
        halves = list(advance(state, migration))
        walked.append(halves)
        for half in halves:
            state = half.after
            look(half, passage)
            if number in chosen:
                found |= around(half, migration.app_label)
    return Reach(whole(found, passage), walked)


def parts_of(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if is_expandable(operation):
            yield from parts_of(operation.database_operations)  # type: ignore[attr-defined]
        else:
            yield operation


def is_about_models(operation: Operation) -> bool:
    """Whether what it sends is about the models that it changes or names: so are Django's own, but for what others write."""
    return type(operation).__module__.startswith("django.") and not isinstance(operation, RunSQL | RunPython)


def is_understood(operation: Operation, vendors: Set[str]) -> bool:
    if isinstance(operation, RunPython):
        codes = [code for code in (operation.code, operation.reverse_code) if code is not None]
        return not any(static_sql(code, vendor) for code in codes for vendor in vendors)
    return is_about_models(operation)


def passages(half: Halves) -> Iterator[tuple[PlanState, PlanState, frozenset[ModelKey]]]:
    """The states before and after, and what changed: of the operation, and of each that it does to the database instead."""
    yield half.before, half.after, half.changed
    for _, _, before, after, parent in half.parts:
        if parent is not None:
            yield before, after, changed(before, after)


def touched(half: Halves, label: str) -> set[ModelKey]:
    """The models that an operation changes or names."""
    found = {key for _, _, keys in passages(half) for key in keys}
    for operation, _, before, after, _ in half.parts:
        found |= {key for key in named_models(operation, label) if key in before.models or key in after.models}
    return found


def look(half: Halves, passage: Passage) -> None:
    for before, after, keys in passages(half):
        for key in keys:
            if key in after.models:
                passage.aliases.join([key, *(name for name, _ in tables_of(after.models[key]))])
            if moves(before, after, key):
                referring = frozenset(other for other, state in before.models.items() if key in references(state))
                passage.moved.append((key, referring))
        if gone := keys - after.models.keys():
            passage.aliases.join([*gone, *(keys - before.models.keys())])  # renamed, or dropped


def around(half: Halves, label: str) -> set[ModelKey]:
    """What a selected operation touches, what refers to that, and what these refer to."""
    found: set[ModelKey] = set()
    own, named = touched(half, label), spoken(half)
    for before, after, keys in passages(half):
        # Deleting rows deletes what refers to them, and so on.
        spreads = "delete" in named or any(moves(before, after, key) for key in keys)
        for models in (before.models, after.models):
            meant = {key for key, model in models.items() if not named.isdisjoint(names_of(model))} if named else set()
            found |= neighbours(models, {key for key in own | meant if key in models}, spreads)
    return found


def spoken(half: Halves) -> frozenset[str]:
    """Every word of the functions that it runs."""
    operations = [operation for operation, *_ in half.parts if isinstance(operation, RunPython)]
    codes = [code for each in operations for code in (each.code, each.reverse_code) if code is not None]
    return frozenset(word for code in codes for word in words(code))


def moves(before: PlanState, after: PlanState, key: ModelKey) -> bool:
    """Whether the table's name, or a column that a key may refer to, is another afterwards."""
    old, new = before.models.get(key), after.models.get(key)
    return old is not None and (new is None or interface(old) != interface(new))


def neighbours(models: Models, own: set[ModelKey], spreads: bool) -> set[ModelKey]:
    """With what refers to these, and what these refer to; where it spreads, what those refer to as well.

    A proxy has no table: what is beyond it counts.
    """
    found, waiting = set(own), list(own)
    while waiting:
        key = waiting.pop()
        for other, model in models.items():
            if other not in found and key in references(model):
                found.add(other)
                if model.options.get("proxy") or spreads:
                    waiting.append(other)
    waiting = list(found if spreads else own)
    while waiting:
        model = models[waiting.pop()]
        for other in references(model) - found:
            if other in models:
                found.add(other)
                if models[other].options.get("proxy"):
                    waiting.append(other)
    return found


def whole(found: set[ModelKey], passage: Passage) -> frozenset[ModelKey]:
    """With what they, or their tables, were called before, and what has moved under them."""
    while True:
        more = {other for key in found for other in passage.aliases.of(key)}
        more |= {key for key, referring in passage.moved if not referring.isdisjoint(found)}
        if more <= found:
            return frozenset(found)
        found |= more
