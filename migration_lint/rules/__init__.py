"""A rule is one file: `Rule`, and the function that finds the built-in and third-party ones alike."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from migration_lint.backends import django_vendor
from migration_lint.failures import told
from migration_lint.types import (
    Effect,
    Finding,
    Impact,
    Kind,
    Location,
    MigrationImpact,
    Plan,
    Severity,
    Statement,
    Target,
)

if TYPE_CHECKING:
    from migration_lint.sql.catalog import End

ENTRY_POINTS = "migration_lint.rules"


# Attributes of effects that a rule may be about.
EFFECTS = ("scans", "rewrites", "builds_index", "writes_rows")


class RuleError(ValueError):
    """A rule's class is not what a rule has to be; the message says what is missing."""


class Rule:
    """Override one of `check_impact`, `check_migration`, `check_end` and `check_plan`; make findings with `self.finding()`.

    The id is the module's name with dashes. The docstring says what is wrong and what happens; `bad` and `good` are the
    `operations` of a migration over the bookshop of the docs, from which docs and tests are made. `vendors` are those that the
    rule is about, all where none is named; `severity_on`, `bad_on` and `good_on` tell what differs on one of them, and
    `on_postgresql()`, `on_mysql()` and so on the way out there, for `way_out()` to choose from. A rule that reads
    `impact.reverse` sets `needs_reverse`: reverses are collected only where a selected rule reads them. One that is a matter of
    taste sets `opt_in`, and runs where it is selected. Where the order of a deployment matters, `breaks` says in a few words
    what the release that is still running can no longer do once the bad example has run, and `breaks_new` what the one after
    it cannot. `options` are what a project may set, with the defaults, whose types are those that are wanted;
    `self.option("name")` is what holds. `routers` are those of the project of its examples, where they matter. Where there is
    nothing to find without certain actions or effects, `kinds` names the actions and `effects` the effects, by the names
    in EFFECTS: the rule is not asked about migrations that have none of all these.
    """

    severity: ClassVar[Severity] = Severity.WARNING
    category: ClassVar[str] = ""
    help: ClassVar[str] = ""
    bad: ClassVar[str] = ""
    good: ClassVar[str] = ""
    vendors: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[frozenset[Kind]] = frozenset()
    effects: ClassVar[frozenset[str]] = frozenset()
    severity_on: ClassVar[Mapping[str, Severity]] = {}
    bad_on: ClassVar[Mapping[str, str]] = {}
    good_on: ClassVar[Mapping[str, str]] = {}
    covers: ClassVar[tuple[str, ...]] = ()
    needs_reverse: ClassVar[bool] = False
    opt_in: ClassVar[bool] = False
    breaks: ClassVar[str] = ""
    routers: ClassVar[tuple[type, ...] | None] = None
    breaks_new: ClassVar[str] = ""
    options: ClassVar[Mapping[str, Any]] = {}
    id: ClassVar[str] = ""
    reads_migrations: ClassVar[bool] = False
    is_patient: ClassVar[bool] = False
    configured_severity: Severity | None = None
    given: Mapping[str, Any] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.id = cls.__module__.rpartition(".")[2].replace("_", "-")
        if unknown := sorted(cls.effects - set(EFFECTS)):
            raise RuleError(f"the rule {cls.id!r} is about the effects {unknown}; there are {list(EFFECTS)}")
        cls.is_patient = cls.awaits_end is not Rule.awaits_end
        own = cls.check_impact is not Rule.check_impact or cls.check_migration is not Rule.check_migration
        cls.reads_migrations = own or cls.is_patient

    @classmethod
    def summary(cls) -> str:
        """The docstring's first sentence."""
        text: str = re.split(r"(?<=[.])\s", " ".join((inspect.getdoc(cls) or "").split()))[0]
        return text

    def concerns(self, target: Target) -> bool:
        return not self.vendors or target.vendor in self.vendors

    def may_find(self, there: Set[Kind | str]) -> bool:
        """Whether there is something to look at in a migration that has these kinds of actions and these effects."""
        about: frozenset[Kind | str] = self.kinds | self.effects
        return self.reads_migrations and not (about and about.isdisjoint(there))

    def option(self, name: str) -> Any:
        """What the project has set, or the default."""
        return self.given[name] if name in self.given else self.options[name]

    def severity_for(self, vendor: str | None) -> Severity:
        if self.configured_severity is not None:
            return self.configured_severity
        return self.severity_on.get(vendor or "", self.severity)

    def way_out(self, impact: Impact, *arguments: Any) -> str:
        """The help for the impact's target, from the method that is named after its vendor; MariaDB's is MySQL's."""
        method: Callable[..., str] | None = getattr(self, f"on_{django_vendor(impact.target.vendor)}", None)
        return inspect.cleandoc(self.help) if method is None else method(impact, *arguments)

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        """What the server does not do as it is asked names the rule that reports it."""
        for statement in impact.statements:
            for refusal in statement.refusals:
                if refusal.rule == self.id:
                    yield self.finding(
                        refusal.message,
                        help=refusal.help,
                        impact=impact,
                        migration=migration,
                        statement=statement,
                        relation=refusal.relation,
                        severity=refusal.severity,
                    )

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        for impact in migration.impacts:
            yield from self.check_impact(impact, migration)

    def awaits_end(self, migration: MigrationImpact) -> bool:
        """Whether `check_end` is to be asked about the migration."""
        return False

    def check_end(self, migration: MigrationImpact, end: End) -> Iterable[Finding]:
        """What only the whole plan can tell: `end` is the database after its last migration, with its models."""
        return ()

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        """What is broken in the graph names the rule that reports it."""
        for problem in plan.problems:
            if problem.rule == self.id:
                yield self.finding(
                    problem.message,
                    help=problem.help,
                    app_label=problem.app_label,
                    migration_name=problem.migration,
                    location=problem.location,
                    severity=problem.severity,
                )

    def finding(
        self,
        message: str,
        *,
        impact: Impact | None = None,
        migration: MigrationImpact | None = None,
        statement: Statement | None = None,
        effect: Effect | None = None,
        relation: str | None = None,
        help: str | None = None,
        severity: Severity | None = None,
        location: Location | None = None,
        related: tuple[Location, ...] = (),
        app_label: str | None = None,
        migration_name: str | None = None,
    ) -> Finding:
        """A finding of this rule about what is given; what is left out is taken from the impact, the migration or the class."""
        key: tuple[str | None, str | None] = (app_label, migration_name)
        targets: tuple[str, ...] = ()
        index = operation = vendor = None
        if migration is not None:
            key, targets, vendor = migration.key, (str(migration.target),), migration.target.vendor
            location = location or (None if impact else migration.location)
        if impact is not None:
            step = impact.step
            key, targets, vendor = step.key, (str(impact.target),), impact.target.vendor
            index, operation = step.index[0], type(step.parent or step.operation).__name__
            location = location or step.location
        if severity is None or self.configured_severity is not None:
            severity = self.severity_for(vendor)
        blocks = effect.blocks if effect else None
        if effect and statement and migration:
            blocks = migration.blocked(statement, effect)
        return Finding(
            rule=self.id,
            category=self.category,
            severity=severity,
            message=message,
            help=inspect.cleandoc(self.help) if help is None else help.strip("\n"),
            app_label=key[0],
            migration=key[1],
            operation_index=index,
            operation=operation,
            location=location,
            related=related,
            call=impact.step.location if impact is not None else None,
            targets=targets,
            relation=relation or (effect.relation if effect else None),
            lock=(effect.held or effect.lock) if effect else None,
            algorithm=effect.algorithm if effect else None,
            blocks=blocks,
            held_until=effect.held_until if effect else None,
            whole_database=effect.whole_database if effect else False,
            sql=statement.sql if statement else None,
        )


