from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AddField("book", "draft", models.TextField(null=True)),
        migrations.RemoveField("book", "draft"),
        migrations.RunSQL("DROP TABLE IF EXISTS never_made", migrations.RunSQL.noop),
        migrations.RunSQL("SET lock_timeout = '2s'; DROP TABLE shop_review", migrations.RunSQL.noop),  # expect: dropped-data
    ]
