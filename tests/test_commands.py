"""The commands as a user meets them: statuses, options, broken projects. Never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.projects import CREATE, MIGRATION, Project, Result

INDEX = 'migrations.AddIndex("book", models.Index(fields=["title"], name="title_idx")),'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.settings("shop")
    return made


def findings(result: Result) -> list[tuple[str, str, Any]]:
    data = json.loads(result.out)
    return [(f["rule"], f["severity"], f["migration"]) for f in data["findings"]]


def calm(result: Result) -> None:
    assert "Traceback" not in result.err + result.out, result.err


# Statuses.


def test_what_only_the_end_of_the_plan_tells(project: Project) -> None:
    added = (
        "migrations.RunSQL(\"ALTER TABLE shop_book ADD CONSTRAINT c CHECK (title > '') NOT VALID\", migrations.RunSQL.noop),"
    )
    validated = 'migrations.RunSQL("ALTER TABLE shop_book VALIDATE CONSTRAINT c", migrations.RunSQL.noop),'
    project.app("shop", **{"0001_initial": CREATE, "0002_added": added, "0003_index": INDEX, "0004_validated": validated})
    locks = ("--output-format", "json", "--select", "locks")
    assert findings(project.run("lintmigrations", "shop", "0002", *locks)) == []
    (project.root / "shop/migrations/0004_validated.py").unlink()
    assert findings(project.run("lintmigrations", *locks)) == [
        ("never-validated-constraint", "warning", "0002_added"),
        ("blocking-index-build", "error", "0003_index"),
    ]


def test_fail_level_decides_what_fails(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE, "0002_sql": 'migrations.RunSQL("SELECT 1"),'})
    assert project.run("lintmigrations").status == 0
    assert project.run("lintmigrations", "--fail-level", "warning").status == 1
    assert project.run("lintmigrations", MIGRATION_LINT_FAIL_LEVEL="warning").status == 1


def test_wrong_usage_is_2(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    for arguments, message in [
        (["shup"], "No installed app with label 'shup'. Did you mean 'shop'?"),
        (["shop", "0009"], "Cannot find a migration matching '0009' from app 'shop'. Is it in INSTALLED_APPS?"),
        (["migration_lint"], "App 'migration_lint' does not have migrations"),
        (["--target", "postgres@16"], "'postgres' is no vendor. Did you mean 'postgresql'?"),
        (["--target", "sqlite@3.6"], "sqlite@3.6 is older than Django"),
        (["--database", "other"], "'other' is no alias in DATABASES."),
        (["--output-format", "xml"], "invalid choice: 'xml'"),
    ]:
        result = project.run("lintmigrations", *arguments)
        assert (result.status, message in result.err) == (2, True), (arguments, result)
        calm(result)


def test_without_a_target_the_settings_own_database_is_linted_for(project: Project) -> None:
    project.settings("shop", more="MIGRATION_LINT = {}")
    project.app("shop", **{"0001_initial": CREATE})
    result = project.run("lintmigrations", "--output-format", "json")
    assert (result.status, [target["vendor"] for target in json.loads(result.out)["targets"]]) == (0, ["sqlite"])


def test_several_targets_at_once(project: Project) -> None:
    drop = 'migrations.RemoveField("book", "title"),'
    project.app("shop", **{"0001_initial": CREATE, "0002_x": drop})
    names = ["postgresql@16", "mysql@8.4", "mariadb@10.11", "sqlite@3.45", "oracle@19"]
    result = project.run("lintmigrations", *(part for name in names for part in ("--target", name)), "--output-format", "json")
    data = json.loads(result.out)
    assert [f"{target['vendor']}@{target['version']}" for target in data["targets"]] == names
    found = [finding["targets"] for finding in data["findings"] if finding["rule"] == "dropped-column-in-use"]
    assert sorted(target for targets in found for target in targets) == sorted(names)


def test_what_one_of_several_targets_does_not_understand_is_counted(project: Project) -> None:
    sql = """migrations.RunSQL('ALTER TABLE "shop_shelf" ALTER COLUMN "title" DROP NOT NULL', migrations.RunSQL.noop),"""
    project.app("shop", **{"0001_initial": CREATE, "0002_x": sql})
    result = project.run("lintmigrations", "--target", "postgresql@16", "--target", "mysql@8.4", "--output-format", "json")
    assert json.loads(result.out)["summary"]["unread_operations"] == 1


def test_explain_needs_an_app_or_all(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    assert project.run("explainmigration").status == 2
    assert project.run("explainmigration", "shop", "--all").status == 2
    assert project.run("explainmigration", "shop").status == 0


# Options: another value changes the output.


def test_an_app_is_one_release(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE, "0002_index": INDEX})
    assert project.run("lintmigrations", "shop").status == 0
    assert project.run("lintmigrations", "shop", "0002").status == 1


def test_target_changes_the_version(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    assert "Target postgresql@16\n" in project.run("lintmigrations").out
    assert "Target postgresql@18\n" in project.run("lintmigrations", "--target", "postgresql@18").out


def test_database_chooses_among_the_targets(project: Project) -> None:
    project.settings(
        "shop",
        more='DATABASES["other"] = {**DATABASES["default"]}\nMIGRATION_LINT["targets"] = ["postgresql@16", "other=postgresql@18"]',
    )
    project.app("shop", **{"0001_initial": CREATE})
    assert project.run("lintmigrations").out.startswith("Target postgresql@16\nTarget other=postgresql@18\n")
    assert project.run("lintmigrations", "--database", "other").out.startswith("Target other=postgresql@18\n\n")


def test_third_party_adds_the_installed_apps(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    own = json.loads(project.run("lintmigrations", "--output-format", "json").out)["summary"]["migrations"]
    everything = json.loads(project.run("lintmigrations", "--third-party", "--output-format", "json").out)["summary"][
        "migrations"
    ]
    assert (own, everything > 10) == (1, True)


def test_colour_only_where_it_was_asked_for(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE, "0002_index": INDEX})
    assert "\x1b[" not in project.run("lintmigrations").out
    assert "\x1b[" in project.run("lintmigrations", "--force-color").out
    assert "\x1b[" in project.run("lintmigrations", FORCE_COLOR="1").out
    assert "\x1b[" not in project.run("lintmigrations", FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b[" not in project.run("lintmigrations", "--no-color", FORCE_COLOR="1").out


def test_rules_of_a_project_are_found(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    project.write("lint_rules.py", """
        from migration_lint import Rule, Severity

        class LintRules(Rule):
            \"\"\"Every migration is too many.\"\"\"
            severity = Severity.NOTE
            category = "house"

            def check_migration(self, migration):
                yield self.finding("One more.", migration=migration)
    """)  # fmt: skip
    project.settings("shop", more='MIGRATION_LINT["rules"] = ["lint_rules"]')
    assert findings(project.run("lintmigrations", "--output-format", "json")) == [("lint-rules", "note", "0001_initial")]


def test_rules_are_chosen(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE, "0002_index": INDEX})
    assert project.run("lintmigrations", "--ignore", "history,blocking-index-build").status == 0
    assert project.run("lintmigrations", "--select", "history", "--select", "CREATE_INDEX").status == 1
    assert project.run("lintmigrations", MIGRATION_LINT_SEVERITY='{"locks": "warning"}').status == 0
    wrong = project.run("lintmigrations", "--select", "lock")
    assert (wrong.status, wrong.err) == (
        2,
        "CommandError: select: there is no rule or category 'lock'. Did you mean 'locks'?\n",
    )


def test_a_broken_graph_is_told_whatever_is_selected(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE, "0002_x": "1 / 0\nclass Migration: pass"})
    result = project.run("lintmigrations", "--select", "locks", "--output-format", "json")
    assert (result.status, findings(result)) == (2, [])
    assert "ZeroDivisionError" in json.loads(result.out)["errors"][0]


def test_rules_are_listed_in_80_columns(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    result = project.run("lintmigrations", "--list-rules", "--ignore", "table-rewrite")
    assert (result.status, result.err) == (0, "")
    assert "\n  not-null-scan (error)\n      SET NOT NULL reads every row" in result.out
    assert "\n  table-rewrite (error, off)\n" in result.out
    assert max(map(len, result.out.splitlines())) <= 80


def test_a_rule_is_explained(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    result = project.run("lintmigrations", "--explain", "CREATE_INDEX")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("blocking-index-build\n====================\n")
    assert '    CREATE INDEX "book_title_idx" ON "shop_book" ("title");\n' in result.out
    for name, message in [
        ("not_nul", "There is no rule 'not_nul'. Did you mean 'NOT_NULL'?"),
        ("history", "There is no rule 'history'. Of the category history are "),
    ]:
        result = project.run("lintmigrations", "--explain", name)
        assert (result.status, message in result.err) == (2, True), result


def test_rules_are_told_what_a_deployment_replaces_first(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    project.write("lint_rules.py", """
        from migration_lint import Rule

        class LintRules(Rule):
            def check_migration(self, migration):
                yield self.finding(migration.deploy_order, migration=migration)
    """)  # fmt: skip
    project.settings("shop", more='MIGRATION_LINT["rules"] = ["lint_rules"]')
    for arguments, order in [((), "database-first"), (("--deploy-order", "code-first"), "code-first")]:
        result = project.run("lintmigrations", "--select", "lint-rules", "--output-format", "json", *arguments)
        assert [finding["message"] for finding in json.loads(result.out)["findings"]] == [order]


def test_a_crashing_rule_leaves_the_rest_running(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE, "0002_index": INDEX})
    project.write("bad_rule.py", """
        from migration_lint import Rule

        class BadRule(Rule):
            def check_impact(self, impact, migration):
                raise RuntimeError("boom")
    """)  # fmt: skip
    project.settings("shop", more='MIGRATION_LINT["rules"] = ["bad_rule"]')
    result = project.run("lintmigrations", "--output-format", "json")
    assert (result.status, findings(result)) == (2, [("blocking-index-build", "error", "0002_index")])
    assert json.loads(result.out)["errors"][0].startswith(
        "the rule bad-rule crashed on shop.0001_initial: RuntimeError: boom ("
    )
    calm(result)


def test_a_rule_module_that_is_not_there(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE})
    project.settings("shop", more='MIGRATION_LINT["rules"] = ["nowhere.rules"]')
    result = project.run("lintmigrations")
    assert (result.status, "the rule module 'nowhere.rules' cannot be imported" in result.err) == (2, True)
    calm(result)


# Broken projects: a finding each, and the rest is linted.

BROKEN = {
    "a syntax error": ("0002_x", "class Migration(:\n", "broken-graph"),
    "an import that fails": ("0002_x", "import nowhere_to_be_found\nclass Migration: pass\n", "broken-graph"),
    "a name that is gone": ("0002_x", "from shop.models import gone\nclass Migration: pass\n", "unserializable-reference"),
    "an exception at import": ("0002_x", "class Migration: pass\n1 / 0\n", "broken-graph"),
    "no Migration class": ("0002_x", "operations = []\n", "broken-graph"),
    "a dependency that does not exist": (
        "0002_x", MIGRATION.format(head="", dependencies=[("shop", "0001_missing")], operations="", tail=""), "broken-graph",
    ),
    "a dependency on an unknown app": (
        "0002_x", MIGRATION.format(head="", dependencies=[("shop", "0001_initial"), ("nowhere", "0001_initial")], operations="", tail=""), "broken-graph",
    ),
    "two leaves": ("0002_b", MIGRATION.format(head="", dependencies=[("shop", "0001_initial")], operations="", tail=""), "conflicting-leaves"),
    "a circle": ("0001_a", MIGRATION.format(head="", dependencies=[("shop", "0002_index")], operations="", tail=""), "broken-graph"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_graph_is_a_finding(project: Project, name: str) -> None:
    file, text, rule = BROKEN[name]
    project.settings("shop", "other")
    project.app("other", **{"0001_initial": CREATE, "0002_index": INDEX.replace("title_idx", "other_idx")})
    project.app("shop", **{"0001_initial": CREATE, "0002_index": INDEX})
    if name == "a circle":
        text = text.replace("[('shop', '0002_index')]", "[('shop', '0002_index')]")
        initial = MIGRATION.format(head="", dependencies=[("shop", "0001_a")], operations=CREATE, tail="")
        (project.root / "shop/migrations/0001_initial.py").write_text(initial)
    (project.root / "shop" / "migrations" / f"{file}.py").write_text(text)
    result = project.run("lintmigrations", "--output-format", "json")
    calm(result)
    found = findings(result)
    assert result.status == 1
    assert rule in {found_rule for found_rule, _, _ in found}
    assert ("blocking-index-build", "error", "0002_index") in found  # the other app goes on
    text_report = project.run("lintmigrations")
    calm(text_report)
    assert text_report.status == 1
    explained = project.run("explainmigration", "--all")
    calm(explained)


OPERATIONS = {
    "a callable default that raises": 'migrations.AddField("book", "x", models.IntegerField(default=lambda: 1 / 0)),',
    "a callable default that asks the database": 'migrations.AddField("book", "x", models.IntegerField(default=ask)),',
    "a partial": "migrations.RunPython(functools.partial(work, extra=1), migrations.RunPython.noop),",
    "a lambda": "migrations.RunPython(lambda apps, schema_editor: None, migrations.RunPython.noop),",
    "a callable instance": "migrations.RunPython(Work(), migrations.RunPython.noop),",
    "a bound method": "migrations.RunPython(Work().method, migrations.RunPython.noop),",
    "list parameters": 'migrations.RunSQL([("UPDATE shop_book SET title = %s", ["100%"])], migrations.RunSQL.noop),',
    "tuple parameters": 'migrations.RunSQL((("UPDATE shop_book SET title = %s", ("a",)),), migrations.RunSQL.noop),',
    "None parameters": "migrations.RunSQL([(\"UPDATE shop_book SET title = '100%'\", None)], migrations.RunSQL.noop),",
    "a plain list": 'migrations.RunSQL(["SELECT 1", "SELECT 2"], migrations.RunSQL.noop),',
    "no operation at all": "",
}
HEAD = """
import functools

