"""What the configuration leaves out, and which rules it keeps from telling of a migration."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from migration_lint import Finding, Rule
from migration_lint.conf import Config, Source, UsageError
from migration_lint.engine import Engine
from migration_lint.project import selection
from migration_lint.project.loading import Graph, module_file
from migration_lint.types import MigrationKey, Plan
from tests.graphs import LABELS, Load, migration
from tests.projects import REPOSITORY


def given(**values: Any) -> Config:
    """As on the command line."""
    return Config().updated(Source("the command line", values, of_run=True))


@pytest.fixture
def graph(load: Load) -> Graph:
    """Two apps; in orders, two migrations are squashed into a third, and one of reviews is broken."""
    squash = migration([], 'replaces = [("orders", "0001_initial"), ("orders", "0002_more")]')
    return load(
        catalog={"0001_initial": [], "0002_a": [("catalog", "0001_initial")], "0002_b": [("catalog", "0001_initial")],
                 "0003_merge": [("catalog", "0002_a"), ("catalog", "0002_b")], "0004_last": [("catalog", "0003_merge")]},
        orders={"0001_initial": [], "0002_more": [("orders", "0001_initial")], "0001_squashed_0002": squash,
                "0003_last": [("orders", "0002_more"), ("catalog", "0004_last")]},
        reviews={"0001_initial": [], "0002_broken": "1 / 0", "0003_last": [("reviews", "0002_broken")]},
    )  # fmt: skip


def left(graph: Graph, config: Config, named: tuple[str | None, str | None] = (None, None)) -> str:
    """What is linted of all that can be, by app: the numbers of the migrations."""
    narrowing = selection.narrowing(graph, config, named)
    kept: dict[str, str] = {}
    for each in sorted(graph.migrations, key=lambda each: (each.app_label, each.name)):
        if not narrowing.leaves_out(each.app_label, each.name):
            kept[each.app_label] = f"{kept.get(each.app_label, each.app_label)} {each.name}"
    return "; ".join(kept.values())


CATALOG = "catalog 0001_initial 0002_a 0002_b 0003_merge 0004_last"
ORDERS, REVIEWS = "orders 0001_squashed_0002 0003_last", "reviews 0001_initial"
NARROWED: list[tuple[dict[str, Any], str]] = [
    ({}, f"{CATALOG}; {ORDERS}; {REVIEWS}"),
    ({"include_apps": ["orders", "reviews"]}, f"{ORDERS}; {REVIEWS}"),
    ({"exclude_apps": ["orders", "reviews"]}, CATALOG),
    ({"include_migrations": ["orders"]}, ORDERS),
    ({"include_migrations": ["or*", "*.0002_?"]}, f"catalog 0002_a 0002_b; {ORDERS}"),
    ({"exclude_migrations": ["catalog", "reviews"]}, ORDERS),
    ({"exclude_migrations": ["*.0001_*", "catalog.000[23]*"]}, "catalog 0004_last; orders 0003_last"),
    ({"include_migrations": ["*.*_last"], "exclude_migrations": ["orders.*"]}, "catalog 0004_last"),
    ({"start_after": {"catalog": "0003", "orders": "0003"}}, f"catalog 0004_last; {REVIEWS}"),
    ({"start_after": {"catalog": "0002_a"}}, f"catalog 0002_b 0003_merge 0004_last; {ORDERS}; {REVIEWS}"),
    ({"start_after": {"orders": "0002"}}, f"{CATALOG}; orders 0003_last; {REVIEWS}"),  # squashed since
    ({"start_after": {"reviews": "0002"}}, f"{CATALOG}; {ORDERS}"),  # broken: nothing that is after it can be linted
]


def test_what_is_left(graph: Graph) -> None:
    for values, expected in NARROWED:
        assert (values, left(graph, given(**values))) == (values, expected)


def test_what_is_named_is_linted_as_far_as_it_is_named(graph: Graph) -> None:
    config = given(exclude_apps=["orders"], exclude_migrations=["*.0001_*"], start_after={"orders": "0003"})
    assert left(graph, config, ("orders", None)) == f"{CATALOG.replace(' 0001_initial', '')}"
    assert left(graph, given(exclude_apps=["orders"]), ("orders", None)) == f"{CATALOG}; {ORDERS}; {REVIEWS}"
    assert "orders 0001_squashed_0002" in left(graph, config, ("orders", "0001_squashed_0002"))
    assert left(graph, given(include_apps=["reviews"]), ("orders", None)) == f"{ORDERS}; {REVIEWS}"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"include_apps": ["order"]}, "include_apps: No installed app with label 'order'. Did you mean 'orders'?"),
    ({"exclude_apps": ["zzz"]}, "exclude_apps: No installed app with label 'zzz'."),
    ({"exclude_migrations": ["ordres.*"]}, "exclude_migrations: No installed app with label 'ordres'. Did you mean 'orders'?"),
    ({"include_migrations": ["orders.0003"]}, "include_migrations: No migration matches 'orders.0003'. Did you mean 'orders.0003*'? A pattern is APP.MIGRATION, such as *.0001_initial."),
    ({"exclude_migrations": ["*_initial"]}, "exclude_migrations: No migration matches '*_initial'. Did you mean '*.*_initial'? A pattern is APP.MIGRATION, such as *.0001_initial."),
    ({"per_migration_ignores": {"orders.0003_Last": ["locks"]}}, "per_migration_ignores: No migration matches 'orders.0003_Last'. Did you mean 'orders.0003_last'? A pattern is APP.MIGRATION, such as *.0001_initial."),
    ({"start_after": {"order": "0001"}}, "start_after: No installed app with label 'order'. Did you mean 'orders'?"),
    ({"start_after": {"orders": "0001"}}, "start_after: More than one migration matches '0001' in app 'orders'. Please be more specific: 0001_initial, 0001_squashed_0002."),
    ({"start_after": {"orders": "0007"}}, "start_after: Cannot find a migration matching '0007' from app 'orders'. Is it in INSTALLED_APPS?"),
    ({"start_after": {"migration_lint": "0001"}}, "start_after: App 'migration_lint' does not have migrations"),
]  # fmt: skip


def test_what_is_not_there_is_told(graph: Graph) -> None:
    for values, message in WRONG:
        with pytest.raises(UsageError) as caught:
            left(graph, given(**values))
        assert str(caught.value) == message


def test_a_pattern_that_is_set_for_good_may_match_nothing(graph: Graph) -> None:
    standing = Config(exclude_migrations=("orders.0009_*",), per_migration_ignores={"*.0009_*": ("locks",)})
    assert left(graph, standing).startswith(CATALOG)
    run = Source("the command line", {"extend_exclude_migrations": ["catalog"]}, of_run=True)
    assert left(graph, standing.updated(run)) == f"{ORDERS}; {REVIEWS}"


# What names a migration on the command line: as Django's sqlmigrate takes and refuses it.

NAMED = [
    (("orders", "0003"), [("orders", "0003_last")]),
    (("orders", "0001"), [("orders", "0001_squashed_0002")]),  # the other one cannot be meant
    (("catalog", "0002"), "More than one migration matches '0002' in app 'catalog'. Please be more specific: 0002_a, 0002_b."),
    (("catalog", "0002_b"), [("catalog", "0002_b")]),
    (("catalog", "zzz"), "Cannot find a migration matching 'zzz' from app 'catalog'. Is it in INSTALLED_APPS?"),
    (("catalog", "0004_lats"), "Cannot find a migration matching '0004_lats' from app 'catalog'. Is it in INSTALLED_APPS? Did you mean '0004_last'?"),
    (("reviews", "0002"), "The migration reviews.0002 cannot be linted: it, or one it depends on, is broken, or a squashed migration replaces it."),
    (("catalogue", None), "No installed app with label 'catalogue'. Did you mean 'catalog'?"),
    (("migration_lint", None), "App 'migration_lint' does not have migrations"),
]  # fmt: skip


def test_an_app_and_a_migration(graph: Graph) -> None:
    for (label, name), expected in NAMED:
        if isinstance(expected, str):
            with pytest.raises(UsageError) as caught:
                selection.select(graph, label, name, True)
            assert str(caught.value) == expected
        else:
            assert selection.select(graph, label, name, True) == frozenset(expected)


# Files.


def every(graph: Graph) -> set[MigrationKey]:
    return {(each.app_label, each.name) for each in graph.migrations}


def test_files_by_whatever_path(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = next(tmp_path.glob("*/orders"))
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(folder.parent)
    last = frozenset({("orders", "0003_last")})

    def by_files(*paths: str) -> frozenset[MigrationKey]:
        return selection.by_files(graph, paths)

    for path in ("orders/0003_last.py", "./catalog/../orders/0003_last.py", f"{folder}/0003_last.py", "../link/0003_last.py",
                 "orders\\0003_last.py"):  # fmt: skip
        assert by_files(path) == last, path
    monkeypatch.chdir(folder)
    assert by_files("0003_last.py", "../catalog/0004_last.py") == last | {("catalog", "0004_last")}
    assert by_files("../catalog") == {key for key in every(graph) if key[0] == "catalog"}
    # No migrations; one that a squashed migration replaces; one that is broken, which is told anyway.
    assert by_files("__init__.py", "0001_initial.py", "../reviews/0002_broken.py") == frozenset()
    (folder / "0009_gone.py").touch()
    assert by_files("0009_gone.py") == frozenset()  # nobody has imported it
    (folder / "0009_gone.py").unlink()
    with pytest.raises(
        UsageError, match=r"^There is no file '0009_gone\.py'\. .* --diff-filter=d leaves out those that were deleted\.$"
    ):
        by_files("0009_gone.py")


def test_a_file_of_two_apps_is_both_apps(graph: Graph) -> None:
    graph.loader.disk_migrations["reviews", "0001_initial"] = graph.loader.disk_migrations["catalog", "0001_initial"]
    path = module_file(graph.loader.disk_migrations["catalog", "0001_initial"]) or ""
    assert selection.by_files(graph, [path]) == {("reviews", "0001_initial"), ("catalog", "0001_initial")}


# The whole way, in the bundled project.

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    settings.MIGRATION_LINT = {"targets": ["postgresql@16"]}
    monkeypatch.chdir(REPOSITORY / "testproject")

    def lintmigrations(*arguments: str) -> tuple[int, Any]:
        out = io.StringIO()
        try:
            call_command("lintmigrations", *arguments, "--output-format=json", stdout=out)
        except SystemExit as error:
            return int(error.code or 0), json.loads(out.getvalue())
        return 0, json.loads(out.getvalue())

    return lintmigrations


TABLE = 'migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())])'
INDEX = 'migrations.AddIndex("shelf", models.Index(fields=["n"], name="shelf_n"))'


def body(operation: str, comment: str = "") -> str:
    return f"operations = [{operation}]{comment}"


def install(settings: Settings, graph: Graph) -> None:
    """The commands take these migrations for the project's."""
    packages = {label: module.__name__ for label, module in graph.loader.packages.items()}
    settings.MIGRATION_MODULES = {**dict.fromkeys(LABELS), **packages}


