"""A private virtual environment with nothing but Python 3.10 or newer: no tox, no uv, no pip of the system's.

Used by `testproject/demo.py` and `tests/run.py`, and by shell scripts:

    python3 tests/bootstrap.py NAME REQUIREMENT...    prints the path of the environment's Python

Standard library only, since it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def environment(name: str, requirements: list[str]) -> Path:
    """The Python of the environment `name`; made first when it is missing or out of date."""
    # The scripts that come here must be able to say this on the very Python that is too old.
    if sys.version_info < (3, 10):  # noqa: UP036
        sys.exit(f"Python 3.10 or newer is needed; this is {sys.version.split()[0]} ({sys.executable}).")

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    folder = ROOT / ".cache" / f"{name}-py{version}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    # Written last, so an interrupted set-up is not mistaken for a finished one. It names the folder
    # because an environment cannot be moved, and the interpreter because it may be replaced.
    stamp = folder / "set-up.sha256"
    wanted = [str(folder), sys.version, *requirements, (ROOT / "pyproject.toml").read_text(encoding="utf-8")]
    digest = hashlib.sha256("\0".join(wanted).encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return python

    # Debian and Ubuntu ship the two halves of venv in a package of their own.
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit(
            f"{sys.executable} cannot make a virtual environment: its ensurepip is not installed.\n"
            f"On Debian and Ubuntu: apt-get install python{version}-venv (or python3-venv), then try again."
        )

    print(f"Setting up {folder.relative_to(ROOT)} (once; up to a minute) ...", file=sys.stderr, flush=True)
    _quietly(sys.executable, "-m", "venv", "--clear", str(folder))
    _quietly(str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *requirements)
    stamp.write_text(digest, encoding="utf-8")
    return python


def _quietly(*command: str) -> None:
    """Run; what it says is of interest only when it fails."""
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        sys.exit(f"The set-up failed: {' '.join(command)}")


if __name__ == "__main__":
    print(environment(sys.argv[1], sys.argv[2:]))
