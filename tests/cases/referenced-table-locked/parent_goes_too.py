from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.DeleteModel("Review"),  # expect: referenced-table-locked
        migrations.RemoveField("book", "tags"),
        migrations.DeleteModel("Tag"),
    ]
