# target: mysql@8.4
# target: mariadb@10.11
# target: postgresql@16
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT f FOREIGN KEY (publisher_id) REFERENCES shop_author (id)",
            migrations.RunSQL.noop,
        ),
        migrations.AddField("review", "author", models.ForeignKey("shop.Author", models.CASCADE, null=True)),
    ]
