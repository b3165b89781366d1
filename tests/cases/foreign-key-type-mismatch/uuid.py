from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ADD owner uuid", migrations.RunSQL.noop),
        migrations.RunSQL(  # expect: foreign-key-type-mismatch
            "ALTER TABLE shop_book ADD FOREIGN KEY (owner) REFERENCES shop_author (id)", migrations.RunSQL.noop
        ),
    ]
