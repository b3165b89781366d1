"""A text as its parts, and how they are written: as Markdown, and plainly for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migration_lint.reporters import clean

WIDTH = 80


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Said:
    """A finding's message."""

    text: str


@dataclass(frozen=True)
class Code:
    text: str
    language: str = "text"


@dataclass(frozen=True)
class Rows:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Said | Code | Rows


def markdown(blocks: Iterable[Block]) -> str:
    return "\n".join(line for block in blocks for line in markdown_lines(block)).strip("\n") + "\n"


def markdown_lines(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {block.text}"
    elif isinstance(block, Text):
        yield block.text
    elif isinstance(block, Said):
        yield f"> {block.text}"
    elif isinstance(block, Code):
        fence = "```" if "```" not in block.text else "````"
        yield from (f"{fence}{block.language}", block.text.strip("\n"), fence)
    else:
        yield table_line(block.header)
        yield table_line(["---"] * len(block.header))
        yield from map(table_line, block.rows)
    yield ""


def table_line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def plain(blocks: Iterable[Block], width: int = WIDTH) -> str:
    """For a terminal. Code is indented and keeps its lines."""
    return clean("\n".join(line.rstrip() for block in blocks for line in plain_lines(block, width))).strip("\n")


def plain_lines(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Heading):
        yield from (block.text, ("=" if block.level == 1 else "-") * len(block.text))
    elif isinstance(block, Text):
        yield from wrapped(block.text, width)
    elif isinstance(block, Said):
        yield from wrapped(block.text.replace("**", ""), width)
    elif isinstance(block, Code):
        yield from textwrap.indent(block.text.strip("\n"), "    ").splitlines()
    elif not any(block.header):
        size = max(len(row[0]) for row in block.rows)
        for name, text in block.rows:
            yield from wrapped(text, width, " " * (size + 2), f"{name:<{size}}  ")
    else:
        yield from plain_rows(block, width)
    yield ""


def wrapped(text: str, width: int, indent: str = "", first: str | None = None) -> Iterator[str]:
    if text.startswith(" "):
        yield from text.splitlines()
        return
    yield from textwrap.wrap(
        " ".join(text.split()),
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def plain_rows(block: Rows, width: int) -> Iterator[str]:
    """In columns where they fit, otherwise each row as a list."""
    rows = [tuple(cell.replace("`", "") for cell in row) for row in (block.header, *block.rows)]
    sizes = [max(len(row[place]) for row in rows) for place in range(len(block.header))]
    if sum(sizes) + 2 * len(sizes) <= width:
        for row in rows:
            yield "  ".join(f"{cell:<{size}}" for cell, size in zip(row, sizes, strict=True))
        return
    for row in rows[1:]:
        cells = [f"{name}: {cell}" if name else cell for name, cell in zip(rows[0], row, strict=True) if cell]
        yield from wrapped("; ".join(cells), width, "    ", "  ")
