from django.urls import path

from catalog.views import book_detail, book_list

urlpatterns = [
    path("books/", book_list, name="book-list"),
    path("books/<slug:slug>/", book_detail, name="book-detail"),
]
