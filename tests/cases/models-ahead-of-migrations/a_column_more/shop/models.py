from django.db import models


class Book(models.Model):  # expect: models-ahead-of-migrations
    title = models.CharField(max_length=9)
    pages = models.IntegerField(null=True)
