from __future__ import annotations

from migration_lint import Rule, Severity


class UnknownSuppression(Rule):
    """A comment that should suppress a finding names a rule that there is not, and so suppresses nothing.

    What it was written for is reported all the same; a misspelled name that goes unnoticed would look like a decision.
    """

    severity = Severity.WARNING
    category = "suppressions"
    bad = """
        atomic = False

        operations = [
            # migration-lint: ignore[blocking-index-built] -- nobody writes to it at night
            migrations.AddIndex("book", models.Index(fields=["stock"], name="book_stock_idx")),
        ]
    """
    good = """
        atomic = False

        operations = [
            # migration-lint: ignore[blocking-index-build] -- nobody writes to it at night
            migrations.AddIndex("book", models.Index(fields=["stock"], name="book_stock_idx")),
        ]
    """
