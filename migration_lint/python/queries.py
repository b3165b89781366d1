"""Follows what a function makes of the registry that it is given: models, managers, querysets and rows."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from types import FunctionType
from typing import Any

from django.apps import apps as global_apps
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Manager, QuerySet
from django.db.models.base import Model as DjangoModel

from migration_lint.python.containers import Containers, wrapped
from migration_lint.python.frames import Frame
from migration_lint.python.history import Box, Each, History, Many, Model, Row
from migration_lint.python.values import UNKNOWN, Items, Known, Marker, Part, RealClass, is_a, plain

MANAGERS = ("objects", "_default_manager", "_base_manager")
QUERYSET = frozenset(name for name in dir(QuerySet) if not name.startswith("__"))
NARROW = {"filter", "exclude", "none", "complex_filter"}
ROW = {"get", "first", "last", "latest", "earliest", "create"}
MADE = {"get_or_create", "update_or_create"}
PLAIN = {"values", "values_list", "dates", "datetimes"}
SAME = {"all", "get_queryset", "distinct", "order_by", "reverse", "select_related", "prefetch_related", "only", "defer"}
SAME |= {"select_for_update", "using", "db_manager", "iterator", "extra", "annotate", "alias", "union", "intersection"}
SAME |= {"difference", "_clone", "_chain"}
NAMING = {"annotate", "alias", "values", "values_list", "extra", "dates", "datetimes"}


class Queries(Containers):
    def __init__(self, vendor: str | None, history: History) -> None:
        super().__init__(vendor)
        self.history = history
        self.assigned: set[tuple[tuple[str, str], str]] = set()

    # Hooks.

    def not_followed(self) -> None:
        """Something happens to rows that is not seen."""

    # What values are.

    def normal(self, value: Any) -> Any:
        """Real models and their managers told like those of the registry."""
        if isinstance(value, RealClass):
            return self.real_model(value) or value
        if isinstance(value, Part) and isinstance(value.owner, RealClass) and value.name in MANAGERS:
            model = self.real_model(value.owner)
            return value if model is None else Many(model, manager=value.name)
        return value

    def real_model(self, found: RealClass) -> Model | None:
        label = settings.AUTH_USER_MODEL if found.how == "user model" else found.label
        words = label.rsplit(".", 1)
        return self.history.model(words[0].rpartition(".")[2], words[1], real=True) if len(words) == 2 else None

    def attribute(self, owner: Any, name: str, node: ast.expr | None = None) -> Any:
        owner = self.normal(owner)
        if wrapped(owner) is settings and (name.endswith("_MODEL") or name == "INSTALLED_APPS"):
            return Known(getattr(settings, name, None))
        if isinstance(owner, Model):
            return self.of_model(owner, name, node)
        if isinstance(owner, Row) and name == "__class__":
            return owner.model
        if isinstance(owner, Row):
            link = self.history.links(owner.model).get(name)
            if link is None:
                return Part(owner, name, node)
            if link.target is None:
                return UNKNOWN
            return Many(link.target, filtered=True, manager=name, link=link) if link.many else Row(link.target)
        if isinstance(owner, Many | Each | Box | History):
            return (
                Many(owner.model, owner.filtered)
                if isinstance(owner, Many) and name == "object_list"
                else Part(owner, name, node)
            )
        if isinstance(owner, Part):
            if owner.name == "_meta" and isinstance(owner.owner, Model | Row):
                return self.of_meta(owner.owner.model if isinstance(owner.owner, Row) else owner.owner, name, owner)
            if name == "through" and isinstance(owner.owner, Model):
                link = self.history.links(owner.owner).get(owner.name)
                return UNKNOWN if link is None or link.through is None else link.through
        return super().attribute(owner, name, node)

    def of_model(self, model: Model, name: str, node: ast.expr | None) -> Any:
        if name in MANAGERS or name in dict(model.state.managers) or (model.real and self.is_real_manager(model, name)):
            return Many(model, manager=name)
        return Part(model, name, node)

    def of_manager(self, many: Many, name: str, node: ast.expr | None) -> Any:
        if name == "model":
            return many.model
        if name == "through":
            return many.link.through or UNKNOWN if many.link is not None else UNKNOWN
        return replace(many, manager=None, link=None) if name == "object_list" else Part(many, name, node)

    def is_real_manager(self, model: Model, name: str) -> bool:
        cls = self.history.real_class(model)
        return cls is not None and any(manager.name == name for manager in cls._meta.managers)

    def of_meta(self, model: Model, name: str, node: Part) -> Any:
        known = {
            "db_table": self.history.table(model),
            "app_label": model.state.app_label,
            "model_name": model.state.name_lower,
            "object_name": model.state.name,
            "label": model.label,
            "label_lower": model.label.lower(),
        }
        if name in known:
            return Known(known[name])
        return Many(model, manager=name) if name in ("default_manager", "base_manager") else UNKNOWN

    # What calls give.

    def result(self, callee: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        callee = self.normal(callee)
        if isinstance(callee, Model):
            return Row(callee, new=True)
        if isinstance(callee, Part):
            owner = self.normal(callee.owner)
            if owner is Marker.REGISTRY and callee.name == "is_installed" and args and isinstance(plain(args[0]), str):
                return Known(global_apps.is_installed(plain(args[0])))
            if isinstance(owner, History):
                return self.registry(callee.name, args, keywords)
            if isinstance(owner, Many):
                return self.queried(owner, callee.name, args, keywords)
            if isinstance(owner, Row):
                return self.method(owner, owner.model, callee.name, args, keywords)
            if isinstance(owner, Box):
                return self.boxed(owner, callee.name, args)
            if isinstance(owner, Each):
                return owner.value if callee.name in ("page", "get_page", "pop", "get") else UNKNOWN
        if isinstance(callee, Known):
            target = callee.object
            if target is Paginator and args:
                self.iterated_over(args[0])
                return Each(Many(args[0].model, filtered=True)) if isinstance(args[0], Many) else UNKNOWN
            if target is setattr and len(args) == 3:
                self.assign(args[0], plain(args[1]))
                return UNKNOWN
            if (held := self.built_in(target, args, keywords)) is not None:
                return held
        return super().result(callee, args, keywords)

    def registry(self, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        if name == "get_app_config":
            return Part(self.history, str(plain(args[0])) if args else "", None)
        if name in ("get_models", "get_app_configs"):
            self.not_followed()
            return UNKNOWN
        if name == "is_installed" and args and isinstance(plain(args[0]), str):
            return Known(plain(args[0]) in self.history.labels())
        if name != "get_model":
            return UNKNOWN
        label, model = self.asked_for(args, keywords)
        if not isinstance(label, str) or not isinstance(model, str):
            self.not_followed()
            return UNKNOWN
        return self.history.model(label, model) or UNKNOWN

    def asked_for(self, args: list[Any], keywords: dict[str, Any]) -> tuple[Any, Any]:
        """The app label and the name that `get_model()` is given; UNKNOWN where they are not constants."""
        given = [plain(value) for value in args]
        label = given[0] if given else plain(keywords.get("app_label", UNKNOWN))
        model = given[1] if len(given) > 1 else plain(keywords.get("model_name", Known(None)))
        if isinstance(label, str) and model is None:
            label, _, model = label.partition(".")
        return label, model

    def queried(self, many: Many, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        names = self.naming(many, name, args, keywords) if name in NAMING else many.names
        if name in ROW | MADE:
            row = Row(many.model, names=names)
            return Items((row, UNKNOWN)) if name in MADE else row
        if name in NARROW:
            return replace(many, filtered=many.filtered or bool(args or keywords) or name == "none", manager=None, link=None)
        if name in PLAIN:
            return replace(many, rows=False, names=names, manager=None, link=None)
        if name in SAME:
            return replace(
                many,
                names=names,
                manager=many.manager if name == "db_manager" else None,
                link=None,
                alias=many.alias or name in ("using", "db_manager"),
                streamed=many.streamed or name == "iterator",
            )
        if name in ("bulk_create", "in_bulk"):
            return Box([Row(many.model)])
        if name == "raw":
            return Many(many.model, filtered=True, names=None)
        if name in QUERYSET or many.link is not None:
            return UNKNOWN
        managers = dict(many.model.state.managers)
        manager = managers.get(many.manager or "")
        return self.method(many, many.model, name, args, keywords, type(manager) if manager else None)

    def naming(self, many: Many, name: str, args: list[Any], keywords: dict[str, Any]) -> frozenset[str] | None:
        """What the rows have besides their fields after this call."""
        given = args if name in ("values", "values_list") else []
        if many.names is None or name == "extra" or "**" in keywords or len(given) < len(args):
            return None
        return many.names | keywords.keys() if all(isinstance(plain(value), str) for value in given) else None

    def method(
        self, owner: Any, model: Model, name: str, args: list[Any], keywords: dict[str, Any], cls: type | None = None
    ) -> Any:
        """A call of a method that the class of a manager, or a base of the model that is no model, brings along."""
        classes: list[Any] = [cls] if cls else [base for base in model.state.bases if is_a(base, type)]
        if model.real and cls is None:
            classes = [self.history.real_class(model)]
        for each in classes:
            found = inspect.getattr_static(each, name, None) if each is not None else None
            if isinstance(found, FunctionType):
                if found is vars(DjangoModel).get(name) or found is vars(Manager).get(name):
                    return UNKNOWN
                if self.is_home(found.__code__.co_filename):
                    return self.enter(found, (owner, *args), keywords)
                if found.__module__ != "django.db.models.base":
                    self.not_followed()
                return UNKNOWN
        return UNKNOWN

    def at_ClassDef(self, node: ast.ClassDef, frame: Frame) -> bool:
        bases = [self.evaluate(base, frame) for base in node.bases]
        if any(
            isinstance(base, RealClass | Model) or (isinstance(base, Known) and base.object is DjangoModel) for base in bases
        ):
            self.not_followed()
        return super().at_ClassDef(node, frame)

    # Binding.

    def assign(self, owner: Any, name: Any) -> None:
        """An attribute is given a value."""
        if isinstance(owner, Row | Model):
            model = owner.model if isinstance(owner, Row) else owner
            self.assigned.add((model.key, name if isinstance(name, str) else "*"))

    def bind(self, target: ast.expr, value: Any, frame: Frame) -> None:
        if isinstance(target, ast.Attribute):
            self.assign(self.evaluate(target.value, frame), target.attr)
        elif isinstance(target, ast.Subscript):
            owner, key = self.evaluate(target.value, frame), plain(self.evaluate(target.slice, frame))
            if isinstance(owner, Box):
                owner.values.append(value)
                owner.keys.update({key: value} if is_a(key, str, int) else {})
        else:
            super().bind(target, value, frame)
