from django.db import migrations, models


def too_early(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.filter(pages=1).update(stock=0)  # expect: missing-historical-attribute
    Book.objects.update(pages=1)  # expect: missing-historical-attribute
    print(Book.objects.first().pages)  # expect: missing-historical-attribute


def in_time(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.filter(pages=1, author__name="x", review__rating=1, pages__gte=0).update(pages=models.F("stock") + 1)
    print(Book.objects.values_list("pages", "author__code"), Book.objects.first().review_set.count())


def too_late(apps, schema_editor):
    apps.get_model("shop", "Book").objects.order_by("title").first()  # expect: missing-historical-attribute


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(too_early, migrations.RunPython.noop),
        migrations.AddField("book", "pages", models.IntegerField(null=True)),
        migrations.RunPython(in_time, migrations.RunPython.noop),
        migrations.RenameField("book", "title", "name"),
        migrations.RunPython(too_late, migrations.RunPython.noop),
    ]
