"""Follows a function statement by statement, and into the project's own functions that it calls, without running any of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from migration_lint.python import source
from migration_lint.python.expressions import Expressions
from migration_lint.python.frames import Frame, Written
from migration_lint.python.source import FunctionNode
from migration_lint.python.values import UNKNOWN, Known, iterated, named, plain, resolve, wrap

DEPTH = 5  # calls within calls
NOTHING = (lambda: None).__code__.co_code  # of every function that only passes, as RunPython.noop does
STEPS = 20_000  # statements: a loop over constants is followed once for each


class Follower(Expressions):
    """Subclasses override the hooks `called` and `attribute_read`.

    `vendor` is what `connection.vendor` says: branches for another database are not followed. None follows all. An exception's
    handlers are followed with the rest where `handlers` says so.
    """

    handlers = True

    def __init__(self, vendor: str | None = None) -> None:
        self.vendor = vendor
        self.stack: list[Any] = []
        self.steps = 0
        self.modules: dict[str, Frame] = {}
        self.silent = 0
        self.home = ""

    def follow(self, code: Any, args: tuple[Any, ...]) -> None:
        """Follow a callable that is called with these values."""
        for callee in source.callees(code):
            if callee.function.__code__.co_code == NOTHING:
                continue
            self.home = source.package_folder(callee.function)
            bound = tuple(wrap(value) for value in callee.args)
            try:
                self.enter(callee.function, (*bound, *args), {key: wrap(value) for key, value in callee.keywords.items()})
            except RecursionError:  # an expression nested deeper than Python's own stack
                self.steps = STEPS + 1

    @property
    def gave_up(self) -> bool:
        """Whether there was more than could be followed."""
        return self.steps > STEPS

    def enter(self, function: FunctionType, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        node = source.definition(function)
        if node is None:
            return UNKNOWN
        frame = Frame(function.__code__.co_filename, function.__name__, function.__globals__)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
            try:
                frame.names[name] = wrap(cell.cell_contents)
            except ValueError:  # not bound yet
                frame.names[name] = UNKNOWN
        defaults = dict(function.__kwdefaults__ or {})
        places = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        positional = function.__defaults__ or ()
        defaults.update(zip(places[len(places) - len(positional) :], positional, strict=False))
        return self.run(node, frame, args, keywords, {name: wrap(value) for name, value in defaults.items()})

    def enter_written(self, function: Written, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        name = getattr(function.node, "name", "<lambda>")
        frame = Frame(function.frame.path, name, function.frame.namespace, function.frame)
        return self.run(function.node, frame, args, keywords, {})

    def run(
        self, node: FunctionNode, frame: Frame, args: tuple[Any, ...], keywords: dict[str, Any], defaults: dict[str, Any]
    ) -> Any:
        if len(self.stack) >= DEPTH or node in self.stack:
            return UNKNOWN
        positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        every = [*positional, *(argument.arg for argument in node.args.kwonlyargs)]
        frame.names.update(dict.fromkeys(every, UNKNOWN) | defaults)
        frame.names.update(zip(positional, args, strict=False))
        frame.names.update({name: value for name, value in keywords.items() if name in every})
        for rest in (node.args.vararg, node.args.kwarg):
            if rest is not None:
                frame.names[rest.arg] = UNKNOWN
        self.stack.append(node)
        try:
            if isinstance(node, ast.Lambda):
                return self.evaluate(node.body, frame)
            if not self.block(node.body, frame):
                frame.returns.append(Known(None))
        finally:
            self.stack.pop()
        return self.returned(frame)

    def returned(self, frame: Frame) -> Any:
        """What a call of the function gives."""
        return self.either(frame.returns)

    def module(self, dotted: str, path: str) -> Any:
        """A module that nobody has imported, from its text. What stands at its top level is not the function's doing."""
        if dotted not in self.modules:
            package = dotted if path.endswith("__init__.py") else dotted.rpartition(".")[0]
            frame = self.modules[dotted] = Frame(path, dotted, {"__name__": dotted, "__package__": package})
            tree = source.tree_of(path)
            self.silent += 1
            self.block(tree.body if tree else [], frame)
            self.silent -= 1
        return self.modules[dotted]

    # Statements. A block is True where what follows it is not reached.

    def block(self, body: Iterable[ast.stmt], frame: Frame) -> bool:
        for statement in body:
            self.steps += 1
            if self.steps > STEPS:
                return True
            handler = getattr(self, f"at_{type(statement).__name__}", self.at_other)
            if handler(statement, frame):
                return True
        return False

    def at_other(self, node: ast.stmt, frame: Frame) -> bool:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child, frame)
        return isinstance(node, ast.Raise | ast.Break | ast.Continue)

    def at_Return(self, node: ast.Return, frame: Frame) -> bool:
        frame.returns.append(self.evaluate(node.value, frame) if node.value else UNKNOWN)
        return True

    def at_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> bool:
        frame.names[node.name] = Written(node, frame)
        return False

    at_AsyncFunctionDef = at_FunctionDef

    def at_ClassDef(self, node: ast.ClassDef, frame: Frame) -> bool:
        self.block(node.body, Frame(frame.path, node.name, frame.namespace, frame))
        frame.names[node.name] = named(f"{frame.name}.{node.name}") if frame.outer is None and self.silent else UNKNOWN
        return False

    def at_Import(self, node: ast.Import, frame: Frame) -> bool:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            frame.names[bound] = resolve(alias.name if alias.asname else bound, self.module)
        return False

    def at_ImportFrom(self, node: ast.ImportFrom, frame: Frame) -> bool:
        module = node.module or ""
        if node.level:
            package = frame.package.rsplit(".", node.level - 1)[0]
            module = f"{package}.{module}".rstrip(".")
        for alias in node.names:
            if alias.name != "*":
                frame.names[alias.asname or alias.name] = self.imported(f"{module}.{alias.name}")
        return False

    def at_Assign(self, node: ast.Assign, frame: Frame) -> bool:
        value = self.evaluate(node.value, frame)
        for target in node.targets:
            self.bind(target, value, frame)
        return False

    def at_AnnAssign(self, node: ast.AnnAssign, frame: Frame) -> bool:
        if node.value is not None:
            self.bind(node.target, self.evaluate(node.value, frame), frame)
        return False

    def at_AugAssign(self, node: ast.AugAssign, frame: Frame) -> bool:
        value = self.evaluate(node.value, frame)
        if isinstance(node.target, ast.Name):
            frame.names[node.target.id] = self.combined(frame.lookup(node.target.id), node.op, value)
        else:
            self.evaluate(node.target, frame)
        return False

    def at_If(self, node: ast.If, frame: Frame) -> bool:
        truth = self.truth(self.evaluate(node.test, frame))
        if truth is not None:
            return self.block(node.body if truth else node.orelse, frame)
        return self.branches([node.body, node.orelse], frame)

    def at_For(self, node: ast.For | ast.AsyncFor, frame: Frame) -> bool:
        return self.loop(node, self.evaluate(node.iter, frame), frame)

    at_AsyncFor = at_For

    def loop(self, node: ast.For | ast.AsyncFor, iterable: Any, frame: Frame) -> bool:
        before = None if iterated(iterable) is not None else self.loosen(node.body, frame)
        for value in self.each(iterable):
            self.bind(node.target, value, frame)
            self.block(node.body, frame)
        if before is not None:
            frame.names = self.joined([before, frame.names])
        return self.block(node.orelse, frame)

    def at_While(self, node: ast.While, frame: Frame) -> bool:
        before = self.loosen(node.body, frame)
        self.evaluate(node.test, frame)
        self.block(node.body, frame)
        frame.names = self.joined([before, frame.names])
        return self.block(node.orelse, frame)

    def at_With(self, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
        for item in node.items:
            value = self.evaluate(item.context_expr, frame)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, frame)
        return self.block(node.body, frame)

    at_AsyncWith = at_With

    def at_Try(self, node: Any, frame: Frame) -> bool:
        before = dict(frame.names)
        ended = self.block(node.body, frame)
        broken = self.joined([before, frame.names])
        ended = ended or self.block(node.orelse, frame)
        ends = [] if ended else [frame.names]
        for handler in node.handlers:
            frame.names = dict(broken)
            if handler.name:
                frame.names[handler.name] = UNKNOWN
            if not self.handlers or not self.handle(handler, frame):
                ends.append(frame.names)
        frame.names = self.joined(ends) if ends else broken
        return self.block(node.finalbody, frame) or not ends

    at_TryStar = at_Try

    def handle(self, handler: ast.ExceptHandler, frame: Frame) -> bool:
        return self.block(handler.body, frame)

    def at_Match(self, node: ast.Match, frame: Frame) -> bool:
        self.evaluate(node.subject, frame)
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                if name := getattr(pattern, "name", None):
                    frame.names[name] = UNKNOWN
        self.branches([*(case.body for case in node.cases), []], frame)
        return False

    # Several ways through. What a name stands for on one alone is not known after them.

    def branches(self, bodies: list[list[ast.stmt]], frame: Frame) -> bool:
        before, ends = frame.names, []
        for body in bodies:
            frame.names = dict(before)
            if not self.block(body, frame):
                ends.append(frame.names)
        frame.names = self.joined(ends) if ends else before
        return not ends

    def joined(self, ends: list[dict[str, Any]]) -> dict[str, Any]:
        first, *others = ends
        names = dict(first)
        for other in others:
            for name, value in other.items():
                names[name] = value if name not in names or names[name] is value else self.either([names[name], value])
        return names

    def either(self, values: list[Any]) -> Any:
        """What may be any of these."""
        if (found := self.best(values)) is not UNKNOWN or not values:
            return found
        first = plain(values[0])
        same = all(value is values[0] for value in values) or (
            first is not UNKNOWN and all(type(plain(value)) is type(first) and plain(value) == first for value in values)
        )
        return values[0] if same else UNKNOWN

    def loosen(self, body: list[ast.stmt], frame: Frame) -> dict[str, Any]:
        """Forget the constants that a loop's body gives other values to; returns the names as they are without it."""
        before = dict(frame.names)
        for statement in body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and plain(before.get(node.id)) is not UNKNOWN:
                    frame.names[node.id] = UNKNOWN
        return before
