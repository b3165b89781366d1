from django.db import migrations


def more(apps, schema_editor, extra=None): ...


def any_number(*args): ...


def unused(_apps, _schema_editor): ...


class Callable_:
    def __call__(self, registry, editor): ...


made = Callable_()


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        migrations.RunPython(more, migrations.RunPython.noop),
        migrations.RunPython(any_number, migrations.RunPython.noop),
        migrations.RunPython(unused, migrations.RunPython.noop),
        migrations.RunPython(made, migrations.RunPython.noop),
    ]
