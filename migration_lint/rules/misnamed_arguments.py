from __future__ import annotations

import inspect
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from django.db.migrations import RunPython

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity
from migration_lint.python import function_place

NAMES = ("apps", "schema_editor")


class MisnamedArguments(Rule):
    """The function calls its two arguments other names than everybody does.

    They come by their place: the registry of the migration's models first, the schema editor second. Under other names a reader
    takes `apps` for `django.apps.apps`, or one argument for the other.
    """

    severity = Severity.NOTE
    category = "data-migrations"
    kinds = frozenset({Kind.FUNCTION})
    help = "Call them `apps` and `schema_editor`, in this order; an underscore may stand before one that is not used."
    bad = """
        def clear_notes(schema_editor, apps):
            pass

        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
        ]
    """
    good = """
        def clear_notes(apps, schema_editor):
            pass

        operations = [
            migrations.RunPython(clear_notes, migrations.RunPython.noop),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        operation: Any = impact.step.operation
        if not isinstance(operation, RunPython):
            return
        codes: tuple[Any, ...] = (operation.code, operation.reverse_code)
        for code in dict.fromkeys(codes):
            names = arguments(code)
            if any(name.strip("_") not in ("", expected) for name, expected in zip(names, NAMES, strict=False)):
                yield self.finding(
                    f"`{code.__name__}` calls its arguments `{names[0]}` and `{names[1]}`: the first is the registry of the "
                    "migration's models, the second the schema editor.",
                    impact=impact, migration=migration, location=function_place(code), related=(impact.step.location,),
                )  # fmt: skip


def arguments(code: Any) -> list[str]:
    """The names of a plain function's two arguments; empty for what something else calls."""
    if type(code) is not FunctionType or hasattr(code, "__wrapped__") or code.__name__ == "<lambda>":
        return []
    given = [each for each in inspect.signature(code).parameters.values() if each.default is each.empty]
    names = [each.name for each in given if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return names if len(names) == len(NAMES) == len(given) else []
