from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.AlterUniqueTogether("book", {("isbn", "title")}),
        migrations.RunSQL("CREATE UNIQUE INDEX again ON shop_book (isbn)"),
    ]
