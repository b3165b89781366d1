from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migration_lint import Finding, Impact, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.changes import Changed, changed_tables, is_by_hand

ANY = re.compile(".*")


class NamingPattern(Rule):
    """A name that somebody chose does not follow the project's own pattern, which its options say.

    `table`, `column`, `index`, `constraint` and `migration` are regular expressions that the whole name has to match; what is
    not set may be called anything. Names that Django makes up are not judged.

        [tool.migration_lint.options.naming-pattern]
        index = "[a-z_]+_idx"
        migration = "[0-9]{4}_[a-z_]+"
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    options = {"table": ANY, "column": ANY, "index": ANY, "constraint": ANY, "migration": ANY}
    help = "Choose a name that matches the pattern."

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        name = migration.migration.name
        if self.breaks_pattern("migration", name):
            yield self.finding(self.message("migration", name), help=self.way("migration"), migration=migration)
        if all(self.option(kind).pattern == ANY.pattern for kind in ("table", "column", "index", "constraint")):
            return
        for table in changed_tables(migration):
            for kind, name, place in chosen(table):
                if place is None or not self.breaks_pattern(kind, name):
                    continue
                impact, statement = place
                yield self.finding(
                    self.message(kind, name),
                    help=self.way(kind),
                    impact=impact, migration=migration, statement=statement, relation=table.after.name,
                )  # fmt: skip

    def breaks_pattern(self, kind: str, name: str) -> bool:
        return self.option(kind).fullmatch(name) is None

    def message(self, kind: str, name: str) -> str:
        return f"The {kind} `{name}` is not named as the project names them: `{self.option(kind).pattern}`."

    def way(self, kind: str) -> str:
        return f"Choose a name that matches `{self.option(kind).pattern}`."


Place = tuple[Impact, Statement]


def chosen(table: Changed) -> Iterator[tuple[str, str, Place | None]]:
    """What is new and has a name of somebody's choice: its kind, the name, and where it comes from."""
    before, after = table.before, table.after
    if table.is_new or (before and before.name != after.name):
        yield "table", after.name, table.origin()
    yield from (("column", name, table.origin(name)) for name in after.columns if before is None or name not in before.columns)
    old = {*before.indexes, *before.constraints} if before else set()
    made = {index.constraint for index in after.indexes.values()}
    for name in dict.fromkeys((*after.constraints, *after.indexes)):
        own = name.rpartition(".")[2]
        place = table.origin(name, own)
        if name in old or place is None or (name in after.indexes and own in made and name not in after.constraints):
            continue
        impact, statement = place
        if is_by_hand(impact):
            kind = "index" if name in after.indexes and name not in after.constraints else "constraint"
            if own in given(statement):
                yield kind, own, place
        elif (model := spelling.model_of(impact, after.name)) is not None:
            for kind, option in (("index", "indexes"), ("constraint", "constraints")):
                if own.lower() in {each.name.lower() for each in model.options.get(option, ())}:
                    yield kind, own, place


def given(statement: Statement) -> Iterator[str]:
    """The names that a statement gives to indexes and constraints."""
    for action in statement.actions:
        yield (action.name or "").rpartition(".")[2]
        if isinstance(action.definition, dict):
            yield from (constraint.name for constraint in action.definition.get("constraints", ()) if constraint.name)
