from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from accounts.managers import CustomerManager
from catalog.functions import RandomUUID


class User(AbstractUser):
    marketing_opt_in = models.BooleanField(default=False)
    locale = models.CharField(max_length=8, default="en")
    billing_address = models.OneToOneField(
        "Address", blank=True, null=True, on_delete=models.SET_NULL, related_name="billed_user"
    )
    referral_code = models.UUIDField(db_default=RandomUUID(), editable=False)

    objects = CustomerManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_ci_uniq"),
        ]

    def save(self, *args, **kwargs):
        self.email = self.email.lower()
        super().save(*args, **kwargs)


class Address(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="addresses")
    recipient = models.CharField(max_length=120)
    street = models.CharField(max_length=200)
    postal_code = models.CharField(max_length=12)
    city = models.CharField(max_length=100)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=30, blank=True, default="")

    class Meta:
        verbose_name_plural = "addresses"

    def __str__(self):
        return f"{self.recipient}, {self.city}"
