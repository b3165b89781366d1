"""What statements really do to a PostgreSQL database: the same effects as the predicted ones, observed.

For scratch databases: statements run for real, and what other sessions can still do is tried on the tables they
touch. Fill the tables first: of what a server does to the rows, an empty table shows nothing.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from migration_lint.types import Blocks, Effect

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.errors import Diagnostic

WEAK = ("ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE")
LOCKS = (*WEAK, "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE")
MODES = {name.title().replace(" ", "") + "Lock": name for name in LOCKS}

# Worst first, and without a row, for locked rows do not count. COMMENT takes the lock of VACUUM and CREATE INDEX
# CONCURRENTLY, and asks for it before it minds the kind of the relation.
TRIES = (
    (Blocks.EVERYTHING, "SELECT 1 FROM {} LIMIT 1"),
    (Blocks.WRITES, "DELETE FROM {} WHERE false"),
    (Blocks.SCHEMA_CHANGES, "COMMENT ON TABLE {} IS NULL"),
)
PATIENCE = 120.0  # seconds that a statement outside a transaction may take

FROM = r"""FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm', 'v') AND nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'"""
KNOWN = f"SELECT c.oid, format('%I.%I', nspname, relname) {FROM}"
RELATIONS = f"""
    SELECT c.oid, CASE WHEN pg_table_is_visible(c.oid) THEN relname ELSE nspname || '.' || relname END,
           relname::text, relkind::text, pg_relation_filenode(c.oid), coalesce(pg_relation_size(c.oid), 0) > 0 {FROM}"""
INDEXES = """
    SELECT indrelid, indexrelid, relname::text, pg_relation_filenode(indexrelid)
    FROM pg_index JOIN pg_class ON oid = indexrelid"""
COUNTS = """
    SELECT relid, seq_tup_read + coalesce(idx_scan, 0), n_tup_ins + n_tup_upd + n_tup_del
    FROM pg_stat_xact_user_tables"""
FOREIGN_KEYS = "SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f' AND conname = ANY(%s)"
HELD = """
    SELECT relation, mode, granted FROM pg_locks WHERE pid = %s AND locktype = 'relation'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

FLAGS = ("scans", "rewrites", "builds_index", "writes_rows")


class TraceError(Exception):
    """What cannot be observed, and the way out."""


def observe(connection: Connection[Any], sql: str, *, monitor: Connection[Any] | None = None) -> tuple[Effect, ...]:
    """Run the SQL on the connection and tell what it did: `Observer.observe`, once."""
    with Observer(connection, monitor=monitor) as observer:
        return observer.observe(sql)


