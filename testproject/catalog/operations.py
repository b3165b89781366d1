"""Migration operations that Django does not have."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class PostgresRunSQL(migrations.RunSQL):
    """RunSQL that leaves other databases alone."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class SetFillfactor(Operation):
    """Leave room in the pages of a table whose rows are updated in place all day."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name, fillfactor):
        self.model_name = model_name
        self.fillfactor = fillfactor

    def deconstruct(self):
        return (self.__class__.__qualname__, [], {"model_name": self.model_name, "fillfactor": self.fillfactor})

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.alter_table(app_label, schema_editor, to_state, f"SET (fillfactor = {self.fillfactor:d})")

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self.alter_table(app_label, schema_editor, to_state, "RESET (fillfactor)")

    def alter_table(self, app_label, schema_editor, state, change):
        connection = schema_editor.connection
        model = state.apps.get_model(app_label, self.model_name)
        if connection.vendor == "postgresql" and self.allow_migrate_model(connection.alias, model):
            schema_editor.execute(f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} {change}")

    def describe(self):
        return f"Set the fillfactor of {self.model_name} to {self.fillfactor}"

    @property
    def migration_name_fragment(self):
        return f"{self.model_name.lower()}_fillfactor"
