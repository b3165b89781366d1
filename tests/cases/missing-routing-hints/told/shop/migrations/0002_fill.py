from django.db import migrations, models


def fill(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(title="").update(title="x")


def look(apps, schema_editor):
    print(apps.get_model("shop", "Book").objects.count())


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("DELETE FROM shop_book WHERE title = ''", migrations.RunSQL.noop, hints={"model_name": "book"}),
        migrations.RunPython(fill, migrations.RunPython.noop, hints={"model_name": "book"}),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
        migrations.RunSQL("", migrations.RunSQL.noop),
        migrations.RunPython(look, migrations.RunPython.noop),
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
