"""The expressions of a followed function: each is read once, in the order in which it would be evaluated."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from migration_lint.backends import django_vendor
from migration_lint.python.frames import Frame, Written
from migration_lint.python.operators import Operators
from migration_lint.python.source import callees, is_own
from migration_lint.python.values import (
    DYNAMIC_IMPORTS,
    UNKNOWN,
    Instance,
    Items,
    Known,
    Marker,
    Name,
    Part,
    Partial,
    RealClass,
    computed,
    is_a,
    iterated,
    module_attribute,
    named,
    object_attribute,
    plain,
    resolve,
    wrap,
)


class Expressions(Operators):
    vendor: str | None
    home: str
    steps: int
    module: Callable[[str, str], Any]
    enter: Callable[[FunctionType, tuple[Any, ...], dict[str, Any]], Any]
    enter_written: Callable[[Written, tuple[Any, ...], dict[str, Any]], Any]

    def is_home(self, path: str) -> bool:
        """Whether a function of this file is entered: the project's own, and those of the package that is followed."""
        return is_own(path) or (bool(self.home) and path.startswith(self.home))

    @property
    def gave_up(self) -> bool:
        """Whether there was more than could be followed."""
        raise NotImplementedError

    # Hooks.

    def called(self, node: ast.Call, callee: Any, args: list[Any], keywords: dict[str, Any], frame: Frame) -> None:
        """A call is reached."""

    def attribute_read(self, node: ast.Attribute, owner: Any, frame: Frame) -> None:
        """An attribute of a value is read."""

    # Reading.

    def evaluate(self, node: ast.expr, frame: Frame) -> Any:
        handler = getattr(self, f"of_{type(node).__name__}", None)
        if handler is not None:
            return handler(node, frame)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child, frame)
        return UNKNOWN

    def of_Constant(self, node: ast.Constant, frame: Frame) -> Any:
        return Known(node.value)

    def of_Name(self, node: ast.Name, frame: Frame) -> Any:
        return frame.lookup(node.id)

    def of_NamedExpr(self, node: ast.NamedExpr, frame: Frame) -> Any:
        value = self.evaluate(node.value, frame)
        self.bind(node.target, value, frame)
        return value

    def of_Attribute(self, node: ast.Attribute, frame: Frame) -> Any:
        owner = self.evaluate(node.value, frame)
        self.attribute_read(node, owner, frame)
        return self.attribute(owner, node.attr, node)

    def attribute(self, owner: Any, name: str, node: ast.expr | None = None) -> Any:
        if owner is Marker.EDITOR and name == "connection":
            return Marker.CONNECTION
        if owner is Marker.CONNECTION and name == "vendor" and self.vendor is not None:
            return Known(django_vendor(self.vendor))
        if owner is Marker.CONNECTION and name == "mysql_is_mariadb" and self.vendor is not None:
            return Known(self.vendor == "mariadb")
        if owner is Marker.CONNECTION and name == "schema_editor":
            return Part(owner, name, node)
        if isinstance(owner, RealClass) and owner.cls is not None:
            found = object_attribute(owner.cls, name)
            if isinstance(found, Known) and callable(found.object) and not isinstance(found.object, type):
                return found
        if isinstance(owner, Marker | RealClass) and owner is not UNKNOWN:
            return Part(owner, name, node)
        if isinstance(owner, Name):
            return resolve(f"{owner.dotted}.{name}", self.module)
        if isinstance(owner, Known):
            if is_a(owner.object, str):
                return Part(owner, name, node)
            if is_a(owner.object, ModuleType):
                found = module_attribute(owner.object, name)
                return resolve(f"{owner.object.__name__}.{name}", self.module) if found is UNKNOWN else found
            return object_attribute(owner.object, name)
        if isinstance(owner, Instance):
            return Part(owner, name, node)
        if isinstance(owner, Frame):  # a module read from its text
            return owner.names.get(name) or named(f"{owner.name}.{name}")
        return UNKNOWN

    def imported(self, dotted: str) -> Any:
        module, _, name = dotted.rpartition(".")
        return self.attribute(resolve(module, self.module), name) if module else named(dotted)

    def of_Call(self, node: ast.Call, frame: Frame) -> Any:
        callee = self.evaluate(node.func, frame)
        args = [self.evaluate(argument, frame) for argument in node.args]
        keywords = {keyword.arg or "**": self.evaluate(keyword.value, frame) for keyword in node.keywords}
        while isinstance(callee, Partial):
            callee, args, keywords = callee.callee, [*callee.args, *args], {**callee.keywords, **keywords}
        self.called(node, callee, args, keywords, frame)
        return self.result(callee, args, keywords)

    def result(self, callee: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if callee is Marker.USER_MODEL:
            return RealClass("settings.AUTH_USER_MODEL", how="user model")
        if isinstance(callee, Part):
            if callee.owner is Marker.REGISTRY and callee.name == "get_model":
                return RealClass(".".join(str(plain(a)) for a in args if plain(a) is not UNKNOWN) or "a model", how="registry")
            if callee.owner is Marker.REGISTRY and callee.name == "get_app_config":
                return Marker.REGISTRY
            if callee.owner is Marker.CONNECTION and callee.name in ("cursor", "schema_editor"):
                return Marker.CURSOR if callee.name == "cursor" else Marker.EDITOR
            if isinstance(callee.owner, Instance):
                method = inspect.getattr_static(callee.owner.cls, callee.name, None)
                if isinstance(method, FunctionType) and self.is_home(method.__code__.co_filename):
                    return self.enter(method, (callee.owner, *args), keywords)
            return computed(callee, args)
        if isinstance(callee, Written):
            return self.enter_written(callee, tuple(args), keywords)
        if not isinstance(callee, Known):
            return UNKNOWN
        target, text = callee.object, plain(args[0]) if args else UNKNOWN
        if any(target is function for function in DYNAMIC_IMPORTS) and isinstance(text, str):
            return resolve(text, self.module)
        if target is getattr and len(args) > 1 and isinstance(name := plain(args[1]), str):
            return self.attribute(args[0], name)
        if target is functools.partial and args:
            return Partial(args[0], args[1:], keywords)
        value: Any = computed(callee, args)
        if value is UNKNOWN and is_a(target, type):
            return Instance(target)
        if value is UNKNOWN:
            for found in callees(target):
                if self.is_home(found.function.__code__.co_filename):
                    bound = tuple(wrap(argument) for argument in found.args)
                    given = {key: wrap(argument) for key, argument in found.keywords.items()}
                    value = self.enter(found.function, (*bound, *args), {**given, **keywords})
        return value

    def of_Tuple(self, node: ast.Tuple | ast.List | ast.Set, frame: Frame) -> Any:
        return Items(tuple(self.evaluate(element, frame) for element in node.elts))

    of_List = of_Set = of_Tuple

    def of_Subscript(self, node: ast.Subscript, frame: Frame) -> Any:
        return self.item(self.evaluate(node.value, frame), self.evaluate(node.slice, frame), node)

    def item(self, owner: Any, index: Any, node: ast.Subscript) -> Any:
        key = plain(index)
        if owner is Marker.CONNECTIONS:
            return Marker.CONNECTION
        if isinstance(owner, Known) and type(owner.object) in (dict, list, tuple) and isinstance(key, str | int):
            try:
                return wrap(owner.object[key])
            except (LookupError, TypeError):
                return UNKNOWN
        return UNKNOWN

    def of_Lambda(self, node: ast.Lambda, frame: Frame) -> Any:
        return Written(node, frame)

    def each(self, iterable: Any) -> Iterator[Any]:
        """The values that a loop runs over, one after the other; what is not known, once."""
        yield from iterated(iterable) or [UNKNOWN]

    def of_ListComp(self, node: Any, frame: Frame) -> Any:
        values = list(self.comprehend(node, node.generators, frame))
        return self.comprehended(values, isinstance(node, ast.DictComp) or any(each.ifs for each in node.generators))

    of_SetComp = of_GeneratorExp = of_DictComp = of_ListComp

    def comprehend(self, node: Any, generators: list[ast.comprehension], frame: Frame) -> Iterator[Any]:
        if not generators:
            for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
                value = self.evaluate(part, frame)
            self.steps += 1
            yield value
            return
        first, *others = generators
        for value in self.each(self.evaluate(first.iter, frame)):
            self.bind(first.target, value, frame)
            for test in first.ifs:
                self.evaluate(test, frame)
            yield from self.comprehend(node, others, frame)
            if self.gave_up:
                return

    def comprehended(self, values: list[Any], keyed: bool) -> Any:
        """What a comprehension makes of these; `keyed`: some may be left out, or keys go with them."""
        return UNKNOWN

    def of_Yield(self, node: ast.Yield, frame: Frame) -> Any:
        frame.yields.append(self.evaluate(node.value, frame) if node.value else UNKNOWN)
        return UNKNOWN

    def of_YieldFrom(self, node: ast.YieldFrom, frame: Frame) -> Any:
        frame.yields += self.each(self.evaluate(node.value, frame))
        return UNKNOWN

    # Binding.

    def bind(self, target: ast.expr, value: Any, frame: Frame) -> None:
        if isinstance(target, ast.Name):
            frame.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            values = list(iterated(value) or ())
            for number, part in enumerate(target.elts):
                self.bind(part, values[number] if len(values) == len(target.elts) else UNKNOWN, frame)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN, frame)
        else:
            self.evaluate(target, frame)
