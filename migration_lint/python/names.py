"""Whether a historical model has what a function asks it for. What the state does not show is tried on the rendered class."""

from __future__ import annotations

import inspect
from functools import cached_property
from types import FunctionType
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.core.paginator import Page
from django.db import models
from django.db.models import Manager, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.manager import BaseManager

from migration_lint.python.history import History, Many, Model
from migration_lint.python.values import is_a

MODEL = frozenset(dir(models.Model)) | {"objects", "DoesNotExist", "MultipleObjectsReturned", "NotUpdated", "pk"}
MANAGER = frozenset(dir(Manager)) | {"model", "name"}
QUERYSET = frozenset(dir(QuerySet)) | {"model"} | frozenset(dir(Page)) | {"object_list", "number", "paginator"}
RELATED = frozenset({"add", "remove", "clear", "set", "aadd", "aremove", "aclear", "aset", "through", "field", "instance"})


class Names:
    def __init__(self, history: History) -> None:
        self.history = history

    @cached_property
    def registry(self) -> Any:
        """The rendered classes, all of them: what points to a model adds to it."""
        registry = self.history.state.apps
        registry.get_models()
        return registry

    def rendered(self, model: Model) -> Any:
        """The class that the function is given; None where it cannot be made."""
        try:
            return self.registry.get_model(*model.key)
        except Exception:
            return None

    # Attributes.

    def fields(self, model: Model) -> set[str]:
        """What fields are called: by their name, and keys by that of their value too."""
        every = self.history.fields(model)
        keys = {f"{name}_id" for name, (_, each) in every.items() if each.remote_field is not None and not each.many_to_many}
        return {*every, *keys, *self.history.primary_keys(model)}

    def has(self, model: Model, name: str, annotated: frozenset[str] | None) -> bool:
        """Whether an instance or the class has an attribute."""
        if annotated is None or name.startswith("_") or name in annotated or self.knows(model, name):
            return True
        cls = self.rendered(model)
        return cls is None or inspect.getattr_static(cls, name, cls) is not cls

    def knows(self, model: Model, name: str) -> bool:
        if name in MODEL and not (name == "objects" and model.state.managers):
            return True
        if name in self.fields(model) or name in self.history.links(model) or name in dict(model.state.managers):
            return True
        return any(
            has_static(base, name) for one in self.history.parents(model) for base in one.state.bases if is_a(base, type)
        )

    def has_method(self, many: Many, name: str) -> bool:
        """Whether a manager or queryset has an attribute."""
        own = QUERYSET if many.manager is None else MANAGER
        if name in own or name.startswith("_") or (many.link is not None and name in RELATED):
            return True
        for one in self.history.parents(many.model):
            for _, manager in one.state.managers:
                if self.offers(manager, many, name):
                    return True
        cls = self.rendered(many.model)
        if cls is None:
            return True
        managers = [cls._default_manager, cls._base_manager, *cls._meta.managers]
        return any(self.offers(each, many, name) for each in managers)

    def offers(self, manager: Any, many: Many, name: str) -> bool:
        if many.manager is not None:
            return has_static(type(manager), name)
        own = type(manager).get_queryset is not BaseManager.get_queryset  # of a class that is not known
        return own or has_static(getattr(manager, "_queryset_class", QuerySet), name)

    def swapped(self, model: Model) -> str | None:
        """The model that the settings have in place of this one."""
        option = model.state.options.get("swappable")
        found = getattr(settings, option, None) if option else None
        return found if isinstance(found, str) and found.lower() != model.label.lower() else None

    def today(self, model: Model, name: str) -> str:
        """What the class that the code has today calls so: a field, a manager, or something else of its own; '' for nothing."""
        cls = self.history.real_class(model)
        if cls is None or not has_static(cls, name):
            return "field" if cls is not None and name in {each.name for each in cls._meta.get_fields()} else ""
        if name in {each.name for each in cls._meta.get_fields()} | {each.attname for each in cls._meta.concrete_fields}:
            return "field"
        if any(manager.name == name for manager in cls._meta.managers):
            return "manager"
        return "method" if callable(inspect.getattr_static(cls, name)) else "attribute"

    def own_method(self, model: Model, name: str) -> bool:
        """Whether today's class has a method of the project's in the place of Django's, and a migration's model has not."""
        bases = [base for base in model.state.bases if is_a(base, type)]
        cls = self.history.real_class(model)
        if cls is None or any(has_own(base, name) for base in bases):
            return False
        return has_own(cls, name)

    # Fields of queries.

    def path(self, model: Model, path: str, annotated: frozenset[str] | None, lookups: bool) -> bool:
        """Whether a query can name this, as `filter(author__name__startswith=…)` does; without lookups, as in `order_by()`."""
        if annotated is None:
            return True
        here, last, parts = model, None, path.split(LOOKUP_SEP)
        while parts and parts[0] not in annotated:
            link = next((each for each in self.history.links(here).values() if each.query_name == parts[0]), None)
            if link is None:
                break
            if link.target is None:
                return True
            here, last = link.target, link
            parts = parts[1:]
        if not parts or parts[0] in annotated or (len(parts) == 1 and parts[0] in self.fields(here)):
            return True
        kind: Any = type(last.field) if last is not None else None
        if kind is not None and parts[0] in kind.get_lookups():
            return True
        return self.tried(here, LOOKUP_SEP.join(parts), lookups)

    def tried(self, model: Model, path: str, lookups: bool) -> bool:
        """Whether Django makes a query of it. No relation is followed here: the class at its end may be an older one."""
        cls = self.rendered(model)
        if cls is None:
            return True
        try:
            if lookups:
                QuerySet(cls).filter(**{path: 1})
            else:
                QuerySet(cls).values(path)
        except FieldError:
            return False
        except Exception:
            return True
        return True

    def writable(self, model: Model, name: str) -> bool:
        """Whether `update()` can write a field of this name."""
        return name in self.fields(model) or self.is_field(self.rendered(model), name)

    def settable(self, model: Model, name: str) -> bool:
        """Whether an instance can be made with a value of this name: a field, or a property of the class."""
        if name in self.fields(model):
            return True
        cls = self.rendered(model)
        return self.is_field(cls, name) or name in cls._meta._property_names

    def is_field(self, cls: Any, name: str) -> bool:
        try:
            return cls is None or cls._meta.get_field(name) is not None
        except FieldDoesNotExist:
            return False


def has_static(cls: Any, name: str) -> bool:
    return inspect.getattr_static(cls, name, has_static) is not has_static


def has_own(cls: Any, name: str) -> bool:
    found = inspect.getattr_static(cls, name, None)
    return isinstance(found, FunctionType) and not found.__module__.startswith("django.")
