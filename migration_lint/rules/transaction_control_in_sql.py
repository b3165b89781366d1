from __future__ import annotations

from collections.abc import Iterable

from django.db.migrations import RunSQL

from migration_lint import Action, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, backends, spelling

BEGINS = ("begin", "start")
COMMITS = ("commit", "end")
ENDS = (*COMMITS, "rollback", "abort")


class TransactionControlInSql(Rule):
    """SQL of the migration's own ends the transaction that Django runs it in, or begins one that nobody ends.

    After a COMMIT a failure can no longer undo what came before it; after a ROLLBACK it is gone, and the migration is recorded
    as applied. Django notices neither.
    """

    severity = Severity.ERROR
    category = "transactions"
    kinds = frozenset({Kind.TRANSACTION})
    bad = """
        operations = [
            migrations.RunSQL("BEGIN; UPDATE shop_book SET stock = 0 WHERE stock < 0; COMMIT", migrations.RunSQL.noop),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("UPDATE shop_book SET stock = 0 WHERE stock < 0", migrations.RunSQL.noop),
        ]
    """
    bad_on = dict.fromkeys(
        ("mysql", "mariadb", "oracle"),
        """
        def empty(apps, schema_editor):
            with schema_editor.connection.cursor() as cursor:
                cursor.execute("UPDATE shop_book SET stock = 0 WHERE stock < 0")
                cursor.execute("COMMIT")

        operations = [
            migrations.RunPython(empty, migrations.RunPython.noop),
        ]
        """,
    )

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        begun: tuple[Impact, Statement] | None = None
        for impact in migration.impacts:
            told = False
            for statement, action in controls(impact):
                if not impact.step.atomic:
                    begun = (impact, statement) if action.name in BEGINS else begun if action.name not in ENDS else None
                elif not told and (what := outcome(impact, statement, action)):
                    told = True
                    yield self.finding(what, help=advice(impact), impact=impact, migration=migration, statement=statement)
        if begun is not None:
            yield self.finding(
                f"`{spelled(begun[1])}` begins a transaction that nothing in `{'.'.join(migration.key)}` ends: what follows, "
                "the record of the migration included, is lost when the connection is closed.",
                help="Leave it out, or send what belongs together in one text, with its `COMMIT`:\n\n"
                '    migrations.RunSQL("BEGIN; …; COMMIT"),',
                impact=begun[0], migration=migration, statement=begun[1],
            )  # fmt: skip


def controls(impact: Impact) -> Iterable[tuple[Statement, Action]]:
    for statement in impact.statements:
        for action in statement.actions:
            if action.kind is Kind.TRANSACTION:
                yield statement, action


def outcome(impact: Impact, statement: Statement, action: Action) -> str | None:
    """What it does to the transaction that Django has begun; None for what leaves that alone."""
    name = ".".join(impact.step.key)
    word = spelled(statement)
    server = backends.load(impact.target.vendor).server
    if action.name in BEGINS:
        does = server.get("begin_in_transaction", "nothing")
        if does == "refused":
            return f"`{word}` is refused inside a transaction, and `{name}` runs in one: the migration fails here."
        if does == "nothing":
            return None
    elif action.name not in ENDS:
        return None
    elif word.lower().startswith("do ") and server["ddl_in_transaction"]:
        return f"A block cannot end the transaction that `{name}` runs in: the server refuses it, and the migration fails here."
    if action.name in COMMITS or action.name in BEGINS:
        return (
            f"`{word}` ends the transaction that `{name}` runs in: when something fails after it, what came before it stays "
            "done, and the migration is not recorded as applied."
        )
    return f"`{word}` undoes what `{name}` did before it: Django goes on without a word and records the migration as applied."


def spelled(statement: Statement) -> str:
    return " ".join(statement.sql.strip().rstrip(";").split())[:60]


def advice(impact: Impact) -> str:
    operation = impact.step.operation
    if not isinstance(operation, RunSQL):
        return "Leave it to Django, which runs the function in a transaction; `atomic=False` lets it begin its own."
    controlling = {id(statement) for statement, action in controls(impact) if action.name in (*BEGINS, *ENDS)}
    rest = [statement.sql for statement in impact.statements if id(statement) not in controlling]
    if not rest:
        return "Leave the operation out: Django begins the migration's transaction, and ends it."
    return spelling.advice(
        ("Leave it out: Django begins the migration's transaction, and ends it.", "\n".join(map(spelling.run_sql, rest))),
        note="Where it has to commit in between, `atomic = False` in a migration of its own leaves that to the SQL.",
    )
