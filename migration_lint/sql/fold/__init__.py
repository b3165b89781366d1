"""Action and Catalog → Catalog: what the database is after a statement. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from migration_lint.sql.catalog import Catalog
from migration_lint.sql.fold.objects import Objects
from migration_lint.sql.fold.tables import Tables
from migration_lint.types import Action, Kind


class Fold(Tables, Objects):
    """Folds actions for one backend; `migration` is the one that the statements belong to."""

    def __call__(self, catalog: Catalog, action: Action) -> Catalog:
        handler = HANDLERS.get(action.kind)
        if handler is None:
            return catalog
        catalog = handler(self, catalog, action)
        if "system" in self.backend.names and action.table is not None and action.table in catalog.tables:
            catalog = self.with_not_null(catalog, action.table)
        return catalog


HANDLERS: Mapping[Kind, Callable[[Fold, Catalog, Action], Catalog]] = {
    Kind.CREATE_TABLE: Fold.create_table,
    Kind.CREATE_TABLE_AS: Fold.create_table,
    Kind.CREATE_VIEW: Fold.create_view,
    Kind.REPLACE_VIEW: Fold.create_view,
    Kind.CREATE_MATERIALIZED_VIEW: Fold.create_view,
    Kind.DROP_TABLE: Fold.drop_table,
    Kind.DROP_VIEW: Fold.drop_table,
    Kind.DROP_MATERIALIZED_VIEW: Fold.drop_table,
    Kind.RENAME_TABLE: Fold.rename_table,
    Kind.SET_SCHEMA: Fold.set_schema,
    Kind.ADD_COLUMN: Fold.add_column,
    Kind.DROP_COLUMN: Fold.drop_column,
    Kind.RENAME_COLUMN: Fold.rename_column,
    Kind.ALTER_TYPE: Fold.alter_type,
    Kind.SET_DEFAULT: Fold.set_default,
    Kind.DROP_DEFAULT: Fold.set_default,
    Kind.SET_NOT_NULL: Fold.set_not_null,
    Kind.DROP_NOT_NULL: Fold.drop_not_null,
    Kind.ADD_IDENTITY: Fold.add_identity,
    Kind.DROP_IDENTITY: Fold.drop_identity,
    Kind.SET_EXPRESSION: Fold.set_expression,
    Kind.DROP_EXPRESSION: Fold.drop_expression,
    Kind.COMMENT: Fold.comment,
    Kind.SET_OPTIONS: Fold.set_options,
    Kind.CONVERT: Fold.set_options,
    Kind.ADD_CONSTRAINT: Fold.add_constraint,
    Kind.DROP_CONSTRAINT: Fold.drop_constraint,
    Kind.RENAME_CONSTRAINT: Fold.rename_constraint,
    Kind.VALIDATE_CONSTRAINT: Fold.validate_constraint,
    Kind.CREATE_INDEX: Fold.create_index,
    Kind.DROP_INDEX: Fold.drop_index,
    Kind.RENAME_INDEX: Fold.rename_index,
    Kind.INHERIT: Fold.inherit,
    Kind.ATTACH_PARTITION: Fold.attach,
    Kind.DETACH_PARTITION: Fold.detach,
    Kind.CREATE_TRIGGER: Fold.create_trigger,
    Kind.DROP_TRIGGER: Fold.drop_trigger,
    Kind.CREATE_SEQUENCE: Fold.create_sequence,
    Kind.ALTER_SEQUENCE: Fold.alter_sequence,
    Kind.DROP_SEQUENCE: Fold.drop_sequence,
    Kind.CREATE_OBJECT: Fold.create_object,
    Kind.DROP_OBJECT: Fold.drop_object,
    Kind.SET: Fold.set_parameter,
    Kind.INSERT: Fold.fill,
    Kind.UPDATE: Fold.write,
    Kind.DELETE: Fold.write,
    Kind.TRUNCATE: Fold.write,
}
