"""Project states that share what did not change, and registries that render only what is asked for.

Django copies every model state for every operation and renders every related model; on a large project that is where the time
goes. Here a state copies a model state when it is first reached for writing, and puts the original back when the operation left it
as it was, so that a model state's identity stands for its content. Rendered classes are then kept from one state to the next by
that identity.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.db.migrations.state import AppConfigStub, ModelState, ProjectState, StateApps
from django.db.migrations.utils import get_references, resolve_relation
from django.db.models import Model

ModelKey = tuple[str, str]


def clone_state(state: ModelState) -> ModelState:
    """A copy whose fields and options can be changed; the checks of `ModelState.__init__` are not repeated."""
    new = copy.copy(state)
    new.__dict__.pop("_references", None)
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
        return self[key] if key in self else default

    def pop(self, key: ModelKey, *default: Any) -> Any:
        if key in self:
            value = self[key]
            del self[key]
            return value
        return super().pop(key, *default)

    def items(self) -> Any:
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


class PlanState(ProjectState):
    """A project state in a plan. `models` is shared with the states before and after; `apps` renders on demand."""

    def __init__(
        self,
        models: dict[ModelKey, ModelState] | None = None,
        real_apps: set[str] | None = None,
        parent: PlanState | None = None,
    ) -> None:
        super().__init__(None, real_apps)
        self.models = Models(models or {})
        self.parent = parent
        self._registry: LazyApps | None = None

    def clone(self) -> PlanState:
        self.freeze()
        return PlanState(dict(self.models), self.real_apps, self)

    def freeze(self) -> None:
        models = self.models
        if models.changing:
            models.freeze()

    def thaw(self) -> PlanState:
        """The state to apply the next operation to."""
        return self.clone()

    @property
    def apps(self) -> LazyApps:  # type: ignore[override]
        self.freeze()
        if self._registry is None:
            base = self.parent
            while base is not None and base._registry is None:
                base = base.parent
            self._registry = LazyApps(self.models, self.real_apps, base._registry if base else None)
            self.parent = None
        return self._registry

    def release(self) -> None:
        """Forget the rendered classes; the models stay readable."""
        self._registry = None
        self.parent = None

    def clear_delayed_apps_cache(self) -> None:
        pass

    def alter_field(self, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool) -> None:
        self.models[app_label, model_name]  # the one that changes
        with self.models.reading():  # Django walks every model to learn what to render again; here nothing is
            super().alter_field(app_label, model_name, name, field, preserve_default)

    def rename_field(self, app_label: str, model_name: str, old_name: str, new_name: str) -> None:
        """Django changes fields in place here, which states before this one share."""
        key = (app_label, model_name)
        own = self.models[key].fields
        for name, field in own.items():
            if getattr(field, "from_fields", None) or getattr(field, "field_names", None):
                own[name] = copy.deepcopy(field)
        if old_name in own:
            with self.models.reading():
                found = [
                    ((state.app_label, state.name_lower), name)
                    for state, name, _, _ in get_references(self, key, (old_name, own[old_name]))
                ]
            for reference, name in found:
                fields = self.models[reference].fields
                fields[name] = copy.deepcopy(fields[name])
        with self.models.reading():
            super().rename_field(app_label, model_name, old_name, new_name)


def references(state: ModelState) -> frozenset[ModelKey]:
    """The models that this one points to: keys, many-to-many and their through models, bases. Kept on the state it describes."""
    found: frozenset[ModelKey] | None = state.__dict__.get("_references")
    if found is None:
        keys = set(base_keys(state))
        for field in state.fields.values():
            remote = getattr(field, "remote_field", None)
            if remote is None or remote.model is None:
                continue
            keys.add(resolve_relation(remote.model, state.app_label, state.name_lower))
            through = getattr(remote, "through", None)
            if through:
                keys.add(resolve_relation(through, state.app_label, state.name_lower))
        found = state.__dict__["_references"] = frozenset(keys)
    return found


def base_keys(state: ModelState) -> Iterator[ModelKey]:
    for base in state.bases:
        if isinstance(base, str):
            label, _, name = base.partition(".")
            yield label, name.lower()


def key_references(state: ModelState) -> Iterator[ModelKey]:
    """What its primary key and unique fields point to: a referring column's type follows from there."""
    for field in state.fields.values():
        remote = getattr(field, "remote_field", None)
        if remote is not None and remote.model is not None and (field.primary_key or field.unique):
            yield resolve_relation(remote.model, state.app_label, state.name_lower)


