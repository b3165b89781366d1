from __future__ import annotations

from collections.abc import Iterable

from migration_lint import Blocks, Effect, Finding, Impact, Kind, MigrationImpact, Rule, Severity, Statement, spelling


class ValidatedInSameTransaction(Rule):
    """A constraint is added NOT VALID and validated in one transaction: the rows are read under the lock of adding it.

    Validating by itself lets others read and write. The lock from before stays until the transaction ends, and nothing is won.
    """

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql",)
    help = "Validate it in the next migration."
    bad = """
        operations = [
            AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="stock_gte_0")),
            ValidateConstraint("book", "stock_gte_0"),
        ]
    """
    good = """
        operations = [
            AddConstraintNotValid("book", models.CheckConstraint(condition=models.Q(stock__gte=0), name="stock_gte_0")),
        ]
    """

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> Iterable[Finding]:
        for statement in impact.statements:
            main = [effect for effect in statement.effects if is_validation(effect) and migration.used_table(effect)]
            for effect in main:
                added = self.added(migration, statement, effect) if effect.relation == subject(effect) else None
                if added is None:
                    continue
                waits = spelling.waiting(migration, statement, main)
                where = "the same operation" if added is impact else f"operation {'.'.join(map(str, added.step.index))}"
                name = effect.source.name if effect.source else ""
                yield self.finding(
                    f"`{name}` was added by {where}, in this transaction, and its lock is still held: {waits} waits while "
                    f"every row of `{effect.relation}` is checked, {spelling.until(migration, statement)}.",
                    help=self.advice(impact, statement, effect),
                    impact=impact, migration=migration, statement=statement, effect=effect,
                    related=() if added is impact else (added.step.location,),
                )  # fmt: skip

    def added(self, migration: MigrationImpact, statement: Statement, effect: Effect) -> Impact | None:
        """Who added the constraint in this transaction, with a lock that others feel."""
        if migration.blocked(statement, effect) < Blocks.WRITES or effect.source is None:
            return None
        return next(
            (
                impact
                for impact, _, lock in migration.locks_before(statement)
                if lock.relation_key == effect.relation_key
                and lock.source is not None
                and lock.source.kind is Kind.ADD_CONSTRAINT
                and lock.source.name == effect.source.name
            ),
            None,
        )

    def advice(self, impact: Impact, statement: Statement, effect: Effect) -> str:
        label, name = impact.step.key
        ways, constraint = spelling.ways(impact), effect.source.name if effect.source else None
        code = spelling.operation(impact.step.operation)
        if len(impact.statements) > 1:
            code = ways.validate(effect.relation or "", constraint or "")
        return spelling.advice(
            ("Validate it in a migration of its own, after this one:", f"dependencies = [({label!r}, {name!r})]\n{code}"),
        )


def is_validation(effect: Effect) -> bool:
    return effect.scans and effect.source is not None and effect.source.kind is Kind.VALIDATE_CONSTRAINT


def subject(effect: Effect) -> str | None:
    return effect.source.table if effect.source else None
