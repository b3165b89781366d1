from __future__ import annotations

from migration_lint import Rule, Severity


class ChangedFieldSignature(Rule):
    """A custom field no longer takes the arguments that a migration passes to it: no migration can be loaded any more.

    Migrations call a field's class as its `deconstruct()` once told them to. What its `__init__` ever took in a migration it
    has to go on taking, and what it newly asks for needs a default.
    """

    severity = Severity.ERROR
    category = "history"
