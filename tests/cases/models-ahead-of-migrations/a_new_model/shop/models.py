from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=9)


class Tome(models.Model):  # expect: models-ahead-of-migrations
    book = models.ForeignKey(Book, models.CASCADE)
