"""Rules about functions and statements that change rows: what they say, whole."""

from __future__ import annotations

import importlib

from migration_lint.rules import Rule, rules_in
from migration_lint.testing import findings_of
from migration_lint.types import Finding


def rule(name: str) -> Rule:
    return next(rules_in(importlib.import_module(f"migration_lint.rules.{name.replace('-', '_')}")))()


def only(name: str, source: str, target: str = "postgresql@16") -> Finding:
    (finding,) = findings_of(rule(name), source, target)
    return finding


# whole-table-update


def test_an_update_of_every_row_in_a_function() -> None:
    found = only("whole-table-update", rule("whole-table-update").bad)
    assert found.message == (
        "`clear_notes` changes every row of `shop_book` in one statement: whoever writes to a row that it has reached waits until "
        "the migration commits."
    )
    assert (found.relation, found.location and found.location.line) == ("shop_book", 2)
    assert found.help == (
        "Do it over a few rows at a time, in a migration of its own that is not atomic:\n"
        "    from django.db import migrations, models\n"
        "\n"
        "    def clear_notes(apps, schema_editor):\n"
        "        Book = apps.get_model('shop', 'Book')\n"
        "        rows = Book.objects.using(schema_editor.connection.alias).order_by('pk')\n"
        "        last = None\n"
        "        while True:\n"
        "            batch = rows if last is None else rows.filter(pk__gt=last)\n"
        "            keys = list(batch.values_list('pk', flat=True)[:1000])\n"
        "            if not keys:\n"
        "                break\n"
        "            rows.filter(pk__in=keys).update(notes='')\n"
        "            last = keys[-1]\n"
        "\n"
        "    class Migration(migrations.Migration):\n"
        "        atomic = False\n"
        "        operations = [\n"
        "            migrations.RunPython(clear_notes, migrations.RunPython.noop),\n"
        "        ]"
    )


def test_an_update_of_every_row_in_sql() -> None:
    source = "operations = [migrations.RunSQL(\"UPDATE shop_book SET notes = '5%' WHERE true\")]"
    found = only("whole-table-update", source, "mariadb@10.11")
    assert found.message == (
        "The statement changes every row of `shop_book`, all at once: whoever writes to a row that it has reached waits until the "
        "statement is done."
    )
    assert (
        "            schema_editor.execute(\"UPDATE shop_book SET notes = '5%%' WHERE `shop_book`.`id` BETWEEN %s AND %s\", "
        "[keys[0], keys[-1]])\n"
    ) in found.help


def test_djangos_own_update_of_rows_without_a_value() -> None:
    source = 'operations = [migrations.AlterField("review", "rating", models.IntegerField(default=0))]'
    found = only("whole-table-update", source)
    assert found.message == (
        "The operation changes every row of `shop_review` that has no value yet, all at once: whoever writes to a row that it has "
        "reached waits until the migration commits."
    )
    assert "rows.filter(pk__in=keys, rating=None).update(rating=0)" in found.help
    assert "Leave Django's UPDATE out here" in found.help
    assert only("whole-table-update", source, "mysql@8.4").help.endswith("2. Django's own UPDATE then finds no row left.")


def test_what_a_function_changes_on_sqlite() -> None:
    found = only("whole-table-update", rule("whole-table-update").bad, "sqlite@3.40")
    assert found.message.endswith("in one statement: nobody else writes to the database until the migration commits.")
