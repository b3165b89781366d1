from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Effect, Finding, MigrationImpact, Rule, Severity, sessions, spelling


class MetadataLockQueue(Rule):
    """Even an instant ALTER waits for every open transaction that has so much as read the table, and all else waits behind it.

    A transaction that wrote to a table holds a metadata lock on each table with a foreign key to it, too: altering such a child
    waits for the parent's writers, and meanwhile updates of the parent hang. Told once for each migration, and not at all where
    the wait is bounded.
    """

    severity = Severity.NOTE
    category = "locks"
    vendors = ("mysql", "mariadb")
    bad = """
        operations = [
            migrations.AddField("book", "blurb", models.TextField(null=True)),
        ]
    """
    good = """
        operations = [
            migrations.RunSQL("SET SESSION lock_wait_timeout = 5", migrations.RunSQL.noop),
            migrations.AddField("book", "blurb", models.TextField(null=True)),
        ]
    """

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        altered: dict[str, None] = {}
        parents: dict[str, None] = {}
        own = sessions.waiting(migration.target)
        for _, statement in migration.timeline:
            for effect in statement.effects:
                waits = effect.algorithm is not None and effect.relation and migration.used_table(effect)
                if own and waits and effect.relation and not sessions.is_bounded(statement, own):
                    altered[effect.relation] = None
                    parents.update(dict.fromkeys(parents_of(effect)))
        if not own or not altered:
            return
        also = f", and updates of {spelling.listed(parents)} may hang meanwhile" if parents else ""
        yield self.finding(
            f"`{'.'.join(migration.key)}` waits for every open transaction that has used {spelling.listed(altered)}: what "
            f"comes after it waits behind it{also}. `{own.setting}` bounds that, and is not set.",
            help=spelling.advice(
                ("Fail early and try again; as the first operation:", f"migrations.RunSQL({own.sql!r}, {spelling.NOOP}),"),
                ("Or for all migrations, in the settings:", own.remedy.strip().format(alias=migration.target.alias)),
            ),
            migration=migration,
        )


def parents_of(effect: Effect) -> list[str]:
    keys = effect.table.foreign_keys() if effect.table else ()
    return [key.references for key in keys if key.references and key.references != effect.relation]
