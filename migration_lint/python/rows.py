"""Which rows a RunPython function changes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from migration_lint import backends
from migration_lint.python import source
from migration_lint.python.containers import is_mine, rows_of
from migration_lint.python.frames import Frame, Written
from migration_lint.python.history import History, Link, Many, Model, Row
from migration_lint.python.queries import Queries
from migration_lint.python.sql import is_execute, sent_text
from migration_lint.python.values import UNKNOWN, Known, Part, plain
from migration_lint.running import column_of
from migration_lint.sql.lexer import LexError, split
from migration_lint.types import Kind, Location

# Modules whose functions touch no rows of their own accord.
HARMLESS = frozenset(
    "builtins collections contextlib copy datetime decimal enum functools hashlib html importlib itertools json logging math "
    "operator os pathlib random re secrets string sys textwrap time tqdm unicodedata urllib uuid warnings zoneinfo "
    "_functools _operator _io io typing types calendar base64 binascii ast "
    "django.conf django.contrib.postgres django.core.exceptions django.core.paginator django.db.models django.db.transaction "
    "django.db.utils django.utils".split()
)
CREATING = {"create", "bulk_create", "get_or_create", "update_or_create", "create_user", "create_superuser"}
ON_DELETE = {"CASCADE": Kind.DELETE, "SET_NULL": Kind.UPDATE, "SET_DEFAULT": Kind.UPDATE, "set_on_delete": Kind.UPDATE}


@dataclass(frozen=True)
class RowChange:
    """A change of rows by a historical (or real) model. It stands for one statement, or for one a row where `each` says so.

    `columns` are those that an UPDATE or INSERT is known to write, None where that is not known. `filtered`: not every row of
    the table. `after` counts the impact's own statements, those that the function sends by `execute()`, that come before it.
    `call` is the method, `arguments` what it is given as the text has it. `cascade`: Django does it because rows of another
    model are deleted.
    """

    kind: Kind
    label: str
    table: str
    columns: frozenset[str] | None
    filtered: bool
    each: bool
    after: int
    function: str
    location: Location
    call: str = ""
    arguments: str = ""
    cascade: bool = False


@dataclass(frozen=True)
class Loop:
    """A loop over rows that saves each by itself. `written` are the fields it gives values to; empty where that is not known.

    `streamed`: the rows are fetched by `iterator()`; `whole`: all columns are saved. `iterable` and `target` are code.
    """

    label: str
    table: str
    filtered: bool
    streamed: bool
    whole: bool
    iterable: str
    target: str
    written: tuple[str, ...]
    function: str
    location: Location


class Rows(Queries):
    """Collects the changes."""

    def __init__(self, vendor: str | None, history: History) -> None:
        super().__init__(vendor, history)
        self.changes: list[RowChange] = []
        self.saving: list[Loop] = []
        self.asked_tables: list[str] = []
        self.unaliased: list[tuple[str, str, Location]] = []
        self.compares_alias = False
        self.fetched: set[str] = set()
        self.unfollowed = False
        self.sent = 0
        self.handling = 0

    def not_followed(self) -> None:
        self.unfollowed = self.unfollowed or not self.silent

    def iterated_over(self, value: Any) -> None:
        if isinstance(value, Many) and not self.silent:
            self.fetched.add(self.history.table(value.model))

    def loop(self, node: ast.For | ast.AsyncFor, iterable: Any, frame: Frame) -> bool:
        start, asked = len(self.changes), len(self.asked_tables)
        ended = super().loop(node, iterable, frame)
        many, target = rows_of(iterable), row_name(node.target)
        if many is not None and many.rows and target:
            model = self.history.concrete(many.model)
            table, fields = self.history.table(model), self.history.fields(model)
            saved = [each for each in self.changes[start:] if each.call == "save" and each.table == table]
            if any(each.kind is Kind.UPDATE for each in saved):
                written = given_values(node, target)
                alone = saves(node, target) and table not in self.asked_tables[asked:]
                known = tuple(written) if alone and written <= fields.keys() and isinstance(node.target, ast.Name) else ()
                place = source.location(frame.path, node.iter)
                texts = query_text(node.iter, iterable), target
                whole = any(each.columns is None for each in saved)
                of = model.label, table, many.filtered, many.streamed, whole
                self.saving.append(Loop(*of, *texts, known, frame.name, place))
        return ended

    def handle(self, handler: ast.ExceptHandler, frame: Frame) -> bool:
        self.handling += 1
        ended = super().handle(handler, frame)
        self.handling -= 1
        return ended

    def of_Compare(self, node: ast.Compare, frame: Frame) -> Any:
        self.compares_alias = self.compares_alias or any(is_alias(each, frame) for each in ast.walk(node))
        return super().of_Compare(node, frame)

    def called(self, node: ast.Call, callee: Any, args: list[Any], keywords: dict[str, Any], frame: Frame) -> None:
        if self.silent:
            return
        if isinstance(callee, Known | Part) and getattr(node.func, "attr", "").startswith("allow_migrate"):
            self.compares_alias = True
        if is_execute(callee):
            if not self.handling:
                self.sent += self.pieces(sent_text(callee, args, keywords))
            return
        callee = self.normal(callee)
        if not isinstance(callee, Part):
            if is_unseen(callee, [*args, *keywords.values()]) and not self.enters(callee):
                self.not_followed()
            return
        owner = self.normal(callee.owner)
        if isinstance(owner, Many):
            self.asked_tables.append(self.history.table(owner.model))
            if owner.manager and owner.link is None and not owner.alias and callee.name not in ("using", "db_manager", "raw"):
                self.unaliased.append((owner.model.label, frame.name, source.location(frame.path, node)))
            for change in self.of_many(owner, callee.name, args, keywords):
                self.add(change, callee.name, node, frame)
            if callee.name in ("count", "aggregate", "in_bulk", "bulk_update"):
                self.fetched.add(self.history.table(owner.model))
        elif isinstance(owner, Model) and owner.real:
            self.not_followed()
        elif isinstance(owner, Row):
            if owner.new and callee.name == "save" and not keywords.keys() & {"using", "**"}:
                self.unaliased.append((owner.model.label, frame.name, source.location(frame.path, node)))
            for change in self.of_row(owner, callee.name, keywords):
                self.add(change, callee.name, node, frame)

    def enters(self, callee: Any) -> bool:
        if isinstance(callee, Known):
            return any(self.is_home(found.function.__code__.co_filename) for found in source.callees(callee.object))
        return isinstance(callee, Written)

    def pieces(self, text: str | None) -> int:
        try:
            return 1 if text is None else len(split(text, backends.load(self.vendor or "postgresql").dialect))
        except LexError:
            return 1

    # What is changed: (kind, model or table, columns, filtered, cascade).

    def add(self, change: tuple[Any, ...], call: str, node: ast.Call, frame: Frame) -> None:
        kind, what, columns, filtered, cascade = change
        table, label = self.history.table(what), what.label
        each = any(self.loops)
        place = source.location(frame.path, node)
        given = ", ".join(map(ast.unparse, [*node.args, *node.keywords]))
        self.changes.append(
            RowChange(kind, label, table, columns, filtered, each, self.sent, frame.name, place, call, given, cascade)
        )

    def of_many(self, many: Many, name: str, args: list[Any], keywords: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        model = many.model
        if many.link is not None and (name in ("add", "set", "remove", "clear") or name in CREATING):
            yield from self.of_related(many.link, model, name)
        if name in CREATING:
            given = None if "**" in keywords or "bulk" in name or "defaults" in keywords else keywords.keys()
            yield from self.over_parents(Kind.INSERT, model, given, True)
            if "update_or" in name:
                yield from self.over_parents(Kind.UPDATE, model, None, True)
        elif name in ("update", "aupdate"):
            yield from self.over_parents(Kind.UPDATE, model, None if "**" in keywords else keywords.keys(), many.filtered)
        elif name in ("bulk_update", "abulk_update"):
            fields = plain(args[1] if len(args) > 1 else keywords.get("fields", UNKNOWN))
            names = set(map(str, fields)) if isinstance(fields, tuple | list) else None
            yield from self.over_parents(Kind.UPDATE, model, names, True)
        elif name in ("delete", "adelete"):
            yield from self.deleted(model, many.filtered)
        elif name == "_raw_delete":
            yield Kind.DELETE, model, None, many.filtered, False

    def of_row(self, row: Row, name: str, keywords: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        if name in ("save", "asave", "save_base"):
            fields = plain(keywords.get("update_fields", UNKNOWN))
            names = set(map(str, fields)) if isinstance(fields, tuple | list) else None
            yield from self.over_parents(Kind.INSERT if row.new else Kind.UPDATE, row.model, names, True)
        elif name in ("delete", "adelete"):
            yield from self.deleted(row.model, True)

    def of_related(self, link: Link, model: Model, name: str) -> Iterator[tuple[Any, ...]]:
        """What a related manager does: to the table between the models, or to the key of the rows."""
        if link.through is not None:
            if name not in ("clear", "remove"):
                yield Kind.INSERT, link.through, None, True, False
            if name in ("set", "remove", "clear"):
                yield Kind.DELETE, link.through, None, True, False
        elif name not in CREATING:
            yield from self.over_parents(Kind.UPDATE, model, [link.name], True)

    def over_parents(self, kind: Kind, model: Model, names: Any, filtered: bool) -> Iterator[tuple[Any, ...]]:
        """A statement for each table that the model's rows lie in, parents' too, where what is written may lie there."""
        tables = [one for one in self.history.parents(model) if not one.state.options.get("proxy")]
        if names is None:
            for one in tables:
                yield kind, one, None, filtered, False
            return
        written: dict[tuple[str, str], set[str]] = {one.key: set() for one in tables} if kind is Kind.INSERT else {}
        for name in names:
            found = self.history.column(model, name)
            owner, column = found or (tables[0] if tables else model, name)
            written.setdefault(owner.key, set()).add(column)
        for key, columns in written.items():
            one = next((each for each in tables if each.key == key), model)
            yield kind, one, frozenset(columns), filtered, False

    def deleted(self, model: Model, filtered: bool) -> Iterator[tuple[Any, ...]]:
        """A DELETE, and what Django's collector does to the rows that refer to those deleted."""
        waiting, seen = [(model, filtered, False)], {self.history.concrete(model).key}
        while waiting:
            one, part, cascade = waiting.pop(0)
            yield Kind.DELETE, self.history.concrete(one), None, part, cascade
            above = [parent for parent in self.history.parents(one) if not parent.state.options.get("proxy")]
            for parent in above[1:]:
                if parent.key not in seen:
                    seen.add(parent.key)
                    waiting.append((parent, True, True))
            for owner, name, each in self.history.references().get(self.history.concrete(one).key, ()):
                rule = ON_DELETE.get(on_delete(each))
                if rule is Kind.UPDATE:
                    column = column_of(name, each)
                    yield Kind.UPDATE, owner, None if column is None else frozenset({column}), True, True
                elif rule is Kind.DELETE and owner.key not in seen:
                    seen.add(owner.key)
                    waiting.append((owner, True, True))
            for through in self.history.throughs(one):
                yield Kind.DELETE, through, None, part, True