@pytest.fixture
def shelves(load: Load, settings: Settings) -> None:
    """Two apps that make a table and index it; the second index has comments that accept it, and a rule that finds nothing."""
    comment = "  # migration-lint: ignore[blocking-index-build, table-rewrite]"
    made = load(
        orders={"0001_initial": migration([], body(TABLE)), "0002_index": migration([("orders", "0001_initial")], body(INDEX))},
        reviews={
            "0001_initial": migration([], body(TABLE)),
            "0002_index": migration([("reviews", "0001_initial")], body(INDEX.replace("_n", "_m"), comment)),
        },
    )
    install(settings, made)


def told(run: Run, *arguments: str) -> list[tuple[str, str | None]]:
    """Rules and apps, with the locks' only once."""
    return [(each["rule"], each["app_label"]) for each in run("--extend-ignore=history", *arguments)[1]["findings"]]


BUILD, UNUSED = ("blocking-index-build", "orders"), ("unused-suppression", "reviews")


def test_what_is_left_out_is_counted_and_not_judged(run: Run, shelves: None) -> None:
    status, data = run("--exclude-apps", "orders")
    assert (status, data["summary"]["migrations"], data["summary"]["left_out"]) == (1, 2, 2)
    assert {each["app_label"] for each in data["findings"]} == {"reviews"}  # the models, which are no shelves, included
    assert told(run) == [BUILD, UNUSED]
    assert told(run, "--include-migrations", "orders") == [BUILD]
    assert told(run, "--start-after", "orders=0002,reviews=0001") == [UNUSED]
    assert told(run, "orders", "0002", "--exclude-apps", "orders", "--exclude-migrations", "*") == [BUILD]
    out = io.StringIO()
    call_command("lintmigrations", "--exclude-apps=orders", "--ignore=history,suppressions", "--output-format=text",
                 "--output-format=markdown=-", stdout=out)  # fmt: skip
    assert "No findings · 2 migrations, 2 operations · 2 migrations left out · 1 suppressed · " in out.getvalue()
    assert "2 migrations checked for `postgresql@16`, 2 left out, 1 suppressed" in out.getvalue()


