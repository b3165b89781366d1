from django.db import migrations


def if_it_is_there(apps, schema_editor):
    try:
        apps.get_model("accounts", "Account").objects.first()
    except LookupError:
        return


def of_its_own_app(apps, schema_editor):
    apps.get_model("shop.book").objects.first()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(if_it_is_there, migrations.RunPython.noop),
        migrations.RunPython(of_its_own_app, migrations.RunPython.noop),
    ]