def interface(state: ModelState) -> tuple[Any, ...]:
    """What a model that points here depends on: the table's name, and the columns that a key can refer to."""
    options = state.options
    keys = tuple((name, id(field)) for name, field in state.fields.items() if field.primary_key or field.unique)
    return (
        state.name,
        state.bases,
        *(options.get(name) for name in ("db_table", "proxy", "managed", "swappable", "order_with_respect_to")),
        keys,
    )


class LazyApps(StateApps):
    """A registry that renders a model when somebody asks for it, with what it points to, and what points to it when somebody asks for that."""

    def __init__(self, models: dict[ModelKey, ModelState], real_apps: Iterable[str], base: LazyApps | None) -> None:
        self.real_models: list[ModelState] = []
        if base is None:
            for label in sorted(real_apps):
                for model in global_apps.get_app_config(label).get_models():
                    self.real_models.append(ModelState.from_model(model, exclude_rels=True))
        else:
            self.real_models = base.real_models
        self.states: dict[ModelKey, ModelState] = {(s.app_label, s.name_lower): s for s in self.real_models}
        self.states.update(models)
        super(StateApps, self).__init__([])
        self._lock = None
        self.ready_event = None
        self.waiting: dict[ModelKey, list[tuple[ModelKey, Callable[..., Any], tuple[ModelKey, ...]]]] = defaultdict(list)
        self.complete: set[ModelKey] = set()
        self.roots: set[ModelKey] = set()
        self.labels = {label for label, _ in self.states} | set(real_apps)
        for label in self.labels:
            self.configure(label)
        if base is not None:
            self.inherit(base)

    def configure(self, label: str) -> AppConfig:
        config = AppConfigStub(label)
        config.apps = self
        config.models = self.all_models[label]
        self.app_configs[label] = config
        return config

    def inherit(self, base: LazyApps) -> None:
        """Keep the classes that are as right here as there."""
        changed = {key for key in base.states.keys() | self.states.keys() if base.states.get(key) is not self.states.get(key)}
        broken = {
            key
            for key in changed
            if key not in base.states or key not in self.states or interface(base.states[key]) != interface(self.states[key])
        }
        rendered = {(label, name) for label, models in base.all_models.items() for name in models}
        dropped = changed & rendered
        inheriting = {key: frozenset(base_keys(base.states[key])) for key in rendered if key in base.states}
        while True:
            more = {
                key
                for key in rendered - dropped
                if key in base.states
                and (not references(base.states[key]).isdisjoint(broken) or not inheriting[key].isdisjoint(dropped))
            }
            if not more:
                break
            dropped |= more
            broken |= more
        for label, models in base.all_models.items():
            for name, model in models.items():
                key = (label, name)
                owner = model._meta.auto_created
                if key in dropped or (owner and (owner._meta.app_label, owner._meta.model_name) in dropped):
                    continue
                self.all_models[label][name] = model
                model._meta.apps = self
                model._meta.__dict__.pop("_relation_tree", None)
        for key, waiting in base.waiting.items():
            kept = [entry for entry in waiting if entry[0] not in dropped]
            if kept:
                self.waiting[key] = kept
        self.complete = {key for key in base.complete - dropped if references(self.states[key]).isdisjoint(dropped)}

    # Rendering.

    def render(self, key: ModelKey) -> None:
        label, name = key
        state = self.states.get(key)
        if state is None or name in self.all_models.get(label, ()):
            return
        for base in base_keys(state):
            self.finish(base)
        state.render(self)

    def finish(self, key: ModelKey) -> None:
        """Render a model, what it points to, and what those point to with the columns that it refers to."""
        if key in self.complete or key not in self.states:
            return
        self.complete.add(key)
        self.render(key)
        for target in references(self.states[key]):
            self.render_target(target)

    def render_target(self, key: ModelKey) -> None:
        if key not in self.states or key[1] in self.all_models.get(key[0], ()):
            return
        self.render(key)
        for target in key_references(self.states[key]):
            self.render_target(target)

    def referring(self) -> None:
        """Render what points to the models that were asked for, and on through keys that are keys themselves."""
        frontier = set(self.roots)
        done: set[ModelKey] = set()
        while frontier:
            done |= frontier
            found = set()
            for key, state in self.states.items():
                if not references(state).isdisjoint(frontier):
                    self.finish(key)
                    if key not in done and not frontier.isdisjoint(key_references(state)):
                        found.add(key)
            frontier = found - done

    # What Django asks of a registry.

    def get_model(self, app_label: str, model_name: str | None = None, require_ready: bool = True) -> type[Model]:
        if model_name is None:
            app_label, model_name = app_label.split(".")
        key = (app_label, model_name.lower())
        if key in self.states:
            self.finish(key)
        try:
            model = self.all_models[app_label][key[1]]
            # A class is shared with the registries before and after; what refers to it is this one's matter while it is asked.
            if key not in self.roots or model._meta.apps is not self:
                self.roots.add(key)
                model._meta.apps = self
                self.forget_relations()
            return model
        except KeyError:
            if app_label not in self.labels:
                raise LookupError(f"No installed app with label '{app_label}'.") from None
            raise LookupError(f"App '{app_label}' doesn't have a '{model_name}' model.") from None

    def get_models(self, include_auto_created: bool = False, include_swapped: bool = False) -> list[type[Model]]:  # type: ignore[override]
        self.referring()
        return [
            model
            for models in self.all_models.values()
            for model in list(models.values())
            if (include_auto_created or not model._meta.auto_created) and (include_swapped or not model._meta.swapped)
        ]

    def forget_relations(self) -> None:
        """What refers to what is computed anew for a model that was not asked for before."""
        for models in self.all_models.values():
            for model in models.values():
                if "_relation_tree" in model._meta.__dict__:
                    model._meta._expire_cache()

    def clear_cache(self) -> None:
        pass

    def clone(self) -> LazyApps:
        return LazyApps(dict(self.states), (), self)

    def lazy_model_operation(self, function: Callable[..., Any], *model_keys: ModelKey) -> None:
        self.wait(model_keys[0] if model_keys else ("", ""), function, model_keys)

    def wait(self, owner: ModelKey, function: Callable[..., Any], model_keys: tuple[ModelKey, ...]) -> None:
        """Call the function once all these models are rendered; until then the wait belongs to the first of them."""
        models: list[Any] = []
        for key in model_keys:
            model = self.all_models.get(key[0], {}).get(key[1])
            if model is None:
                self.waiting[key].append((owner, function, model_keys))
                return
            models.append(model)
        function(*models)

    def do_pending_operations(self, model: type[Model]) -> None:
        key = (model._meta.app_label, model._meta.model_name or "")
        for owner, function, model_keys in self.waiting.pop(key, []):
            self.wait(owner, function, model_keys)

    def register_model(self, app_label: str, model: type[Model]) -> None:
        if app_label not in self.app_configs:
            self.labels.add(app_label)
            self.configure(app_label)
        self.all_models[app_label][model._meta.model_name or ""] = model
        self.do_pending_operations(model)

    def unregister_model(self, app_label: str, model_name: str) -> None:
        self.all_models[app_label].pop(model_name, None)