def work(apps, schema_editor, extra=None):
    raise AssertionError("nobody runs this")

def ask():
    from django.contrib.auth.models import User
    return User.objects.count()

class Work:
    def __call__(self, apps, schema_editor):
        raise AssertionError("nobody runs this")
    method = __call__
"""


@pytest.mark.parametrize("name", OPERATIONS)
def test_unusual_operations_are_taken(project: Project, name: str) -> None:
    text = MIGRATION.format(
        head=HEAD, dependencies=[("shop", "0001_initial")], operations=f"        {OPERATIONS[name]}", tail=""
    )
    project.app("shop", **{"0001_initial": CREATE, "0002_x": text})
    result = project.run("explainmigration", "shop", "--output-format", "json")
    calm(result)
    data = json.loads(result.out)
    assert (result.status, data["errors"]) == (0, [])
    assert [
        (s["unread"], [t["unread"] for t in s["statements"] if t["unread"]]) for m in data["migrations"] for s in m["steps"]
    ] == [(None, []) for m in data["migrations"] for s in m["steps"]]


def test_an_operation_that_raises_is_a_finding(project: Project) -> None:
    head = """
from django.db.migrations.operations.base import Operation

class Strange(Operation):
    reversible = True
    def state_forwards(self, app_label, state): pass
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        raise RuntimeError("strange \\x1b[31m [bold] things")
    def database_backwards(self, *args): pass
