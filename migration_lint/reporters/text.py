"""The report for people. The only importer of rich, which colours it; what comes from data never passes through its markup."""

from __future__ import annotations

import io
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO, Any

import sqlparse
from rich.console import Console
from rich.text import Text

from migration_lint.explain import work
from migration_lint.project.source import lines as source_lines
from migration_lint.reporters import clean, guarded
from migration_lint.reporters.places import shown_path
from migration_lint.types import Blocks, Effect, Finding, MigrationImpact, Report, Severity, backwards

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold blue"}
FRAME = 7  # lines of code shown of one operation
STALE = 10  # entries of the baseline that are named
MANY = 20  # findings from which on a summary per rule comes first
TO_ASCII = str.maketrans({"→": ">", "│": "|", "…": "~", "\N{EN DASH}": "-", "·": "-", "\N{REPLACEMENT CHARACTER}": "?"})


class Plain(Console):
    def on_broken_pipe(self) -> None:
        """Rich would end the process, with a status of its own."""
        raise BrokenPipeError


class Printer:
    """Writes lines: wrapped and coloured on a terminal, plain and whole anywhere else."""

    def __init__(self, stream: IO[str], color: bool | None = None, width: int | None = None) -> None:
        terminal = bool(getattr(stream, "isatty", lambda: False)())
        self.console = Plain(
            file=stream,
            force_terminal=True if color else terminal,  # said, or else rich asks the environment again
            color_system=None if color is False else "auto",
            highlight=False,
            markup=False,
            emoji=False,
            width=width,
        )
        self.wraps = terminal
        encoding = (getattr(stream, "encoding", None) or "utf-8").lower()
        self.ascii = not encoding.startswith("utf")

    def line(self, *parts: tuple[str, str] | str) -> None:
        text = Text()
        for part in parts:
            words, style = part if isinstance(part, tuple) else (part, "")
            text.append(self.encodable(clean(words)), style)
        safe = guarded(text.plain)
        self.console.print(text if safe == text.plain else Text(safe), soft_wrap=True)

    def encodable(self, text: str) -> str:
        return text.translate(TO_ASCII).encode("ascii", "replace").decode() if self.ascii else text

    def block(self, label: str, text: str, style: str = "", code: bool = False) -> None:
        """A labelled text with a hanging indent. Indented lines are code and keep their shape."""
        indent = " " * len(label)
        width = max(self.console.width - 1, len(label) + 24)
        first = True
        for line in clean(text).splitlines() or [""]:
            if self.wraps and not code and not line.startswith("    "):
                pieces = textwrap.wrap(line, width - len(label), break_long_words=False, break_on_hyphens=False) or [""]
            else:
                pieces = [line]
            for piece in pieces:
                self.line((label if first else indent if piece else "", "dim"), (piece, diff_style(piece) or style))
                first = False


def diff_style(line: str) -> str:
    stripped = line.lstrip()
    if line.startswith("    ") and stripped.startswith("+ "):
        return "green"
    if line.startswith("    ") and stripped.startswith("- "):
        return "red"
    return ""


QUERY = re.compile(r"(?:select|insert|update|delete|with|merge|values)\b", re.IGNORECASE)
SUBCOMMAND = re.compile(r"\s*,\s*(?=(?:ADD|DROP|ALTER|MODIFY|CHANGE|RENAME|VALIDATE|ALGORITHM)\b)")


def render(report: Report, statistics: bool = False) -> str:
    stream = io.StringIO()
    print_report(report, Printer(stream, color=False), statistics)
    return stream.getvalue()


def print_report(report: Report, printer: Printer, statistics: bool = False) -> None:
    """With `statistics`, how often each rule found something instead of what."""
    header(report, printer)
    if report.findings and (statistics or len(report.findings) >= MANY):
        summary(report, printer)
    for finding in () if statistics else report.findings:
        print_finding(finding, report, printer)
    for error in report.errors:
        printer.line(("error: ", "bold red"), error)
    footer(report, printer)


def header(report: Report, printer: Printer) -> None:
    for target in report.targets:
        note = f" ({target.assumed})" if target.assumed else ""
        printer.line(("Target ", "dim"), (str(target), "bold"), (note, "dim"))
    printer.line()


def summary(report: Report, printer: Printer) -> None:
    counts = Counter((finding.severity, finding.rule) for finding in report.findings)
    width = max(len(str(count)) for count in counts.values())
    for (severity, rule), count in sorted(counts.items(), key=lambda item: (-item[0][0], -item[1], item[0][1])):
        printer.line(f"{count:>{width + 2}}  ", (f"{severity!s:<8}", STYLES[severity]), rule)
    printer.line()


