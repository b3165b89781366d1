from django.db import migrations

TRIGGER = """
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.notes := 'x';
        RETURN NEW;
    END;
    $$;
    DO $$ BEGIN PERFORM 1; END $$;
"""


class Migration(migrations.Migration):
    """BEGIN and END of a block have nothing to do with transactions; a lone BEGIN inside one is only a warning."""

    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunSQL(TRIGGER, migrations.RunSQL.noop),
        migrations.RunSQL("BEGIN", migrations.RunSQL.noop),
    ]
