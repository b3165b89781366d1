from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=9)
    longer = models.GeneratedField(expression=models.F("title"), output_field=models.CharField(max_length=9), db_persist=True)
