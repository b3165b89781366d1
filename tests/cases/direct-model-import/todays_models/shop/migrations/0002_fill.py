from django.apps import apps as todays
from django.db import migrations
from shop import helpers
from shop.models import Book


def at_the_top(apps, schema_editor):
    Book.objects.filter(title="").update(title="x")  # expect: direct-model-import


def inside(apps, schema_editor):
    from shop import models

    models.Book(title="x").save()  # expect: direct-model-import


def by_django(apps, schema_editor):
    todays.get_model("shop", "Book").objects.filter(title="").delete()  # expect: direct-model-import


def of_a_helper(apps, schema_editor):
    helpers.fill()


def backwards_too(apps, schema_editor):
    Book.objects.create(title="y")  # expect: direct-model-import


def constants(apps, schema_editor):
    apps.get_model("shop", "Book").objects.filter(title__in=Book.KINDS).update(title=Book.__name__)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(at_the_top, migrations.RunPython.noop),
        migrations.RunPython(inside, migrations.RunPython.noop),
        migrations.RunPython(by_django, migrations.RunPython.noop),
        migrations.RunPython(of_a_helper, migrations.RunPython.noop),
        migrations.RunPython(constants, backwards_too),
        migrations.RunPython(constants, migrations.RunPython.noop),
    ]