def test_files_and_commits_respect_what_is_left_out(run: Run, shelves: None, tmp_path: Path) -> None:
    files = [str(path) for path in tmp_path.glob("*/orders/000*.py")]
    index = next(path for path in files if "index" in path)
    assert told(run, index) == [BUILD]
    assert told(run, index, "--exclude-apps", "orders") == []
    # What is left out goes out with the rest: its table is new. What is older is not.
    assert told(run, *files, "--exclude-migrations", "*.0001_initial") == []
    assert told(run, *files, "--start-after", "orders=0001") == [BUILD]


def test_rules_are_ignored_by_migration(run: Run, shelves: None) -> None:
    assert told(run, "--per-migration-ignores", "orders.0002_*:locks") == [UNUSED]
    assert told(run, "--per-migration-ignores", "orders:CREATE_INDEX,NOT_NULL") == [UNUSED]
    assert told(run, "--per-migration-ignores", "*.0001_initial:all", "--per-migration-ignores", "orders:limits") == [
        BUILD,
        UNUSED,
    ]
    # The comment is about a rule that did not run here.
    assert told(run, "--per-migration-ignores", "reviews.0002_index:table-rewrite") == [BUILD]
    assert told(run, "--per-migration-ignores", "reviews:unused-suppression") == [BUILD]
    assert ("models-ahead-of-migrations", "orders") in told(run, "--extend-select=models-ahead-of-migrations")
    assert told(
        run, "--extend-select=models-ahead-of-migrations", "--per-migration-ignores=orders:history", "--exclude-apps=reviews"
    ) == [BUILD]
    with pytest.raises(
        CommandError, match=r"^per_migration_ignores of orders: there is no rule or category 'lock'\. Did you mean 'locks'\?$"
    ):
        run("--per-migration-ignores", "orders:lock")
    for option, message in [
        ("--per-migration-ignores=orders", "--per-migration-ignores: 'orders' is no PATTERN:RULE,…, such as shop.0007_*:table-rewrite."),
        ("--start-after=orders", "--start-after: 'orders' is no APP=NAME, such as shop=0007."),
    ]:  # fmt: skip
        with pytest.raises(CommandError) as caught:
            run(option)
        assert (str(caught.value), caught.value.returncode) == (message, 2)


