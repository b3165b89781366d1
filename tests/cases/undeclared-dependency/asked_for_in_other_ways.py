from django.db import migrations


def by_a_path(apps, schema_editor):
    apps.get_model("accounts.Account").objects.first()  # expect: undeclared-dependency


def by_names(apps, schema_editor):
    apps.get_model(app_label="accounts", model_name="account").objects.count()  # expect: undeclared-dependency


def in_a_helper(apps, schema_editor):
    first(apps, "accounts", "Account")


def first(apps, label, name):
    return apps.get_model(label, name).objects.first()  # expect: undeclared-dependency


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(by_a_path, migrations.RunPython.noop),
        migrations.RunPython(by_names, migrations.RunPython.noop),
        migrations.RunPython(in_a_helper, migrations.RunPython.noop),
    ]
