"""Whether two texts of a migration do the same: comments, names of imports, annotations and the way back left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

# What a migration says in Python's state alone: no database has another table for it.
WITHOUT_EFFECT = {
    "blank", "choices", "editable", "elidable", "error_messages", "help_text", "hints", "limit_choices_to", "related_name",
    "related_query_name", "reverse_code", "reverse_sql", "validators", "verbose_name", "verbose_name_plural",
}  # fmt: skip
OPTIONS = WITHOUT_EFFECT | {"ordering", "get_latest_by", "permissions", "default_permissions"}
STATE_ALONE = ("AlterModelOptions", "AlterModelManagers")
WAYS_BACK = ("RunPython", "RunSQL")  # their second argument is the way back
ABOUT_THE_GRAPH = {"dependencies", "replaces", "run_before", "initial"}


def attribute(text: str, name: str) -> list[tuple[str, str]]:
    """The pairs that the migration's class lists as literals under this name."""
    tree = parsed(text)
    for node in (body_of(tree) if tree else None) or ():
        if name in assigned(node) and isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.List):
            return [
                (pair.elts[0].value, pair.elts[1].value)
                for pair in node.value.elts
                if isinstance(pair, (ast.Tuple, ast.List))
                and len(pair.elts) == 2
                and isinstance(pair.elts[0], ast.Constant)
                and isinstance(pair.elts[0].value, str)
                and isinstance(pair.elts[1], ast.Constant)
                and isinstance(pair.elts[1].value, str)
            ]
    return []


def work(text: str) -> str | None:
    """What the migration does, in a form in which equal work is equal; None where it is no Python or no migration."""
    tree = parsed(text)
    body = body_of(tree) if tree else None
    if tree is None or body is None:
        return None
    names = Names(tree)
    own = [names.spelled(node) for node in body if not assigned(node) & ABOUT_THE_GRAPH]
    # Every function and value that the class came to by name has been spelled meanwhile.
    return "\n".join([*own, *sorted(names.reached)])


def parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def body_of(tree: ast.Module) -> list[ast.stmt] | None:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            return [part for part in node.body if not is_text(part) and not isinstance(part, ast.Pass)]
    return None


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def assigned(node: ast.AST) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


class Names(ast.NodeTransformer):
    """Spells syntax with what names stand for: where they were imported from, or the module's own definitions."""

    def __init__(self, tree: ast.Module) -> None:
        self.imported: dict[str, str] = {}
        self.defined: dict[str, list[ast.stmt]] = {}
        self.reached: list[str] = []
        self.in_function = False
        for node in tree.body:
            self.imported.update(imports(node))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.defined.setdefault(node.name, []).append(node)
            for name in assigned(node):
                self.defined.setdefault(name, []).append(node)

    def spelled(self, node: ast.AST) -> str:
        outer, self.in_function = self.in_function, False
        try:
            return ast.dump(self.visit(node))
        finally:
            self.in_function = outer

    def dotted(self, node: ast.AST) -> str:
        """Where the last part of what is called comes from: `django.db.migrations.RunPython`."""
        called = self.visit(node)
        return called.id if isinstance(called, ast.Name) else ""

    def visit_List(self, node: ast.List) -> ast.AST:
        kept = [
            part
            for part in node.elts
            if not (isinstance(part, ast.Call) and self.dotted(part.func).rpartition(".")[2] in STATE_ALONE)
        ]
        return ast.List([self.visit(part) for part in kept], ast.Load())

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        left_out = set() if self.in_function else OPTIONS
        pairs = [
            (self.visit(key) if key is not None else None, self.visit(value))
            for key, value in zip(node.keys, node.values, strict=True)
            if not (isinstance(key, ast.Constant) and key.value in left_out)
        ]
        return ast.Dict([key for key, _ in pairs], [value for _, value in pairs])

    def visit_Name(self, node: ast.Name) -> ast.AST:
        for definition in self.defined.pop(node.id, ()):
            self.reached.append(self.spelled(definition))
        return ast.Name(self.imported.get(node.id, node.id), ast.Load())

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        owner = self.visit(node.value)
        if isinstance(owner, ast.Name) and ("." in owner.id or owner.id in self.imported.values()):
            return ast.Name(f"{owner.id}.{node.attr}", ast.Load())
        return ast.Attribute(owner, node.attr, ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = self.visit(node.func)
        last = called.id.rpartition(".")[2] if isinstance(called, ast.Name) else ""
        arguments = node.args[:1] if last in WAYS_BACK else node.args
        if last in ("_", "gettext_lazy", "gettext") and arguments:
            return self.visit(arguments[0])  # type: ignore[no-any-return]
        left_out = set() if self.in_function else WITHOUT_EFFECT
        keywords = sorted((key for key in node.keywords if key.arg not in left_out), key=lambda key: key.arg or "")
        return ast.Call(
            called,
            [self.visit(argument) for argument in arguments],
            [ast.keyword(key.arg, self.visit(key.value)) for key in keywords],
        )

    def visit_FunctionDef(self, node: Any) -> ast.AST:
        outer, self.in_function = self.in_function, True
        body = [self.visit(part) for part in node.body if not is_text(part)]
        self.in_function = outer
        arguments = [argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)]
        defaults = [self.visit(value) for value in (*node.args.defaults, *node.args.kw_defaults) if value is not None]
        return ast.Module([ast.Expr(ast.Constant(" ".join([node.name, *arguments]))), *map(ast.Expr, defaults), *body], [])

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        value = ast.Constant(None) if node.value is None else self.visit(node.value)
        return ast.Assign([self.visit(node.target)], value)

    def visit_Import(self, node: ast.Import) -> ast.AST:
        self.imported.update(imports(node))  # inside a function, too
        return ast.Pass()

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        self.imported.update(imports(node))
        return ast.Pass()


def imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that an import statement gives, and what they stand for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0], alias.name.partition(".")[0])
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"
