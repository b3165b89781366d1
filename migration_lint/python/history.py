"""Models as they were at a point of the plan, looked up in the project state: nothing is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps as global_apps
from django.db import models
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
from django.db.models import Field

from migration_lint.running import column_of, plain, table_name

Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Model:
    """A model class. `real`: the class that the code has today, and not what the registry of the migration hands out."""

    state: ModelState
    real: bool = False

    @property
    def key(self) -> Key:
        return (self.state.app_label, self.state.name_lower)

    @property
    def label(self) -> str:
        return f"{self.state.app_label}.{self.state.name}"


@dataclass(frozen=True, eq=False)
class Link:
    """An end of a relation, from a model to another: the field that makes it and whose that is, and how a query calls it.

    `many` is what is behind it, rows or one row. `through` is the model of a many-to-many's table.
    """

    accessor: str
    query_name: str
    owner: Model
    name: str
    field: Field[Any, Any]
    target: Model | None
    many: bool
    through: Model | None = None


@dataclass(frozen=True, eq=False)
class Many:
    """A manager, or a queryset. `names` are what annotations add to its rows; None where they are not known."""

    model: Model
    filtered: bool = False
    rows: bool = True
    names: frozenset[str] | None = frozenset()
    manager: str | None = None
    alias: bool = False
    streamed: bool = False
    link: Link | None = None


@dataclass(frozen=True, eq=False)
class Row:
    """An instance of a model."""

    model: Model
    new: bool = False
    names: frozenset[str] | None = frozenset()


@dataclass(frozen=True, eq=False)
class Each:
    """What gives this value again and again; `rows` is the queryset whose rows these are, one after the other."""

    value: Any
    rows: Many | None = None


@dataclass(frozen=True, eq=False)
class Box:
    """A list or dict that the function fills; `keys` are those known, `rows` the queryset that it was made of."""

    values: list[Any] = field(default_factory=list)
    keys: dict[Any, Any] = field(default_factory=dict)
    rows: Many | None = None

    @property
    def complete(self) -> bool:
        """Whether this is a dict of which each key is known."""
        return bool(self.keys) and len(self.keys) == len(self.values)


class History:
    """The models of a project state."""

    def __init__(self, state: ProjectState) -> None:
        self.state = state
        self.models: Any = state.models
        self.real_apps = frozenset(getattr(state, "real_apps", ()))
        self.found: dict[tuple[Key, bool], Model | None] = {}
        self.known_links: dict[Key, dict[str, Link]] = {}
        self.pointing: dict[Key, list[tuple[Model, str, Any]]] | None = None

    def model(self, label: str, name: str, real: bool = False) -> Model | None:
        key = (label, name.lower())
        if (key, real) not in self.found:
            state = self.models.get(key)
            if state is None and label in self.real_apps:
                try:
                    state = ModelState.from_model(global_apps.get_model(label, name), exclude_rels=True)
                except (LookupError, ValueError, TypeError):
                    state = None
            self.found[key, real] = self.between(label, name) if state is None else Model(state, real)
        return self.found[key, real]

    def named(self, label: str, real: bool = False) -> Model | None:
        app, _, name = label.partition(".")
        return self.model(app, name, real)

    def labels(self) -> set[str]:
        return {label for label, _ in self.models} | self.real_apps

    def target(self, owner: Model, relation: Any) -> Model | None:
        """The model that a relation's end names."""
        try:
            label, name = resolve_relation(relation, *owner.key)
        except (TypeError, ValueError):
            return None
        return self.model(label, name, owner.real)

    def parents(self, model: Model) -> Iterator[Model]:
        """The models that it inherits from, itself first."""
        seen: set[Key] = set()
        waiting = [model]
        while waiting:
            one = waiting.pop(0)
            if one.key in seen:
                continue
            seen.add(one.key)
            yield one
            for base in one.state.bases:
                if isinstance(base, str) and "." in base:
                    parent = self.named(base, one.real)
                    if parent is not None:
                        waiting.append(parent)

    def concrete(self, model: Model) -> Model:
        """The model that has the table: a proxy has that of its base."""
        return next((one for one in self.parents(model) if not one.state.options.get("proxy")), model)

    def table(self, model: Model) -> str:
        return plain(table_name(self.concrete(model).state))

    def fields(self, model: Model) -> dict[str, tuple[Model, Field[Any, Any]]]:
        """The fields by name with the model whose table has them, inherited ones too."""
        found: dict[str, tuple[Model, Field[Any, Any]]] = {}
        for one in self.parents(model):
            for name, each in one.state.fields.items():
                found.setdefault(name, (one, each))
        return found

    def column(self, model: Model, name: str) -> tuple[Model, str] | None:
        """The column of a field, or of what a query calls it, and the model whose table has it."""
        every = self.fields(model)
        if name == "pk":
            own = self.concrete(model)
            return own, next((column_of(n, f) or n for n, (m, f) in every.items() if f.primary_key), "id")
        for field_name, (owner, each) in every.items():
            if each.many_to_many:
                continue
            if name == field_name or (each.remote_field is not None and name == f"{field_name}_id"):
                column = column_of(field_name, each)
                return None if column is None else (owner, column)
        return None

    def primary_keys(self, model: Model) -> set[str]:
        """The names of the key; Django adds one where no field is it."""
        found = {name for name, (_, each) in self.fields(model).items() if each.primary_key}
        links = {
            f"{base.rpartition('.')[2]}_ptr" for one in self.parents(model) for base in one.state.bases if isinstance(base, str)
        }
        return {"pk", *(found or {"id"}), *links, *(f"{name}_id" for name in links)}

    # Relations.

    def links(self, model: Model) -> dict[str, Link]:
        """The relations from a model by the attribute that they have on an instance, backwards ones too."""
        if model.key not in self.known_links:
            found: dict[str, Link] = {}
            for name, (owner, each) in self.fields(model).items():
                if each.remote_field is not None and getattr(each.remote_field, "model", None):
                    found[name] = self.forward(name, owner, each)
            for one in self.parents(model):
                for owner, name, each in self.references().get(one.key, ()):
                    link = self.backward(owner, name, each)
                    if link is not None:
                        found.setdefault(link.accessor, link)
            self.known_links[model.key] = found
        return self.known_links[model.key]

    def forward(self, name: str, owner: Model, each: Any) -> Link:
        target = self.target(owner, each.remote_field.model)
        through = self.through(owner, name, each) if each.many_to_many else None
        return Link(name, name, owner, name, each, target, bool(each.many_to_many), through)

    def backward(self, owner: Model, name: str, each: Any) -> Link | None:
        remote = each.remote_field
        given = getattr(remote, "related_name", None)
        words = {"class": owner.key[1], "model_name": owner.key[1], "app_label": owner.key[0]}
        if isinstance(given, str):
            given = given % words if "%(" in given else given
        if isinstance(given, str) and given.endswith("+"):
            return None
        one = bool(each.one_to_one)
        accessor = given or (owner.key[1] if one else f"{owner.key[1]}_set")
        asked = getattr(remote, "related_query_name", None)
        query = (asked % words if isinstance(asked, str) and "%(" in asked else asked) or given or owner.key[1]
        through = self.through(owner, name, each) if each.many_to_many else None
        return Link(str(accessor), str(query), owner, name, each, owner, not one, through)

    def through(self, owner: Model, name: str, each: Any) -> Model:
        """The model of the table behind a many-to-many, which Django makes where nobody names one."""
        remote = each.remote_field
        found = self.target(owner, remote.through) if remote.through else None
        if found is not None:
            return found
        target = resolve_relation(remote.model, *owner.key)
        own, other = owner.key[1], target[1]
        ends = (own, other) if own != other else (f"from_{own}", f"to_{other}")
        relations = (".".join(owner.key), ".".join(target))
        fields = [
            (end, models.ForeignKey(to, models.CASCADE, related_name="+")) for end, to in zip(ends, relations, strict=True)
        ]
        table = getattr(each, "db_table", None) or f"{table_name(owner.state).strip(chr(34))}_{name}"
        state = ModelState(
            owner.key[0],
            f"{owner.state.name}_{name}",
            [("id", models.AutoField(primary_key=True)), *fields],
            {"db_table": table},
        )
        return Model(state, owner.real)

    def throughs(self, model: Model) -> Iterator[Model]:
        """The models that Django makes for the many-to-manys of this one and to this one."""
        ends: list[tuple[Model, str, Any]] = [(owner, name, each) for name, (owner, each) in self.fields(model).items()]
        for owner, name, each in (*ends, *self.references().get(self.concrete(model).key, ())):
            if each.many_to_many and not each.remote_field.through:
                yield self.through(owner, name, each)

    def between(self, label: str, name: str) -> Model | None:
        """A model that Django makes for a many-to-many, by its name."""
        for (app, _), state in self.models.items():
            if app == label and name.lower().startswith(f"{state.name_lower}_"):
                for field_name, each in state.fields.items():
                    if f"{state.name_lower}_{field_name.lower()}" == name.lower() and each.many_to_many:
                        return None if each.remote_field.through else self.through(Model(state), field_name, each)
        return None

    def references(self) -> dict[Key, list[tuple[Model, str, Any]]]:
        """By model, the fields that point to it or to a proxy of it."""
        if self.pointing is None:
            self.pointing = {}
            for state in self.models.values():
                owner = Model(state)
                for name, each in state.fields.items():
                    remote = each.remote_field
                    if remote is not None and getattr(remote, "model", None):
                        target = self.target(owner, remote.model)
                        if target is not None:
                            self.pointing.setdefault(self.concrete(target).key, []).append((owner, name, each))
        return self.pointing

    def real_class(self, model: Model) -> Any:
        """The class that the code has today."""
        return global_apps.all_models.get(model.key[0], {}).get(model.key[1])
