from __future__ import annotations

from migration_lint import Rule, Severity


class UnserializableReference(Rule):
    """A function, class or module that a migration names is gone or has moved: no migration can be loaded any more.

    Migrations name what models were made of: functions that give defaults and upload paths, validators, base classes, fields,
    managers. They have to stay where they were for as long as a migration names them.
    """

    severity = Severity.ERROR
    category = "history"