def row_name(target: ast.expr) -> str:
    """The variable that holds the row, also behind a number that `enumerate()` gives."""
    last = target.elts[-1] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else target
    return last.id if isinstance(last, ast.Name) else ""


def query_text(node: ast.expr, iterable: Any) -> str:
    """The queryset that a loop runs over, as code, without the list that is made of it."""
    if isinstance(iterable, Many):
        return ast.unparse(node)
    return ast.unparse(node.args[0]) if isinstance(node, ast.Call) and node.args else "…"


def given_values(loop: ast.AST, name: str) -> Set[str]:
    """The attributes of a variable that a loop assigns, in order."""
    found = [
        node.attr
        for node in ast.walk(loop)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and getattr(node.value, "id", "") == name
    ]
    return dict.fromkeys(found).keys()


def saves(loop: ast.AST, name: str) -> bool:
    """Whether a loop itself saves its variable, and does not leave it to a function."""
    calls = (node.func for node in ast.walk(loop) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    return any(call.attr == "save" and getattr(call.value, "id", "") == name for call in calls)


def on_delete(each: Any) -> str:
    rule = getattr(each.remote_field, "on_delete", None)
    return str(getattr(rule, "__name__", rule)).removeprefix("DB_")


def is_unseen(callee: Any, values: list[Any]) -> bool:
    """Whether a callable that is not followed may change rows."""
    if isinstance(callee, Known):
        words = str(getattr(callee.object, "__module__", None) or type(callee.object).__module__).split(".")
        return HARMLESS.isdisjoint(".".join(words[:length]) for length in range(1, len(words) + 1))
    return not isinstance(callee, Model) and any(is_mine(value) for value in values)


def is_alias(node: ast.AST, frame: Frame) -> bool:
    """Whether it is a connection's alias, or a name for it."""
    found = frame.lookup(node.id) if isinstance(node, ast.Name) else None
    return getattr(node, "attr", "") == "alias" or (isinstance(found, Part) and found.name == "alias")
