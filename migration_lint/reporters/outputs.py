"""Which formats a report is printed in, and where each goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migration_lint.conf import UsageError, did_you_mean
from migration_lint.files import check_file, write
from migration_lint.reporters import FORMATS, LINES, render
from migration_lint.types import Report

if TYPE_CHECKING:
    from migration_lint.reporters.text import Printer

SHARES = {*LINES, "github"}  # formats that are lines, so that others may stand before or after


@dataclass(frozen=True)
class Output:
    """A format, and the file it goes to; None is standard output."""

    format: str
    path: Path | None = None


def add_arguments(parser: Any) -> None:
    parser.add_argument(
        "--output-format",
        action="append",
        metavar="FORMAT[=PATH]",
        help=f"One of {', '.join(FORMATS)} (default: text). Repeatable: --output-format text --output-format sarif=lint.sarif.",
    )
    parser.add_argument("--output-file", metavar="PATH", help="Write there what has no path of its own; - is standard output.")
    parser.add_argument("--statistics", action="store_true", help="Text: how often each rule found something, and not what.")


def parse(formats: Sequence[str] | str | None, file: str | None, statistics: bool = False) -> tuple[Output, ...]:
    """What was asked for. Raises UsageError for what could not be written: better before the work than after it."""
    found = []
    for text in [formats] if isinstance(formats, str) else formats or ["text"]:
        name, equals, path = text.partition("=")
        if name not in FORMATS:
            raise UsageError(
                f"--output-format: invalid choice: {name!r}.{did_you_mean(name, FORMATS)} Formats: {', '.join(FORMATS)}."
            )
        if equals and not path:
            raise UsageError(f"--output-format: {text} names no file: {name}=PATH.")
        found.append(Output(name, destination(path)))
    if file is not None:
        free = [output for output in found if output.path is None]
        if len(free) != 1:
            names = " ".join(f"--output-format {output.format}=PATH" for output in free or found)
            raise UsageError(
                f"--output-file is for one format, and {len(free)} have no file of their own: give each its own, {names}."
            )
        found = [Output(output.format, destination(file)) if output is free[0] else output for output in found]
    check(found)
    if statistics and not any(output.format == "text" for output in found):
        raise UsageError("--statistics is about text: --output-format text.")
    return tuple(found)


def destination(path: str) -> Path | None:
    return None if path in ("", "-") else Path(path)


def check(outputs: Sequence[Output]) -> None:
    printed = [output.format for output in outputs if output.path is None]
    if len(printed) > 1 and not SHARES.issuperset(printed):
        alone = next(name for name in printed if name not in SHARES)
        raise UsageError(
            f"Standard output holds one document, and {', '.join(printed)} would all go there: "
            f"give {alone} a file, --output-format {alone}=PATH."
        )
    paths = [os.path.abspath(output.path) for output in outputs if output.path is not None]
    for output in outputs:
        if output.path is None:
            continue
        if paths.count(os.path.abspath(output.path)) > 1:
            raise UsageError(f"Two formats would go to {output.path}: give each a file of its own.")
        check_file(output.path)


def deliver(output: Output, report: Report, stdout: Any, printer: Callable[[], Printer], statistics: bool = False) -> None:
    if output.format == "text":
        deliver_text(output, report, printer, statistics)
        return
    text = render(output.format, report)
    if output.path is not None:
        write(output.path, text + "\n" if text else "")
    elif text:
        stdout.write(encodable(text, stdout))


def deliver_text(output: Output, report: Report, printer: Callable[[], Printer], statistics: bool) -> None:
    from migration_lint.reporters import text  # rich takes longer to import than a short JSON report to make

    if output.path is None:
        text.print_report(report, printer(), statistics)
    else:
        write(output.path, text.render(report, statistics))


def encodable(text: str, stream: Any) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
