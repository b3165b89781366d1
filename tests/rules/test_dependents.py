"""What depends on a column or table that goes: views, generated columns, foreign keys."""

from __future__ import annotations

from migration_lint.rules import find_rules
from migration_lint.testing import findings_of

RULES = [rule for rule in find_rules() if rule.id in ("view-depends-on-column", "dependent-objects-dropped")]
VIEW = "CREATE VIEW stocked AS SELECT b.id, b.stock, a.name FROM shop_book b JOIN shop_author a ON a.id = b.author_id"


def said(*sql: str, target: str = "postgresql@15") -> list[tuple[str, str, str]]:
    """The rules' findings in operations that each send one statement."""
    lines = "".join(f"migrations.RunSQL({text!r}, migrations.RunSQL.noop)," for text in sql)
    return [(f.rule, str(f.severity), f.message) for f in findings_of(RULES, f"operations = [{lines}]", target)]


def test_a_view_keeps_its_columns_type() -> None:
    (found,) = findings_of(
        RULES,
        [
            f'operations = [migrations.RunSQL("{VIEW}", "DROP VIEW stocked")]',
            'operations = [migrations.AlterField("book", "stock", models.BigIntegerField())]',
        ],
    )
    assert (found.rule, str(found.severity)) == ("view-depends-on-column", "error")
    assert found.message == (
        "The view `stocked` reads `shop_book.stock`, whose type cannot be changed meanwhile. "
        "The server refuses the statement: SQLSTATE 0A000."
    )
    assert (
        found.help
        == f"""\
Drop `stocked` before and make it again afterwards, with what is left of the columns, in one migration:
    operations = [
        migrations.RunSQL(
            'DROP VIEW "stocked"',
            reverse_sql='{VIEW}',
        ),
        migrations.AlterField(
            model_name='book',
            name='stock',
            field=models.BigIntegerField(),
        ),
        migrations.RunSQL(
            '{VIEW}',
            reverse_sql='DROP VIEW "stocked"',
        ),
    ]"""
    )


def test_another_tables_column_of_the_same_name_is_free() -> None:
    view = "CREATE VIEW names AS SELECT t.name FROM shop_tag t JOIN shop_author a ON a.id = t.id"
    assert said(view, "ALTER TABLE shop_author DROP COLUMN name") == []
    assert len(said(view, "ALTER TABLE shop_tag DROP COLUMN name")) == 1


def test_a_renamed_column_is_still_read() -> None:
    assert said(VIEW, "ALTER TABLE shop_book RENAME COLUMN stock TO pieces") == []
    (found,) = said(
        VIEW, "ALTER TABLE shop_book RENAME COLUMN stock TO pieces", "ALTER TABLE shop_book ALTER COLUMN pieces TYPE bigint"
    )
    assert found[0] == "view-depends-on-column"


def test_a_star_is_all_columns_that_are_there() -> None:
    star = "CREATE VIEW every AS SELECT * FROM shop_book"
    assert len(said(star, "ALTER TABLE shop_book DROP COLUMN notes")) == 1
    assert said(star, "ALTER TABLE shop_book ADD COLUMN x integer", "ALTER TABLE shop_book DROP COLUMN x") == []
    assert said("CREATE VIEW many AS SELECT count(*) FROM shop_book", "ALTER TABLE shop_book DROP COLUMN notes") == []


def test_a_view_made_again_is_not_in_the_way() -> None:
    assert said(VIEW, "DROP VIEW stocked", "ALTER TABLE shop_book ALTER COLUMN stock TYPE bigint", VIEW) == []


def test_mariadb_leaves_the_view_broken() -> None:
    (found,) = said(VIEW, "ALTER TABLE shop_book DROP COLUMN stock", target="mariadb@10.11")
    assert found == (
        "view-depends-on-column",
        "error",
        "The view `stocked` reads `shop_book.stock`: every query of it fails from then on (error 1356).",
    )
    again = VIEW.replace("CREATE", "CREATE OR REPLACE").replace("b.stock, ", "")
    assert said(VIEW, "ALTER TABLE shop_book DROP COLUMN stock", again, target="mariadb@10.11") == []


def test_cascade_takes_views_along() -> None:
    upon = "CREATE MATERIALIZED VIEW few AS SELECT id FROM stocked"
    found = said(VIEW, upon, "ALTER TABLE shop_book DROP COLUMN stock CASCADE")
    assert found == [
        (
            "dependent-objects-dropped",
            "error",
            "With the column `shop_book.stock` go the view `stocked` and the materialized view `few`: CASCADE says nothing about it.",
        )
    ]


def test_cascade_takes_foreign_keys_along() -> None:
    (found,) = said("DROP TABLE shop_author CASCADE")
    assert found[0] == "dependent-objects-dropped"
    assert "the foreign key `shop_book_author_id_" in found[2]
    assert "_fk_shop_author_id` of `shop_book`: CASCADE says nothing about it." in found[2]
    # What is gone in the end, too, is no surprise.
    assert said("DROP TABLE shop_book CASCADE", "DROP TABLE shop_review", "DROP TABLE shop_book_tags") == [
        (
            "dependent-objects-dropped",
            "warning",
            "CASCADE drops whatever depends on the table `shop_book`, and says nothing: also what no migration made.",
        )
    ]


def test_djangos_own_cascade_is_silent_where_nothing_depends() -> None:
    assert findings_of(RULES, 'operations = [migrations.DeleteModel("review")]') == []


def test_a_deleted_models_view_goes() -> None:
    (found,) = findings_of(
        RULES,
        'operations = [migrations.RunSQL("CREATE VIEW bad AS SELECT id FROM shop_review", "DROP VIEW bad"),'
        'migrations.DeleteModel("review")]',
    )
    assert found.message == "With the table `shop_review` goes the view `bad`: CASCADE says nothing about it."
    assert "migrations.RunSQL(\n        'DROP VIEW \"bad\"'" in found.help
