"""What the rules about history read: the migrations on disk, and what git, databases and models say about them."""

from __future__ import annotations

import inspect
from functools import partial
from pathlib import Path

from django.apps import apps

from migration_lint.project import autodetect, metadata, source
from migration_lint.project.loading import Graph, attribute_location, is_third_party
from migration_lint.project.reach import Reach
from migration_lint.types import History, Location, MigrationKey, Recorded, Since


def build(
    graph: Graph,
    third_party: bool,
    app_label: str | None = None,
    since: Since | None = None,
    recorded: tuple[Recorded, ...] = (),
    within: Reach | None = None,
) -> History:
    """With an app's label given, that app alone is judged."""
    loader = graph.loader
    labels = frozenset(config.label for config in apps.get_app_configs())
    own = frozenset(label for label in labels if not is_third_party(label))
    judged = frozenset({app_label}) if app_label else labels if third_party else own

    def locate(key: MigrationKey, attribute: str = "") -> Location:
        migration = loader.disk_migrations[key]
        return attribute_location(migration, attribute) if attribute else source.migration_location(migration)

    def text(key: MigrationKey) -> str:
        return "\n".join(source.lines(source.migration_path(loader.disk_migrations[key])))

    def oldest_django(label: str) -> tuple[str, str] | None:
        return metadata.oldest_django(Path(apps.get_app_config(label).path))

    return History(
        loader.disk_migrations,
        own,
        judged,
        graph.unmigrated,
        frozenset(loader.left_out),
        locate,
        text,
        graph.order.precedes,
        oldest_django,
        partial(autodetect.changes, graph, judged, within),
        model_location,
        since,
        recorded,
    )


def model_location(label: str, name: str) -> Location | None:
    """Where the class of a model stands."""
    try:
        model = apps.get_model(label, name)
        path = inspect.getsourcefile(model)
        return Location(path, inspect.findsource(model)[1] + 1, 1) if path else None
    except (LookupError, OSError, TypeError):
        return None
