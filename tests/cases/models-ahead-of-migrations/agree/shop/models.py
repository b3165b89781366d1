from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=9)
    count = 5

    def __str__(self):
        return self.title
