"""The nouns. Frozen data, no behaviour beyond what reads aloud; imports nothing of ours."""

from __future__ import annotations

import enum
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

Record = TypeVar("Record")

if TYPE_CHECKING:
    from django.db.migrations import Migration
    from django.db.migrations.operations.base import Operation
    from django.db.migrations.state import ModelState, ProjectState
    from typing_extensions import dataclass_transform

    from migration_lint.rules import Rule
    from migration_lint.sql.catalog import Catalog, Table
else:

    def dataclass_transform(**meant: Any) -> Callable[[Record], Record]:
        return lambda function: function


MigrationKey = tuple[str, str]
DATABASE_FIRST, CODE_FIRST = DEPLOY_ORDERS = ("database-first", "code-first")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, eq: bool = True, slots: bool = False) -> Callable[[type[Record]], type[Record]]:
    """A frozen dataclass to whoever checks types. At run time nothing holds it: that is a twentieth of what linting costs."""
    return dataclass(eq=eq, unsafe_hash=eq, slots=slots)


def replace(record: Record, **changes: Any) -> Record:
    """A copy of frozen data with changes. `dataclasses.replace` makes it from the start, which takes ten times as long."""
    new = object.__new__(type(record))
    object.__setattr__(new, "__dict__", record.__dict__ | changes)
    return new


def backwards(key: MigrationKey) -> MigrationKey:
    """The key under which a migration's way back is told: what the way there made is not new on the way back."""
    return (key[0], f"{key[1]} backwards")


def goes_back(key: MigrationKey) -> bool:
    return key[1].endswith(" backwards")


class Blocks(enum.IntEnum):
    """What other sessions cannot do on a relation meanwhile. Ordered: a higher value is worse."""

    NOTHING = 0
    SCHEMA_CHANGES = 1
    WRITES = 2
    EVERYTHING = 3
    UNKNOWN = 4

    def __str__(self) -> str:
        return ("nothing", "schema changes", "writes", "reads and writes", "unknown")[self]


class Severity(enum.IntEnum):
    NOTE = 0
    WARNING = 1
    ERROR = 2

    def __str__(self) -> str:
        return self.name.lower()


