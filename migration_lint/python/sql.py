"""The SQL that a RunPython function sends by itself."""

from __future__ import annotations

import ast
from typing import Any

from migration_lint.python.follow import Follower
from migration_lint.python.frames import Frame
from migration_lint.python.values import UNKNOWN, Marker, Part, plain


class Sent(Follower):
    """Collects what reaches `execute`. An exception's handlers are left out: they run when something failed."""

    handlers = False

    def __init__(self, vendor: str) -> None:
        super().__init__(vendor)
        self.texts: list[str | None] = []

    def called(self, node: ast.Call, callee: Any, args: list[Any], keywords: dict[str, Any], frame: Frame) -> None:
        if is_execute(callee):
            self.texts.append(sent_text(callee, args, keywords))


def is_execute(callee: Any) -> bool:
    """Whether a text is sent to the database by this method of a schema editor or cursor."""
    return (
        isinstance(callee, Part)
        and callee.owner in (Marker.EDITOR, Marker.CURSOR)
        and callee.name in ("execute", "executemany")
    )


def sent_text(callee: Part, args: list[Any], keywords: dict[str, Any]) -> str | None:
    """The text, None where it is put together at run time."""
    text = plain(args[0] if args else keywords.get("sql", keywords.get("query", UNKNOWN)))
    params = args[1] if len(args) > 1 else keywords.get("params", keywords.get("param_list"))
    # A schema editor's own default is an empty tuple, with which `%%` is one percent sign; a cursor's is None.
    binds = params is not None and plain(params) is not None
    if params is None and callee.owner is Marker.EDITOR:
        binds = True
    if not isinstance(text, str):
        return None
    return text.replace("%%", "%") if binds else text


def static_sql(function: Any, vendor: str) -> list[str | None]:
    """The statements that the function sends on this vendor, in order; None for one that is put together at run time.

    `schema_editor.execute()` and a cursor's `execute()` count, in helpers of the project's too. Parameters stay `%s`.
    """
    follower = Sent(vendor)
    follower.follow(function, (UNKNOWN, Marker.EDITOR))
    return [*follower.texts, None] if follower.gave_up else follower.texts
