"""`python3 testproject/demo.py`: `python manage.py lintmigrations` on the bundled bookshop, set-up included.

Further arguments are handed to lintmigrations.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

# By path: neither folder is installed anywhere, and the set-up is the same as that of the tests.
sys.path.insert(0, str(HERE.parent / "tests"))

import bootstrap  # noqa: E402


def main() -> int:
    python = bootstrap.environment("demo", ["--editable", ".[postgresql]", "psycopg[binary]"])
    command = [str(python), "manage.py", "lintmigrations", *sys.argv[1:]]

    # Python and Django end a crash with status 1 as well, and only their words on stderr tell it
    # from findings. stdout is the terminal itself, so that colours and width are as they would be.
    crashed = False
    with subprocess.Popen(command, cwd=HERE, stderr=subprocess.PIPE, text=True, errors="replace") as lint:
        assert lint.stderr is not None
        for line in lint.stderr:
            sys.stderr.write(line)
            crashed = crashed or line.startswith(("Traceback (most recent call last)", "CommandError"))

    if lint.returncode == 1 and not crashed:
        print("\nThe bundled bookshop is bad on purpose: lintmigrations ended with status 1, as it would in CI.")
        return 0
    return lint.returncode


if __name__ == "__main__":
    sys.exit(main())
