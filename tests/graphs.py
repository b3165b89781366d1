"""Migration packages written to a temporary folder and loaded in this process, under the labels of the bundled project."""

from __future__ import annotations

import importlib
import itertools
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from migration_lint.project import loading

NUMBERS = itertools.count()
LABELS = ("auth", "contenttypes", "accounts", "catalog", "inventory", "orders", "reporting", "reviews")
Load = Callable[..., loading.Graph]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Load the graph of the apps that are given; a text is a whole file, a list the dependencies of an empty migration."""
    first = f"broken{next(NUMBERS)}_"

    def make(**apps: dict[str, str | list[object]]) -> loading.Graph:
        root = f"{first}{next(NUMBERS)}"
        modules: dict[str, str | None] = dict.fromkeys(LABELS)
        for label, files in apps.items():
            folder = tmp_path / root / label
            folder.mkdir(parents=True)
            if "namespace" not in files:
                (folder / "__init__.py").write_text("")
            for name, text in files.items():
                if name != "namespace":
                    (folder / f"{name}.py").write_text(text if isinstance(text, str) else migration(text))
            modules[label] = f"{root}.{label}"
        (tmp_path / root / "__init__.py").write_text("")
        monkeypatch.syspath_prepend(str(tmp_path))
        importlib.invalidate_caches()
        with override_settings(MIGRATION_MODULES=modules):
            return loading.load()

    yield make
    for name in [name for name in sys.modules if name.startswith(first)]:
        del sys.modules[name]


def migration(dependencies: list[object], more: str = "") -> str:
    return textwrap.dedent(f"""
        from django.db import migrations, models

        class Migration(migrations.Migration):
            dependencies = {dependencies!r}
            {more}
    """)
