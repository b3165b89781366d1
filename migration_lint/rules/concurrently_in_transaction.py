from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Action, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement
from migration_lint.transactions import needing_none

REFUSAL = "cannot be executed inside a transaction"
HELP = """
    Take the migration out of its transaction, with nothing else in it:

        class Migration(migrations.Migration):
            atomic = False
"""


class ConcurrentlyInTransaction(Rule):
    """What works in transactions of its own, such as CREATE INDEX CONCURRENTLY, the server refuses inside another one.

    Django wraps a migration in a transaction unless it says `atomic = False`, and a server may do so with several statements
    of one text.
    """

    severity = Severity.ERROR
    category = "transactions"
    vendors = ("postgresql",)
    help = HELP
    bad = """
        operations = [
            AddIndexConcurrently("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
    """
    good = """
        atomic = False
        operations = [
            AddIndexConcurrently("book", models.Index(fields=["title"], name="book_title_idx")),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        name = ".".join(impact.step.key)
        if is_refused(impact):
            operation = type(impact.step.operation).__name__
            yield self.finding(
                f"`{operation}` refuses to run inside the transaction of `{name}`: the migration fails here, whole.",
                impact=impact, migration=migration,
            )  # fmt: skip
            return
        for statement in impact.statements:
            if statement.transaction is None:
                continue
            for action in needing_none(statement):
                whole = bool(migration.migration.atomic)
                relation = next((e.relation for e in statement.effects if e.source is action), action.table)
                yield self.finding(
                    f"The server refuses {spelled(action, relation)} inside a transaction: `{name}` fails here, and "
                    + ("all of it is rolled back." if whole else "what ran before it in the same transaction is rolled back."),
                    help=None if whole else apart(impact, statement),
                    impact=impact, migration=migration, statement=statement, relation=relation,
                    effect=next((e for e in statement.effects if e.source is action), None),
                )  # fmt: skip
                break


def is_refused(impact: Impact) -> bool:
    """Whether Django itself refuses the operation in a transaction, before there is any SQL."""
    return impact.unread is not None and impact.unread.startswith("NotSupportedError") and REFUSAL in impact.unread


def spelled(action: Action, relation: str | None) -> str:
    if action.kind is Kind.SERVER:
        return f"`{(action.name or '').upper()}`"
    if action.kind is Kind.DROP_OBJECT:
        return f"`DROP {action.definition['type'].upper()}`"
    words = f"{action.kind.value.upper()}{' CONCURRENTLY' if 'concurrently' in action.traits else ''}"
    names = [f"`{action.name}`"] if action.name else []
    if relation is not None:
        names.append(f"on `{relation}`")
    return f"`{words}`" + (f" ({' '.join(names)})" if names else "")


def apart(impact: Impact, statement: Statement) -> str:
    together = [s for s in impact.statements if s.transaction == statement.transaction]
    texts = [s.sql for s in together if not any(action.kind is Kind.TRANSACTION for action in s.actions)]
    lines = "\n".join(f"        {text!r}," for text in texts)
    return f"Send each statement by itself; those of one text share a transaction:\n\n    migrations.RunSQL([\n{lines}\n    ]),"
