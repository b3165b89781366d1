from django.db import migrations

CALM = "calm"


def fill(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(notes="calm").update(title=CALM)


def harmless(apps, schema_editor):
    apps.get_model("shop", "Book").objects.update(stock=1)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ADD mood mood", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TYPE mood ADD VALUE 'calm'", migrations.RunSQL.noop),
        migrations.RunPython(harmless, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),  # expect: enum-value-used-in-same-transaction
    ]
