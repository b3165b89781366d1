from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Statement, sessions, spelling


class TimeoutBreaksConcurrentBuild(Rule):
    """A timeout cancels a concurrent index build, which takes long and waits for others, and leaves an INVALID index.

    No query uses such an index, every write maintains it, and it is in the way of the next attempt.
    """

    category = "locks"
    vendors = ("postgresql",)
    help = "Set `lock_timeout` and `statement_timeout` to 0 for it."
    bad = """
        atomic = False
        operations = [
            migrations.RunSQL("SET lock_timeout = '2s'", reverse_sql=migrations.RunSQL.noop),
            AddIndexConcurrently("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
    """
    good = """
        atomic = False
        operations = [
            migrations.RunSQL("SET lock_timeout = 0", reverse_sql="RESET lock_timeout"),
            AddIndexConcurrently("book", models.Index(fields=["title"], name="book_title_idx")),
            migrations.RunSQL("RESET lock_timeout", reverse_sql="SET lock_timeout = 0"),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            for effect in statement.effects:
                if not (effect.concurrent and effect.builds_index and migration.used_table(effect)):
                    continue
                limits = dict(bounds(statement))
                if not limits or effect.source is None:
                    continue
                what = (effect.source.name or f"an index of {effect.relation}").rpartition(".")[2]
                said = " and ".join(f"`{name} = {value}`" if value else f"`{name}`" for name, value in limits.items())
                word = "Rebuilding" if effect.source.kind is Kind.REINDEX else "Building"
                yield self.finding(
                    f"{word} `{what}` concurrently waits for every transaction that uses `{effect.relation}`, and {said} "
                    f"cancel{'' if len(limits) > 1 else 's'} it: what is left is an INVALID index, which no query uses and "
                    "every write maintains.",
                    help=self.advice(impact, list(limits), effect.source.name),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                )  # fmt: skip

    def advice(self, impact: Impact, names: list[str], index: str | None) -> str:
        ways = spelling.ways(impact)
        off = [spelling.run_sql(f"SET {name} = 0", f"RESET {name}") for name in names]
        on = [spelling.run_sql(f"RESET {name}", f"SET {name} = 0") for name in names]
        code = spelling.migration(*off, spelling.operation(impact.step.operation), *on, atomic=False)
        gone = spelling.run_sql(ways.sql("unbuild index", name=index), spelling.NOOP) if index else ""
        return spelling.advice(
            ("Let it take its time, and set the limit again afterwards:", code),
            ("Where an attempt has failed, drop what it left before the next one:", gone),
        )


def bounds(statement: Statement) -> Iterator[tuple[str, str]]:
    """The limits that hold when the statement begins, with what they are set to where that is known."""
    for name in ("lock_timeout", "statement_timeout"):
        if sessions.is_limited(statement, name):
            value = statement.before.settings.get(name, "") if statement.before else ""
            yield name, value.strip("'\"")
