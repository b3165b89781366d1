from __future__ import annotations

from migration_lint import Rule, Severity


class BlanketSuppression(Rule):
    """A comment that should suppress findings names no rule: it would hide what nobody has thought of yet.

    It hides nothing. The report says which rules found something there, in the words that the comment needs. The operation
    `IgnoreMigration()` of django-migration-linter does hide what is found in its migration, and is a note that says the same.
    """

    severity = Severity.WARNING
    category = "suppressions"
    bad = """
        atomic = False

        operations = [
            # migration-lint: ignore
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
