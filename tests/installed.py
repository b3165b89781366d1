"""Apps with models, written to a temporary folder and installed in this process under labels of their own."""

from __future__ import annotations

import itertools
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import override_settings

NUMBERS = itertools.count()
MODELS = "from django.db import models\n\n"
BOOK = """
class Book(models.Model):
    title = models.CharField(max_length=20)
"""
INDEXED = BOOK + '    class Meta:\n        indexes = [models.Index(fields=["title"], name="title_idx")]\n'
MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = {initial}
    dependencies = {dependencies!r}
    operations = [{operations}]
"""
CREATE = """migrations.CreateModel("Book", [
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    ("title", models.CharField(max_length=20)),
])"""
INDEX = 'migrations.AddIndex("book", models.Index(fields=["title"], name="title_idx"))'


@dataclass
class Shelf:
    """`add` writes an app, `installed` installs apps. The default database is an empty SQLite."""

    root: Path
    labels: list[str] = field(default_factory=list)

    def add(self, models: str = "", command: str = "", **operations: str) -> str:
        """An app's label. `operations` are migrations by name, one after the other; `command` is its makemigrations."""
        label = f"shelf{next(NUMBERS)}"
        self.labels.append(label)
        files = {"__init__.py": "", "models.py": MODELS + textwrap.dedent(models)}
        if command:
            files |= dict.fromkeys(("management/__init__.py", "management/commands/__init__.py"), "")
            files["management/commands/makemigrations.py"] = textwrap.dedent(command)
        if operations:
            files["migrations/__init__.py"] = ""
        for name, previous in zip(operations, [None, *operations], strict=False):
            files[f"migrations/{name}.py"] = MIGRATION.format(
                initial=previous is None, dependencies=[(label, previous)] if previous else [], operations=operations[name]
            )
        for path, text in files.items():
            (self.root / label / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / label / path).write_text(text)
        return label

    def migrations(self, label: str) -> list[str]:
        return sorted(path.stem for path in (self.root / label / "migrations").glob("0*.py"))

    @contextmanager
    def installed(self, *names: str, **lint: Any) -> Iterator[None]:
        """These apps, Django's content types, and migration_lint before them unless it is named."""
        own = () if "migration_lint" in names else ("migration_lint",)
        with override_settings(
            INSTALLED_APPS=["django.contrib.contenttypes", *own, *names],
            DATABASE_ROUTERS=[],
            MIGRATION_LINT={"targets": ["postgresql@16"], "ignore": ["missing-lock-timeout"], **lint},
        ):
            self.forget_commands()
            yield
        self.forget_commands()

    def forget_commands(self) -> None:
        """Which app's command comes next was looked up when ours was imported."""
        cached: Any = get_commands
        cached.cache_clear()
        for name in [name for name in sys.modules if name.endswith(".management.commands.makemigrations")]:
            if not name.startswith("django."):
                del sys.modules[name]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[Shelf]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    settings, connection = connections.settings[DEFAULT_DB_ALIAS], connections[DEFAULT_DB_ALIAS]
    connections.settings[DEFAULT_DB_ALIAS] = {**settings, "ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db")}
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    made = Shelf(tmp_path)
    try:
        with django_db_blocker.unblock():
            yield made
            connections[DEFAULT_DB_ALIAS].close()
    finally:
        connections.settings[DEFAULT_DB_ALIAS], connections[DEFAULT_DB_ALIAS] = settings, connection
        for label in made.labels:
            apps.all_models.pop(label, None)
            for name in [name for name in sys.modules if name.partition(".")[0] == label]:
                del sys.modules[name]
        apps.clear_cache()
