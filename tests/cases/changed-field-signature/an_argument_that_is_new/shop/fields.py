from django.db import models


class Money(models.DecimalField):
    def __init__(self, *, currency, **kwargs):
        super().__init__(**kwargs)
