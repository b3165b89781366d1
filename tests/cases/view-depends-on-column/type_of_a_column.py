from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]

    operations = [
        migrations.RunSQL("CREATE VIEW v AS SELECT id, title FROM shop_book", "DROP VIEW v"),
        migrations.AlterField("book", "title", models.CharField(max_length=200)),  # expect: view-depends-on-column
        migrations.AlterField("book", "sku", models.CharField(max_length=80, db_index=True)),
    ]
