from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_added")]
    operations = [
        migrations.AlterModelTable("Book", "books"),
        migrations.RunSQL("ALTER TABLE books VALIDATE CONSTRAINT c"),
        migrations.RunSQL("ALTER TABLE books DROP CONSTRAINT e"),
        migrations.RunSQL("ALTER TABLE books RENAME CONSTRAINT f TO f2"),
        migrations.RunSQL("ALTER TABLE books VALIDATE CONSTRAINT f2"),
        migrations.RunSQL("ALTER TABLE books RENAME CONSTRAINT d TO d2"),
    ]
