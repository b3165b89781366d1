from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField(  # expect: index-build-under-exclusive-lock
            "book", "code", models.IntegerField(null=True, unique=True)
        ),
        migrations.RunSQL("ALTER TABLE shop_review ADD CONSTRAINT u UNIQUE USING INDEX u", migrations.RunSQL.noop),
    ]
