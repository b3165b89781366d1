"""Registries that render only the models that are asked for.

Rendering every related model for every operation is where the time goes on a large project. A registry renders a model when
somebody asks for it, with what it points to, and keeps the classes of the registry before that are as right here as there. A
class whose model changed in what nothing that points to it depends on is kept too, to be pointed to.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from operator import attrgetter
from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.db.migrations.state import AppConfigStub, ModelState, StateApps
from django.db.migrations.utils import resolve_relation
from django.db.models import Field, ForeignKey, Manager, Model
from django.db.models.base import ModelBase
from django.db.models.fields import AutoFieldMixin
from django.db.models.options import Options
from django.db.models.signals import class_prepared

ModelKey = tuple[str, str]
PLAIN_BASES: tuple[Any, ...] = (Model,)
NONE: frozenset[ModelKey] = frozenset()
creation_counter = attrgetter("creation_counter")
# Options that become a field, connect a signal or take something from another model.
MAKE_MORE_THAN_OPTIONS = {"order_with_respect_to", "swappable", "proxy"}


def find_references(state: ModelState) -> frozenset[ModelKey]:
    """The models that this one points to: keys, many-to-many and their through models, bases."""
    keys = set(bases(state))
    for field in state.fields.values():
        remote = getattr(field, "remote_field", None)
        if remote is None or remote.model is None:
            continue
        keys.add(resolve_relation(remote.model, state.app_label, state.name_lower))
        through = getattr(remote, "through", None)
        if through:
            keys.add(resolve_relation(through, state.app_label, state.name_lower))
    return frozenset(keys)


def references(state: ModelState) -> frozenset[ModelKey]:
    """The same, kept on a state that changes no more."""
    found: frozenset[ModelKey] | None = state.__dict__.get("_references")
    if found is None:
        found = state.__dict__["_references"] = find_references(state)
    return found


def entangled(state: ModelState) -> Iterator[ModelKey]:
    """The models that rendering this one changes: many-to-many and third parties' relations do more than point at them."""
    for field in state.fields.values():
        remote = getattr(field, "remote_field", None)
        if remote is None or remote.model is None or isinstance(field, ForeignKey):
            continue
        yield resolve_relation(remote.model, state.app_label, state.name_lower)
        through = getattr(remote, "through", None)
        if through:
            yield resolve_relation(through, state.app_label, state.name_lower)


def bases(state: ModelState) -> frozenset[ModelKey]:
    """The models that it inherits from, whose columns are columns of its own."""
    if state.bases == PLAIN_BASES:
        return NONE
    names = [base.partition(".") for base in state.bases if isinstance(base, str)]
    return frozenset((label, name.lower()) for label, _, name in names)


def indexes_alone(old: ModelState, new: ModelState) -> bool:
    """Whether only indexes tell the two apart: then they have one class, which is given those of the state it is asked for."""
    return (
        [(name, id(value)) for name, value in old.fields.items()] == [(name, id(value)) for name, value in new.fields.items()]
        and {**old.options, "indexes": []} == {**new.options, "indexes": []}
        and (old.name, old.bases, old.managers) == (new.name, new.bases, new.managers)
        and not (names_class(old) or names_class(new))
    )


def names_class(state: ModelState) -> bool:
    """Whether the class's name goes into the name of an index."""
    return any("%" in index.name for index in state.options.get("indexes", ()))


def give_indexes(model: type[Model], state: ModelState) -> None:
    if not names_class(state):
        model._meta.indexes = list(state.options.get("indexes", ()))


def key_references(state: ModelState) -> Iterator[ModelKey]:
    """What its primary key and unique fields point to: a referring column's type follows from there."""
    for field in state.fields.values():
        remote = getattr(field, "remote_field", None)
        if remote is not None and remote.model is not None and (field.primary_key or field.unique):
            yield resolve_relation(remote.model, state.app_label, state.name_lower)


def interface(state: ModelState) -> tuple[Any, ...]:
    """What a model that points here depends on: the table's name, and the columns that a key can refer to."""
    known: tuple[Any, ...] | None = state.__dict__.get("_interface")
    if known is not None:
        return known
    options = state.options
    keys = tuple((name, id(field)) for name, field in state.fields.items() if field.primary_key or field.unique)
    found = state.__dict__["_interface"] = (
        state.name,
        state.bases,
        *(options.get(name) for name in ("db_table", "proxy", "managed", "swappable", "order_with_respect_to")),
        keys,
    )
    return found


def number(field: Any) -> None:
    """Put a new field behind those made before it; Django counts its own backwards, which puts them first."""
    if field.auto_created:
        field.creation_counter = Field.auto_creation_counter
        Field.auto_creation_counter -= 1
    else:
        field.creation_counter = Field.creation_counter
        Field.creation_counter += 1


