"""The pages about the rules: what is committed is what the rules say, and what a page has in it."""

from __future__ import annotations

import inspect
import re

import django
import pytest

from migration_lint import Finding, Impact, Kind, MigrationImpact, Rule, Severity
from migration_lint.blocks import Block, markdown, plain
from migration_lint.pages import CATEGORIES, index, page, pages
from migration_lint.rules import find_rules
from migration_lint.testing import routers
from migration_lint.types import CODE_FIRST
from tests.pages import FOLDER

RULES = {rule.id: rule for rule in find_rules()}
NEWEST = (6, 1)


@pytest.fixture(scope="module")
def made() -> dict[str, list[Block]]:
    return {rule.id: list(page(rule)) for rule in RULES.values()}


@pytest.mark.skipif(django.VERSION[:2] != NEWEST, reason="the SQL on the pages is that of the newest Django")
def test_the_pages_are_those_of_the_rules(made: dict[str, list[Block]]) -> None:
    """`python -m tests.pages` writes them anew."""
    texts = {"README.md": markdown(index(list(RULES.values()))), **{f"{name}.md": markdown(it) for name, it in made.items()}}
    assert {path.name for path in FOLDER.iterdir()} == texts.keys()
    assert {name for name, text in texts.items() if (FOLDER / name).read_text(encoding="utf-8") != text} == set()


@pytest.mark.parametrize("name", ["table-rewrite", "one-default-for-all-rows"])  # a default may make up something else
def test_a_page_is_the_same_every_time(made: dict[str, list[Block]], name: str) -> None:
    assert pages([RULES[name]])[f"{name}.md"] == markdown(made[name])


def test_the_index_lists_every_rule_under_its_category() -> None:
    text = markdown(index(list(RULES.values())))
    assert re.findall(r"^\| \[`([a-z-]+)`\]\(\1\.md\) \|", text, re.MULTILINE) == [
        rule.id for category in CATEGORIES for rule in RULES.values() if rule.category == category
    ]


class Torn(Rule):
    """Nobody needs half a book.

    It is torn.
    """

    severity = Severity.ERROR
    category = "locks"
    vendors = ("postgresql", "mariadb", "sqlite")
    severity_on = {"sqlite": Severity.NOTE}
    covers = ("half-book",)
    opt_in = True
    options = {"size": 3, "pattern": re.compile("a|b"), "names": ("x",)}
    breaks = "INSERT into `shop_book` fails"
    bad = """
        operations = [migrations.RemoveField("book", "notes")]
    """
    bad_on = {"mariadb": 'operations = [migrations.RemoveField("book", "stock")]', "sqlite": ""}
    good = "operations = []"

    def check_impact(self, impact: Impact, migration: MigrationImpact) -> list[Finding]:
        found = any(action.kind is Kind.DROP_COLUMN for statement in impact.statements for action in statement.actions)
        if not found or migration.deploy_order == CODE_FIRST:
            return []
        return [self.finding("Torn | apart.", impact=impact, migration=migration, help="Glue it:\n    glue()")]


TORN = """\
# test-pages

|  |  |
| --- | --- |
| severity | error, note on SQLite |
| category | locks |
| databases | PostgreSQL, MariaDB, SQLite |
| runs | where it is selected: `extend-select = ["test-pages"]` |
| options | `size` = `3`, `pattern` = `"a\\|b"`, `names` = `["x"]` |
| also known as | `half-book` |

Nobody needs half a book.

It is torn.

## What it finds on PostgreSQL

```python
operations = [migrations.RemoveField("book", "notes")]
```

What PostgreSQL 16 receives:

```sql
ALTER TABLE "shop_book" DROP COLUMN "notes";
```

| # | table | lock | others cannot | it | until |
| --- | --- | --- | --- | --- | --- |
| 1 | `shop_book` | ACCESS EXCLUSIVE | read or write |  | the commit |

> **error** Torn | apart.

```text
Glue it:
    glue()
```

## What it finds on MariaDB

```python
operations = [migrations.RemoveField("book", "stock")]
```

What MariaDB 10.11 receives:

```sql
ALTER TABLE `shop_book` DROP COLUMN `stock`;
```

| # | table | lock | others cannot | it | until |
| --- | --- | --- | --- | --- | --- |
| 1 | `shop_book` | ALGORITHM=INSTANT, LOCK=NONE | nothing |  | it is done |

> **error** Torn | apart.

```text
Glue it:
    glue()
```

## During a deployment

|  | database | code that runs |  |
| --- | --- | --- | --- |
| 1 | as before | old | ✓ |
| 2 | migrated | old | ✗ INSERT into `shop_book` fails |
| 3 | migrated | new | ✓ |

With `deploy-order = "code-first"`:

|  | database | code that runs |  |
| --- | --- | --- | --- |
| 1 | as before | old | ✓ |
| 2 | as before | new | ✓ |
| 3 | migrated | new | ✓ |

## What to do instead on PostgreSQL, MariaDB

```python
operations = []
```

Nothing is sent to the database.
"""


@pytest.mark.skipif(django.VERSION < (6, 0), reason="a column goes with CASCADE before")
def test_a_page_has_all_that_is_known() -> None:
    assert markdown(page(Torn())) == TORN


def test_a_terminal_gets_the_same_without_marks() -> None:
    text = plain(page(Torn()))
    assert text.startswith("test-pages\n==========\n\nseverity       error, note on SQLite\ncategory       locks\n")
    assert "\n1  shop_book  ACCESS EXCLUSIVE  read or write      the commit\n" in text
    assert "\nerror Torn | apart.\n\n    Glue it:\n        glue()\n" in text
    assert '\n    operations = [migrations.RemoveField("book", "stock")]\n' in text


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_prose_fits_80_columns(rule: Rule, made: dict[str, list[Block]]) -> None:
    text = plain(made[rule.id])
    assert [line for line in text.splitlines() if len(line) > 80 and not line.startswith(("  ", "ALTER"))] == []


def test_an_example_that_cannot_be_run_is_no_crash() -> None:
    class Broken(Torn):
        bad = 'operations = [migrations.RemoveField("novel", "x")]'
        bad_on = {}

    assert "What is sent is not known: KeyError: " in markdown(page(Broken()))
    Broken.bad = "operations = ["
    assert "Not known: the example could not be run: SyntaxError: " in markdown(page(Broken()))


def test_routers_are_asked_again_afterwards() -> None:
    from django.db import router

    before = router.routers
    with routers(()):
        assert router.routers == []
    assert router.routers is before


def test_a_rule_without_an_example_tells_what_to_do(made: dict[str, list[Block]]) -> None:
    for rule in RULES.values():
        if not rule.bad:
            assert inspect.cleandoc(rule.help) in markdown(made[rule.id])
