from django.db import models


class Book(models.Model):
    KINDS = ("a", "b")

    title = models.CharField(max_length=9)
