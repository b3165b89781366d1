from django.db import models


class Shelf(models.Model):
    book = models.ForeignKey("shop.Book", models.CASCADE, db_constraint=False)