class Kind(str, enum.Enum):
    """What a statement does, in one vocabulary for all vendors."""

    CREATE_TABLE = "create table"
    CREATE_TABLE_AS = "create table as"
    DROP_TABLE = "drop table"
    RENAME_TABLE = "rename table"
    SET_SCHEMA = "set schema"
    TRUNCATE = "truncate"
    LOCK_TABLE = "lock table"
    ADD_COLUMN = "add column"
    DROP_COLUMN = "drop column"
    RENAME_COLUMN = "rename column"
    ALTER_TYPE = "alter column type"
    MODIFY_COLUMN = "modify column"
    SET_DEFAULT = "set default"
    DROP_DEFAULT = "drop default"
    SET_NOT_NULL = "set not null"
    DROP_NOT_NULL = "drop not null"
    ADD_IDENTITY = "add identity"
    SET_IDENTITY = "set identity"
    DROP_IDENTITY = "drop identity"
    SET_EXPRESSION = "set expression"
    DROP_EXPRESSION = "drop expression"
    SET_STATISTICS = "set statistics"
    SET_STORAGE = "set storage"
    SET_COMPRESSION = "set compression"
    SET_OPTIONS = "set options"
    CONVERT = "convert character set"
    REQUEST = "request"
    ADD_CONSTRAINT = "add constraint"
    VALIDATE_CONSTRAINT = "validate constraint"
    DROP_CONSTRAINT = "drop constraint"
    RENAME_CONSTRAINT = "rename constraint"
    ALTER_CONSTRAINT = "alter constraint"
    CREATE_INDEX = "create index"
    DROP_INDEX = "drop index"
    RENAME_INDEX = "rename index"
    ALTER_INDEX = "alter index"
    REINDEX = "reindex"
    CLUSTER = "cluster"
    SET_CLUSTER = "set cluster"
    VACUUM = "vacuum"
    OPTIMIZE = "optimize table"
    ANALYZE = "analyze"
    SET_LOGGED = "set logged"
    SET_TABLESPACE = "set tablespace"
    SET_ACCESS_METHOD = "set access method"
    REPLICA_IDENTITY = "set replica identity"
    ROW_SECURITY = "set row security"
    OWNER = "change owner"
    INHERIT = "inherit"
    ATTACH_PARTITION = "attach partition"
    DETACH_PARTITION = "detach partition"
    CREATE_TRIGGER = "create trigger"
    DROP_TRIGGER = "drop trigger"
    ALTER_TRIGGER = "alter trigger"
    SET_TRIGGER = "enable or disable trigger"
    CREATE_RULE = "create rule"
    DROP_RULE = "drop rule"
    CREATE_POLICY = "create policy"
    DROP_POLICY = "drop policy"
    CREATE_STATISTICS = "create statistics"
    CREATE_PUBLICATION = "create publication"
    GRANT = "grant"
    COMMENT = "comment"
    CREATE_VIEW = "create view"
    REPLACE_VIEW = "replace view"
    DROP_VIEW = "drop view"
    ALTER_VIEW = "alter view"
    CREATE_MATERIALIZED_VIEW = "create materialized view"
    DROP_MATERIALIZED_VIEW = "drop materialized view"
    REFRESH_MATERIALIZED_VIEW = "refresh materialized view"
    CREATE_SEQUENCE = "create sequence"
    ALTER_SEQUENCE = "alter sequence"
    DROP_SEQUENCE = "drop sequence"
    CREATE_OBJECT = "create object"
    ALTER_OBJECT = "alter object"
    DROP_OBJECT = "drop object"
    DROP_SCHEMA = "drop schema"
    ALTER_ENUM = "alter enum"
    SELECT = "select"
    SELECT_FOR_UPDATE = "select for update"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    COPY = "copy"
    SET = "set"
    SET_CONSTRAINTS = "set constraints"
    TRANSACTION = "transaction control"
    SERVER = "server command"
    FUNCTION = "function"  # no statement: what a RunPython runs
    UNREAD = "unread"

    def __str__(self) -> str:
        return self.value


@record(slots=True)
class Location:
    """A place in a file. Lines and columns count from 1; `end_column` is one past the last character."""

    path: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@record(slots=True)
class Target:
    """One database a project is linted for.

    `assumed` tells where the version came from when nobody gave one; `own` is whether the settings have this vendor under the
    alias, so that their OPTIONS are about it.
    """

    alias: str
    vendor: str
    version: tuple[int, ...]
    assumed: str = ""
    own: bool = False

    @property
    def name(self) -> str:
        return f"{self.vendor}@{'.'.join(map(str, self.version))}"

    def __str__(self) -> str:
        return self.name if self.alias == "default" else f"{self.alias}={self.name}"


@record()
class Action:
    """One thing a statement does to one relation.

    `definition` is what the catalog folds (a `Column`, `Constraint`, `Index`, or a mapping of plain values); `traits` are
    circumstances that the text itself shows ("concurrently", "if exists", "cascade", …).
    """

    kind: Kind
    table: str | None = None
    name: str | None = None
    definition: Any = None
    traits: frozenset[str] = frozenset()


