from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("book", "kind", models.CharField(max_length=1, choices=[("a", "A")])),
        migrations.AlterModelOptions("book", {"ordering": ["id"]}),
    ]
