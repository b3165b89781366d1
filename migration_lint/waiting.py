"""How long a statement waits for its locks, as far as session settings tell. Public, for rules."""

from __future__ import annotations

from migration_lint.types import Statement

# The setting that bounds the wait, by vendor, and how an alias's OPTIONS set it for every session.
SETTINGS = {
    "postgresql": ("lock_timeout", '"OPTIONS": {"options": "-c lock_timeout=5s"},'),
    "mysql": ("lock_wait_timeout", '"OPTIONS": {"init_command": "SET SESSION lock_wait_timeout = 5"},'),
}
SETTINGS["mariadb"] = SETTINGS["mysql"]
NONE = ("", "0", "0s", "0ms", "default")
DEFAULTS = {
    "postgresql": "There is no limit unless one is set.",
    "mysql": "The server's own limit is a year.",
    "mariadb": "The server's own limit is a day.",
}


def is_bounded(statement: Statement, setting: str) -> bool:
    value = statement.before.settings.get(setting, "") if statement.before else ""
    return value.strip("'\" ").lower() not in NONE