@record()
class Effect:
    """What a statement does to one relation, predicted or observed.

    `scans` is DDL that reads rows to validate them; rows changed by DML are `writes_rows`. `held` is the strongest lock on the
    relation so far in the transaction, `held_until` says when it goes. `assumed`: the catalog could not know the relation.
    `whole_database`: the lock is the database's, and what it blocks is blocked on every table.
    `fails` is the error with which the server may refuse the statement.
    """

    action: str
    relation: str | None
    lock: str | None = None
    algorithm: str | None = None
    held: str | None = None
    held_until: str = "statement"
    blocks: Blocks = Blocks.NOTHING
    scans: bool = False
    rewrites: bool = False
    builds_index: bool = False
    writes_rows: bool = False
    concurrent: bool = False
    assumed: bool = False
    whole_database: bool = False
    fact: str | None = None
    fails: str | None = field(default=None, compare=False)
    table: Table | None = field(default=None, compare=False, repr=False)
    source: Action | None = field(default=None, compare=False, repr=False)

    @property
    def works(self) -> bool:
        """Whether it takes time in proportion to the rows."""
        return self.scans or self.rewrites or self.builds_index

    @property
    def stops_writes(self) -> bool:
        return self.blocks >= Blocks.WRITES

    @property
    def stops_reads(self) -> bool:
        return self.blocks >= Blocks.EVERYTHING

    @property
    def relation_key(self) -> object:
        """What stays the same when the relation is renamed."""
        return self.table.id if self.table is not None and self.table.id else self.relation

    def is_new(self, release: Container[MigrationKey]) -> bool:
        """Whether the relation was made by one of these migrations: then nobody uses it yet."""
        return self.table is not None and self.table.made_by is not None and self.table.made_by in release

    def relation_before(self, release: Container[MigrationKey]) -> str | None:
        """The name that the relation had before these migrations."""
        for migration, name in self.table.former_names if self.table else ():
            if migration is not None and migration in release:
                return name
        return self.relation


@record(slots=True)
class Refusal:
    """What the server does not do as the statement asks, whatever the rows. `rule` is the id of the rule that reports it.

    Without an `error` the statement goes through, and does something else.
    """

    rule: str
    message: str
    help: str
    action: Action
    relation: str | None = None
    severity: Severity | None = None
    fact: str = ""
    error: str | None = None


@record(slots=True)
class Statement:
    """One SQL statement as the server receives it.

    Statements with the same `transaction` number (unique in the migration) commit together; None stands on its own. `unread`
    is why the statement was not understood.
    """

    sql: str
    effects: tuple[Effect, ...] = ()
    unread: str | None = None
    deferred: bool = False
    transaction: int | None = None
    actions: tuple[Action, ...] = field(default=(), compare=False, repr=False)
    before: Catalog | None = field(default=None, compare=False, repr=False)
    position: int = field(default=0, compare=False)
    refusals: tuple[Refusal, ...] = field(default=(), compare=False, repr=False)


@record()
class States:
    """The project state around an operation. Read `.models`; asking for `.apps` renders model classes and costs time."""

    before: ProjectState
    after: ProjectState


@record()
class Step:
    """One operation of one migration. `index` is `(3,)`, or `(3, 0)` inside `SeparateDatabaseAndState`."""

    migration: Migration
    operation: Operation
    index: tuple[int, ...]
    atomic: bool
    state: States = field(repr=False, compare=False)
    locate: Callable[[], Location] = field(repr=False, compare=False)
    parent: Operation | None = None

    @cached_property
    def location(self) -> Location:
        """The call that made the operation. Found when it is asked for: most operations are never reported."""
        return self.locate()

    @property
    def key(self) -> MigrationKey:
        return (self.migration.app_label, self.migration.name)


@record()
class Reverse:
    """The way back: the statements that undo a step, or why they are not known."""

    statements: tuple[Statement, ...]
    unread: str | None = None


@record()
class Impact:
    """A step on one target. `unread` is why its SQL is not known; `reverse` is None if there is none or nobody asked."""

    step: Step
    target: Target
    statements: tuple[Statement, ...]
    before: Catalog = field(repr=False)
    after: Catalog = field(repr=False)
    unread: str | None = None
    reversible: bool = True
    reverse: Reverse | None = None
    features: Any = field(default=None, compare=False, repr=False)
    """What Django says that the target's backend can do: `connection.features`."""

    @property
    def is_unread(self) -> bool:
        """Whether something that the operation sends is not known, or not understood."""
        return self.unread is not None or any(statement.unread for statement in self.statements)


