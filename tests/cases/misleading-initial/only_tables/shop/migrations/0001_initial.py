from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=9))]
        ),
        migrations.AddIndex("book", models.Index(fields=["title"], name="i")),
        migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="u")),
    ]
