from django.db import migrations


def by_a_name(apps, schema_editor):
    books = apps.get_model("shop", "Book").objects.all()
    for book in books:  # expect: unbatched-loop
        book.save()


def as_a_list(apps, schema_editor):
    for book in list(apps.get_model("shop", "Book").objects.all()):  # expect: unbatched-loop
        book.save()


def counted(apps, schema_editor):
    for number, book in enumerate(apps.get_model("shop", "Book").objects.order_by("pk"), 1):  # expect: unbatched-loop
        book.stock = number
        book.save()


def of_a_helper(apps, schema_editor):
    save_all(apps.get_model("shop", "Book"))


def save_all(model):
    for row in model._default_manager.using("default"):  # expect: unbatched-loop
        row.save(update_fields=["stock"])


def in_the_middle(apps, schema_editor):
    for book in apps.get_model("shop", "Book").objects.exclude():  # expect: unbatched-loop
        if book.stock:
            book.notes = ""
            book.save()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(by_a_name, migrations.RunPython.noop),
        migrations.RunPython(as_a_list, migrations.RunPython.noop),
        migrations.RunPython(counted, migrations.RunPython.noop),
        migrations.RunPython(of_a_helper, migrations.RunPython.noop),
        migrations.RunPython(in_the_middle, migrations.RunPython.noop),
    ]