@record()
class MigrationImpact:
    """All impacts of one migration on one target, in order of operations, and its statements in order of execution."""

    migration: Migration
    target: Target
    locate: Callable[[], Location] = field(repr=False, compare=False)
    impacts: tuple[Impact, ...]
    release: frozenset[MigrationKey]
    after: Catalog = field(repr=False, compare=False)
    """The database that the migration leaves, what was deferred to its end included."""
    models_before: Mapping[tuple[str, str], ModelState] = field(default_factory=dict, repr=False)
    """The model states, by (app label, lower-case name), that the running release was written for."""
    deploy_order: str = DATABASE_FIRST
    """What a deployment replaces first: the database, under the old code, or the code ("code-first")."""
    models_after: Mapping[tuple[str, str], ModelState] = field(default_factory=dict, repr=False)
    """The model states that the release's own code is written for; only where that goes first."""
    undo: Callable[[int], tuple[Impact, ...]] | None = field(default=None, compare=False, repr=False)
    """Finds the impacts, from one of them on, with their way back."""
    precedes: Callable[[MigrationKey, MigrationKey], bool] | None = field(default=None, compare=False, repr=False)
    """Whether the first of two migrations always runs before the second, because that depends on it."""

    def undone(self, first: int = 0) -> MigrationImpact | None:
        """The migration backwards to this impact, as Django undoes it; None where it refuses, or where that is not known.

        It costs as much as the way there.
        """
        if self.undo is None or not all(impact.reversible for impact in self.impacts):
            return None
        back = [
            replace(impact, statements=impact.reverse.statements, before=impact.after, after=impact.before)
            for impact in reversed(self.undo(first))
            if impact.reverse is not None and not impact.reverse.unread
        ]
        if not back:
            return None
        release = self.release | {backwards(self.key)}
        after = back[-1].after
        return MigrationImpact(self.migration, self.target, self.locate, tuple(back), release, after, self.models_before)

    @cached_property
    def location(self) -> Location:
        """The migration's class. Found when it is asked for: the file is read for it."""
        return self.locate()

    @property
    def key(self) -> MigrationKey:
        return (self.migration.app_label, self.migration.name)

    def runs_after(self, other: MigrationKey) -> bool:
        """Whether another migration always runs before this one, or is this one."""
        return other == self.key or self.precedes is None or self.precedes(other, self.key)

    @cached_property
    def before(self) -> Catalog:
        """The database that the migration finds."""
        return self.impacts[0].before

    def used_table(self, effect: Effect) -> bool:
        """Whether others may be using the relation: this release did not make it."""
        return effect.relation is None or not effect.is_new(self.release)

    @cached_property
    def timeline(self) -> tuple[tuple[Impact, Statement], ...]:
        """Every statement with the impact it belongs to, in the order in which the server receives them."""
        pairs = [(impact, statement) for impact in self.impacts for statement in impact.statements]
        return tuple(sorted(pairs, key=lambda pair: pair[1].position))

    def locks_before(self, statement: Statement) -> Iterator[tuple[Impact, Statement, Effect]]:
        """What the statement's transaction has locked before it, in order; the statement's own locks are left out."""
        if statement.transaction is None:
            return
        for impact, earlier in self.timeline:
            if earlier.position >= statement.position:
                return
            if earlier.transaction == statement.transaction:
                for effect in earlier.effects:
                    if effect.lock is not None:
                        yield impact, earlier, effect

    def blocked(self, statement: Statement, effect: Effect) -> Blocks:
        """What others cannot do on the effect's relation meanwhile: by its own lock, or by one still held from before."""
        if statement.transaction is None or effect.held == effect.lock:
            return effect.blocks
        held = [e.blocks for _, _, e in self.locks_before(statement) if e.relation_key == effect.relation_key]
        return max([effect.blocks, *held])


@record(slots=True)
class Problem:
    """What broke the graph. `rule` is the id of the rule that reports it."""

    rule: str
    message: str
    help: str
    app_label: str | None = None
    migration: str | None = None
    location: Location | None = None
    severity: Severity | None = None


@record()
class Since:
    """What became of the migrations since a commit. `before` is the text, as it was, of those that were changed or are gone.

    `ref` is what the user called the commit, `commit` the hash of the one from which HEAD and that went apart.
    """

    ref: str
    commit: str
    new: frozenset[MigrationKey]
    before: Mapping[MigrationKey, str]
    gone: Mapping[MigrationKey, MigrationKey | None]
    """Those that are no longer there, each with what its file is now, where it was renamed."""
    paths: Mapping[MigrationKey, str]
    """Where the files of those in `before` were, from the working directory."""


