# target: postgresql@16
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(  # expect: small-primary-key
            "CREATE TABLE a (id serial PRIMARY KEY)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: small-primary-key
            "CREATE TABLE b (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(  # expect: small-primary-key
            "CREATE TABLE c (id smallserial, PRIMARY KEY (id))",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE TABLE d (id bigserial PRIMARY KEY)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE TABLE e (code text PRIMARY KEY)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE TABLE f (a int, b int, PRIMARY KEY (a, b))",
            migrations.RunSQL.noop,
        ),
    ]
