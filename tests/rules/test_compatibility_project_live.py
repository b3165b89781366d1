"""Each migration of the bundled project under the models that were there before it, on a real PostgreSQL."""

from __future__ import annotations

from typing import Any

from migration_lint import conf
from migration_lint.compatibility import How, breaks, catalogs, changed
from migration_lint.project import collect, loading
from tests import deployed

TARGET = "postgresql@15"


def test_every_migration_of_a_project(django_db_blocker: Any) -> None:
    """The bundled project's, one after the other, each under the models that were there before it."""
    graph, errors, tried = loading.load(), list[str](), 0
    with deployed.database(django_db_blocker) as connection:
        walked = collect.walk(
            graph.migrations, graph.unmigrated, (conf.parse_target(TARGET),), lambda key: frozenset({key}), False, errors
        )
        for (migration,) in walked:
            tables = {table.name for table in changed(catalogs(migration), migration.timeline)} if migration.impacts else set()
            models = [model for model in deployed.classes(migration.models_before) if model._meta.db_table in tables]
            before = {model: deployed.failing_alone(model) for model in models}
            deployed.run(connection, migration)
            broken = [each for group in breaks(migration, *How) for each in group if "." not in each.subject]
            for model in models:
                if any(what in ("select", "insert") for _, what, _ in before[model]):
                    continue
                tried += 1
                own = [each for each in broken if each.model.name == model.__name__ and each.table.name in tables]
                said = alone(deployed.predicted(own))
                observed = alone(deployed.failing_alone(model) - before[model])
                assert observed == said, (migration.key, model)
    assert tried > 20


def alone(demands: set[deployed.Demand]) -> set[deployed.Demand]:
    """Without what one row cannot show, and what follows from the rest."""
    whole = {demand for demand in demands if demand[1] in ("select", "insert")}
    return whole or {demand for demand in demands if demand[1] != "repeat"}
