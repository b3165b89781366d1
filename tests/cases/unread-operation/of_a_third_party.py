from django.db import migrations
from django.db.migrations.operations.base import Operation


class Lost(Operation):
    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        raise RuntimeError("it asks the network")

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_x")]
    operations = [
        Lost(),  # expect: unread-operation
    ]
