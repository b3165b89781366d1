from django.db import migrations, models
from django.db.models import Count, F, Q


class Titled:
    def shout(self):
        return self.title.upper()


class Published(models.Manager):
    use_in_migrations = True

    def in_print(self):
        return self.exclude(published=None)


def new(apps, schema_editor):
    Novel = apps.get_model("shop", "Novel")
    Novel.published_ones.in_print().update(blurb="")
    for novel in Novel.published_ones.annotate(n=Count("chapter")).filter(n=1, chapter__pages__gt=3).order_by("-n"):
        novel.extra = novel.n
        print(novel.extra, novel.shout(), novel.get_state_display(), novel.get_next_by_published(), novel.chapter_set.count())


def guarded(apps, schema_editor):
    Book = apps.get_model("shop", "Book")
    book = Book.objects.filter(Q(author__name="a") | Q(review=None), tags__name__in=["x"]).first()
    if hasattr(book, "slug"):
        print(book.slug)
    try:
        print(book.subtitle)
    except AttributeError:
        print(book.heading)
    for row in Book.objects.values("title", writer=F("author__name")):
        print(row["writer"], row.get("title"))
    for book in Book.objects.extra(select={"half": "price / 2"}):
        print(book.half)
    print(schema_editor.connection.nothing, Book._meta.nothing, Book.author.field, Book.tags.through.objects.count())


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(
            "Novel",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("title", models.TextField()),
                ("state", models.CharField(max_length=1, choices=[("a", "A")])),
                ("published", models.DateField()),
                ("blurb", models.TextField()),
            ],
            bases=(Titled, models.Model),
            managers=[("published_ones", Published())],
        ),
        migrations.CreateModel(
            "Chapter",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("novel", models.ForeignKey("shop.Novel", models.CASCADE)),
                ("pages", models.IntegerField()),
            ],
        ),
        migrations.RunPython(new, migrations.RunPython.noop),
        migrations.RunPython(guarded, migrations.RunPython.noop),
    ]
