"""Comments that accept what is found: `# migration-lint: ignore[rule] -- why` on or above an operation, or above the class."""

from __future__ import annotations

import ast
import io
import linecache
import re
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from django.db.migrations import Migration

from migration_lint import coming_over
from migration_lint.conf import did_you_mean
from migration_lint.project import source
from migration_lint.types import Finding, Location, MigrationKey, Problem, Severity

MARK = "migration-lint:"
COMMENT = re.compile(rf"#\s*{MARK}\s*(?P<word>[\w-]*)\s*(?:\[(?P<names>[^\]]*)\])?\s*(?:--\s*(?P<reason>.*))?")
OPERATION, MIGRATION, FILE = "operation", "migration", "file"
WORDS = ("ignore", "ignore-file")
REASON = "why it does no harm here"


@dataclass(frozen=True)
class Comment:
    """What a comment says and the lines of the code that it is about; none where it is about the migration or the file."""

    location: Location
    word: str
    names: tuple[str, ...]
    reason: str
    scope: str
    lines: range

    def reaches(self, finding: Finding, file: str | None) -> bool:
        """Whether it is about the place of the finding, or about the operation's call; `file` is the migration's."""
        places = [place for place in (finding.location, finding.call) if place is not None and place.path == self.location.path]
        if self.scope == FILE:
            return bool(places) or file == self.location.path
        if self.scope == MIGRATION:
            return file == self.location.path
        return any(place.line is not None and self.is_about(place.line, place.end_line or place.line) for place in places)

    def is_about(self, first: int, last: int) -> bool:
        return first in self.lines or first <= (self.location.line or 0) <= last

    def spelled(self, names: Iterable[str]) -> str:
        """The comment as it would be with these names, to be pasted."""
        word = self.word if self.word in WORDS else "ignore"
        return f"    # {MARK} {word}[{', '.join(names)}] -- {self.reason or REASON}"


def text_of(path: str) -> str:
    """The file's text, where it may have such a comment: most have none, and are not even decoded."""
    if path.startswith("<"):
        return "".join(linecache.getlines(path))
    try:
        with open(path, "rb") as file:
            data = file.read()
            if MARK.encode() not in data:
                return ""
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            return io.TextIOWrapper(io.BytesIO(data), encoding).read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""


def comments_in(path: str) -> tuple[Comment, ...]:
    text = text_of(path)
    if MARK not in text:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python has warned already, when it imported the file
            tree = ast.parse(text)
        found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return ()  # it cannot be imported either
    return tuple(comments(path, tree, found))


NO_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def comments(path: str, tree: ast.Module, found: list[tokenize.TokenInfo]) -> Iterator[Comment]:
    for number, token in enumerate(found):
        match = COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        line, column = token.start
        alone = not token.line[:column].strip()
        code = line
        if alone:
            code = next((after.start[0] for after in found[number:] if after.type not in NO_CODE), line)
        scope, lines = about(tree, code, alone)
        yield Comment(
            Location(path, line, column + match.start() + 1, line, token.end[1] + 1),
            match["word"],
            tuple(dict.fromkeys(name.strip() for name in (match["names"] or "").split(",") if name.strip())),
            (match["reason"] or "").strip(),
            FILE if match["word"] == "ignore-file" else scope,
            lines,
        )


def about(tree: ast.Module, line: int, alone: bool) -> tuple[str, range]:
    """The largest piece of code that starts on the line; after a comment at the end of a call's last line, that call."""
    first = last = line
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt | ast.expr):
            continue
        decorators = getattr(node, "decorator_list", [])
        start, end = min([node.lineno, *(each.lineno for each in decorators)]), node.end_lineno or node.lineno
        if start == line:
            if isinstance(node, ast.ClassDef) and node.name == "Migration":
                return MIGRATION, range(0)
            last = max(last, end)
        elif end == line and isinstance(node, ast.Call) and not alone:
            first = min(first, start)
    return OPERATION, range(first, last + 1)


