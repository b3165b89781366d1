"""Moved here."""

from django.db import migrations
from django.db.models import IntegerField as Whole


class Migration(migrations.Migration):
    # No longer in use.
    operations: list = [
        migrations.AddField(name="a", model_name="book", field=Whole(help_text="x", blank=True, null=True)),
    ]
    dependencies = [("shop", "0001_initial")]
