"""The versions on which limits are looked at, and every limit of the fact files with its probe."""

from __future__ import annotations

from collections.abc import Iterator

from migration_lint import backends
from migration_lint.backends import Limit
from migration_lint.sql.server import Server
from migration_lint.types import Refusal, Target

VERSIONS: dict[str, tuple[tuple[int, ...], ...]] = {
    "postgresql": ((14,), (15,), (16,), (17,), (18,)),
    "mysql": ((8, 0, 11), (8, 0, 16), (8, 4), (9, 5)),
    "mariadb": ((10, 5), (10, 11), (11, 4), (12, 0)),
    "sqlite": ((3, 31), (3, 37), (3, 40), (3, 50)),
    "oracle": ((19,), (23,)),
}


def limits() -> Iterator[tuple[str, Limit]]:
    for vendor in VERSIONS:
        for limit in backends.load(vendor).limits:
            yield vendor, limit


def refused(vendor: str, version: tuple[int, ...], *texts: str) -> list[Refusal]:
    """What the last of the texts meets. All are understood."""
    server = Server(Target("default", vendor, version))
    server.begin_migration(("shop", "0002_x"))
    for text in texts:
        last = len(server.statements)
        server.send(text)
    assert server.errors == []
    assert [statement.unread for statement in server.statements if statement.unread] == []
    return [refusal for statement in server.statements[last:] for refusal in statement.refusals]
