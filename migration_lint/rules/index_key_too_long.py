from __future__ import annotations

from migration_lint import Rule, Severity


class IndexKeyTooLong(Rule):
    """An index holds no more than some bytes of each row. Past that the server refuses it, or holds a part, or a hash."""

    severity = Severity.ERROR
    category = "limits"
    vendors = ("mysql", "mariadb", "oracle")
    bad = """
        operations = [
            migrations.AddField("book", "url", models.URLField(max_length=1000, null=True)),
            migrations.AddIndex("book", models.Index(fields=["publisher_id", "url"], name="book_url_idx")),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "url", models.URLField(max_length=700, null=True)),
            migrations.AddIndex("book", models.Index(fields=["publisher_id", "url"], name="book_url_idx")),
        ]
    """
    # Its indexes hold more, its strings less.
    bad_on = {
        "oracle": """
            operations = [
                migrations.AddField("book", "summary", models.CharField(max_length=2000, null=True)),
                migrations.AddField("book", "praise", models.CharField(max_length=2000, null=True)),
                migrations.AddIndex("book", models.Index(fields=["summary", "praise"], name="book_words_idx")),
            ]
        """
    }
