from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RenameField("book", "notes", "remarks"),  # expect: renamed-column
        migrations.RunSQL(  # expect: renamed-column
            "alter table shop_review\n  rename body to text", "ALTER TABLE shop_review RENAME text TO body"
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("book", "sku", models.CharField(max_length=50, db_column="sku", db_index=True)),
                migrations.RenameField("book", "sku", "number"),
            ]
        ),
    ]
