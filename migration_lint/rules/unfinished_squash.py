from __future__ import annotations

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations import Migration, RunPython, RunSQL

from migration_lint import Finding, History, Plan, Rule, Severity
from migration_lint.types import MigrationKey

Work = tuple[str, str, str]

# What makes rows, by name: on the empty tables of a new database, whatever else a data migration does comes to nothing.
MAKES_ROWS = {"create", "bulk_create", "get_or_create", "update_or_create", "acreate", "abulk_create"}
CHANGES_ROWS = ("UPDATE", "DELETE", "SELECT")


class UnfinishedSquash(Rule):
    """A squashed migration has lost work of what it replaces, or still says what it replaces when that is gone.

    A new database runs the squashed migration alone: rows that an old data migration makes and this one does not are missing
    there. `elidable=True` on the old operation says that nobody needs it. A `replaces` whose files are gone leaves no way on
    to a database that has run only some of them, and keeps `migrate --prune` from working; once every database has run the
    migration, it can go.
    """

    severity = Severity.WARNING
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        history = plan.history
        for migration in plan.migrations if history is not None else ():
            if history is None or not migration.replaces or migration.app_label not in history.apps:
                continue
            old = resolved(history, migration)
            there = [key for key in old if key in history.migrations]
            if len(there) == len(old):
                yield from self.lost(history, migration, [history.migrations[key] for key in there])
            elif len(old) > 1 and not any(key in history.left_out for key in old):
                yield self.left(history, migration, old, there)

    def lost(self, history: History, migration: Migration, old: list[Migration]) -> Iterator[Finding]:
        before = [(what, replaced, operation) for replaced in old for what, operation in work(replaced)]
        kept = Counter(what for what, _ in work(migration))
        if kept.keys() - {what for what, _, _ in before}:
            return  # somebody has written it by hand, and put the rows elsewhere
        own = (migration.app_label, migration.name)
        for what, replaced, operation in before:
            kept[what] -= 1
            if kept[what] >= 0 or not makes_rows(operation):
                continue
            said = f"`{what[1]}`" if what[0] == "RunPython" else "SQL"
            yield self.finding(
                f"`{own[0]}.{own[1]}` leaves out {said} of `{replaced.name}`, which it replaces: a new database never runs it.",
                help=f"Put it into the squashed migration, or say in `{replaced.name}` that nobody needs it:\n\n"
                f"    migrations.{what[0]}(…, elidable=True)",
                app_label=own[0], migration_name=own[1], location=history.locate(own, "operations"),
                related=(history.locate((replaced.app_label, replaced.name), "operations"),),
            )  # fmt: skip

    def left(self, history: History, migration: Migration, old: list[MigrationKey], there: list[MigrationKey]) -> Finding:
        own = (migration.app_label, migration.name)
        gone = len(old) - len(there)
        help = "Once every database has run it, delete the line `replaces = […]`"
        if there:
            files = "\n".join(f"    {name}.py" for _, name in there)
            help = f"Once every database has run it, delete the other files, and then the line `replaces = […]`:\n\n{files}\n"
        needy = [key for key in sorted(history.migrations) if key not in old and depends_on(history.migrations[key], old)]
        if needy:
            listed = ", ".join(f"`{label}.{name}`" for label, name in needy[:5])
            help += f'{chr(10) if there else ", "}and let {listed} depend on ("{own[0]}", "{own[1]}")'
        return self.finding(
            f"`{'.'.join(own)}` replaces {len(old)} migrations, {gone if there else 'all'} of which are gone: a database "
            "that has run only some of them can neither run the rest nor this one.",
            help=f"{help}." if not there or needy else help, app_label=own[0], migration_name=own[1],
            location=history.locate(own, "replaces"),
        )  # fmt: skip


def resolved(history: History, migration: Migration) -> list[MigrationKey]:
    """What it replaces in the end: a squashed migration stands for what that one replaces."""
    found: list[MigrationKey] = []
    seen = {(migration.app_label, migration.name)}
    waiting = list(migration.replaces)
    while waiting:
        key = waiting.pop(0)
        if key in seen:
            continue
        seen.add(key)
        inner = history.migrations.get(key)
        if inner is not None and inner.replaces:
            waiting += inner.replaces
        else:
            found.append((key[0], key[1]))
    return found


def depends_on(migration: Migration, keys: list[MigrationKey]) -> bool:
    return not set(keys).isdisjoint(migration.dependencies)


def work(migration: Migration) -> Iterator[tuple[Work, Any]]:
    """What it does to rows and may not leave out, by what stays the same when it is copied into another file."""
    for operation in parts(migration.operations):
        if operation.elidable:
            continue
        if isinstance(operation, RunPython) and operation.code is not RunPython.noop:
            name = getattr(operation.code, "__name__", type(operation.code).__name__)
            yield ("RunPython", name, "\n".join(ast.dump(tree) for tree in trees(operation.code))), operation
        elif isinstance(operation, RunSQL) and operation.sql:
            yield ("RunSQL", "", " ".join(str(operation.sql).split())), operation


def parts(operations: Iterable[Any]) -> Iterator[Any]:
    for operation in operations:
        yield operation
        yield from parts(getattr(operation, "database_operations", ()))


def trees(code: Any) -> Iterator[ast.AST]:
    """The function, and the functions of its module that it calls."""
    waiting, seen = [code], {id(code)}
    while waiting:
        function = waiting.pop(0)
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, TypeError, SyntaxError, ValueError):
            continue
        yield tree
        for node in ast.walk(tree):
            called = getattr(function, "__globals__", {}).get(node.id) if isinstance(node, ast.Name) else None
            if inspect.isfunction(called) and called.__module__ == function.__module__ and id(called) not in seen:
                seen.add(id(called))
                waiting.append(called)


def makes_rows(operation: Any) -> bool:
    """Whether it leaves something in a database without rows. What cannot be read may."""
    if isinstance(operation, RunSQL):
        texts = [operation.sql] if isinstance(operation.sql, str) else [str(part) for part in operation.sql]
        return not all(text.lstrip("([' \"\n").upper().startswith(CHANGES_ROWS) for text in texts)
    read = list(trees(operation.code))
    if any(map(saves_new, read)):
        return True
    for node in (node for tree in read for node in ast.walk(tree)):
        if isinstance(node, ast.Attribute) and node.attr in MAKES_ROWS:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "INSERT" in node.value.upper().split():
            return True
    return not read


def saves_new(tree: ast.AST) -> bool:
    """Whether a function saves what it makes of a model that it has asked for: `Book(title="x").save()`."""
    nodes = list(ast.walk(tree))
    given = [node for node in nodes if isinstance(node, ast.Assign) and is_get_model(node.value)]
    names = {target.id for node in given for target in node.targets if isinstance(target, ast.Name)}
    made = [node.func for node in nodes if isinstance(node, ast.Call)]
    makes = any((isinstance(func, ast.Name) and func.id in names) or is_get_model(func) for func in made)
    return makes and any(isinstance(node, ast.Attribute) and node.attr in ("save", "asave") for node in nodes)


def is_get_model(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_model"
