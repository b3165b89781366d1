from __future__ import annotations

from migration_lint import Rule, Severity


class BrokenGraph(Rule):
    """A migration cannot be imported, or depends on what is not there or on itself: Django cannot run any migration at all.

    Whatever does not depend on the broken migration is linted all the same.
    """

    severity = Severity.ERROR
    category = "history"
