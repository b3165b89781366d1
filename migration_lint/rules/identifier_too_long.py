from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.db.migrations.state import ModelState

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity
from migration_lint.running import column_of, cut


class IdentifierTooLong(Rule):
    """A name is longer than the server keeps. It is refused, or cut: then it is another name, and perhaps one that is taken."""

    severity = Severity.WARNING
    category = "limits"
    vendors = ("postgresql", "mysql", "mariadb", "oracle")
    severity_on = {"mysql": Severity.ERROR, "mariadb": Severity.ERROR, "oracle": Severity.NOTE}
    bad = """
        operations = [
            migrations.AddConstraint(
                "book",
                models.UniqueConstraint(
                    fields=["title", "publisher_id"], name="book_title_is_unique_among_the_books_of_one_publisher_in_this_shop"
                ),
            ),
        ]
    """
    good = """
        operations = [
            migrations.AddConstraint(
                "book", models.UniqueConstraint(fields=["title", "publisher_id"], name="book_title_publisher_uniq")
            ),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        yield from super().check_impact(impact, migration)
        limit = impact.features.connection.ops.max_name_length() or 0
        for what, name, table in new_names(impact, limit) if limit else ():
            short = cut(name, limit)
            if is_sent(short, impact) and not is_sent(name, impact):
                yield self.finding(
                    f"`{name}` has {len(name)} characters, and Django cuts it at {limit}: the {what} is called `{short}`.",
                    help=f"Name it in at most {limit} characters, so that it is called the same everywhere, in raw SQL too.",
                    impact=impact, migration=migration, relation=table,
                )  # fmt: skip


def is_sent(name: str, impact: Impact) -> bool:
    return any(name.upper() in statement.sql.upper() for statement in impact.statements)


def new_names(impact: Impact, limit: int) -> Iterator[tuple[str, str, str]]:
    """The names over the limit that the operation's models say themselves, and that are new with it: of what, the table."""
    for attribute in ("model_name", "name", "new_name"):
        name = getattr(impact.step.operation, attribute, None)
        key = (impact.step.migration.app_label, name.lower()) if isinstance(name, str) else ("", "")
        state = impact.step.state.after.models.get(key)
        if state is None:
            continue
        before = impact.step.state.before.models.get(key)
        added = [found for found in names_of(state, before.fields if before else {}) if len(found[1]) > limit]
        known = {name for _, name in names_of(before, {})} if before and added else set()
        for what, name in added:
            if name not in known:
                yield what, name, str(state.options.get("db_table") or "")


def names_of(state: ModelState, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The names, but for the columns of the fields known."""
    if state.options.get("db_table"):
        yield "table", str(state.options["db_table"]).strip('"')
    for name, field in state.fields.items():
        if known.get(name) is not field and (column := column_of(name, field)):
            yield "column", column
    for constraint in state.options.get("constraints", ()):
        yield "constraint", constraint.name
