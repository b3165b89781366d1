from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterField("book", "title", models.CharField(max_length=200)),
        migrations.AlterField("book", "notes", models.TextField(db_comment="will become NOT NULL")),
        migrations.AlterField("book", "price", models.DecimalField(max_digits=12, decimal_places=2)),
        migrations.AddField("book", "pages", models.IntegerField(default=0)),
        migrations.RunSQL("ALTER TABLE shop_book ADD added timestamptz NOT NULL DEFAULT now()", migrations.RunSQL.noop),
    ]
