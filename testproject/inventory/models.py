from django.db import models

from catalog.models import Book


class Warehouse(models.Model):
    name = models.CharField(max_length=80, unique=True)
    region = models.CharField(max_length=16, null=True)

    def __str__(self):
        return self.name


class Supplier(models.Model):
    name = models.CharField(max_length=120)
    books = models.ManyToManyField(Book, related_name="suppliers", through="SupplierBook")

    def __str__(self):
        return self.name


class SupplierBook(models.Model):
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE)
    book = models.ForeignKey(Book, on_delete=models.CASCADE)
    cost = models.DecimalField(max_digits=8, decimal_places=2)

    def __str__(self):
        return f"{self.book} from {self.supplier}"


class StockLevel(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="stock_levels")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="stock_levels")
    aisle = models.CharField(max_length=8, blank=True, default="")
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    reorder_point = models.PositiveIntegerField(db_default=5)

    class Meta:
        unique_together = [("book", "warehouse", "aisle")]

    def __str__(self):
        return f"{self.on_hand} of {self.book} in {self.warehouse}"


class StockMovement(models.Model):
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="stock_movements")
    warehouse = models.ForeignKey(Warehouse, null=True, on_delete=models.PROTECT, related_name="movements")
    quantity = models.BigIntegerField()
    booked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "inventory_ledger"

    def __str__(self):
        return f"{self.quantity:+d} {self.book}"