def strongest(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects merged to one a relation, in order of names, with the worst of each: what several actions come to."""
    merged: dict[str | None, Effect] = {}
    for effect in effects:
        other = merged.get(effect.relation, effect)
        merged[effect.relation] = replace(
            other,
            lock=_strongest((other.lock, effect.lock)),
            held=_strongest((other.held, effect.held)),
            blocks=max(other.blocks, effect.blocks),
            **{flag: getattr(other, flag) or getattr(effect, flag) for flag in FLAGS},
        )
    return tuple(merged[name] for name in sorted(merged, key=lambda name: name or ""))


def _strongest(locks: Iterable[str | None]) -> str | None:
    return max((lock for lock in locks if lock), key=LOCKS.index, default=None)


@dataclass(frozen=True, slots=True)
class _Relation:
    name: str  # with its schema where the search path does not lead to it
    bare: str  # as the server's messages say it
    kind: str
    file: int | None
    filled: bool
    indexes: Mapping[int, tuple[str, int | None]]  # their names and files

    def rewrites(self, after: _Relation) -> bool:
        return after.file != self.file and after.filled

    def builds_index(self, after: _Relation) -> bool:
        # A changed type makes another index, by oid, of the same name; where nothing is built it takes over the file.
        files = {file for _, file in self.indexes.values()}
        built = {name for name, file in after.indexes.values() if file is not None and file not in files}
        carried_along = {name for name, _ in self.indexes.values()} if after.file != self.file else set()
        return bool(built - carried_along)


Names = Mapping[int, str]  # as other sessions call them
Relations = Mapping[int, _Relation]
Locks = defaultdict[int, set[str]]


class Observer:
    """Runs statements on a connection and watches them from others to the same database, its own or `monitor`.

    The connection's own mode says where transactions end. With autocommit, outside a transaction, each statement
    commits on its own, and what refuses to run in a transaction block runs outside; otherwise the transaction stays
    open, and locks add up.
    """

    def __init__(self, connection: Connection[Any], *, monitor: Connection[Any] | None = None) -> None:
        try:
            import psycopg
        except ImportError as error:
            way_out = "Run `pip install 'django-migration-lint[postgresql]'`."
            raise TraceError(f"Tracing needs psycopg 3, which cannot be imported ({error}). {way_out}") from error
        if not isinstance(connection, psycopg.Connection):
            kind = f"{type(connection).__module__}.{type(connection).__qualname__}"
            raise TraceError(f"Tracing needs a psycopg 3 connection, not `{kind}`. Django's is `wrapper.connection`.")
        self.connection = connection
        self._exits = ExitStack()
        self.monitor = self._connect() if monitor is None else monitor
        self.monitor.autocommit = True
        self._messages: list[str] = []
        connection.add_notice_handler(self._note)
        self._exits.callback(connection.remove_notice_handler, self._note)

    def __enter__(self) -> Observer:
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching; the observed connection stays open, in the transaction it is in."""
        self._exits.close()

    def commit(self) -> None:
        self.connection.commit()

    def rollback(self) -> None:
        self.connection.rollback()

    def observe(self, sql: str) -> tuple[Effect, ...]:
        """Run the SQL; one effect for each table or view it touched that other sessions know, in order of names.

        - `relation` is the name before the statement; `lock` the strongest lock that it added: None where the
          transaction had it already, or where it is on an index alone (an effect only if felt); `held` and `blocks` are
          for the whole transaction so far.
        - `rewrites`: the relation has another file, with rows in it. Without rows it is a TRUNCATE's.
        - `builds_index`: an index has a file that none had before, and not merely because the table was rewritten.
        - `scans`: a validation read rows of it. Outside a transaction this is not seen, nor are rows written; and
          of a statement that goes through several tables on its own (VACUUM without a name) only the first is sure.
        - `algorithm`, `concurrent`, `assumed` and `fact` are not observed.
        """
        from psycopg.errors import ActiveSqlTransaction
        from psycopg.pq import TransactionStatus

        known, before = dict(self._rows(KNOWN, of=self.monitor)), self._relations()
        if not self.connection.autocommit or self.connection.info.transaction_status != TransactionStatus.IDLE:
            return self._observe_inside(sql, known, before, "transaction")
        try:
            with self.connection.transaction():
                return self._observe_inside(sql, known, before, "statement")
        except ActiveSqlTransaction:
            return self._observe_outside(sql, known, before)

    def _observe_inside(self, sql: str, known: Names, before: Relations, until: str) -> tuple[Effect, ...]:
        from psycopg.pq import TransactionStatus

        had, counted = self._held(), self._counts()
        self._rows("SELECT set_config('client_min_messages', 'debug1', true)")
        self._messages.clear()
        tag = self.connection.execute(sql.encode()).statusmessage
        if self.connection.info.transaction_status != TransactionStatus.INTRANS:
            raise TraceError("The SQL ends its transaction, and its locks go unseen. Observe one statement at a time.")
        verified, keys = set(self._named("verifying table")), self._named("validating foreign key constraint")
        after, held, counts = self._relations(), self._held(), self._counts()
        validated = {oid for pair in self._rows(FOREIGN_KEYS, [keys]) for oid in pair}
        effects = []
        for oid in before.keys() & known.keys():
            was, now = before[oid], after.get(oid, before[oid])
            added = {part: held[part] - had[part] for part in (oid, *was.indexes)}
            read, written = (new > old for new, old in zip(counts[oid], counted[oid], strict=True))
            # A new partition has the default partition checked without a message.
            validates = oid in validated or not verified.isdisjoint((was.bare, now.bare)) or tag == "CREATE TABLE"
            effect = Effect(
                action="observed",
                relation=was.name,
                lock=_strongest(added[oid]),
                held=_strongest(held[oid]),
                held_until=until,
                scans=read and validates,
                rewrites=was.rewrites(now),
                builds_index=was.builds_index(now),
                writes_rows=written and now.file == was.file,
            )
            touched = bool(effect.lock) or effect.works or effect.writes_rows
            blocks = self._blocks(known[oid]) if touched or any(added.values()) else Blocks.NOTHING
            if touched or blocks:
                effects.append(replace(effect, blocks=blocks))
        return strongest(effects)

    def _observe_outside(self, sql: str, known: Names, before: Relations) -> tuple[Effect, ...]:
        """Stop the statement twice, to have the time to look: by another schema change, and by an open writer."""
        names = [f"ONLY {known[oid]}" for oid in before.keys() & known.keys() if before[oid].kind in ("r", "p")]
        lock_tables = f"LOCK TABLE {', '.join(names)} IN {{}} MODE" if names else "SELECT '{}'"
        owners = {index: oid for oid, relation in before.items() for index in relation.indexes}
        seen: Locks = defaultdict(set)
        blocks: dict[int, Blocks] = {}

        def measure(oids: Iterable[int]) -> None:
            for oid in {owners.get(oid, oid) for oid in oids} & known.keys():
                blocks[oid] = max(blocks.get(oid, Blocks.NOTHING), self._blocks(known[oid]))

        with self._connect() as blocker, ThreadPoolExecutor(1) as pool:
            with blocker.transaction(force_rollback=True):
                blocker.execute(lock_tables.format("ROW EXCLUSIVE").encode())
                with blocker.transaction(force_rollback=True):
                    blocker.execute(lock_tables.format("SHARE UPDATE EXCLUSIVE").encode())
                    running = pool.submit(self.connection.execute, sql.encode())
                    # The blocker refuses schema changes, too. That is as good where the statement waits for it: of two
                    # sessions that exclude each other the second waits, whichever it is.
                    measure(self._watch(running, seen, blocker))
                self._watch(running, seen, blocker)
                measure(() if running.done() else tuple(seen))
            self._watch(running, seen)
        running.result()
        after = self._relations()
        effects = []
        for oid in before.keys() & known.keys():
            was, now, lock = before[oid], after.get(oid, before[oid]), _strongest(seen[oid])
            unseen = Blocks.UNKNOWN if lock else Blocks.NOTHING
            effect = Effect("observed", was.name, lock, held=lock, blocks=blocks.get(oid, unseen))
            effect = replace(effect, rewrites=was.rewrites(now), builds_index=was.builds_index(now))
            if lock or effect.works or effect.blocks:
                effects.append(effect)
        return strongest(effects)

    def _watch(self, running: Future[Any], seen: Locks, blocker: Connection[Any] | None = None) -> set[int]:
        """Collect locks until the statement is done or waits for the blocker: then, on which relations."""
        pid, ends = self.connection.info.backend_pid, time.monotonic() + PATIENCE
        while not running.done():
            waits_for = self._rows("SELECT unnest(pg_blocking_pids(%s))", [pid], of=self.monitor)
            locks = self._rows(HELD, [pid], of=self.monitor)
            for oid, mode, _ in locks:
                seen[oid].add(MODES[mode])
            if blocker and (blocker.info.backend_pid,) in waits_for:
                return {oid for oid, _, granted in locks if not granted}
            if time.monotonic() > ends:
                self._rows("SELECT pg_cancel_backend(%s)", [pid], of=self.monitor)
            time.sleep(0.001)
        return set()

    def _blocks(self, table: str) -> Blocks:
        import psycopg

        for blocks, sql in TRIES:
            try:
                with self.monitor.transaction(force_rollback=True):
                    self.monitor.execute("SET LOCAL lock_timeout = '50ms'")
                    self.monitor.execute(sql.format(table).encode())
            except psycopg.errors.LockNotAvailable:
                return blocks
            except psycopg.Error:
                pass  # It got the lock, and then did not suit the relation: nobody deletes from a materialized view.
        return Blocks.NOTHING

    def _connect(self) -> Connection[Any]:
        import psycopg
        from psycopg.conninfo import make_conninfo

        info = self.connection.info
        connection = psycopg.connect(make_conninfo(info.dsn, password=info.password or None), autocommit=True)
        self._exits.callback(connection.close)
        return connection

    def _note(self, message: Diagnostic) -> None:
        self._messages.append(message.message_primary or "")

    def _named(self, message: str) -> list[str]:
        return [text[len(message) + 2 : -1] for text in self._messages if text.startswith(f'{message} "')]

    def _rows(self, query: str, values: Sequence[Any] | None = None, of: Connection[Any] | None = None) -> list[Any]:
        from psycopg.rows import tuple_row

        with (of or self.connection).cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()

    def _counts(self) -> defaultdict[int, tuple[int, int]]:
        return defaultdict(lambda: (0, 0), {oid: (read, written) for oid, read, written in self._rows(COUNTS)})

    def _held(self) -> Locks:
        held: Locks = defaultdict(set)
        for oid, mode, _ in self._rows(HELD, [self.connection.info.backend_pid], of=self.monitor):
            held[oid].add(MODES[mode])
        return held

    def _relations(self) -> Relations:
        indexes: defaultdict[int, dict[int, tuple[str, int | None]]] = defaultdict(dict)
        for table, index, name, file in self._rows(INDEXES):
            indexes[table][index] = (name, file)
        return {
            oid: _Relation(name, bare, kind, file, filled, indexes[oid])
            for oid, name, bare, kind, file, filled in self._rows(RELATIONS)
        }
