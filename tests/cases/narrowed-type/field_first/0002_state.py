from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("book", "title", models.CharField(max_length=50)),
                migrations.AlterField("book", "stock", models.SmallIntegerField()),
            ]
        ),
    ]
