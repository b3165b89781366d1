from django.db import migrations, models


def move(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(stock=0).update(author_id=1)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.AlterField(  # expect: pending-trigger-events
            "book", "title", models.CharField(max_length=200)
        ),
    ]
