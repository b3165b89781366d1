from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db import models
from django.db.migrations import RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.state import ModelState

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity, spelling
from migration_lint.running import column_of, table_name, touched_models


class Loss(NamedTuple):
    """Something that a model asks for, and the database does not have afterwards."""

    what: str
    help: str
    severity: Severity = Severity.ERROR


class NothingEmitted(Rule):
    """The operation asks for what the backend does not have: Django sends nothing for it, or something weaker, without a word.

    The model looks as if the database kept its promise: duplicates that a unique constraint forbids are stored all the same.
    """

    severity = Severity.ERROR
    category = "limits"
    bad = """
        operations = [
            migrations.AddConstraint(
                "book",
                models.UniqueConstraint(fields=["title"], include=["stock"], name="book_title_uniq"),
            ),
        ]
    """
    good = """
        operations = [
            migrations.AddConstraint("book", models.UniqueConstraint(fields=["title"], name="book_title_uniq")),
        ]
    """
    # PostgreSQL lacks nothing in the versions that the newest Django takes.
    bad_on = {"postgresql": ""}

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        operation = impact.step.operation
        if impact.unread or isinstance(operation, (SeparateDatabaseAndState, RunSQL, RunPython)):
            return
        for before, state in touched_models(impact):
            table = impact.after.table(table_name(state).strip('"'))
            losses = (
                sorted(self.losses(impact, migration, before, state), key=lambda loss: -loss.severity) if table.known else []
            )
            if losses:
                yield self.finding(
                    " ".join(loss.what for loss in losses),
                    help="\n\n".join(dict.fromkeys(loss.help for loss in losses)),
                    impact=impact, migration=migration, relation=table.name, severity=losses[0].severity,
                )  # fmt: skip

    def losses(
        self, impact: Impact, migration: MigrationImpact, before: ModelState | None, state: ModelState
    ) -> Iterator[Loss]:
        features: Any = impact.features
        for constraint in added("constraints", before, state):
            asked = next(unsupported(constraint, features), None)
            if asked and not is_sent(constraint.name, migration):
                what = f"No statement is sent for `{constraint.name}`: the backend has no {asked}."
                yield Loss(what, self.way_out(impact, constraint))
        for index in added("indexes", before, state):
            yield from of_index(index, features, migration)
        for name, field in state.fields.items():
            old = before.fields.get(name) if before else None
            comment = getattr(field, "db_comment", None)
            if comment and not features.supports_comments and comment != getattr(old, "db_comment", None):
                yield Loss(f"`db_comment` of `{state.name}.{name}` stays in the code: the backend has no comments.", *COMMENT)
            if is_indexed(field) and not is_indexed(old) and (kind := without_index(name, field, state, impact, migration)):
                yield Loss(
                    f"`db_index=True` of `{state.name}.{name}` makes no index: the column is `{kind}`.",
                    "Leave `db_index=True` out, or use a `CharField` with a length.",
                    Severity.WARNING,
                )
        comment = state.options.get("db_table_comment")
        if comment and not features.supports_comments and comment != (before and before.options.get("db_table_comment")):
            yield Loss(f"`db_table_comment` of `{state.name}` stays in the code: the backend has no comments.", *COMMENT)

    help = "Ask for what the backend has, or keep the rule in the code as well."

    def on_mysql(self, impact: Impact, constraint: Any) -> str:
        return rewritten(constraint, bool(impact.features.supports_expression_indexes)) or NothingEmitted.help

    def on_oracle(self, impact: Impact, constraint: Any) -> str:
        return rewritten(constraint, True) or NothingEmitted.help

    def on_sqlite(self, impact: Impact, constraint: Any) -> str:
        return rewritten(constraint, True) or NothingEmitted.help


COMMENT = ("Write it as a comment in the code, or know that this database does not have it.", Severity.NOTE)


def added(what: str, before: ModelState | None, state: ModelState) -> Iterator[Any]:
    """The constraints or indexes that the model did not have before."""
    known = {thing.name for thing in before.options.get(what, ())} if before else set()
    yield from (thing for thing in state.options.get(what, ()) if thing.name not in known)


def is_sent(name: str, migration: MigrationImpact) -> bool:
    """Whether a statement of the migration has this name: Django may send it with a later operation."""
    return any(name in statement.sql for _, statement in migration.timeline)


def is_indexed(field: Any) -> bool:
    return field is not None and field.db_index and not field.unique and not field.is_relation


