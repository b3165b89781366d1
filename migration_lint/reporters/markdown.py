"""Markdown for a job's summary or a comment on a pull request. It only prints: posting it is for others, with their tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from migration_lint.reporters import clean, one_line
from migration_lint.reporters.places import label_of, place_of, words_of
from migration_lint.types import Finding, Report, Severity

MARKER = "<!-- migration-lint -->"  # by which a comment is found again, to be replaced
LONGEST = 65_536  # of a comment; the summary of a job may be longer
SPECIAL = re.compile(r"([\\`*_{}\[\]()<>+\-.!|~&$^:])")
MENTION = re.compile(r"([@#])")
SPAN = re.compile(r"`([^`]+)`")


def escape(text: str) -> str:
    """Text that is shown as it is: nothing in it is markup, a link, a mention or an issue's number."""
    return MENTION.sub(r"\1<!-- -->", SPECIAL.sub(r"\\\1", text))


def span(text: str) -> str:
    """Code within a line: a fence of backticks longer than those within."""
    text = one_line(text)
    fence = "`" * (longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}" if text else ""


def inline(text: str) -> str:
    """A message: what it has between backticks is code, the rest is words."""
    return "".join(span(part) if number % 2 else escape(part) for number, part in enumerate(SPAN.split(one_line(text))))


def longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def fenced(text: str, language: str = "") -> str:
    text = clean(text).strip("\n")
    fence = "`" * max(3, longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def help_blocks(help: str) -> Iterator[str]:
    """Indented lines are code, as they are everywhere in a rule's help."""
    blocks: list[tuple[bool, list[str]]] = []
    for line in clean(help).split("\n"):
        code = line.startswith("    ")
        if not line.strip():
            if blocks:
                blocks[-1][1].append("")
        elif blocks and blocks[-1][0] == code and (code or blocks[-1][1][-1]):
            blocks[-1][1].append(line)
        else:
            blocks.append((code, [line]))
    for code, lines in blocks:
        yield fenced("\n".join(line.removeprefix("    ") for line in lines), "python") if code else inline(" ".join(lines))


def section(finding: Finding) -> str:
    place = place_of(finding)
    label = label_of(finding)
    parts = [
        f"### {finding.severity}: {span(finding.rule)}",
        f"{span(f'{place.path}:{place.line}')}{f' ({inline(label)})' if label else ''}",
        inline(words_of(finding)),
    ]
    if finding.sql:
        parts.append(fenced(finding.sql, "sql"))
    if finding.help:
        parts += ["<details><summary>What to do</summary>", *help_blocks(finding.help), "</details>"]
    return "\n\n".join(parts)


def head(report: Report) -> str:
    counts = Counter(finding.severity for finding in report.findings)
    parts = [f"{counts[each]} {each}{'s' if counts[each] != 1 else ''}" for each in reversed(Severity) if counts[each]]
    targets = ", ".join(map(span, map(str, report.targets)))
    checked = f"{report.migrations} migration{'s' if report.migrations != 1 else ''} checked for {targets}"
    if report.left_out:
        checked += f", {report.left_out} left out"
    if report.suppressed:
        checked += f", {report.suppressed} suppressed"
    if report.baselined:
        checked += f", {report.baselined} in the baseline"
    lines = [MARKER, "## Migrations", f"**{', '.join(parts) or 'No findings'}** · {checked}"]
    return "\n\n".join([*lines, *(f"**error:** {inline(error)}" for error in report.errors)])


def render(report: Report) -> str:
    """The worst first, as many as there is room for, and how many are left out."""
    room = LONGEST - 200  # for the word about the others
    text = cut(head(report), room)
    room -= len(text.encode())
    shown = [text]
    for finding in sorted(report.findings, key=lambda finding: -finding.severity):
        part = section(finding)
        room -= len(part.encode()) + 2
        if room < 0:
            break
        shown.append(part)
    left = len(report.findings) - len(shown) + 1
    if left:
        shown.append(f"{left} more finding{'s' if left != 1 else ''} not shown here.")
    return "\n\n".join(shown)


def cut(text: str, size: int) -> str:
    return text if len(text.encode()) <= size else text.encode()[: size - 3].decode("utf-8", "ignore") + "…"
