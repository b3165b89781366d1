from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=9)


class Cheap(Book):  # expect: models-ahead-of-migrations
    class Meta:
        proxy = True
