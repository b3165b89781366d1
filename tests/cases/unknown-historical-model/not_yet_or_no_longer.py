from django.db import migrations, models


def too_early(apps, schema_editor):
    apps.get_model("shop", "Sale").objects.count()  # expect: unknown-historical-model


def in_time(apps, schema_editor):
    apps.get_model("shop", "sale").objects.count()


def too_late(apps, schema_editor):
    apps.get_model("shop.Sale").objects.count()  # expect: unknown-historical-model


def by_its_new_name(apps, schema_editor):
    apps.get_model("shop", "Order").objects.count()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(too_early, migrations.RunPython.noop),
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunPython(in_time, migrations.RunPython.noop),
        migrations.RenameModel("Sale", "Order"),
        migrations.RunPython(too_late, migrations.RunPython.noop),
        migrations.RunPython(by_its_new_name, migrations.RunPython.noop),
    ]