def test_what_is_found_of_an_app_as_such_or_of_the_whole_project(run: Run, shelves: None) -> None:
    class Wide(Rule):
        def check_plan(self, plan: Plan) -> list[Finding]:
            return [self.finding("Everywhere."), self.finding("There.", app_label="orders")]

    engine = Engine([Wide()], is_silent=lambda rule, app_label, name: True)
    assert [finding.message for finding in engine.check_plan(Plan((), (), ()))] == ["Everywhere."]
    ahead = ("--select=models-ahead-of-migrations", "--include-apps=orders,reviews")
    both = {("models-ahead-of-migrations", "orders"), ("models-ahead-of-migrations", "reviews")}
    assert set(told(run, *ahead)) == both
    assert set(told(run, *ahead, "--exclude-migrations=orders.0001_*,reviews.*")) == {min(both)}
    assert set(told(run, *ahead, "--include-migrations=orders.0001_*")) == {min(both)}


def test_what_a_rule_is_kept_from_telling_another_tells(run: Run, load: Load, settings: Settings) -> None:
    more = """operations = [
            migrations.AddField("shelf", "x", models.IntegerField(null=True)),
            migrations.RunSQL("UPDATE orders_shelf SET x = 1", migrations.RunSQL.noop),
        ]"""
    install(
        settings,
        load(orders={"0001_initial": migration([], body(TABLE)), "0002_x": migration([("orders", "0001_initial")], more)}),
    )

    def rules(*arguments: str) -> list[tuple[str, list[str]]]:
        return [(each["rule"], each["also"]) for each in run("--select=locks", *arguments)[1]["findings"]]

    assert rules() == [("work-under-exclusive-lock", ["whole-table-update"])]
    assert rules("--per-migration-ignores=orders:work-under-exclusive-lock") == [("whole-table-update", [])]


