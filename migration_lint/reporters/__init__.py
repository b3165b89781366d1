"""A report in each of the formats: a module each, named like the format, with a function `render` from a Report to text."""

from __future__ import annotations

import os
import re
import unicodedata
from importlib import import_module
from json import dumps
from typing import Any

from migration_lint.types import Report

SCHEMA_VERSION = 1  # of what is printed as JSON for programs
FORMATS = ("text", "concise", "json", "sarif", "github", "markdown", "gitlab", "junit", "rdjson")
# Lines for a log: several of them may go to one stream, and whoever runs the command may take a line for an order.
LINES = ("text", "concise", "markdown")
# What a terminal obeys instead of showing: C0 but tab and newline, DEL, C1, and the bidirectional controls. What cannot be
# encoded: lone surrogates.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
HOME = "https://pypi.org/project/django-migration-lint/"


def clean(text: str) -> str:
    """Text from data, fit to be printed."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def guarded(text: str) -> str:
    """Lines that the runner of GitHub Actions does not take for workflow commands.

    It obeys `::name::` at a line's start and `##[name]` anywhere. Its comparison may pass over what has no width.
    """
    if "GITHUB_ACTIONS" not in os.environ or not ("::" in visible(text) or "##[" in visible(text)):
        return text
    return "\n".join(map(guarded_line, text.split("\n")))


def guarded_line(line: str) -> str:
    seen = visible(line)
    if "##[" in seen:
        line = seen = seen.replace("##[", "# # [")
    return f"| {seen}" if seen.lstrip().startswith("::") else line


def visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) not in ("Cf", "Cc", "Cn", "Mn", "Me"))


def printable(text: str) -> str:
    """What is printed for people beside a report."""
    return guarded(clean(text))


def dump(data: Any) -> str:
    """JSON with nothing in it that a terminal obeys, or the runner of GitHub Actions."""
    text = dumps(data, indent=2, ensure_ascii=True)
    return text.replace("\x7f", "\\u007f").replace("##[", "#\\u0023[")


def render(name: str, report: Report) -> str:
    """The report in the format of this name."""
    text: str = import_module(f"{__name__}.{name}").render(report)
    return guarded(text) if name in LINES else text
