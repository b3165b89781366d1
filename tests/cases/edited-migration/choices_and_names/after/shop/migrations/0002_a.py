from django.db import migrations, models
from django.utils.translation import gettext_lazy as _


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField(
            "book", "kind", models.CharField(verbose_name=_("Kind"), max_length=1, choices=[("a", "A"), ("b", "B")])
        ),
    ]
