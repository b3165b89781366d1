from __future__ import annotations

import compileall
from pathlib import Path

import migration_lint

pytest_plugins = ["tests.graphs", "tests.installed", "tests.servers"]


def pytest_sessionstart() -> None:
    """Many tests start processes: where Python does not keep bytecode, each of them would compile the package again."""
    compileall.compile_dir(Path(migration_lint.__file__).parent, quiet=2)
