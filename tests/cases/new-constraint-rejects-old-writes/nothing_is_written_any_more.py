from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RenameField("book", "notes", "remarks"),  # expect: renamed-column
        migrations.AlterUniqueTogether("book", {("author", "title")}),
    ]
