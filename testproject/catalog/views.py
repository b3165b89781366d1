from django.http import JsonResponse
from django.shortcuts import get_object_or_404

from catalog.models import Book


def book_list(request):
    books = Book.objects.select_related("imprint").order_by("title")[:50]
    return JsonResponse({"books": [{"title": book.title, "slug": book.slug} for book in books]})


def book_detail(request, slug):
    book = get_object_or_404(Book, slug=slug)
    return JsonResponse({"title": book.title, "isbn": book.isbn, "price": str(book.price)})
