"""A server that never connects: it takes what a step sends and says what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from migration_lint import backends
from migration_lint.effects import predict, unlisted_calls, unread
from migration_lint.failures import told
from migration_lint.limits import Whole, refusals
from migration_lint.sql.catalog import Catalog
from migration_lint.sql.fold import Fold
from migration_lint.sql.fold.remade import differences, replaced
from migration_lint.sql.lexer import LexError, Piece, split
from migration_lint.sql.read import read
from migration_lint.sql.read.cursor import Unread
from migration_lint.sql.resolve import beside_column, requested, resolve, spelled
from migration_lint.storage import row_versions
from migration_lint.types import Action, Effect, Kind, MigrationKey, Refusal, Statement, Target, replace

# What a server without transactions for DDL leaves inside one.
IN_TRANSACTION = {
    Kind.SELECT, Kind.SELECT_FOR_UPDATE, Kind.INSERT, Kind.UPDATE, Kind.DELETE, Kind.COPY, Kind.SET, Kind.SET_CONSTRAINTS,
    Kind.TRANSACTION, Kind.UNREAD, Kind.SERVER, Kind.LOCK_TABLE,
}  # fmt: skip
WORD = re.compile(r"\w+")
CREATES = {Kind.CREATE_TABLE, Kind.CREATE_TABLE_AS, Kind.CREATE_VIEW, Kind.CREATE_MATERIALIZED_VIEW}


def gathered(effects: list[Effect]) -> list[Effect]:
    """Where one statement rewrites a table or builds an index on it, the rows it validates are read on that occasion."""
    heavy = {e.relation: n for n, e in enumerate(effects) if e.rewrites or e.builds_index}
    found = list(effects)
    for number, effect in enumerate(effects):
        home = heavy.get(effect.relation)
        if effect.scans and home is not None and home != number and not (effect.rewrites or effect.builds_index):
            found[number] = replace(effect, scans=False)
            found[home] = replace(found[home], scans=True)
    return found


class Server:
    """Splits, reads, predicts and folds each text at once: Django's `alter_field` asks introspection after its own DROP.

    `transaction` is the number of the open transaction, None outside one. `statements` grows with every text sent.
    """

    def __init__(self, target: Target, settings: Mapping[str, str] | None = None) -> None:
        self.target = target
        self.backend = backends.load(target.vendor)
        self.catalog = Catalog(settings=dict(settings or {}))
        self.fold = Fold(self.backend)
        self.statements: list[Statement] = []
        self.deferred = False
        self.errors: list[str] = []
        self.transaction: int | None = None
        self.transactions = 0
        self.held: dict[object, str] = {}
        self.local_settings: dict[str, str | None] = {}

    def fork(self) -> Server:
        """Another server in the same state; what it is sent leaves this one alone."""
        other = Server(self.target)
        other.catalog = self.catalog
        other.fold.migration = self.migration
        return other

    @property
    def migration(self) -> MigrationKey | None:
        return self.fold.migration

    def begin_migration(self, key: MigrationKey | None) -> None:
        self.fold.migration = key
        self.transactions = 0
        self.statements = []

    def begin(self) -> None:
        self.transactions += 1
        self.transaction = self.transactions
        self.held = {}

    def commit(self) -> None:
        self.transaction = None
        self.held = {}
        if self.local_settings:
            settings = {**self.catalog.settings}
            for name, value in self.local_settings.items():
                settings.pop(name, None)
                if value is not None:
                    settings[name] = value
            self.catalog = replace(self.catalog, settings=settings)
            self.local_settings = {}

    def send(self, sql: str) -> None:
        """Take a text as an executor sends it. Several statements in one text commit together where no transaction is open."""
        try:
            pieces = split(sql, self.backend.dialect)
        except LexError as error:
            self.record(sql.strip(), (unread(str(error)),), str(error), ())
            return
        alone = self.transaction is None and len(pieces) > 1 and self.backend.server["ddl_in_transaction"]
        if alone:
            self.begin()
        number = self.transaction
        for piece in pieces:
            self.run(piece)
        if self.transaction is None or (alone and self.transaction == number):
            self.commit()  # outside a transaction too: SET LOCAL ends with its statement there

    def not_shown(self, reason: str) -> None:
        """Something sends a statement whose text nobody can know beforehand."""
        self.record(f"-- {reason}", (unread(reason),), reason, ())

    def run(self, piece: Piece) -> None:
        try:
            actions = self.in_order(beside_column(requested(read(piece, self.backend))))
        except Unread as unreadable:
            before = self.catalog
            self.opaque(piece)
            self.record(piece.sql, (unread(str(unreadable)),), str(unreadable), (), before)
            return
        if self.transaction is not None and not self.backend.server["ddl_in_transaction"] and self.commits(actions):
            self.commit()
            self.carry_out(piece, actions)
            self.begin()
        else:
            self.carry_out(piece, actions)

    def commits(self, actions: tuple[Action, ...]) -> bool:
        """Whether the statement ends the transaction it stands in, on a server where DDL does."""
        return any(action.kind not in IN_TRANSACTION for action in actions)

    def carry_out(self, piece: Piece, actions: tuple[Action, ...]) -> None:
        before = self.catalog
        if self.backend.settings.get("names_ignore_case"):
            actions = tuple(spelled(action, before) for action in actions)
        found: list[Effect] = []
        reasons: list[str] = []
        done: list[Action] = []
        refused: list[Refusal] = []
        whole = Whole(actions, (token.value for token in piece.tokens if token.kind in ("word", "name")), self.backend)
        try:
            for action in (part for whole in actions for part in resolve(whole, self.catalog)):
                done.append(action)
                if action.kind is Kind.UNREAD:
                    reasons.append(action.definition)
                    continue
                effects = predict(action, self.catalog, self.backend, self.target.version, self.migration)
                reasons += [
                    f"it calls {name}(), which may do anything" for name in unlisted_calls(action, self.catalog, self.backend)
                ]
                self.session(action)
                found_before, self.catalog = self.catalog, self.fold(self.catalog, action)
                refused += refusals(action, found_before, self.catalog, whole, self.backend, self.target.version)
                if action.kind in CREATES:  # the relation is there only now
                    made = self.catalog.table(action.table or "")
                    effects = tuple(replace(e, table=made, assumed=False) if e.relation == action.table else e for e in effects)
                found += effects
        except Exception as error:  # a fault of the linter's own: said, and the rest goes on
            reasons.append(f"the linter failed on it ({told(error)})")
            self.errors.append(f"{told(error)} at {piece.sql[:200]}")
        reason = "; ".join(dict.fromkeys(reasons)) or None
        if reason:
            self.opaque(piece)
            found.append(unread(reason))
        for action in actions:
            place = replaced(before, action)
            if place is not None:  # for whoever asks, the table was there all the time
                done += differences(before, action)
                before = before.with_table(place)
                break
        self.count_row_versions(found)
        self.record(piece.sql, gathered(found), reason, tuple(done), before, tuple(refused))

    def count_row_versions(self, effects: list[Effect]) -> None:
        """Write down what the statement leaves of the columns that a table can still gain or lose in an instant."""
        if self.backend.row_versions(self.target.version) is None:
            return
        for name in {effect.relation for effect in effects if effect.algorithm is not None}:
            table = self.catalog.tables.get(name or "")
            own = [effect for effect in effects if effect.relation == name]
            before = next((effect.table for effect in own if effect.table is not None), None)
            if table is None or before is None:
                continue
            count = row_versions(own, before)
            if count != table.row_versions:
                self.catalog = self.catalog.with_table(replace(table, row_versions=count))

    def in_order(self, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        """One ALTER TABLE's subcommands in the order in which the server carries them out, which is not the text's."""
        if len(actions) < 2 or any(action.kind.value not in self.backend.passes for action in actions):
            return actions
        if any(action.traits & {"with its column"} for action in actions):
            return actions
        return tuple(sorted(actions, key=lambda action: self.backend.passes[action.kind.value]))

    def session(self, action: Action) -> None:
        """What the statement does to the session rather than to a relation."""
        if action.kind is Kind.TRANSACTION:
            if action.name in ("begin", "start"):
                self.begin()
            elif action.name in ("commit", "end", "rollback", "abort"):
                self.commit()
        elif action.kind is Kind.SET and "local" in action.traits and action.name:
            self.local_settings.setdefault(action.name, self.catalog.settings.get(action.name))

    def opaque(self, piece: Piece) -> None:
        """A statement that is not understood may have changed every table that its text names."""
        words = {token.value for token in piece.tokens if token.kind in ("word", "name", "string")}
        for token in piece.tokens:
            if token.kind == "string":  # which may hold a statement
                words.update(WORD.findall(token.value))
        named = [name for name in self.catalog.tables if name in words]
        if named:
            self.catalog = self.catalog.taint(*named)

    def record(
        self,
        sql: str,
        found: Iterable[Effect],
        reason: str | None,
        actions: tuple[Action, ...],
        before: Catalog | None = None,
        refused: tuple[Refusal, ...] = (),
    ) -> None:
        effects = []
        for effect in found:
            if effect.lock is None:
                effects.append(effect)
                continue
            key = "the database" if effect.whole_database else effect.relation_key
            held: str | None = effect.lock
            if self.transaction is not None:
                held = self.backend.stronger(effect.lock, self.held.get(key))
                if held:
                    self.held[key] = held
            effects.append(replace(effect, held=held, held_until="statement" if self.transaction is None else "migration"))
        self.statements.append(
            Statement(
                sql,
                tuple(effects),
                reason,
                self.deferred,
                self.transaction,
                actions,
                before or self.catalog,
                position=len(self.statements),
                refusals=refused,
            )
        )
