from __future__ import annotations

from migration_lint import Rule, Severity


class ForeignKeyTypeMismatch(Rule):
    """A foreign key's column and the one that it refers to are of types that the server does not compare with each other."""

    severity = Severity.ERROR
    category = "limits"
    vendors = ("postgresql", "mysql", "mariadb", "oracle")
    bad = """
        operations = [
            migrations.RunSQL(
                [
                    "ALTER TABLE shop_review ADD COLUMN author_id varchar(20)",
                    "ALTER TABLE shop_review ADD CONSTRAINT author_fk FOREIGN KEY (author_id) REFERENCES shop_author (id)",
                ],
                reverse_sql=migrations.RunSQL.noop,
            ),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL(
                [
                    "ALTER TABLE shop_review ADD COLUMN author_id bigint",
                    "ALTER TABLE shop_review ADD CONSTRAINT author_fk FOREIGN KEY (author_id) REFERENCES shop_author (id)",
                ],
                reverse_sql=migrations.RunSQL.noop,
            ),
        ]
    """
    bad_on = {
        **dict.fromkeys(("mysql", "mariadb"), bad.replace("varchar(20)", "integer")),
        "oracle": bad.replace("COLUMN author_id varchar(20)", "author_id nvarchar2(20)"),
    }
    good_on = {"oracle": good.replace("COLUMN author_id bigint", "author_id number(19)")}
