from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import migrations

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity, spelling
from migration_lint.changes import Changed, changed_tables, is_by_hand

if TYPE_CHECKING:
    from migration_lint.sql.catalog import Index


class DuplicateIndex(Rule):
    """Another index of the table begins with the same columns and finds the same rows: this one only costs room and time.

    Every write keeps both of them up to date. A foreign key's own index beside a unique constraint that begins with it is
    the usual case. An index over a part of the rows, of another kind or with another operator class is not one of these.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    bad = """
        operations = [
            migrations.AddIndex("book", models.Index(fields=["sku"], name="book_sku_idx")),
        ]
    """
    good = """
        operations = [
            migrations.AddIndex("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for table in changed_tables(migration):
            new = [index for index in table.indexes() if not index.implicit]
            for spare, other in spares(table, new):
                place = table.origin_of(spare if spare in new else other)
                if place is None:
                    continue
                impact, statement = place
                if "collate" in statement.sql.lower() or (not is_by_hand(impact) and is_djangos(impact, table, spare)):
                    continue
                how = "has the same columns" if len(other.columns) == len(spare.columns) else "begins with its columns"
                yield self.finding(
                    f"The index `{own(spare)}` of `{table.after.name}` is needless: {called(table, other)} {how}.",
                    help=self.advice(impact, table, spare),
                    impact=impact, migration=migration, statement=statement, relation=table.after.name,
                )  # fmt: skip

    def advice(self, impact: Impact, table: Changed, spare: Index) -> str:
        name = own(spare)
        model = spelling.model_of(impact, table.after.name)
        declared = {each.name for each in model.options.get("indexes", ())} if model else set()
        if model and name in declared:
            if isinstance(impact.step.operation, migrations.AddIndex) and impact.step.operation.index.name == name:
                return "Leave it out."
            return spelling.advice(
                ("Take it out of `Meta.indexes`:", spelling.operation(migrations.RemoveIndex(model.name_lower, name)))
            )
        target = spelling.named(impact, table.after.name, spare.columns[0] or "")
        field: Any = target.field
        if field is not None and field.db_index and not field.unique and not is_by_hand(impact):
            code = spelling.changed(field, ("db_index",), db_index=False)
            return spelling.advice((f"Have no index of its own for `{target.field_name}`:", code))
        return "Leave it out, or drop it."


def is_djangos(impact: Impact, table: Changed, index: Index) -> bool:
    """Whether nobody can leave it out: the table between two models has it, or a text field has it and one for LIKE."""
    model = spelling.model_of(impact, table.after.name)
    if model is None or own(index) in {each.name for each in model.options.get("indexes", ())}:
        return model is None
    return any(each.columns == index.columns and any(each.opclasses) for each in table.after.indexes.values())


def own(index: Index) -> str:
    """An index's name without its table's."""
    return (index.name or "").rpartition(".")[2]


def called(table: Changed, index: Index) -> str:
    """An index as people know it: a constraint's often has a name that the server made up."""
    constraint = table.after.constraints.get(index.constraint or "")
    if constraint is None:
        return f"`{own(index)}`"
    kind = "the primary key" if constraint.type == "primary key" else "the unique constraint"
    return f"{kind} on {spelling.listed(constraint.columns)}"


def spares(table: Changed, new: list[Index]) -> Iterator[tuple[Index, Index]]:
    """The indexes that another makes needless, where one of the two is new; each once."""
    indexes = [index for index in table.after.indexes.values() if not index.implicit]
    for number, spare in enumerate(indexes):
        for place, other in enumerate(indexes):
            if spare is other or not (spare in new or other in new) or not is_spare(spare, other):
                continue
            # Of two that are alike, the one that came last is the one too many.
            if is_spare(other, spare) and ((spare in new, number) < (other in new, place)):
                continue
            yield spare, other
            break


def is_spare(index: Index, other: Index) -> bool:
    if index.unique and not (other.unique and len(other.columns) == len(index.columns)):
        return False
    if index.constraint and not (other.constraint and index.unique):
        return False
    count = len(index.columns)
    holds_more = not index.used <= set(index.columns)
    special = index.partial or other.partial or index.is_expression or index.options or holds_more
    if (
        special
        or not index.valid
        or not other.valid
        or index.method != other.method
        or index.method not in ("btree", "hash")
        or any(index.lengths)
    ):
        return False
    if index.method == "hash" and count != len(other.columns):
        return False
    return (
        other.begins_with(index.columns)
        and padded(index.opclasses, count) == padded(other.opclasses, count)
        and direction(index, count) in (direction(other, count), backwards(direction(other, count)))
    )


def padded(values: tuple[str | None, ...], count: int) -> tuple[str | None, ...]:
    return (*values, *[None] * count)[:count]


def direction(index: Index, count: int) -> tuple[str, ...]:
    return tuple((each or "ASC").upper() for each in padded(index.orders, count))


def backwards(orders: tuple[str, ...]) -> tuple[str, ...]:
    """An index is read from either end."""
    return tuple({"ASC": "DESC", "DESC": "ASC"}.get(order, order) for order in orders)
