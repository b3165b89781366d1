from django.db import migrations, models
from django.db.models import Q


def early(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.filter(blurb="").first()  # expect: missing-historical-attribute
    Book.objects.update(blurb="")  # expect: missing-historical-attribute
    Book.objects.create(blurb="")  # expect: missing-historical-attribute
    for book in Book.objects.all():
        print(book.blurb)  # expect: missing-historical-attribute


def late(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    Book.objects.order_by("stock").first()  # expect: missing-historical-attribute
    Book.objects.filter(~Q(author__books=None)).first()  # expect: missing-historical-attribute
    titles(Book.objects.first())


def titles(book):
    return book.get_title()  # expect: missing-historical-attribute


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(early, migrations.RunPython.noop),
        migrations.AddField("book", "blurb", models.TextField(default="")),
        migrations.RenameField("book", "stock", "amount"),
        migrations.RunPython(late, migrations.RunPython.noop),
    ]
