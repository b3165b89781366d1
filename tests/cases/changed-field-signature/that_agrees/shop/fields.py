from django.db import models


class Money(models.DecimalField):
    def __init__(self, currency="EUR", **kwargs):
        super().__init__(**kwargs)
