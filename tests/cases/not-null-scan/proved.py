from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    atomic = False
    operations = [
        migrations.RunSQL(
            "ALTER TABLE shop_review ADD CONSTRAINT rated CHECK (rating IS NOT NULL) NOT VALID",
            "ALTER TABLE shop_review DROP CONSTRAINT rated",
        ),
        migrations.RunSQL("ALTER TABLE shop_review VALIDATE CONSTRAINT rated", migrations.RunSQL.noop),
        migrations.RunSQL(
            "ALTER TABLE shop_review ALTER rating SET NOT NULL", "ALTER TABLE shop_review ALTER rating DROP NOT NULL"
        ),
    ]
