from django.db import models


class DailySales(models.Model):
    """One row for each day and channel, written by the nightly job. No foreign keys: it has a database of its own."""

    day = models.DateField()
    channel_code = models.CharField(max_length=20)
    order_count = models.BigIntegerField()
    revenue = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        verbose_name_plural = "daily sales"
        indexes = [
            models.Index(fields=["channel_code", "-day"], name="dailysales_channel_day_idx"),
        ]

    def __str__(self):
        return f"{self.day} {self.channel_code}"
