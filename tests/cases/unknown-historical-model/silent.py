from contextlib import suppress

from django.apps import apps as global_apps
from django.db import migrations, models


def there(apps, schema_editor):
    apps.get_model("shop", "book")
    apps.get_model("shop.BOOK")
    apps.get_model("shop", "Book_tags")
    apps.get_model("accounts", "Account")
    apps.get_model(str(schema_editor), "Book")


def perhaps(apps, schema_editor):
    try:
        apps.get_model("shop", "Novel")
    except LookupError:
        apps.get_model("shop", "Story")
    if global_apps.is_installed("somewhere"):
        apps.get_model("somewhere", "Thing")
    if apps.is_installed("elsewhere"):
        apps.get_model("elsewhere", "Thing")
    with suppress(LookupError):
        apps.get_model("shop", "Play")


def new(apps, schema_editor):
    apps.get_model("shop", "Sale")


def other_registry(apps, schema_editor):
    global_apps.get_model("nowhere", "Thing")


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(there, perhaps),
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunPython(new, other_registry),
    ]
