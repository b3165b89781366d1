from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock >= 0) NOT VALID"),
        migrations.RunSQL(  # expect: never-validated-constraint
            "ALTER TABLE shop_book ADD CONSTRAINT d CHECK (stock < 99) NOT VALID"
        ),
        migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT e CHECK (price > 0) NOT VALID"),
        migrations.RunSQL("ALTER TABLE shop_book ADD CONSTRAINT f CHECK (price > 1) NOT VALID"),
        migrations.RunSQL(  # expect: never-validated-constraint
            "ALTER TABLE shop_book ADD CONSTRAINT g FOREIGN KEY (publisher_id) REFERENCES shop_author NOT VALID"
        ),
    ]
