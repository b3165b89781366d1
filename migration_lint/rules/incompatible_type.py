from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Finding, MigrationImpact, Rule, Severity
from migration_lint.compatibility import Break, How, breaks
from migration_lint.running import uses
from migration_lint.spelling import advice, call, changed, in_batches, named, value


class IncompatibleType(Rule):
    """The running release reads, writes and compares values of the column's old type, and the new one is of another kind.

    The server refuses them, or gives them back as something that the code does not expect.
    """

    severity = Severity.ERROR
    category = "compatibility"
    breaks = "fails where it writes or compares the column, or misreads it"
    bad = """
        operations = [
            migrations.AlterField("book", "stock", models.CharField(max_length=10)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "stock_new", models.CharField(max_length=10, null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for found in breaks(migration, How.RETYPED):
            first = found[0]
            types = dict.fromkeys(f"`{each.relation}.{each.column}` from `{each.was}` to `{each.now}`" for each in found)
            names = " and ".join(dict.fromkeys(f"`{each.name}` as `{each.was}`" for each in found))
            yield self.finding(
                f"Changing {' and '.join(types)} breaks the running release: it reads, writes and compares {names} "
                "until the last of its processes is replaced.",
                help=way_out(first),
                migration=migration,
                **first.place,
            )


def way_out(found: Break) -> str:
    after = uses(found.impact.step.state.after.models, found.relation).get(found.column)
    use = after[0] if after else found.use
    assert use is not None
    new = f"{use.field}_new"
    field = use.definition
    known = field is not None and not field.primary_key and not field.many_to_many
    add = call(
        "migrations.AddField",
        model_name=repr(use.model),
        name=repr(new),
        field=changed(field, without=("primary_key", "unique"), null=True) if known else value(field),
    )
    return advice(
        ("Give the new type a column of its own, which the running release does not know:", add),
        (
            f"Let the new code write both, and fill the rows that are there from `{use.field}`:",
            in_batches(named(found.impact, found.relation, found.column), f"{new}=…", f"{new}__isnull=True"),
        ),
        f"In the next release read `{new}` alone, and take `{use.field}` out of the state; drop its column in the one after.",
    )
