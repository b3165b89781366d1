# target: postgresql@16
# target: mysql@8.4
# target: mariadb@10.11
# target: sqlite@3.45
# target: oracle@19
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "title", models.CharField(max_length=100, help_text="x")),
        migrations.AlterModelOptions("book", {"ordering": ["title"]}),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddField("book", "a", models.IntegerField(null=True))],
        ),
        migrations.RunSQL("", ""),
    ]
