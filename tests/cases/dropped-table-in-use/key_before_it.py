from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RemoveField("review", "book"),  # expect: dropped-column-in-use
        migrations.DeleteModel("review"),  # expect: dropped-table-in-use
    ]
