"""Writes docs/rules anew, a page for each rule and the index: `python -m tests.pages`. Needs the newest Django: the SQL is its own."""

from __future__ import annotations

import os
import sys

from tests.projects import REPOSITORY

FOLDER = REPOSITORY / "docs" / "rules"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bookshop.settings"
    sys.path.insert(0, str(REPOSITORY / "testproject"))
    import django

    django.setup()
    from migration_lint.pages import pages
    from migration_lint.rules import find_rules

    made = pages(find_rules())
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(made)} pages in {FOLDER}")


if __name__ == "__main__":
    main()