def test_what_breaks_the_graph_is_told_whatever_is_left_out(run: Run, load: Load, settings: Settings) -> None:
    install(settings, load(orders={"0001_initial": "1 / 0"}))
    for option in ("--exclude-apps=orders", "--exclude-migrations=orders", "--per-migration-ignores=orders:all"):
        status, data = run(option, "--select=broken-graph")
        assert (status, [each["rule"] for each in data["findings"]]) == (1, ["broken-graph"]), option


# Targets.


def test_a_comment_that_another_target_needs(run: Run, shelves: None, settings: Settings) -> None:
    settings.MIGRATION_LINT = {"targets": ["postgresql@16", "analytics=postgresql@16"]}
    assert told(run).count(UNUSED) == 1
    for narrower in (["--target", "postgresql@16"], ["--database", "default"], ["--target", "postgresql@17"]):
        assert UNUSED not in told(run, *narrower), narrower
    wider = ["--target=postgresql@16", "--target=analytics=postgresql@16", "--target=mariadb@10.11"]
    assert UNUSED in told(run, *wider)
    settings.MIGRATION_LINT = {}
    assert UNUSED in told(run, "--target", "postgresql@16")  # the project has said nothing else
    assert UNUSED not in told(run, "--database", "default")


def test_a_baseline_lists_nothing_in_vain_that_was_not_looked_at(
    run: Run, shelves: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "base.json"
    marks = {
        "blocking-index-build": {"orders": {"0002_index": ["00"]}},
        "models-ahead-of-migrations": {"orders": {"*": ["11"]}},
    }
    base.write_text(json.dumps({"version": 1, "findings": marks}))
    settings.MIGRATION_LINT = {"targets": ["postgresql@16", "analytics=postgresql@16"], "baseline": str(base)}

    def stale(*arguments: str) -> int:
        return int(run(*arguments)[1]["summary"]["stale_in_baseline"])

    assert stale() == 2
    assert stale("--exclude-apps=orders") == 0
    assert stale("--exclude-migrations=orders.0002_*") == 1
    assert stale("--per-migration-ignores=orders.0002_*:locks") == 1
    assert stale("--target=postgresql@16") == 0
