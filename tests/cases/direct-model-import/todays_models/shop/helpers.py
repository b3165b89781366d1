from shop.models import Book


def fill():
    for book in Book.objects.all():  # expect: direct-model-import
        book.save()
