"""What the rules about history say happens, done by `migrate` on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.projects import MIGRATION, Project
from tests.servers import RUNNING, Server

ID = '("id", models.BigAutoField(primary_key=True))'
FOREIGN_KEY = '("other", models.ForeignKey("{}", models.CASCADE))'


def create(name: str, *fields: str) -> str:
    return f'migrations.CreateModel("{name}", [{", ".join([ID, *fields])}]),'


@pytest.fixture
def project(tmp_path: Path, postgresql: Server) -> Iterator[Project]:
    """A project whose database is a new one, with the apps `shop`, with migrations, and `plain`, without."""
    with postgresql.scratch() as dsn:
        made = Project(tmp_path)
        part = conninfo_to_dict(dsn)
        database: dict[str, object] = {"ENGINE": "django.db.backends.postgresql", "NAME": part["dbname"]}
        database |= {name: part[key] for key, name in [("host", "HOST"), ("port", "PORT"), ("user", "USER")] if key in part}
        made.settings("plain", "shop", more=f"DATABASES = {{'default': {database!r}}}")
        made.write("dsn", dsn)
        made.write("plain/__init__.py", "")
        made.write("plain/models.py", "")
        yield made


def rows(project: Project, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect((project.root / "dsn").read_text(), autocommit=True) as connection:
        done = connection.execute(sql)
        return done.fetchall() if done.description else []


pytestmark = pytest.mark.parametrize("postgresql", [RUNNING], indirect=True)


def test_a_relation_to_an_app_without_migrations_fails(project: Project) -> None:
    project.write("plain/models.py", "from django.db import models\n\nclass Shelf(models.Model): pass\n")
    project.app("shop", **{"0001_initial": create("Book", FOREIGN_KEY.format("plain.Shelf"))})
    assert 'relation "plain_shelf" does not exist' in project.run("migrate", "shop").err
    found = project.run("lintmigrations", "--select", "relation-to-unmigrated-app")
    assert (found.status, found.out.count("`Book.other` refers to `plain.Shelf`, whose app has no migrations")) == (1, 1)
    unchecked = FOREIGN_KEY.format("plain.Shelf").replace("CASCADE", "CASCADE, db_constraint=False")
    project.app("shop", **{"0001_initial": create("Book", unchecked)})
    assert project.run("migrate", "shop").status == 0


def test_a_relation_from_an_app_without_migrations_fails(project: Project) -> None:
    shelf = "from django.db import models\n\nclass Shelf(models.Model):\n    book = models.ForeignKey('shop.Book', models.CASCADE)\n"
    many = shelf.replace("ForeignKey('shop.Book', models.CASCADE)", "ManyToManyField('shop.Book')")
    project.app("shop", **{"0001_initial": create("Book")})
    for text in (shelf, many):
        project.write("plain/models.py", text)
        assert 'relation "shop_book" does not exist' in project.run("migrate", "--run-syncdb").err


def test_a_renamed_migration_runs_again_unless_it_says_what_it_was(project: Project) -> None:
    project.app("shop", **{"0001_initial": create("Book")})
    assert project.run("migrate", "shop").status == 0
    folder = project.root / "shop/migrations"
    file = (folder / "0001_initial.py").rename(folder / "0001_first.py")
    assert 'relation "shop_book" already exists' in project.run("migrate", "shop").err
    file.write_text(f"{file.read_text().rstrip()}\n    replaces = [('shop', '0001_initial')]\n")
    assert project.run("migrate", "shop").status == 0


def test_fake_initial_skips_what_is_more_than_tables(project: Project) -> None:
    fill = 'migrations.RunSQL("INSERT INTO shop_book (id) VALUES (7)", ""),'
    text = MIGRATION.format(
        head="", dependencies=[], operations=f"        {create('Book')}\n        {fill}", tail="    initial = True\n"
    )
    project.app("shop", **{"0001_initial": text})
    rows(project, "CREATE TABLE shop_book AS SELECT 7::bigint AS id WHERE false")
    assert project.run("migrate", "shop", "--fake-initial").status == 0
    assert rows(project, "SELECT count(*) FROM shop_book") == [(0,)]
