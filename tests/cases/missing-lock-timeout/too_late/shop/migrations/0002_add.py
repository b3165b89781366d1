from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("book", "b", models.IntegerField(null=True)),
        migrations.RunSQL("SET LOCAL lock_timeout = 1000", migrations.RunSQL.noop),
    ]