def print_finding(finding: Finding, report: Report, printer: Printer) -> None:
    printer.block(f"{finding.severity}[{finding.rule}] ", finding.message, "bold") if not printer.wraps else heading(
        finding, printer
    )
    place = finding.location
    about = ".".join(part for part in (finding.app_label, finding.migration) if part)
    if finding.operation_index is not None:
        about += f", operation {finding.operation_index}: {finding.operation}"
    if place is not None:
        spot = ":".join(str(part) for part in (shown_path(place.path), place.line, place.column) if part is not None)
        printer.line(("  --> ", "blue"), spot, (f" ({about})" if about else "", "dim"))
        code_frame(finding, printer)
    elif about:
        printer.line(("  --> ", "blue"), about)
    for location in finding.related:
        printer.line(("  ::: ", "blue"), f"{shown_path(location.path)}:{location.line}")
    where = f" ({finding.targets[0]})" if len(finding.targets) > 1 else ""  # whose statement and lock are shown
    if finding.sql:
        printer.block(f"   = sql{where}: ", format_sql(finding.sql), code=True)
    if finding.lock and finding.relation and (finding.blocks or finding.algorithm):
        printer.block(f"   = lock{where}: ", lock_words(finding))
    if finding.help:
        printer.block("   = help: ", finding.help)
    if finding.also:
        printer.block("   = also: ", ", ".join(finding.also))
    if len(report.targets) > 1 and finding.targets:
        printer.block("   = on: ", ", ".join(finding.targets))
    printer.line()


def heading(finding: Finding, printer: Printer) -> None:
    label = f"{finding.severity}[{finding.rule}] "
    width = max(printer.console.width - 1, 30)
    lines = textwrap.wrap(label + clean(finding.message), width, break_long_words=False, break_on_hyphens=False)
    first = lines[0]
    printer.line((first[: len(label)], STYLES[finding.severity]), (first[len(label) :], "bold"))
    for line in lines[1:]:
        printer.line((line, "bold"))


def lock_words(finding: Finding) -> str:
    words = {
        Blocks.NOTHING: "blocks no reads or writes",
        Blocks.SCHEMA_CHANGES: "blocks schema changes and VACUUM",
        Blocks.WRITES: "blocks writes",
        Blocks.EVERYTHING: "blocks reads and writes",
        Blocks.UNKNOWN: "blocks nobody knows what",
    }
    until = "until the migration's transaction ends" if finding.held_until == "migration" else "while the statement runs"
    where = "the whole database" if finding.whole_database else finding.relation
    lock = named_lock(finding.lock, finding.algorithm)
    return f"{lock} on {where}: {words[finding.blocks or Blocks.NOTHING]}, {until}"


def named_lock(lock: str | None, algorithm: str | None) -> str:
    """As people ask for it, where they can ask for an algorithm."""
    return f"ALGORITHM={algorithm}, LOCK={lock}" if algorithm else str(lock)


def code_frame(finding: Finding, printer: Printer) -> None:
    place = finding.location
    if place is None or place.line is None:
        return
    lines = source_lines(place.path)
    end = min(place.end_line or place.line, len(lines))
    last = min(end, place.line + FRAME - 1)
    gutter = len(str(last))
    bar = "│"
    printer.line((f" {' ' * gutter} {bar}", "blue"))
    for number in range(place.line, last + 1):
        if number <= len(lines):
            text = lines[number - 1].expandtabs(4)
            if printer.wraps and len(text) > printer.console.width - gutter - 5:
                text = text[: max(printer.console.width - gutter - 6, 20)] + "…"
            printer.line((f" {number:>{gutter}} {bar} ", "blue"), text)
    if end > last:
        printer.line((f" {' ' * gutter} {bar} ", "blue"), (f"… {end - last} more lines", "dim"))


def format_sql(sql: str) -> str:
    """Long statements over several lines, the way people write them."""
    text = " ".join(sql.split()) if "\n" not in sql.strip() else sql.strip()
    if len(text) <= 100 or "$$" in text:
        return text
    if not QUERY.match(text):  # sqlparse puts the parts of other statements where nobody looks for them
        return SUBCOMMAND.sub(",\n    ", text)
    return str(sqlparse.format(text, reindent=True, keyword_case=None)).strip()


def footer(report: Report, printer: Printer) -> None:
    counts = Counter(finding.severity for finding in report.findings)
    parts = [
        f"{counts[severity]} {severity}{'s' if counts[severity] != 1 else ''}"
        for severity in reversed(Severity)
        if counts[severity]
    ]
    found = ", ".join(parts) if parts else "No findings"
    style = STYLES[max(counts)] if counts else "bold green"
    word = "migration" if report.migrations == 1 else "migrations"
    unread = report.incomplete.get("unread", 0)
    note = f" · {report.left_out} migration{'s' * (report.left_out > 1)} left out" if report.left_out else ""
    note += f" · {unread} not understood" if unread else ""
    note += f" · {report.suppressed} suppressed" if report.suppressed else ""
    note += f" · {report.baselined} in the baseline" if report.baselined else ""
    if report.stale:
        stale(report, printer)
    printer.line(
        (found, style), f" · {report.migrations} {word}, {report.operations} operations{note} · {report.seconds:.1f} s"
    )