def rules_in(module: ModuleType) -> Iterator[type[Rule]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Rule) and value is not Rule and value.__module__ == module.__name__:
            yield value


def find_rules(modules: Iterable[str] = ()) -> tuple[Rule, ...]:
    """Every rule: built in, of installed entry points, and of the dotted modules given. Raises RuleError."""
    return tuple(rule() for rule in rule_classes(tuple(modules)))


@functools.cache
def rule_classes(modules: tuple[str, ...]) -> tuple[type[Rule], ...]:
    names = [f"{__name__}.{name}" for _, name, _ in iter_modules(__path__) if not name.startswith("_")]
    names += [entry.value.partition(":")[0] for entry in entry_points(group=ENTRY_POINTS)]
    found: dict[str, type[Rule]] = {}
    for name in [*names, *modules]:
        try:
            module = import_module(name)
        except Exception as error:  # whatever a project's module raises
            raise RuleError(f"the rule module {name!r} cannot be imported: {told(error)}") from error
        classes = list(rules_in(module))
        if not classes:
            raise RuleError(f"the module {name!r} defines no subclass of migration_lint.Rule")
        for rule in classes:
            if rule.id in found and found[rule.id] is not rule:
                raise RuleError(f"{name!r} defines the rule {rule.id!r}, which {found[rule.id].__module__!r} defines already")
            found[rule.id] = rule
    return tuple(found[key] for key in sorted(found))