@record()
class Recorded:
    """What a database has recorded as applied. `early` are pairs: a migration and what it depends on, which is not applied."""

    alias: str
    applied: frozenset[MigrationKey]
    early: tuple[tuple[MigrationKey, MigrationKey], ...] = ()
    error: str = ""


@record()
class AppChange:
    """An operation that `makemigrations` would write, in words, the model it is about, and whether a database would see it."""

    description: str
    model: str | None
    schema: bool


@record()
class History:
    """The migrations as they lie on disk, those included that a squashed one replaces, and what is known of their past.

    What costs time is asked for by a call.
    """

    migrations: Mapping[MigrationKey, Migration]
    own: frozenset[str]
    """The labels of the apps that are this project's own."""
    apps: frozenset[str]
    """The labels of the apps that are judged: its own, or all with `--third-party`."""
    unmigrated: frozenset[str]
    left_out: frozenset[MigrationKey]
    """What could not be loaded, and what depends on it."""
    locate: Callable[[MigrationKey, str], Location] = field(repr=False)
    """Where the migration's class says an attribute, or where the class stands."""
    text: Callable[[MigrationKey], str] = field(repr=False)
    precedes: Callable[[MigrationKey, MigrationKey], bool] = field(repr=False)
    oldest_django: Callable[[str], tuple[str, str] | None] = field(repr=False)
    """The oldest Django that the app's package says it works with, and the file that says so."""
    changes: Callable[[], Mapping[str, tuple[AppChange, ...]]] = field(repr=False)
    """What `makemigrations` would write, by app."""
    locate_model: Callable[[str, str], Location | None] = field(repr=False)
    since: Since | None = None
    recorded: tuple[Recorded, ...] = ()


@record()
class Plan:
    """What is linted: the migrations selected, in the order of `migrate`, and what is broken in the graph."""

    migrations: tuple[Migration, ...]
    problems: tuple[Problem, ...]
    targets: tuple[Target, ...]
    history: History | None = None


@record()
class Finding:
    """One fault, on one operation and relation, on all the targets it holds for."""

    rule: str
    category: str
    severity: Severity
    message: str
    help: str
    app_label: str | None = None
    migration: str | None = None
    operation_index: int | None = None
    operation: str | None = None
    location: Location | None = None
    related: tuple[Location, ...] = ()
    call: Location | None = field(default=None, compare=False)
    """Where the operation stands, which is not where the fault is when that is in a function."""
    targets: tuple[str, ...] = ()
    relation: str | None = None
    lock: str | None = None
    algorithm: str | None = None
    blocks: Blocks | None = None
    held_until: str | None = None
    whole_database: bool = False
    sql: str | None = None
    also: tuple[str, ...] = ()
    fingerprint: str = ""


@record()
class Report:
    """What one run found. `errors` is what could not be analysed and no finding tells; `linted` are the migrations selected."""

    findings: tuple[Finding, ...]
    targets: tuple[Target, ...]
    migrations: int
    operations: int
    errors: tuple[str, ...] = ()
    seconds: float = 0.0
    incomplete: Mapping[str, int] = field(default_factory=dict)
    suppressed: int = 0
    baselined: int = 0
    stale: tuple[tuple[str, ...], ...] = ()
    """What the baseline lists in vain: rule, app, migration and fingerprint."""
    linted: tuple[MigrationKey, ...] = ()
    rules: tuple[Rule, ...] = ()
    fail_level: Severity = Severity.ERROR
    left_out: int = 0
    """How many migrations the configuration leaves out of what was asked for."""

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings at or above the fail level."""
        return tuple(finding for finding in self.findings if finding.severity >= self.fail_level)

    def about(self, app_labels: Container[str]) -> Report:
        """Without what was found about other apps."""
        return replace(self, findings=tuple(f for f in self.findings if f.app_label is None or f.app_label in app_labels))
