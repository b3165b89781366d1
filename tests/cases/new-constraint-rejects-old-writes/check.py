from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: new-constraint-rejects-old-writes
            "ALTER TABLE shop_book ADD CONSTRAINT in_stock CHECK (stock > 0) NOT VALID"
        ),
        migrations.RunSQL("ALTER TABLE shop_book VALIDATE CONSTRAINT in_stock"),
    ]