def copied(thing: Any) -> Any:
    """A shallow copy, without the ceremony that `copy.copy` makes of it."""
    new = object.__new__(type(thing))
    new.__dict__ = thing.__dict__.copy()
    return new


class Unbound:
    """A field of a model state, to be cloned. Django takes it apart and makes it anew; a copy has the same content."""

    __slots__ = ("field",)

    def __init__(self, field: Any) -> None:
        self.field = field

    def clone(self) -> Any:
        field = self.field
        if type(field).__module__ != Field.__module__ or field.remote_field is not None:
            return field.clone()  # a state's own changes of a key, RenameField's, are not all kept when it is made anew
        new = field.__copy__()
        for cached in ("_get_default", "cached_col"):
            new.__dict__.pop(cached, None)
        number(new)
        return new

    @property
    def is_plain(self) -> bool:
        """Whether Django itself binds it, and leaves nothing but the field and its descriptors behind."""
        field = self.field
        return type(field) is ForeignKey or (type(field).__module__ == Field.__module__ and field.remote_field is None)


def resolve(model: type[Model], related: type[Model], field: Any) -> None:
    field.remote_field.model = related
    field.do_related_class(related, model)


class Mould:
    """What a class has of its model's name and options alone: whatever else changes, the next class is cast in it."""

    def __init__(self, state: ModelState, model: type[Model]) -> None:
        self.state = state
        self.options: Any = copy.copy(model._meta)
        for name in (*Options.FORWARD_PROPERTIES, *Options.REVERSE_PROPERTIES, "model", "concrete_model", "apps"):
            self.options.__dict__.pop(name, None)
        self.options.pk = self.options.auto_field = None
        self.module = model.__module__
        own = vars(model).items()
        self.body = {name: value for name, value in own if isinstance(value, type) or name == "get_absolute_url"}
        self.plain: dict[str, tuple[Any, Any]] = {}  # by name: the state's field, and what is bound to one class after another

    @staticmethod
    def can_be_made(state: ModelState) -> bool:
        return (
            state.bases == PLAIN_BASES
            and not state.managers
            and "objects" not in state.fields
            and MAKE_MORE_THAN_OPTIONS.isdisjoint(state.options)
        )

    def fits(self, state: ModelState) -> bool:
        one, other = self.state.options, state.options
        return (
            self.state.name == state.name
            and self.can_be_made(state)
            and one.keys() == other.keys()
            and all(one[name] == other[name] for name in one if name != "indexes")
        )

    def cast(self, state: ModelState, apps: StateApps) -> Any:
        """`ModelBase.__new__`, from where the options are made."""
        model: Any = type.__new__(ModelBase, state.name, PLAIN_BASES, {"__module__": self.module})
        model._meta = options = copied(self.options)
        options.model = options.concrete_model = model
        options.apps = apps
        options.constraints = list(options.constraints)
        options._get_fields_cache, options.parents = {}, {}
        for name in ("local_fields", "local_many_to_many", "private_fields", "local_managers", "related_fkey_lookups"):
            setattr(options, name, [])
        keys: list[tuple[Any, ModelKey]] = []
        for name, field in state.fields.items():  # what `contribute_to_class` does, for a field that it was done for once
            known = self.plain.get(name)
            if known is None or known[0] is not field:
                self.bind(model, name, field)
                continue
            new: Any = copied(known[1])
            new.model = model
            number(new)
            options.local_fields.append(new)
            if new.primary_key:
                options.setup_pk(new)
            if isinstance(new, AutoFieldMixin):
                options.auto_field = new
            setattr(model, new.attname, new.descriptor_class(new))
            if new.remote_field is not None:
                new.remote_field = copied(new.remote_field)
                new.remote_field.field = new
                new.opts = options
                setattr(model, name, new.forward_related_accessor_class(new))
                keys.append((new, resolve_relation(new.remote_field.model, state.app_label, state.name_lower)))
        options.local_fields.sort(key=creation_counter)
        for name, value in self.body.items():
            setattr(model, name, value)
        manager: Any = Manager()
        manager.auto_created = True
        model.add_to_class("objects", manager)
        options._prepare(model)
        model.__doc__ = f"{state.name}({', '.join(field.name for field in options.local_fields)})"
        class_prepared.send(sender=model)
        apps.register_model(state.app_label, model)
        for key, target in keys:
            apps.lazy_model_operation(partial(resolve, field=key), (state.app_label, state.name_lower), target)
        return model

    def bind(self, model: Any, name: str, field: Any) -> None:
        """Give the class a field that its forerunners did not have. A plain one is kept, for its heirs to have copies of."""
        source, members = Unbound(field), len(vars(model))
        new = source.clone()
        model.add_to_class(name, new)
        if source.is_plain and len(vars(model)) == members + (2 if new.is_relation else 1):  # its descriptors, and nothing else
            kept = new.__deepcopy__({})
            kept.__dict__.pop("opts", None)
            del kept.model
            self.plain[name] = field, kept


