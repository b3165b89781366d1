from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Author(models.Model):
    name = models.CharField(max_length=120)
    biography = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Imprint(models.Model):
    name = models.CharField(max_length=100, unique=True)
    website = models.URLField(blank=True, null=True)

    def __str__(self):
        return self.name


class Genre(models.Model):
    name = models.CharField(max_length=50, unique=True)

    def __str__(self):
        return self.name


class Series(models.Model):
    title = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "series"

    def __str__(self):
        return self.title


class Book(models.Model):
    title = models.CharField(max_length=300)
    subtitle = models.CharField(max_length=200, blank=True, default="")
    slug = models.SlugField(max_length=220, unique=True)
    isbn = models.CharField(max_length=13, unique=True, db_comment="ISBN-13 without hyphens")
    imprint = models.ForeignKey(Imprint, on_delete=models.PROTECT, related_name="books")
    authors = models.ManyToManyField(Author, related_name="books", through="BookAuthor")
    genres = models.ManyToManyField(Genre, blank=True, related_name="books")
    series = models.ForeignKey(Series, blank=True, null=True, on_delete=models.SET_NULL, related_name="books")
    series_position = models.PositiveIntegerField(blank=True, null=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    page_count = models.PositiveSmallIntegerField(blank=True, null=True)
    published_on = models.DateField(blank=True, null=True)
    # Kept by a trigger: the nightly price import writes with plain SQL.
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["title"]
        db_table_comment = "One row for each edition, printed or electronic"
        constraints = [
            models.UniqueConstraint(
                fields=["series", "series_position"],
                condition=Q(series__isnull=False),
                name="catalog_book_series_position_uniq",
            ),
        ]

    def __str__(self):
        return self.title


class BookAuthor(models.Model):
    class Role(models.TextChoices):
        AUTHOR = "author", "Author"
        EDITOR = "editor", "Editor"
        TRANSLATOR = "translator", "Translator"

    book = models.ForeignKey(Book, on_delete=models.CASCADE)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.AUTHOR)

    class Meta:
        unique_together = [("book", "author")]
        order_with_respect_to = "book"

    def __str__(self):
        return f"{self.author} ({self.get_role_display()})"


class Ebook(Book):
    file_format = models.CharField(max_length=8, choices=[("epub", "EPUB"), ("pdf", "PDF")])
    file_size = models.PositiveIntegerField(help_text="In bytes")
