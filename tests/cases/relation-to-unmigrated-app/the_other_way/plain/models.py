from django.db import models


class Shelf(models.Model):  # expect: relation-to-unmigrated-app
    book = models.ForeignKey("shop.Book", models.CASCADE)
