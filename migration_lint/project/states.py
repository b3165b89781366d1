"""Project states that share what did not change.

Django copies every model state for every operation. Here a state copies a model state when it is first reached for writing,
and puts the original back when the operation left it as it was, so that a model state's identity stands for its content.
Registries keep rendered classes from one state to the next by that identity.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import get_references

from migration_lint.project.registry import LazyApps, ModelKey, find_references, references


def clone_state(state: ModelState) -> ModelState:
    """A copy whose fields and options can be changed; the checks of `ModelState.__init__` are not repeated."""
    new = copy.copy(state)
    for kept in ("_references", "_interface", "_tables", "_columns", "_names"):  # what was worked out about the original
        new.__dict__.pop(kept, None)
    new.fields = dict(state.fields)
    new.options = dict(state.options)
    new.managers = list(state.managers)
    return new


def is_same(one: ModelState, other: ModelState) -> bool:
    return (
        one.name == other.name
        and one.bases == other.bases
        and len(one.fields) == len(other.fields)
        and all(a == b and one.fields[a] is other.fields[b] for a, b in zip(one.fields, other.fields, strict=True))
        and one.options == other.options
        and one.managers == other.managers
    )


class Models(dict[ModelKey, ModelState]):
    """Model states by (app label, lower-case name), copied when first reached while the state is being changed."""

    def __init__(self, shared: dict[ModelKey, ModelState]) -> None:
        super().__init__(shared)
        self.shared = shared
        self.copied: set[ModelKey] = set()
        self.changing = True
        self.walked: frozenset[ModelKey] | None = None

    def _own(self, key: ModelKey, state: ModelState) -> ModelState:
        if not self.changing or key in self.copied or self.shared.get(key) is not state:
            return state
        self.copied.add(key)
        state = clone_state(state)
        super().__setitem__(key, state)
        return state

    def __getitem__(self, key: ModelKey) -> ModelState:
        return self._own(key, super().__getitem__(key))

    def get(self, key: ModelKey, default: Any = None) -> Any:
        if not self.changing:
            return super().get(key, default)
        return self[key] if key in self else default  # noqa: SIM401

    def pop(self, key: ModelKey, *default: Any) -> Any:
        if key in self:
            value = self[key]
            del self[key]
            return value
        return super().pop(key, *default)

    def items(self) -> Any:
        if self.walked is not None:
            return [(key, self[key]) for key in self if key in self.walked]
        if not self.changing:
            return super().items()
        return [(key, self[key]) for key in list(self)]

    def values(self) -> Any:
        if not self.changing:
            return super().values()
        return [self[key] for key in list(self)]

    @contextmanager
    def reading(self) -> Iterator[None]:
        changing, self.changing = self.changing, False
        try:
            yield
        finally:
            self.changing = changing

    @contextmanager
    def only(self, keys: frozenset[ModelKey]) -> Iterator[None]:
        """Meanwhile a walk over the models passes these alone; every model is found by its key."""
        self.walked = keys
        try:
            yield
        finally:
            self.walked = None

    def freeze(self) -> None:
        """From here on nothing is copied; what was copied and left as it was goes back to the shared original."""
        self.changing = False
        for key in self.copied:
            if (
                key in self
                and (original := self.shared.get(key)) is not None
                and is_same(dict.__getitem__(self, key), original)
            ):
                super().__setitem__(key, original)
        self.shared, self.copied = {}, set()


class Lineage:
    """The newest registry of a plan. It outlives its state: operations that render nothing may lie between it and its heir."""

    def __init__(self) -> None:
        self.newest: LazyApps | None = None
        self.released = False

    def succeed(self, registry: LazyApps) -> None:
        if self.newest is not None and self.released:
            self.newest.forget()
        self.newest, self.released = registry, False

    def release(self, registry: LazyApps) -> None:
        if registry is self.newest:
            self.released = True
        else:
            registry.forget()


class PlanState(ProjectState):
    """A project state in a plan. `models` is shared with the states before and after; `apps` renders on demand."""

    models: Models

    def __init__(
        self,
        models: dict[ModelKey, ModelState] | None = None,
        real_apps: set[str] | None = None,
        parent: PlanState | None = None,
    ) -> None:
        super().__init__(None, real_apps)
        self.models = Models(models or {})
        self.parent = parent
        self.lineage: Lineage = parent.lineage if parent is not None else Lineage()
        self._registry: LazyApps | None = None

    def clone(self) -> PlanState:
        self.freeze()
        return PlanState(dict(self.models), self.real_apps, self)

    def freeze(self) -> None:
        models = self.models
        if models.changing:
            models.freeze()

    @property
    def apps(self) -> LazyApps:
        self.freeze()
        if self._registry is None:
            base = self.parent
            while base is not None and base._registry is None:
                base = base.parent
            self._registry = LazyApps(self.models, self.real_apps, base._registry if base else self.lineage.newest)
            self.lineage.succeed(self._registry)
            self.parent = None
        return self._registry

    def release(self) -> None:
        """Forget the rendered classes; the models stay readable."""
        if self._registry is not None:
            self.lineage.release(self._registry)
        self._registry = None
        self.parent = None

    def clear_delayed_apps_cache(self) -> None:
        pass

    def alter_field(self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
        self.models[app_label, model_name]  # the one that changes
        with self.models.only(frozenset()):  # Django walks every model to learn what to render again; here nothing is
            super().alter_field(app_label, model_name, name, field, preserve_default)

    def rename_field(self, app_label: str, model_name: str, old_name: str, new_name: str) -> None:
        """Django changes fields in place here, which states before this one share."""
        key = (app_label, model_name)
        own = self.models[key].fields
        for name, field in own.items():
            of = getattr(field, "from_fields", None) or getattr(field, "field_names", None)
            if of and tuple(of) != ("self",):
                own[name] = copy.deepcopy(field)
        with self.models.reading():
            pointing = frozenset(
                other
                for other, state in self.models.items()
                if key in (find_references(state) if other in self.models.copied else references(state))
            )
        if old_name in own:
            with self.models.reading(), self.models.only(pointing):
                found = [
                    ((state.app_label, state.name_lower), name)
                    for state, name, _, _ in get_references(self, key, (old_name, own[old_name]))
                ]
            for reference, name in found:
                fields = self.models[reference].fields
                fields[name] = copy.deepcopy(fields[name])
        with self.models.reading(), self.models.only(pointing):
            super().rename_field(app_label, model_name, old_name, new_name)
