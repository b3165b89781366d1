from django.db import migrations, models


class Migration(migrations.Migration):  # expect: naming-pattern
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddIndex("book", models.Index(fields=["title"], name="ByTitle")),  # expect: naming-pattern
        migrations.AddIndex("book", models.Index(fields=["title"], name="title_idx")),
        migrations.AddField("book", "Pages", models.IntegerField(null=True)),  # expect: naming-pattern
        migrations.AddField("book", "pages_too", models.IntegerField(null=True, db_index=True)),
        migrations.CreateModel(  # expect: naming-pattern
            "Sale",
            [("id", models.BigAutoField(primary_key=True))],
            options={"db_table": "Sale"},
        ),
    ]
