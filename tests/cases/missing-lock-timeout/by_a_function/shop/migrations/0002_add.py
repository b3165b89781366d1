from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunSQL("SELECT set_config('lock_timeout', '2s', true)", migrations.RunSQL.noop),
        migrations.AddField("book", "a", models.IntegerField(null=True)),
    ]
