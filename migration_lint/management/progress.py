"""How far a run has come: one line on standard error for people who wait at a terminal, erased in the end."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import OutputWrapper

QUIET = 0.5  # seconds for which nobody wonders whether something goes on
OFTEN = 0.1  # seconds between two lines


class Progress:
    """Takes the migrations' numbers."""

    def __init__(self, stream: OutputWrapper, total: int) -> None:
        self.stream, self.total = stream, total
        self.due = time.monotonic() + QUIET
        self.width = 0

    def __call__(self, number: int) -> None:
        if time.monotonic() >= self.due:
            self.show(f"Migration {number + 1} of {self.total}")
            self.due = time.monotonic() + OFTEN

    def show(self, text: str) -> None:
        self.stream.write(f"\r{text:<{self.width}}", str, "")
        self.stream.flush()
        self.width = len(text)

    def erase(self) -> None:
        if self.width:
            self.show("")
            self.stream.write("\r", str, "")
            self.stream.flush()


@contextmanager
def progress(stream: OutputWrapper, options: dict[str, Any], total: int) -> Iterator[Progress]:
    """Shown on a command's standard error where somebody may look at it."""
    waits = stream.isatty() and options["verbosity"] and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    shown = Progress(stream if waits else OutputWrapper(io.StringIO()), total)
    try:
        yield shown
    finally:
        shown.erase()
