from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL("DROP TABLE shop_review"),  # expect: old-code-breaks
        migrations.RunSQL("CREATE TABLE shop_review (id bigserial PRIMARY KEY, body text)"),
    ]
