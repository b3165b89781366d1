from functools import partial

from django.db import migrations, models

NAMES = ("Author", "Writer")


def loop(apps, schema_editor):
    for name in NAMES:
        print(apps.get_model("shop", name).objects.first())  # expect: unknown-historical-model


def look_up(registry, name):
    return registry.get_model("shop", name)  # expect: unknown-historical-model


def through_a_helper(apps, schema_editor):
    return look_up(registry=apps, name="Pen").objects.first()


def too_early(apps, schema_editor):
    apps.get_model("shop.Sale")  # expect: unknown-historical-model


def too_late(apps, schema_editor):
    apps.get_model("shop", "Tag")  # expect: unknown-historical-model


def bound(label, apps, schema_editor):
    apps.get_model(app_label=label, model_name="Nothing")  # expect: unknown-historical-model


def back(apps, schema_editor):
    apps.get_model("shop", "Sales")  # expect: unknown-historical-model


class Work:
    def __call__(self, apps, schema_editor):
        self.step(apps)

    def step(self, apps):
        apps.get_model("shop", "Shelf")  # expect: unknown-historical-model


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(loop, migrations.RunPython.noop),
        migrations.RunPython(through_a_helper, migrations.RunPython.noop),
        migrations.RunPython(too_early, migrations.RunPython.noop),
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RenameModel("Tag", "Label"),
        migrations.RunPython(too_late, back),
        migrations.RunPython(partial(bound, "shop"), migrations.RunPython.noop),
        migrations.RunPython(Work(), migrations.RunPython.noop),
    ]
