from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: null-no-longer-allowed
            "ALTER TABLE shop_review ADD CONSTRAINT rated CHECK (rating IS NOT NULL) NOT VALID"
        ),
    ]
