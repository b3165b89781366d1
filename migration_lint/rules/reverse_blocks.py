from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_lint import Effect, Finding, Impact, MigrationImpact, Rule, Severity, Statement, spelling
from migration_lint.running import way_back

Cost = tuple[int, bool, bool]


class ReverseBlocks(Rule):
    """Going back takes a table out of use for longer than the way there did, at the worst of times.

    An index that is dropped in an instant is built again while nobody writes; a column that was widened for nothing has every
    row rewritten to be what it was.
    """

    severity = Severity.NOTE
    category = "reversibility"
    vendors = ("postgresql", "mysql", "mariadb")
    bad = """
        operations = [
            migrations.AlterField("book", "sku", models.CharField(max_length=50)),
        ]
    """
    good = """
        operations = [
            migrations.AddField("book", "code", models.CharField(max_length=50, null=True)),
        ]
    """
    bad_on = dict.fromkeys(
        ("mysql", "mariadb"),
        """
        operations = [
            migrations.AlterField(
                "book", "author", models.ForeignKey("shop.Author", models.CASCADE, db_constraint=False)
            ),
        ]
        """,
    )

    def check_migration(self, migration: MigrationImpact) -> Iterable[Finding]:
        worst: dict[object, tuple[Cost, Impact, Statement, Effect, MigrationImpact]] = {}
        for impact, there, back in way_back(migration):
            for statement, effect in dearer(impact, there, back):
                known = worst.get(effect.relation_key)
                if known is None or cost(effect) >= known[0]:
                    worst[effect.relation_key] = (cost(effect), there, statement, effect, back)
        for _, there, statement, effect, back in worst.values():
            waits = spelling.waiting(back, statement, [effect])
            subject = spelling.doing(effect)
            yield self.finding(
                f"Going back costs more than the way there: {subject} {does(effect)} while {waits} waits.",
                help="Leave the migration in place when the release is taken back, if the old code can live with it; otherwise "
                "go back when few use the table.",
                impact=there, migration=migration, statement=statement, effect=effect,
            )  # fmt: skip


def dearer(impact: Impact, there: Impact, back: MigrationImpact) -> Iterator[tuple[Statement, Effect]]:
    """By relation the worst of the way back, where it is worse than all that the way there did to it."""
    paid: dict[object, Cost] = {}
    for statement in there.statements:
        for effect in statement.effects:
            paid[effect.relation_key] = max(paid.get(effect.relation_key, (0, False, False)), cost(effect))
    worst: dict[object, tuple[Cost, Statement, Effect]] = {}
    for statement in impact.statements:
        for effect in statement.effects:
            price = cost(effect)
            if price[2] and price > paid.get(effect.relation_key, (0, False, False)) and back.used_table(effect):
                known = worst.get(effect.relation_key)
                if known is None or price > known[0]:
                    worst[effect.relation_key] = (price, statement, effect)
    for _, statement, effect in worst.values():
        yield statement, effect


def cost(effect: Effect) -> Cost:
    """How much is in the way of others: work that lets others write costs nothing."""
    stops = effect.works and effect.stops_writes and not effect.assumed and effect.relation is not None
    return (int(effect.blocks), effect.rewrites, True) if stops else (0, False, False)


def does(effect: Effect) -> str:
    if effect.rewrites:
        return f"writes `{effect.relation}` anew"
    return f"reads all of `{effect.relation}`" if effect.builds_index else f"reads every row of `{effect.relation}`"
