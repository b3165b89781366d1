from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterUniqueTogether("book", {("author", "title")}),  # expect: new-constraint-rejects-old-writes
    ]
