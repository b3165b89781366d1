from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="stock_ok")),
        migrations.AddField("review", "helpful", models.PositiveIntegerField(null=True)),  # expect: blocking-constraint-check
    ]
