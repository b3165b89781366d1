from functools import partial, wraps

from django.db import migrations


def swapped(schema_editor, apps):  # expect: misnamed-arguments
    pass


def short(app, se):  # expect: misnamed-arguments
    pass


def usual(apps, schema_editor):
    pass


def unused(_apps, _):
    pass


def more(registry, editor, label="x"):
    pass


def bound(extra, registry, editor):
    pass


def decorated(function):
    @wraps(function)
    def inner(one, other):
        return function(one, other)

    return inner


@decorated
def wrapped(apps, schema_editor):
    pass


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(swapped, usual),
        migrations.RunPython(unused, short),
        migrations.RunPython(partial(bound, 1), lambda a, b: None),
        migrations.RunPython(wrapped, migrations.RunPython.noop),
    ]
