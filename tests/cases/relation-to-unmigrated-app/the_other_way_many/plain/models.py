from django.db import models


class Shelf(models.Model):  # expect: relation-to-unmigrated-app
    books = models.ManyToManyField("shop.Book")