class Suppressions:
    """The comments of one run: what they accept, how often, and what is wrong with them."""

    def __init__(self, meanings: Mapping[str, frozenset[str]], require_reason: bool = False) -> None:
        """`meanings` are the rules' ids that each name stands for."""
        self.meanings = meanings
        self.require_reason = require_reason
        self.files: dict[str, tuple[Comment, ...]] = {}
        self.used: set[tuple[Location, str]] = set()
        self.rest: dict[Location, dict[str, None]] = {}  # what was found where a comment is that names no rule
        self.whole: dict[str, Comment] = {}  # by file: an operation of another linter that accepts all

    def read(self, path: str) -> tuple[Comment, ...]:
        if path not in self.files:
            self.files[path] = comments_in(path)
        return self.files[path]

    def look(self, migration: Migration) -> None:
        """A migration may have an operation that does nothing but accept all that is found in it."""
        for number, operation in enumerate(migration.operations):
            if coming_over.accepts_all(operation):
                place = source.operation_location(migration, operation, (number,))
                self.whole.setdefault(source.migration_path(migration), Comment(place, "ignore-file", (), "", FILE, range(0)))

    def reaching(self, finding: Finding, file: str | None) -> list[Comment]:
        paths = {place.path for place in (finding.location, finding.call) if place is not None} | ({file} if file else set())
        return [comment for path in sorted(paths) for comment in self.read(path) if comment.reaches(finding, file)]

    def accepts(self, finding: Finding, file: str | None) -> bool:
        """Whether a comment accepts it; `file` is its migration's."""
        accepted = False
        if file in self.whole:
            self.rest.setdefault(self.whole[file].location, {})[finding.rule] = None
            accepted = True
        for comment in self.reaching(finding, file):
            for name in comment.names:
                if finding.rule in self.meanings.get(name, ()):
                    self.used.add((comment.location, name))
                    accepted = True
        return accepted

    def note(self, finding: Finding, file: str | None) -> None:
        """It is told: a comment that names no rule may have meant it."""
        for comment in self.reaching(finding, file):
            if not comment.names:
                self.rest.setdefault(comment.location, {})[finding.rule] = None

    def problems(self, file: str, key: MigrationKey, ran: Callable[[frozenset[str]], bool]) -> Iterator[Problem]:
        """What is wrong with a migration's comments. `ran` says whether rules ran of which all would have been told."""
        if file in self.whole:
            yield self.hiding(self.whole[file], key)
        for comment in self.read(file):
            for rule, message, help in self.faults(comment, ran):
                yield Problem(rule, message, help, *key, comment.location)

    def hiding(self, whole: Comment, key: MigrationKey) -> Problem:
        """What to write instead of the operation that accepts all."""
        found = sorted(self.rest.get(whole.location, ()))
        message = f"`{coming_over.OPERATION}()` of {coming_over.LINTER} hides whatever is found in the migration."
        way = f"Write a comment that names what is found, in its place and its import's:\n\n{whole.spelled(found)}"
        help = way if found else "Delete it and its import: nothing was found here."
        return Problem("blanket-suppression", message, help, *key, whole.location, Severity.NOTE)

    def faults(self, comment: Comment, ran: Callable[[frozenset[str]], bool]) -> Iterator[tuple[str, str, str]]:
        if comment.word not in WORDS:
            hint = did_you_mean(comment.word, WORDS)
            yield (
                "unknown-suppression",
                f"`{MARK} {comment.word}` says nothing that is understood, so that the comment suppresses nothing.{hint}",
                f"Write\n\n{comment.spelled(comment.names or ['rule'])}",
            )
            return
        if not comment.names:
            found = self.rest.get(comment.location) or ["rule"]
            way = f"Name what is accepted, or delete the comment:\n\n{comment.spelled(found)}"
            yield "blanket-suppression", "The comment names no rule, and so suppresses nothing.", way
            return
        for name in (each for each in comment.names if each not in self.meanings):
            close = get_close_matches(name.casefold(), self.meanings, n=1)
            way = "Name a rule; `lintmigrations --list-rules` tells which there are."
            if close:
                way = f"Perhaps it is\n\n{comment.spelled(close[0] if each == name else each for each in comment.names)}"
            yield "unknown-suppression", f"There is no rule `{name}`, so that nothing is suppressed under this name.", way
        unused = [name for name in comment.names if self.is_unused(comment, name, ran)]
        for name in unused:
            left = [other for other in comment.names if other not in unused]
            way = f"Leave the others:\n\n{comment.spelled(left)}" if left else "Delete the comment."
            yield "unused-suppression", f"`{name}` finds nothing here, so that nothing is suppressed under this name.", way
        if self.require_reason and not comment.reason:
            yield (
                "suppression-without-reason",
                f"The comment does not say why {' and '.join(f'`{name}`' for name in comment.names)} may be accepted here.",
                f"Give the reason:\n\n{comment.spelled(comment.names)}",
            )

    def is_unused(self, comment: Comment, name: str, ran: Callable[[frozenset[str]], bool]) -> bool:
        rules = self.meanings.get(name)
        return bool(rules) and (comment.location, name) not in self.used and ran(rules or frozenset())
