from __future__ import annotations

from migration_lint import Rule, Severity


class UnindexableType(Rule):
    """The column's type is one that an index does not hold, or holds a part of only."""

    severity = Severity.ERROR
    category = "limits"
    vendors = ("postgresql", "mysql", "mariadb", "oracle")
    bad = """
        operations = [
            migrations.AddIndex("book", models.Index(fields=["publisher_id", "notes"], name="book_notes_idx")),
        ]
    """
    good = """
        operations = [
            migrations.AddIndex("book", models.Index(fields=["publisher_id", "title"], name="book_title_idx")),
        ]
    """
    bad_on = {
        "postgresql": """
            operations = [
                migrations.RunSQL(
                    [
                        "ALTER TABLE shop_book ADD COLUMN extra json",
                        "CREATE INDEX book_extra_idx ON shop_book (extra)",
                    ],
                    reverse_sql="ALTER TABLE shop_book DROP COLUMN extra",
                ),
            ]
        """
    }
    good_on = {
        "postgresql": """
            operations = [
                migrations.RunSQL(
                    [
                        "ALTER TABLE shop_book ADD COLUMN extra jsonb",
                        "CREATE INDEX book_extra_idx ON shop_book USING gin (extra)",
                    ],
                    reverse_sql="ALTER TABLE shop_book DROP COLUMN extra",
                ),
            ]
        """
    }
