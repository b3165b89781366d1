from django.db import models


class Base(models.Model):
    title = models.CharField(max_length=9)

    class Meta:
        abstract = True


class Book(Base):
    pass
