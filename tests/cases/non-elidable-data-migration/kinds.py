from django.db import migrations, models


def corrects(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(stock=0).update(notes="")


def adds(apps, schema_editor):
    Tag = apps.get_model("shop", "Tag")
    Tag.objects.filter(name="x").delete()
    Tag.objects.create(name="new")


def unknown(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(stock=0).update(notes="")
    __import__("somewhere").work(apps)


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(corrects, migrations.RunPython.noop),  # expect: non-elidable-data-migration
        migrations.RunSQL("DELETE FROM shop_review WHERE rating IS NULL"),  # expect: non-elidable-data-migration
        migrations.RunPython(corrects, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(adds, migrations.RunPython.noop),
        migrations.RunPython(unknown, migrations.RunPython.noop),
        migrations.RunSQL("INSERT INTO shop_tag (name) VALUES ('a')"),
        migrations.RunSQL("SELECT 1"),
        migrations.RunSQL("UPDATE shop_book SET notes = ''; CREATE INDEX book_notes ON shop_book (notes)"),
        migrations.AlterField("review", "rating", models.IntegerField(default=0)),
    ]
