"""Why a migration cannot be imported, where the reason is a name that the project has moved, deleted or changed."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from django.apps import apps
from django.db.models import Field

from migration_lint import coming_over
from migration_lint.conf import did_you_mean
from migration_lint.project import source
from migration_lint.types import Location

FILES = 3000  # that are searched for where a name has gone
CANNOT = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
SIGNATURE = re.compile(r"\w+\(\) (.*(?:argument|arguments)\b.*)")
KEYWORD = re.compile(r"unexpected keyword argument '(\w+)'")
REQUIRED = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: (.+)")


@dataclass(frozen=True)
class Reason:
    """`rule` reports it; `what` completes "The migration `x` cannot be imported:"."""

    rule: str
    what: str
    help: str
    location: Location


def explain(error: BaseException, file: str) -> Reason | None:
    """What the migration's own text asks for in vain; None where something else is broken."""
    traced = [pair for pair in frames(error) if not pair[0].f_code.co_filename.startswith("<frozen")]
    own = [pair for pair in traced if pair[0].f_code.co_filename == file]
    if not own:
        return None
    frame, instruction = own[-1]
    location = source.place(frame.f_code, instruction)
    if isinstance(error, TypeError):
        return changed_signature(error, frame, location)
    if traced[-1] is not own[-1]:
        return None  # what it imports is broken itself
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == coming_over.PACKAGE:
        return uninstalled(error, location)
    name = missing_name(error)
    return gone(*name, location) if name is not None else None


def frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame, trace.tb_lasti
        trace = trace.tb_next


def missing_name(error: BaseException) -> tuple[str, str] | None:
    """The module or class that was asked, and the name that it does not have."""
    if isinstance(error, ModuleNotFoundError):
        parent, _, name = (error.name or "").rpartition(".")
        return (parent, name) if parent in sys.modules else None  # otherwise something is not installed
    if isinstance(error, ImportError):
        match = CANNOT.match(str(error))
        return (match[2], match[1]) if match and "partially initialized" not in str(error) else None
    if isinstance(error, AttributeError) and error.name:
        if isinstance(error.obj, ModuleType):
            return error.obj.__name__, error.name
        if isinstance(error.obj, type):
            return f"{error.obj.__module__}.{error.obj.__qualname__}", error.name
    return None


def uninstalled(error: ModuleNotFoundError, location: Location) -> Reason:
    """Its migrations import the other linter, which is not there any more."""
    uses = [
        str(node.lineno)
        for node in ast.walk(source.syntax_tree(location.path) or ast.Module([], []))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == coming_over.OPERATION
    ]
    lines = f"this line, and `{coming_over.OPERATION}()` in line {' and '.join(uses)}" if uses else "this line"
    return Reason(
        "broken-graph", f"it imports `{error.name}`, and {coming_over.LINTER} is not installed",
        f"Delete {lines}: it has never done anything in a database. What is found in the migration then, a comment accepts:\n\n"
        "    # migration-lint: ignore-file[rule] -- why it does no harm here", location,
    )  # fmt: skip


def gone(owner: str, name: str, location: Location) -> Reason:
    what = f"it names `{owner}.{name}`, which is not there any more"
    found = sorted(where(owner, name))
    if found:
        lines = "\n".join(f"    from {module} import {name}" for module in found[:3])
        module = found[0]
        return Reason(
            "unserializable-reference", f"{what}; `{name}` now stands in `{module}`",
            f"Name it where it is now, which changes nothing that the migration has done:\n\n{lines}\n\n"
            f"or let `{owner}` import it, for migrations that others wrote.", location,
        )  # fmt: skip
    known = getattr(sys.modules.get(owner), "__dict__", {})
    near = did_you_mean(name, [key for key in known if not key.startswith("_")])
    return Reason(
        "unserializable-reference", what,
        f"Keep `{name}` in `{owner}` for as long as a migration names it, or put what replaces it into the migration.{near}",
        location,
    )  # fmt: skip


def where(owner: str, name: str) -> Iterator[str]:
    """The project's modules that define the name at their top level."""
    definition = re.compile(rf"^(?:class|def|async def)\s+{name}\b|^{name}\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
    for path in islice(project_files(owner), FILES):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        if name in text and definition.search(text) and (module := module_name(path)) != owner:
            yield module


def project_files(owner: str) -> Iterator[Path]:
    """The first party's Python files, migrations left out."""
    top = sys.modules.get(owner.partition(".")[0])
    folders = {Path(path).resolve() for path in getattr(top, "__path__", ())}
    folders |= {Path(config.path).resolve() for config in apps.get_app_configs()}
    folders = {folder for folder in folders if not {"site-packages", "dist-packages"} & set(folder.parts)}
    for folder in sorted(folder for folder in folders if not folders & set(folder.parents)):
        for path in folder.rglob("*.py"):
            if "migrations" not in path.parts[len(folder.parts) :]:
                yield path


def module_name(path: Path) -> str:
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def changed_signature(error: TypeError, frame: FrameType, location: Location) -> Reason | None:
    match = SIGNATURE.search(str(error))
    field = called(frame, location)
    if match is None or field is None:
        return None
    path = inspect.getsourcefile(field) or ""
    signature, own = f"{field.__name__}.__init__", f"`{field.__module__}.{field.__qualname__}`"
    if keyword := KEYWORD.search(str(error)):
        what = f"{own} does not take the argument `{keyword[1]}`, which the migration passes"
        help = (
            f"Let `{signature}` in {Path(path).name} go on taking what it once took; `deconstruct()` need not tell it:\n\n"
            f"    def __init__(self, *args, {keyword[1]}=None, **kwargs):  # passed by migrations"
        )
    elif required := REQUIRED.search(str(error)):
        names = re.findall(r"'(\w+)'", required[1])
        listed = ", ".join(f"`{name}`" for name in names)
        what = f"{own} asks for {listed}, which the migration does not pass"
        defaults = ", ".join(f"{name}=None" for name in names)
        help = (
            f"Give what `{signature}` in {Path(path).name} asks for a default: migrations made before know nothing of it:\n\n"
            f"    def __init__(self, *args, {defaults}, **kwargs):"
        )
    else:
        what = f"{own} does not take what the migration passes: {match[1]}"
        help = f"Let `{signature}` in {Path(path).name} go on taking the positional arguments that it once took."
    return Reason("changed-field-signature", what, help, location)


def called(frame: FrameType, location: Location) -> type[Field[Any, Any]] | None:
    """The field of the project that is made at this place; on its line, where Python (3.10) does not tell more."""
    tree = source.syntax_tree(location.path)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Call) and node.lineno == location.line:
            names = ast.unparse(node.func).split(".")
            value = frame.f_locals.get(names[0], frame.f_globals.get(names[0]))
            for name in names[1:]:
                value = getattr(value, name, None)
            if isinstance(value, type) and issubclass(value, Field) and not value.__module__.startswith("django."):
                return value
    return None