"""
    text = MIGRATION.format(
        head=head,
        dependencies=[("shop", "0001_initial")],
        operations=f"        Strange(),\n        Strange(),\n        {INDEX}",
        tail="",
    )
    project.app("shop", **{"0001_initial": CREATE, "0002_x": text})
    result = project.run("lintmigrations", "--output-format", "json")
    assert result.status == 1
    assert findings(result) == [
        ("unread-operation", "warning", "0002_x"),
        ("unread-operation", "warning", "0002_x"),
        ("blocking-index-build", "error", "0002_x"),
    ]
    assert json.loads(result.out)["summary"]["unread_operations"] == 2
    shown = project.run("lintmigrations")
    assert "\x1b" not in shown.out
    assert "2 not understood" in shown.out
    calm(shown)


def test_a_squash_of_which_half_is_gone(project: Project) -> None:
    squash = MIGRATION.format(
        head="",
        dependencies=[],
        operations=f"        {CREATE}\n        {INDEX}",
        tail='    replaces = [("shop", "0001_initial"), ("shop", "0002_index"), ("shop", "0003_gone")]',
    )
    project.app("shop", **{"0001_initial": CREATE, "0002_index": INDEX, "0001_squashed": squash})
    result = project.run("lintmigrations", "--output-format", "json")
    calm(result)
    assert result.status in (0, 1)
    assert json.loads(result.out)["summary"]["migrations"] == 1


def test_an_app_without_migrations_has_tables(project: Project) -> None:
    project.settings("shop", "plain")
    project.write("plain/__init__.py", "")
    project.write("plain/models.py", """
        from django.db import models

        class Shelf(models.Model):
            name = models.CharField(max_length=20)
    """)  # fmt: skip
    project.app(
        "shop",
        **{
            "0001_initial": CREATE,
            "0002_key": 'migrations.AddField("book", "shelf", models.ForeignKey("plain.Shelf", models.CASCADE, null=True)),',
        },
    )
    data = json.loads(project.run("explainmigration", "shop", "0002", "--output-format", "json").out)
    effects = [e for s in data["migrations"][0]["steps"] for t in s["statements"] for e in t["effects"]]
    assert [(e["action"], e["relation"], e["lock"], e["assumed"]) for e in effects if e["relation"] == "plain_shelf"] == [
        ("lock parent", "plain_shelf", "SHARE ROW EXCLUSIVE", False)
    ]


def test_nothing_from_data_reaches_the_terminal_as_a_control(project: Project) -> None:
    project.app("shop", **{"0001_initial": CREATE, "0002_sql": "migrations.RunSQL(\"SELECT '\\x1b[2J\\u202e[/red]\\x07'\"),"})
    for arguments in (
        ["lintmigrations", "--fail-level", "note"],
        ["explainmigration", "shop"],
        ["explainmigration", "shop", "--output-format", "json"],
    ):
        result = project.run(*arguments)
        calm(result)
        assert not any(character in result.out for character in "\x1b\u202e\x07"), arguments


def test_files_select_their_migrations_as_one_release(project: Project) -> None:
    add = 'migrations.AddField("book", "blurb", models.TextField(null=True)),'
    index = 'migrations.AddIndex("book", models.Index(fields=["blurb"], name="blurb_idx")),'
    project.app("shop", **{"0001_initial": CREATE, "0002_index": INDEX, "0003_blurb": add, "0004_index": index})

    def lint(*arguments: str) -> Result:
        return project.run("lintmigrations", "--select", "locks", "--output-format", "json", *arguments)

    folder = "shop/migrations"
    result = lint(f"{folder}/0004_index.py")
    assert (result.status, findings(result)) == (1, [("blocking-index-build", "error", "0004_index")])
    every = lint(*(f"{folder}/{name}.py" for name in ("0001_initial", "0002_index", "0003_blurb", "0004_index")))
    assert (every.status, findings(every), json.loads(every.out)["summary"]["migrations"]) == (0, [], 4)
    none = lint(f"{folder}/__init__.py", "shop/models.py")
    assert (none.status, findings(none), json.loads(none.out)["summary"]["migrations"]) == (0, [], 0)
    for arguments, message in [
        ([f"{folder}/0009.py"], "There is no file 'shop/migrations/0009.py'."),
        (["shop", f"{folder}/0004_index.py"], "is neither an app and a migration nor a list of files."),
        (["shop", "0001", "0002"], "'shop 0001 0002' is neither an app and a migration nor a list of files."),
    ]:
        result = lint(*arguments)
        assert (result.status, message in result.err) == (2, True), result
