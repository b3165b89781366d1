from django.db import models


class Item(models.Model):
    class Meta:
        swappable = "SHOP_ITEM_MODEL"
