"""`python3 tests/run.py [pytest arguments]`: all tests with the newest Django that this Python can run.

The first run makes a private environment under .cache/; the later ones start at once.
The other pairs of Python and Django are tox's: see tox.ini.
"""

from __future__ import annotations

import subprocess
import sys

import bootstrap

# Django 6 needs Python 3.12.
DJANGO = "django>=6.1,<6.2" if sys.version_info >= (3, 12) else "django>=5.2,<5.3"

if __name__ == "__main__":
    python = bootstrap.environment("tests", ["--editable", ".[test]", DJANGO])
    sys.exit(subprocess.call([python, "-m", "pytest", *sys.argv[1:]], cwd=bootstrap.ROOT))
