from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: state-drift
            "ALTER TABLE shop_book ADD pages text",
            "ALTER TABLE shop_book DROP pages",
            state_operations=[migrations.AddField("book", "pages", models.IntegerField(null=True))],
        ),
    ]