def without_index(
    name: str, field: models.Field[Any, Any], state: ModelState, impact: Impact, migration: MigrationImpact
) -> str | None:
    """The column's type, where the column is there and no statement of the migration makes an index of it."""
    table, column = impact.after.table(table_name(state).strip('"')), column_of(name, field) or ""
    sent = (action for _, statement in migration.timeline for action in statement.actions if action.kind is Kind.CREATE_INDEX)
    if column not in table.columns or any(column in index.used for index in table.indexes.values()):
        return None
    return None if any(column in action.definition.used for action in sent) else str(table.columns[column].type)


def of_index(index: Any, features: Any, migration: MigrationImpact) -> Iterator[Loss]:
    if index.expressions and not features.supports_expression_indexes:
        if not is_sent(index.name, migration):
            yield Loss(
                f"No statement is sent for `{index.name}`: the backend has no indexes over expressions.",
                "Index a `GeneratedField` with the expression instead.",
                Severity.WARNING,
            )
    elif index.condition is not None and not features.supports_partial_indexes:
        yield Loss(
            f"`{index.name}` is made without its condition, over all rows: the backend has no partial indexes.",
            "Leave `condition` out, if an index of the whole table is worth its room, or leave the index out.",
            Severity.WARNING,
        )
    elif index.include and not features.supports_covering_indexes:
        yield Loss(
            f"`{index.name}` is made without `include`: the backend has no covering indexes.",
            "Leave `include` out, or add its fields to `fields`, after the others.",
            Severity.NOTE,
        )


def unsupported(constraint: Any, features: Any) -> Iterator[str]:
    """What of the constraint Django's features say that the backend does not have."""
    if isinstance(constraint, models.CheckConstraint):
        if not features.supports_table_check_constraints:
            yield "CHECK constraints"
        return
    if not isinstance(constraint, models.UniqueConstraint):
        return
    if constraint.condition is not None and not features.supports_partial_indexes:
        yield "unique constraints with a condition"
    if constraint.deferrable is not None and not features.supports_deferrable_unique_constraints:
        yield "unique constraints that wait until the commit"
    if constraint.expressions and not features.supports_expression_indexes:
        yield "unique constraints over expressions"
    if getattr(constraint, "include", ()) and not features.supports_covering_indexes:
        yield "unique constraints with columns besides"
    if constraint.nulls_distinct is not None and not features.supports_nulls_distinct_unique_constraints:
        yield "choice of whether NULLs are distinct"


def rewritten(constraint: Any, expressions: bool) -> str | None:
    """The nearest that the backend has to a unique constraint."""
    if not isinstance(constraint, models.UniqueConstraint):
        return None
    included: Any = getattr(constraint, "include", ())
    fields, name = list(constraint.fields), constraint.name
    if constraint.condition is not None and fields:
        condition = spelling.value(constraint.condition)
        if expressions:
            rest = "".join(f", {field!r}" for field in fields[1:])
            case = f"models.Case(models.When({condition}, then={fields[0]!r}))"
            return spelling.advice(
                (
                    "Say the condition in an expression: where it does not hold, the value is NULL, and NULLs are distinct:",
                    f"models.UniqueConstraint({case}{rest}, name={name!r})",
                )
            )
        return spelling.advice(
            (
                "Add a generated column that is NULL where the condition does not hold: NULLs are distinct:",
                f"unique_{fields[0]} = "
                + spelling.call(
                    "models.GeneratedField",
                    expression=f"models.Case(models.When({condition}, then={fields[0]!r}))",
                    output_field="…",
                    db_persist="False",
                ).rstrip(","),
            ),
            (
                "and make that unique:",
                f"models.UniqueConstraint(fields={[f'unique_{fields[0]}', *fields[1:]]!r}, name={name!r})",
            ),
        )
    if constraint.expressions:
        return spelling.advice(
            "Make a generated column with the expression unique instead: a `GeneratedField`, and a `UniqueConstraint` over it."
        )
    if included or constraint.deferrable is not None:
        left = "include" if included else "deferrable"
        plain = models.UniqueConstraint(fields=fields, name=name) if fields else None
        return spelling.advice((f"Leave `{left}` out:", spelling.value(plain))) if plain else None
    return spelling.advice("Make the columns NOT NULL, or unique over `Coalesce(…)`, so that there are no NULLs to tell apart.")
