from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("SET SESSION lock_timeout TO '2s'", migrations.RunSQL.noop),
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
