# target: postgresql@16
# target: mysql@8.4
from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AddField("book", "pages", models.PositiveIntegerField(null=True, unique=True)),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(  # expect: unnamed-constraint
                    "ALTER TABLE shop_book ADD UNIQUE (title)", migrations.RunSQL.noop
                ),
                migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT named UNIQUE (sku)", migrations.RunSQL.noop),
            ],
        ),
    ]
