# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: blocking-constraint-check
            "ALTER TABLE shop_book ADD CHECK (stock >= 0)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: blocking-constraint-check
            "alter table only public.shop_book add constraint c check (stock > 0)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE shop_book ADD CONSTRAINT d CHECK (stock > 0) NOT VALID",
            migrations.RunSQL.noop,
        ),
    ]
