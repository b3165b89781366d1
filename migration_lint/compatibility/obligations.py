"""What a table's rows have to keep to, and whether a model does so anyway."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db.migrations.state import ModelState
from django.db.models import DO_NOTHING

from migration_lint.running import Use

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Catalog, Constraint, Index, Table

IDENTIFIER = re.compile(r'"[^"]*"|`[^`]*`')
NOT_NEGATIVE = re.compile(r"\W*\w+\W+>=\s*0\W*")
# The kind, the columns, and what else makes it another one: not its name.
Shape = tuple[str, frozenset[str], Any]


def shapes(relation: Table | None, catalog: Catalog) -> dict[Shape, Constraint | Index]:
    """What the table's rows have to keep to, whatever it is called."""
    found: dict[Shape, Constraint | Index] = {}
    if relation is None:
        return found
    for rule in relation.constraints.values():
        names = frozenset(rule.columns)
        if rule.type in ("unique", "primary key"):
            found["unique", names, None] = rule
        elif rule.type in ("check", "exclude"):
            text = IDENTIFIER.sub("…", rule.expression.text) if rule.expression else rule.name  # columns are renamed
            found[rule.type, names | (rule.expression.columns if rule.expression else frozenset()), text] = rule
        elif rule.type == "foreign key":
            other = catalog.table(rule.references or "")
            found[rule.type, names, (other.id or other.name, rule.referenced_columns)] = rule
    for index in relation.indexes.values():
        if index.unique and index.constraint is None:
            whole = not index.partial and not index.is_expression
            key: Shape = ("unique", frozenset(filter(None, index.columns)), None)
            found.setdefault(key if whole else ("unique index", index.used, (index.columns, index.partial)), index)
    return found


def keeps(
    shape: Shape,
    rule: Constraint | Index,
    model: ModelState,
    uses: list[Use],
    always: Mapping[Shape, Constraint | Index],
    relation: Table,
) -> bool:
    """Whether what the model writes keeps to it anyway: the model says the same, or the table always did."""
    kind, names, _ = shape
    if rule.name in [constraint.name for constraint in model.options.get("constraints", ())]:
        return True
    asked = [use for use in uses if use.column in names]
    if kind == "unique":
        known = {use.column for use in uses}
        new = [relation.columns[name] for name in names if name not in known and name in relation.columns]
        if rule.nulls_distinct and any(column.default is None for column in new):
            return True  # NULL there, or no INSERT at all
        return any(each <= names for each in [*unique(model, uses), *(key[1] for key in always if key[0] == "unique")])
    if kind == "foreign key":
        remote = [getattr(use.definition, "remote_field", None) for use in asked]
        return all(each is not None and getattr(each, "on_delete", None) is not DO_NOTHING for each in remote)
    if kind == "check":
        expression = getattr(rule, "expression", None)
        kinds = [use.definition.get_internal_type() if use.definition is not None else "" for use in asked]
        if all("Positive" in kind for kind in kinds) and NOT_NEGATIVE.fullmatch(getattr(expression, "text", "")):
            return True
        return bool(expression and {use.column for use in asked} <= expression.proves_not_null)
    return False


def unique(model: ModelState, uses: list[Use]) -> Iterator[frozenset[str]]:
    """The columns that the model itself says are unique together."""
    column = {use.field: use.column for use in uses}
    for use in uses:
        if getattr(use.definition, "unique", False):
            yield frozenset({use.column})
    together = [constraint.fields for constraint in model.options.get("constraints", ()) if plain(constraint)]
    for fields in (*model.options.get("unique_together", ()), *together):
        yield frozenset(column.get(name, name) for name in fields)


def plain(constraint: Any) -> bool:
    """Whether it is a UniqueConstraint of nothing but fields."""
    return bool(getattr(constraint, "fields", ())) and not getattr(constraint, "condition", None)
