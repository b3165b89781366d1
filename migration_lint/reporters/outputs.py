"""Which formats a report is printed in, and where each goes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migration_lint.conf import UsageError, did_you_mean
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


def check_file(path: Path) -> None:
    """Raises UsageError where a file cannot be written, or is none."""
    folder = path.parent
    if path.is_symlink():
        raise UsageError(f"{path} is a symbolic link, which is not followed: name the file itself, or - for standard output.")
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no ordinary file: name another, or - for standard output.")
    if not folder.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {folder}.")
    if not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise UsageError(f"{path} cannot be written: permission denied.")


def write(path: Path, text: str) -> None:
    """The whole file or nothing, for whoever reads it meanwhile. A link that came in between is replaced, not followed."""
    check_file(path)
    scratch = None
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask()
        number, scratch = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        with open(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(scratch, mode)
        os.replace(scratch, path)
    except OSError as error:
        if scratch is not None:
            with suppress(OSError):
                os.unlink(scratch)
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error


def umask() -> int:
    """There is no way to ask but to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


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
