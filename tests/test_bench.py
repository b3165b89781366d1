"""What the benchmark measures is a project that Django accepts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.bench import ROOT, History


def test_the_same_seed_makes_the_same_history():
    assert History(60).files == History(60).files
    assert History(60).files != History(60, seed=2).files


def test_generated_migrations_lead_to_the_generated_models(tmp_path: Path):
    History(120).save(tmp_path)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench_settings",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path))),
    }
    command = [sys.executable, "-W", "ignore", "-m", "django", "makemigrations", "--check", "--dry-run"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "No changes detected\n"), done.stderr