def stale(report: Report, printer: Printer) -> None:
    count = len(report.stale)
    words = "entry lists what is" if count == 1 else "entries list what is"
    printer.line(f"{count} {words} found no more; --prune-baseline takes them out of the baseline:")
    for rule, app_label, migration, _ in report.stale[:STALE]:
        printer.line(f"  {rule} in {app_label}.{migration}")
    if count > STALE:
        printer.line(f"  and {count - STALE} more")
    printer.line()


# The lock plan of `explainmigration`.


def print_plan(impacts: Iterable[MigrationImpact], printer: Printer) -> None:
    for number, impact in enumerate(impacts):
        if number:
            printer.line()
        for parts in plan_lines(impact):
            printer.line(*parts)


def plan_lines(migration: MigrationImpact) -> Iterator[tuple[Any, ...]]:
    together = any(statement.transaction is not None for _, statement in migration.timeline)
    atomic = "not atomic"
    if migration.migration.atomic:
        atomic = "one transaction" if together or not migration.timeline else "each statement commits on its own"
    yield ((f"{'.'.join(migration.key)}", "bold"), (f"  {migration.target}, {atomic}", "dim"))
    if not migration.impacts:
        yield (("  no operations", "dim"),)
    for impact in migration.impacts:
        step = impact.step
        index = ".".join(map(str, step.index))
        try:
            words = step.operation.describe()
        except Exception:  # a third party's describe() is not worth a crash
            words = ""
        yield (f"  {index} ", (type(step.operation).__name__, "bold"), (f"  {words}", "dim"))
        if impact.unread:
            yield (("    SQL not known: ", "yellow"), impact.unread)
        elif not impact.statements:
            yield (("    sends nothing", "dim"),)
        for statement in impact.statements:
            late = " (at the end of the migration)" if statement.deferred else ""
            alone = " (in no transaction)" if together and statement.transaction is None else ""
            yield ("    ", " ".join(statement.sql.split()), (late + alone, "dim"))
            if statement.unread:
                yield (("      not understood: ", "yellow"), statement.unread)
            lines = [line for effect in statement.effects if effect.relation for line in effect_lines(effect, migration)]
            yield from dict.fromkeys(lines)  # one action may tell of the same lock twice
        yield from reverse_lines(impact, migration)


def effect_lines(effect: Any, migration: MigrationImpact) -> Iterator[tuple[Any, ...]]:
    if effect.is_new(migration.release):
        yield ("      ", (f"{effect.relation}", "cyan"), (" is new: nobody uses it yet", "dim"))
        return
    does = work(effect)
    style = {Blocks.EVERYTHING: "red", Blocks.UNKNOWN: "red", Blocks.WRITES: "yellow"}.get(effect.blocks, "")
    until = "until the migration commits" if effect.held_until == "migration" else "for the statement"
    held = f" (held: {effect.held})" if effect.held and effect.held != effect.lock else ""
    blocks = "blocks nothing" if effect.blocks is Blocks.NOTHING else f"blocks {effect.blocks}"
    guess = " (assumed)" if effect.assumed else ""
    whole = " on the whole database" if effect.whole_database else ""
    lock = f"{named_lock(effect.lock, effect.algorithm)}{whole}" if effect.lock else "no lock"
    line = f"{lock}{held}, {blocks} {until}{guess}"
    yield (
        "      ",
        (f"{effect.relation}", "cyan"),
        ": ",
        (line, style),
        (f"; {', '.join(does)}" if does else "", "bold"),
    )


def reverse_lines(impact: Any, migration: MigrationImpact) -> Iterator[tuple[Any, ...]]:
    if not impact.reversible:
        yield (("    cannot be undone", "yellow"),)
        return
    reverse = impact.reverse
    if reverse is None:
        return
    if reverse.unread:
        yield (("    way back not known: ", "yellow"), reverse.unread)
    way_back = {backwards(migration.key)}
    for statement in reverse.statements:
        heavy = [e for e in statement.effects if e.relation and not e.is_new(way_back)]
        locks = (f"{e.relation}: {named_lock(e.lock, e.algorithm)}{burden(e)}" for e in heavy if e.lock)
        cost = "; ".join(dict.fromkeys(locks))
        yield (("    back: ", "dim"), " ".join(statement.sql.split()), (f"  [{cost}]" if cost else "", "dim"))


def burden(effect: Effect) -> str:
    """The heaviest thing that an effect does, as the end of a phrase."""
    for words, is_so in (
        (", rewrites", effect.rewrites),
        (", builds an index", effect.builds_index),
        (", reads every row", effect.scans),
    ):
        if is_so:
            return words
    return ""
