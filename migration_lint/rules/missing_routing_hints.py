from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from django.conf import settings
from django.db import router
from django.db.migrations import RunPython, RunSQL

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity, spelling
from migration_lint.python import function_text, reading


class ByModel:
    """A router that looks at the model's name."""

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: object) -> bool:
        return db == "default" or model_name != "book"


class MissingRoutingHints(Rule):
    """A router decides by the model where a migration's operations run, and this one does not tell it of any.

    For a RunPython or RunSQL Django asks routers with the app's label and `hints` alone. A router that looks at the model's
    name or at other hints then lets the operation run on databases that do not have the table, or on none.
    """

    severity = Severity.NOTE
    category = "data-migrations"
    routers = (ByModel,)
    bad = """
        operations = [
            migrations.RunSQL("DELETE FROM shop_book WHERE stock = 0", migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                "DELETE FROM shop_book WHERE stock = 0", migrations.RunSQL.noop, hints={"model_name": "book"}
            ),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        operation: Any = impact.step.operation
        if not isinstance(operation, RunPython | RunSQL) or operation.hints:
            return
        read = {each: hints_read(getattr(type(each), "allow_migrate", None)) for each in router.routers}
        asking = next((each for each, names in read.items() if names), None)
        if asking is None or not (impact.statements or reading(impact).changes):
            return
        table = next((e.relation for s in impact.statements for e in s.effects if e.relation), None)
        model = spelling.model_of(impact, table) if table else None
        label = model.name_lower if model else next((c.label.partition(".")[2].lower() for c in reading(impact).changes), "…")
        if label != "…" and {name for names in read.values() for name in names} == {"model_name"} and is_same(impact, label):
            return
        yield self.finding(
            f"`{type(asking).__name__}.allow_migrate()` looks at the model or at hints, and the `{type(operation).__name__}` "
            "gives it none: it may run on a database that has no such table.",
            help=spelling.advice(("Tell the router which model it is about:", f'hints={{"model_name": "{label}"}},')),
            impact=impact, migration=migration,
        )  # fmt: skip


def is_same(impact: Impact, model_name: str) -> bool:
    """Whether the routers let the operation run on the same databases once they know the model."""
    label = impact.step.migration.app_label
    return all(
        router.allow_migrate(alias, label) == router.allow_migrate(alias, label, model_name=model_name)
        for alias in settings.DATABASES
    )


@functools.cache
def hints_read(method: Any) -> frozenset[str]:
    """What a router's method uses besides the database and the app's label."""
    node = function_text(method) if type(method) is FunctionType else None
    if node is None:
        return frozenset()
    known = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    names = {*known[3:], *([node.args.kwarg.arg] if node.args.kwarg else [])}
    return frozenset(each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in names)
