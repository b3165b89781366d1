from django.db import migrations, models


def found(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    for book in Book.objects.select_related("author"):  # expect: unbatched-loop
        book.notes = book.author.name
        book.save()


def silent(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    for book in Book.objects.all():
        print(book.title)
    for book in Book.objects.filter(stock=0):
        book.save()
    for book in Book.objects.order_by("pk").iterator(chunk_size=500):
        book.save()
    for book in Book.objects.order_by("pk")[:100]:
        book.save()
    for sale in apps.get_model("shop", "Sale").objects.all():
        sale.save()


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Sale", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunPython(found, migrations.RunPython.noop),
        migrations.RunPython(silent, migrations.RunPython.noop),
    ]
