from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_make")]
    operations = [
        migrations.AddConstraint(  # expect: new-constraint-rejects-old-writes
            "tag", models.CheckConstraint(condition=models.Q(size__lte=5), name="small")
        ),
    ]
