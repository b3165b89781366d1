"""What a statement fails on when a row stands in its way: equal values, NULLs, orphans, values that do not fit.

What the database has made sure of already, and what an earlier migration has seen to, is no danger. Public, for rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from migration_lint import spelling
from migration_lint.rows import queries
from migration_lint.rows.case import Case, Danger
from migration_lint.rows.conversions import conversion
from migration_lint.running import is_used
from migration_lint.types import Impact, Kind, MigrationImpact

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Constraint

KINDS = {
    Kind.ADD_CONSTRAINT, Kind.CREATE_INDEX, Kind.SET_NOT_NULL, Kind.ADD_COLUMN, Kind.ALTER_TYPE,
}  # fmt: skip


def dangers(impact: Impact, migration: MigrationImpact) -> Iterator[Danger]:
    for statement in impact.statements:
        for action in statement.actions:
            if action.kind not in KINDS or action.table is None or statement.before is None:
                continue
            table = statement.before.table(action.table)
            if not is_used(migration, table) or ("if not exists" in action.traits and action.name in statement.before.indexes):
                continue
            effect = next((each for each in statement.effects if each.source is action and each.relation == table.name), None)
            case = Case(impact, migration, statement, action, table, effect)
            if any(refusal.error and refusal.action is action for refusal in statement.refusals):
                continue  # it fails anyway
            yield from CASES[action.kind](case)


def told(found: Iterable[Danger]) -> Iterator[tuple[str, Danger, str, str]]:
    """By relation: the danger that counts most, the message and the help of all."""
    by_relation: dict[str, list[Danger]] = {}
    for danger in found:
        by_relation.setdefault(danger.relation, []).append(danger)
    for relation, same in by_relation.items():
        first = next((each for each in same if each.sure), same[0])
        message = " ".join(dict.fromkeys(each.message for each in same))
        yield relation, first, message, "\n".join(dict.fromkeys(each.help.strip("\n") for each in same))


# Unique.


def of_index(case: Case) -> Iterator[Danger]:
    index: Any = case.action.definition
    if index.unique and None not in index.columns:
        yield from of_unique(case, index.columns, index.partial)
    elif index.unique:
        yield case.danger(
            f"Building the unique index `{index.name}` fails where two rows come to the same value.",
            f"Look at the rows of `{case.table.name}` with `GROUP BY` and the index's expressions first.",
        )


def of_constraint(case: Case) -> Iterator[Danger]:
    constraint: Constraint = case.action.definition
    if not constraint.valid or constraint.using_index:
        return
    if constraint.type in ("unique", "primary key"):
        yield from of_unique(case, constraint.columns, False)
    if constraint.type == "primary key":
        for column in constraint.columns:
            yield from of_not_null(case, column)
    elif constraint.type == "not null":
        yield from of_not_null(case, constraint.columns[0])
    elif constraint.type == "foreign key":
        yield from of_key(case, constraint)
    elif constraint.type == "check":
        yield from of_check(case, constraint)
    elif constraint.type == "exclude" and not all(map(case.is_settled, constraint.columns)):
        yield case.danger(
            f"Adding the constraint `{constraint.name}` fails where two rows of `{case.table.name}` exclude each other.",
            f"Join `{case.table.name}` with itself on the constraint's operators first: there must be no pair.",
        )


def of_unique(case: Case, columns: tuple[str, ...], partial: bool) -> Iterator[Danger]:
    if not columns or is_unique_already(case, set(columns)) or "*" in case.table.written:
        return
    if any(case.table.is_written(column) for column in columns):
        return
    for column in columns:
        found = case.column(column)
        if found is None:
            continue
        if found.identity or (found.type is not None and "serial" in found.type.name):
            return
        if case.is_new(column) and not case.has_default(column) and not found.not_null and not found.generated:
            return  # every row has NULL there, which is different from itself
        if case.is_new(column) and found.default is not None and found.default.functions and not found.default.literal:
            return  # the database makes a value for each row
    if all(case.is_new(column) and case.has_default(column) for column in columns):
        yield case.danger(
            f"Making {spelling.listed(columns)} of `{case.table.name}` unique fails as soon as there are two rows: all old "
            "ones have the same default.",
            "Add the column with `null=True` and without the default, give each row a value of its own in the next migration, "
            "and make it unique in a third.",
            sure=True,
        )
        return
    names = spelling.listed(columns)
    values = "the same" if len(columns) == 1 else "the same values of"
    among = ", among those that its condition is about" if partial else ""
    yield case.danger(
        f"Making {names} of `{case.table.name}` unique fails where two rows have {values} {names}{among}.",
        spelling.advice(
            (
                "Look for rows with equal values first; there must be none:",
                queries.duplicates(case.ways, case.table.name, columns),
            ),
            "If there are some, make them different in a data migration before this one.",
        ),
    )


def is_unique_already(case: Case, columns: set[str]) -> bool:
    """Whether fewer or the same columns are, or were when the migration began, unique."""
    for table, names in ((case.table, columns), (case.start, set(case.before(columns)))):
        for index in table.indexes.values() if table is not None else ():
            if index.unique and not index.partial and None not in index.columns and names.issuperset(index.columns):
                return True
        for constraint in table.constraints.values() if table is not None else ():
            if constraint.type in ("unique", "primary key") and constraint.columns and names.issuperset(constraint.columns):
                return True
    return False


# NOT NULL.


def of_set_not_null(case: Case) -> Iterator[Danger]:
    yield from of_not_null(case, case.action.name or "")


def of_not_null(case: Case, column: str) -> Iterator[Danger]:
    found, start = case.column(column), case.start
    before = start.columns.get(case.before([column])[0]) if start is not None else None
    if (found is not None and found.not_null) or (before is not None and before.not_null) or case.table.is_written(column):
        return
    if case.table.proves_not_null(column) or column in case.table.defaulted or is_filled_by_copy(case.impact, column):
        return
    if found is not None and (found.generated or found.identity):
        return
    target = spelling.named(case.impact, case.table.name, column)
    new = case.is_new(column)
    message = f"Making `{case.table.name}.{column}` NOT NULL fails on the first row that has NULL there{case.answer}."
    if new:
        message = (
            f"Making the new column `{case.table.name}.{column}` NOT NULL fails as soon as there is one row: nothing fills it."
        )
    yield case.danger(
        message,
        spelling.advice(
            ("Look for rows without a value first; there must be none:", queries.nulls(case.ways, case.table.name, column)),
            (
                "Fill them in a migration before this one:",
                spelling.in_batches(target, f"{target.field_name}=…", f"{target.field_name}=None"),
            ),
        ),
        sure=new,
    )


def is_filled_by_copy(impact: Impact, column: str) -> bool:
    """Whether a remade table gets another value where the old one has NULL."""
    filled = re.compile(rf'coalesce\(\s*["`]?{re.escape(column)}["`]?\s*,(?!\s*null\b)', re.IGNORECASE)
    return any(
        filled.search(statement.sql)
        for statement in impact.statements
        if any(action.kind is Kind.INSERT for action in statement.actions)
    )


def of_new_column(case: Case) -> Iterator[Danger]:
    column: Any = case.action.definition
    given = column.default is not None and not column.default.is_null
    serial = column.type is not None and "serial" in column.type.name
    if not column.not_null or given or column.generated or column.identity or serial or not case.ways.refuses_empty_columns:
        return
    if is_filled_by_insert(case, column.name):
        return
    target = spelling.named(case.impact, case.table.name, column.name)
    nullable = spelling.changed(target.field, null=True) if target.field is not None else None
    steps: list[str | tuple[str, str]] = []
    if nullable is not None:
        code = spelling.call(
            "migrations.AddField", model_name=repr(target.model_name), name=repr(target.field_name), field=nullable
        )
        steps = [
            ("Add the column with `null=True` first:", code),
            ("Fill it:", spelling.in_batches(target, f"{target.field_name}=…", f"{target.field_name}=None")),
            "Take `null=True` away in a third migration.",
        ]
    else:
        steps = ["Give the column a default, or add it without NOT NULL, fill it, and set NOT NULL then."]
    yield case.danger(
        f"Adding `{case.table.name}.{column.name}` NOT NULL without a default fails as soon as there is one row{case.answer}.",
        spelling.advice(*steps),
        sure=True,
    )


def is_filled_by_insert(case: Case, column: str) -> bool:
    """Whether the column is one that a remade table has, and was given a value while its rows were copied."""
    for statement in case.impact.statements:
        for action in statement.actions:
            copies = action.definition.get("copies") if action.kind is Kind.INSERT and action.definition else None
            if copies and column in (copies["columns"] or ()):
                return "NULL" not in statement.sql.upper().partition("SELECT")[2]
    return False


# Foreign keys and CHECKs.


def of_key(case: Case, key: Constraint) -> Iterator[Danger]:
    if case.effect is not None and not case.effect.scans and "by a remake" not in case.action.traits:
        return  # the server does not look at the rows
    for table, names in ((case.table, key.columns), (case.start, case.before(key.columns))):
        for other in table.foreign_keys() if table is not None else ():
            if other.valid and other.columns == names and same_parent(case, other, key):
                return
    for column in key.columns:
        found = case.column(column)
        if case.table.is_written(column):
            return
        if case.is_new(column) and not case.has_default(column) and not (found is not None and found.not_null):
            return
    columns, parent = spelling.listed(f"{case.table.name}.{column}" for column in key.columns), key.references
    new = [column for column in key.columns if case.is_new(column)]
    added = next((found.default for column in new if (found := case.column(column)) is not None), None)
    if added is not None:
        message = (
            f"Every old row of `{case.table.name}` comes to refer to {added.text} in `{parent}`: where there is no such row, "
            "the migration fails."
        )
    else:
        message = f"Adding the foreign key on {columns} fails on the first row that refers to nothing in `{parent}`."
    yield case.danger(
        message,
        spelling.advice(
            ("Look for rows without a parent first; there must be none:", spelling.orphans(case.ways, case.table.name, key)),
            "Delete them, or point them somewhere else, in a data migration before this one.",
        ),
    )


def same_parent(case: Case, one: Constraint, other: Constraint) -> bool:
    """Whether both keys refer to one table, which the migration may have renamed."""
    names = [key.references or "" for key in (one, other)]
    if names[0] == names[1]:
        return True
    now = case.statement.before.tables.get(names[1]) if case.statement.before else None
    then = case.migration.before.tables.get(names[0])
    return now is not None and then is not None and bool(now.id) and now.id == then.id


def of_check(case: Case, check: Constraint) -> Iterator[Danger]:
    expression, start = check.expression, case.start
    if expression is None:
        return
    if case.effect is not None and not (case.effect.scans or case.effect.rewrites) and "by a remake" not in case.action.traits:
        return
    columns = [column for column in expression.columns if case.column(column) is not None or not case.is_new(column)]
    before = expression.text
    for column, old in zip(columns, case.before(columns), strict=True):
        before = before.replace(column, old)
    known = [c.expression for table in (case.table, start) if table for c in table.constraints.values() if c.valid]
    if any(other is not None and other.text in (expression.text, before) for other in known):
        return
    columns = [column for column in columns if column in case.table.columns]
    if not columns or any(case.is_settled(column) for column in columns):
        return
    if columns == list(expression.proves_not_null) and all(case.table.columns[column].not_null for column in columns):
        return
    name = f" `{check.name}`" if check.name and not check.inline else f" on {spelling.listed(sorted(columns))}"
    yield case.danger(
        f"Adding the CHECK{name} fails on the first row of `{case.table.name}` that does not meet it.",
        spelling.advice(
            ("Look for such rows first; there must be none:", queries.breaking(case.ways, case.table.name, expression.text)),
            "If there are some, put them right in a data migration before this one.",
        ),
    )


# Types.


def of_type(case: Case) -> Iterator[Danger]:
    column = case.action.name or ""
    old = case.table.columns.get(column)
    if case.is_settled(column) or queries.is_checked(case.table, column):
        return
    found = conversion(case.action, case.table, case.statement, case.impact.target.vendor)
    refused = found.refused if found is not None else ()
    subject = spelling.doing(case.effect) if case.effect is not None else f"Changing `{case.table.name}.{column}`"
    if not refused:
        if case.effect is not None and case.effect.fails and case.effect.scans:
            where = (
                "where the column is not empty"
                if "must be empty" in case.effect.fails
                else "on the first value that does not fit"
            )
            yield case.danger(
                f"{subject} fails {where}{case.answer}.",
                f"Add a column of the new type beside `{column}`, copy the values, and let it take the old one's place.",
            )
        return
    what = ", and on ".join(trouble.values for trouble in refused)
    query = queries.misfits(case.ways, case.table.name, column, old.type, refused) if old is not None and old.type else ""
    steps: list[str | tuple[str, str]] = [
        "Put such rows right in a data migration before this one.",
    ]
    if query:
        steps.insert(0, ("Look for the rows that do not fit first; there must be none:", query))
    rare = all(trouble.kind == "out of range" for trouble in refused)
    yield case.danger(f"{subject} fails on {what}.", spelling.advice(*steps), rare=rare)


CASES = {
    Kind.ADD_CONSTRAINT: of_constraint,
    Kind.CREATE_INDEX: of_index,
    Kind.SET_NOT_NULL: of_set_not_null,
    Kind.ADD_COLUMN: of_new_column,
    Kind.ALTER_TYPE: of_type,
}
