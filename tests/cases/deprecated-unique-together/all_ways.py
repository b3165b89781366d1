from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(  # expect: deprecated-unique-together
            "Loan",
            [("id", models.BigAutoField(primary_key=True)), ("a", models.IntegerField()), ("b", models.IntegerField())],
            options={"unique_together": {("a", "b")}},
        ),
        migrations.RenameField("loan", "a", "c"),
        migrations.AlterUniqueTogether("loan", {("c", "b"), ("c", "id")}),  # expect: deprecated-unique-together
        migrations.AlterUniqueTogether("loan", {("c", "id")}),
        migrations.AlterUniqueTogether("loan", set()),
        migrations.AddConstraint("loan", models.UniqueConstraint(fields=["c", "b"], name="loan_c_b")),
    ]
