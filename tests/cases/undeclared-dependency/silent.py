from django.db import migrations, models


def ask(apps, schema_editor):
    apps.get_model("accounts", "Account").objects.first()
    apps.get_model("shop", "Book").objects.first()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x"), ("accounts", "0001_x")]
    operations = [
        migrations.RunPython(ask, migrations.RunPython.noop),
        migrations.AddField("review", "account", models.ForeignKey("accounts.Account", models.CASCADE, null=True)),
    ]
