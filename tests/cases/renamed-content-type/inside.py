from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RenameModel("Review", "Opinion")],
            database_operations=[
                migrations.RunSQL("ALTER TABLE shop_review RENAME TO shop_opinion"),  # expect: renamed-content-type
                migrations.RunSQL("CREATE VIEW shop_review AS SELECT * FROM shop_opinion"),
            ],
        ),
    ]
