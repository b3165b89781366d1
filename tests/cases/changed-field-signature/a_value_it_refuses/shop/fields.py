from django.db import models


class Money(models.DecimalField):
    def __init__(self, **kwargs):
        raise TypeError("no argument was right")
