from django.db import migrations


def fill(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(title="").update(title="x")


def look(apps, schema_editor):
    print(apps.get_model("shop", "Book").objects.count())


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("SELECT refresh_all()"),  # expect: missing-routing-hints
    ]
