"""Small projects in a temporary folder, linted in a process of their own as a user would."""

from __future__ import annotations

import contextlib
import os
import pkgutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

SETTINGS = """
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "migration_lint", {apps}]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
MIGRATION_LINT = {{"targets": ["postgresql@16"]}}
{more}
"""

MIGRATION = """
from django.db import migrations, models
{head}

class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [
{operations}
    ]
{tail}
"""

CREATE = 'migrations.CreateModel("Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=20))]),'


MODELS = """
from tests.projects import define_models

define_models(__package__)
"""


def define_models(package: str) -> None:
    """Define the models that the app's migrations leave, as far as they can be imported: models and migrations agree."""
    from django.apps import apps
    from django.core.exceptions import AppRegistryNotReady
    from django.db.migrations.state import ProjectState

    state = ProjectState()
    loaded = set(sys.modules)
    with contextlib.suppress(Exception):
        names = sorted(name for _, name, _ in pkgutil.iter_modules(import_module(f"{package}.migrations").__path__))
        for name in names:
            migration = import_module(f"{package}.migrations.{name}").Migration(name, package)
            if not migration.replaces:
                state = migration.mutate_state(state, preserve=False)
    for name in set(sys.modules) - loaded:
        if name.startswith(f"{package}.migrations."):  # imported again by whoever wants to see where operations are made
            del sys.modules[name]
    for model in state.models.values():
        # The migrations here are written by hand, without what makemigrations adds to every primary key.
        with contextlib.suppress(AppRegistryNotReady):  # a foreign key can be copied only when all models are there
            model.render(apps)._meta.pk.serialize = True


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Project:
    root: Path

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def app(self, label: str, **migrations: str) -> None:
        """An app with migrations given by name: a whole module's text, or the lines of `operations`."""
        self.write(f"{label}/__init__.py", "")
        self.write(f"{label}/models.py", MODELS)
        self.write(f"{label}/migrations/__init__.py", "")
        previous: str | None = None
        for name, text in migrations.items():
            if "class Migration" not in text and "operations" not in text:
                dependencies = [(label, previous)] if previous else []
                text = MIGRATION.format(
                    head="", dependencies=dependencies, operations=textwrap.indent(textwrap.dedent(text), " " * 8), tail=""
                )
            (self.root / label / "migrations" / f"{name}.py").write_text(text, encoding="utf-8")
            previous = name

    def settings(self, *apps: str, more: str = "") -> None:
        (self.root / "project_settings.py").write_text(
            SETTINGS.format(apps=", ".join(map(repr, apps)), more=more), encoding="utf-8"
        )

    def run(self, *arguments: str, **environment: str) -> Result:
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("MIGRATION_LINT_", "NO_COLOR", "FORCE_COLOR"))
        }
        paths = os.pathsep.join([str(self.root), str(REPOSITORY)])
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            cwd=self.root,
            env={
                **inherited,
                "PYTHONPATH": paths,
                "DJANGO_SETTINGS_MODULE": "project_settings",
                "COLUMNS": "100",
                **environment,
            },
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)