def render(state: ModelState, apps: StateApps) -> Any:
    """`ModelState.render`, without what costs most of its time: a new field of each field, a deep copy of each index."""
    body = copy.copy(state)
    body.fields = {name: Unbound(field) for name, field in state.fields.items()}  # type: ignore[misc]
    body.options = {**state.options, "indexes": []}
    return body.render(apps)


class Lately:
    """Which of the registries that share classes was asked last: what refers to what is as that one sees it."""

    asked: LazyApps | None = None


class LazyApps(StateApps):
    """A registry that renders a model when asked for it, with what it points to, and what points to it when asked for that."""

    def __init__(self, models: dict[ModelKey, ModelState], real_apps: Iterable[str], base: LazyApps | None) -> None:
        if base is None:
            super(StateApps, self).__init__([])
            self._lock = None
            self.ready_event = None  # type: ignore[assignment]
            self.labels = frozenset(real_apps)
            self.real_models: list[ModelState] = []
            for label in sorted(real_apps):
                for model in global_apps.get_app_config(label).get_models():
                    self.real_models.append(ModelState.from_model(model, exclude_rels=True))
            self.moulds: dict[ModelKey, Mould] = {}
            self.lately = Lately()
        else:
            vars(self).update(vars(base))  # what is the same in every registry: the lines above
            self.all_models = defaultdict(dict)
        self.states: dict[ModelKey, ModelState] = {(s.app_label, s.name_lower): s for s in self.real_models}
        self.states.update(models)
        self.waiting: dict[ModelKey, list[tuple[ModelKey, Callable[..., Any], tuple[ModelKey, ...]]]] = defaultdict(list)
        self.stale: dict[ModelKey, type[Model]] = {}
        self.complete: set[ModelKey] = set()
        self.lost: dict[ModelKey, ModelState] = {}  # deleted models that others may still inherit from
        self.roots: set[ModelKey] = set()
        self.followed: set[ModelKey] = set()
        self.__dict__.pop("app_configs", None)
        if base is None:
            self.heirs = {key for key, state in self.states.items() if bases(state)}
        else:
            self.inherit(base)

    @cached_property
    def app_configs(self) -> dict[str, AppConfig]:  # type: ignore[override]
        """Made when somebody asks, which is seldom."""
        configs: dict[str, AppConfig] = {}
        for label in sorted({label for label, _ in self.states} | self.labels | self.all_models.keys()):
            config = configs[label] = AppConfigStub(label)
            config.apps = self
            config.models = self.all_models[label]
        return configs

    def inherit(self, base: LazyApps) -> None:
        """Keep the classes that are as right here as there."""
        before, after = base.states, self.states
        gone = before.keys() - after.keys()
        changed = {key for key, state in after.items() if before.get(key) is not state}
        shared = {key for key in changed if key in before and indexes_alone(before[key], after[key])}
        changed -= shared
        self.lost = {**base.lost, **{key: before[key] for key in gone}} if gone else base.lost
        broken = {
            key for key in changed if key not in before or interface(before[key]) != interface(after[key])
        }  # what points at a model that is gone stays as it is: Django does not render it again either, and could not
        dropped = {(label, name) for label, name in changed | gone if name in base.all_models.get(label, ())}
        if broken or (dropped and base.heirs):
            rendered = {(label, name) for label, models in base.all_models.items() for name in models}
            self.spread(broken, dropped, (rendered & before.keys()) - dropped, base)
        self.heirs = (base.heirs - changed - gone) | {key for key in changed if bases(after[key])}
        passed = {key: old for key in changed if (old := base.find(key)) is not None}
        for key, old in {**base.stale, **passed}.items():
            if (
                key in after
                and key not in broken
                and (not broken or references(after[key]).isdisjoint(broken))
                and (key not in self.heirs or bases(after[key]).isdisjoint(dropped & after.keys()))
            ):
                self.stale[key] = old
        for label, models in base.all_models.items():
            self.all_models[label] = models.copy()
        for label, name in dropped:
            del self.all_models[label][name]
        for models in self.all_models.values():
            for name, model in models.copy().items():
                meta: Any = model._meta
                owner = meta.auto_created
                if owner and (owner._meta.app_label, owner._meta.model_name) in dropped:
                    del models[name]
                    continue
                known = meta.__dict__
                known["apps"] = self
                if known["_get_fields_cache"] or "_relation_tree" in known or "fields_map" in known:
                    meta._expire_cache(forward=False)
        for label, name in shared:
            if name in self.all_models.get(label, ()):
                give_indexes(self.all_models[label][name], after[label, name])
        for key, entries in base.waiting.items():
            still = [entry for entry in entries if entry[0] not in dropped]
            if still:
                self.waiting[key] = still
        self.complete = base.complete - dropped - gone
        left = (dropped & after.keys()) - self.stale.keys()
        if left:
            self.complete = {key for key in self.complete if references(after[key]).isdisjoint(left)}

    def spread(self, broken: set[ModelKey], dropped: set[ModelKey], kept: set[ModelKey], base: LazyApps) -> None:
        """Drop too what points at something broken or inherits from something dropped, and so on."""
        before, after = base.states, self.states
        while True:
            more = {
                key
                for key in (kept if broken else kept & base.heirs)
                if not (references(before[key]).isdisjoint(broken) and bases(before[key]).isdisjoint(dropped & after.keys()))
            }
            if not more:
                return
            kept -= more
            dropped |= more
            broken |= more

    def find(self, key: ModelKey) -> type[Model] | None:
        """The class to point to, if there is one: the model's own, or one from before changes that do not matter to that."""
        return self.all_models.get(key[0], {}).get(key[1]) or self.stale.get(key)

    def forget(self) -> None:
        """Let go of what a class that is still in use elsewhere would keep alive through its `_meta.apps`."""
        self.all_models.clear()
        self.__dict__.pop("app_configs", None)
        self.states, self.stale, self.waiting = {}, {}, defaultdict(list)

    # Rendering.

    def render(self, key: ModelKey) -> None:
        label, name = key
        state = self.states.get(key) or self.lost.get(key)
        if state is None or name in self.all_models.get(label, ()):
            return
        lost = bases(state) - self.states.keys()
        for base in bases(state):
            if base in lost:
                self.render(base)
            else:
                self.finish(base)
        for target in (key, *entangled(state)):
            self.stale.pop(target, None)
        self.make(key, state)
        for label, name in lost:  # it was there to be inherited from
            self.all_models[label].pop(name, None)

    def make(self, key: ModelKey, state: ModelState) -> None:
        if names_class(state):
            body = copy.copy(state)
            body.fields = {name: Unbound(field) for name, field in state.fields.items()}  # type: ignore[misc]
            body.render(self)
            return
        mould = self.moulds.get(key)
        if mould is not None and mould.fits(state):
            model = mould.cast(state, self)
        else:
            model = render(state, self)
            if Mould.can_be_made(state):
                self.moulds[key] = Mould(state, model)
        give_indexes(model, state)

    def finish(self, key: ModelKey) -> None:
        """Render a model, what it points to, and what those point to with the columns that it refers to."""
        if key in self.complete or key not in self.states:
            return
        self.complete.add(key)
        try:
            self.render(key)
        except Exception:
            self.complete.discard(key)
            raise
        for target in references(self.states[key]):
            self.render_target(target)

    def render_target(self, key: ModelKey) -> None:
        if key not in self.states or self.find(key) is not None:
            return
        self.render(key)
        for target in key_references(self.states[key]):
            self.render_target(target)

    def referring(self) -> None:
        """Render what points to the models that were asked for, and on through keys that are keys themselves."""
        frontier, done = self.roots - self.followed, self.followed
        while frontier:
            done |= frontier
            found = set()
            for key, state in self.states.items():
                if not references(state).isdisjoint(frontier):
                    self.finish(key)
                    if key not in done and not frontier.isdisjoint((*key_references(state), *bases(state))):
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
            if key not in self.roots or model._meta.apps is not self or self.lately.asked is not self:
                self.roots.add(key)
                model._meta.apps = self
                if key in self.states:
                    give_indexes(model, self.states[key])
                self.lately.asked = self
                self.forget_relations()
            return model
        except KeyError:
            if app_label not in self.app_configs:
                raise LookupError(f"No installed app with label '{app_label}'.") from None
            raise LookupError(f"App '{app_label}' doesn't have a '{model_name}' model.") from None

    def get_models(self, include_auto_created: bool = False, include_swapped: bool = False) -> list[type[Model]]:
        self.referring()
        return [
            model
            for label in sorted(self.all_models)  # the order of rendering differs from run to run
            for _, model in sorted(self.all_models[label].items())
            if (include_auto_created or not model._meta.auto_created) and (include_swapped or not model._meta.swapped)
        ]

    def forget_relations(self) -> None:
        """What refers to what is computed anew for a model that was not asked for before."""
        for models in self.all_models.values():
            for model in models.values():
                meta: Any = model._meta
                if "_relation_tree" in meta.__dict__:
                    meta._expire_cache()

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
            model = self.find(key)
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
        if app_label not in self.all_models:
            self.__dict__.pop("app_configs", None)
        self.all_models[app_label][model._meta.model_name or ""] = model
        self.do_pending_operations(model)

    def unregister_model(self, app_label: str, model_name: str) -> None:
        self.all_models[app_label].pop(model_name, None)
