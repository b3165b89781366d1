from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint import Finding, MigrationImpact, Rule, Severity, backends, spelling
from migration_lint.changes import Changed, changed_tables


class ReservedName(Rule):
    """A table or a column is called what is a word of SQL: Django quotes it, and whoever writes SQL by hand has to as well.

    The option `databases` says whose words count: all five where it is not set, so that a project can move from one to
    another.
    """

    severity = Severity.NOTE
    category = "design"
    opt_in = True
    options = {"databases": backends.VENDORS}
    bad = """
        operations = [
            migrations.AddField("book", "order", models.IntegerField(null=True)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "position", models.IntegerField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        known = [backends.load(vendor) for vendor in self.option("databases") if vendor in backends.VENDORS]
        for table in changed_tables(migration):
            for name, what in new_names(table):
                where = [backend.name for backend in known if name.lower() in backend.reserved]
                place = table.origin(name, *(table.names - {name}))
                if not where or place is None:
                    continue
                impact, statement = place
                field = spelling.named(impact, table.after.name, name).field
                column = spelling.changed(field, db_column=f"{name.lower()}_value") if field is not None else None
                other = f", or give the field another column: `{column}`" if column else ""
                yield self.finding(
                    f"{what} is a reserved word on {listed(where)}: SQL written by hand has to quote it.",
                    help=f"Call it something else{other}.",
                    impact=impact, migration=migration, statement=statement, relation=table.after.name,
                )  # fmt: skip


def new_names(table: Changed) -> Iterator[tuple[str, str]]:
    """The names that the migration gave: each as it is, and in words."""
    if table.is_new or (table.before and table.before.name != table.after.name):
        name = table.after.name.rpartition(".")[2]
        yield name, f"The table's name `{name}`"
    old = table.before.columns if table.before else {}
    yield from ((name, f"`{name}`, a column of `{table.after.name}`,") for name in table.after.columns if name not in old)


def listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
