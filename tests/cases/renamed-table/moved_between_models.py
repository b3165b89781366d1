from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable("review", "other_review"),  # expect: renamed-table
            ],
            state_operations=[migrations.DeleteModel("review")],
        ),
    ]
