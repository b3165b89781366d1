from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = 0", migrations.RunSQL.noop),
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
