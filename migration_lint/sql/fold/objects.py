"""Triggers, sequences, types, functions, extensions and the session's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_lint.sql.catalog import Catalog, Sequence
from migration_lint.sql.fold.names import Names
from migration_lint.types import Action, replace


class Objects(Names):
    """Folds what is no table."""

    def create_trigger(self, catalog: Catalog, action: Action) -> Catalog:
        return replace(catalog, triggers={**catalog.triggers, f"{action.table}.{action.name}": action.table or ""})

    def drop_trigger(self, catalog: Catalog, action: Action) -> Catalog:
        if action.table is None:  # where a trigger's name is the database's
            return catalog.without("triggers", *(key for key in catalog.triggers if key.rpartition(".")[2] == action.name))
        return catalog.without("triggers", f"{action.table}.{action.name}")

    def create_sequence(self, catalog: Catalog, action: Action) -> Catalog:
        table, column = action.definition or (None, None)
        return replace(catalog, sequences={**catalog.sequences, action.name or "": Sequence(table, column)})

    def alter_sequence(self, catalog: Catalog, action: Action) -> Catalog:
        definition: Mapping[str, Any] = action.definition
        if definition.get("rename"):
            return self.rename_sequence(catalog, action.name or "", definition["rename"])
        if definition.get("owned_by") and action.name is not None and action.name in catalog.sequences:
            return replace(catalog, sequences={**catalog.sequences, action.name: Sequence(*definition["owned_by"])})
        return catalog

    def drop_sequence(self, catalog: Catalog, action: Action) -> Catalog:
        return catalog.without("sequences", action.name or "")

    def create_object(self, catalog: Catalog, action: Action) -> Catalog:
        definition: Mapping[str, Any] = action.definition
        name = action.name or ""
        if definition["type"] == "extension":
            return replace(catalog, extensions=catalog.extensions | {name})
        if definition["type"] in ("type", "domain"):
            return replace(catalog, types={**catalog.types, name.lower(): definition["kind"]})
        if definition["type"] == "collation":
            return replace(catalog, collations={**catalog.collations, name: definition["deterministic"]})
        if definition["type"] in ("function", "procedure"):
            return replace(catalog, functions={**catalog.functions, name.lower(): definition["volatility"]})
        return catalog

    def drop_object(self, catalog: Catalog, action: Action) -> Catalog:
        name = action.name or ""
        what = action.definition["type"]
        if what == "extension":
            return replace(catalog, extensions=catalog.extensions - {name})
        if what == "collation":
            return catalog.without("collations", name)
        if what in ("type", "domain"):
            return catalog.without("types", name.lower())
        return catalog

    def set_parameter(self, catalog: Catalog, action: Action) -> Catalog:
        name = action.name or ""
        if action.definition is None:
            if name in catalog.own_settings:
                return replace(catalog, settings={**catalog.settings, name: catalog.own_settings[name]})
            return catalog.without("settings", name)
        return replace(catalog, settings={**catalog.settings, name: action.definition})
