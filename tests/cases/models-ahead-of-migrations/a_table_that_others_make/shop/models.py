from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=9)


class Legacy(models.Model):  # expect: models-ahead-of-migrations
    class Meta:
        managed = False
