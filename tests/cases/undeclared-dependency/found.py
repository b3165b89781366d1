from django.db import migrations, models


def ask(apps, schema_editor):
    apps.get_model("accounts", "Account").objects.first()  # expect: undeclared-dependency


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(ask, migrations.RunPython.noop),
        migrations.AddField(  # expect: undeclared-dependency
            "review", "account", models.ForeignKey("accounts.Account", models.CASCADE, null=True)
        ),
    ]
