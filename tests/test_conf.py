"""Where settings come from, which wins, and what is said about wrong ones."""

from __future__ import annotations

import ast
import os
import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import django
import pytest
from pytest_django import Settings

from migration_lint import conf
from migration_lint.backends import version_tuple
from migration_lint.conf import KEYS, Config, UsageError, load_config, parse_target, targets
from migration_lint.listing import plain_data
from migration_lint.management.commands.lintmigrations import Command
from migration_lint.types import Severity, Target
from tests.projects import REPOSITORY

KNOWN = (
    "Known keys: baseline, databases, deploy_order, exclude_apps, exclude_migrations, fail_level, ignore, include_apps, "
    "include_migrations, lint_makemigrations, options, per_migration_ignores, require_reason, rules, select, severity, start_after, targets, "
    "third_party; extend_KEY adds to a list or a table."
)
OLDEST = {(5, 2): (14,), (6, 0): (14,), (6, 1): (15,)}[django.VERSION[:2]]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    settings.MIGRATION_LINT = {}
    for name in [name for name in os.environ if name.startswith("MIGRATION_LINT_")]:
        monkeypatch.delenv(name)
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    assert load_config({}) == Config((), (), Severity.ERROR, False, "database-first", ())


def test_each_layer_beats_the_one_before(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.migration_lint]\ntargets = ["postgresql@16"]\nfail_level = "note"\n')
    assert load_config({}) == Config(("postgresql@16",), fail_level=Severity.NOTE)
    settings.MIGRATION_LINT = {"targets": ["postgresql@17"]}
    assert load_config({}) == Config(("postgresql@17",), fail_level=Severity.NOTE)
    monkeypatch.setenv("MIGRATION_LINT_TARGETS", "postgresql@18, analytics=postgresql@17")
    assert load_config({}).targets == ("postgresql@18", "analytics=postgresql@17")
    assert load_config({"targets": ["postgresql@15"], "fail_level": None}) == Config(
        ("postgresql@15",), fail_level=Severity.NOTE
    )


def test_keys_may_have_dashes(settings: Settings, tmp_path: Path) -> None:
    text = '[tool.migration_lint]\nextend-select = ["design"]\nfail-level = "note"\n[tool.migration_lint.severity]\nlocks = "note"\n'
    (tmp_path / "pyproject.toml").write_text(text)
    settings.MIGRATION_LINT = {"deploy-order": "code-first", "options": {"naming-pattern": {"table": "x"}}}
    assert load_config({}) == Config(
        select=("all", "design"),
        fail_level=Severity.NOTE,
        severity={"locks": Severity.NOTE},
        deploy_order="code-first",
        options={"naming-pattern": {"table": "x"}},
    )


def test_lists_and_tables_are_extended(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.migration_lint]\nextend_select = ["design"]\nignore = ["locks"]\nextend-ignore = ["limits", "locks"]\n'
        '[tool.migration_lint.per_migration_ignores]\nshop = ["locks"]\n'
    )
    settings.MIGRATION_LINT = {
        "extend_per_migration_ignores": {"shop": ["design"], "other": ["all"]},
        "extend_options": {"wide-index": {"columns": 3}},
    }
    monkeypatch.setenv("MIGRATION_LINT_EXTEND_OPTIONS", '{"wide-index": {"more": 1}, "naming-pattern": {"table": "x"}}')
    config = load_config({"extend_ignore": ["history"]})
    assert config == Config(
        select=("all", "design"),
        ignore=("locks", "limits", "history"),
        per_migration_ignores={"shop": ("locks", "design"), "other": ("all",)},
        options={"wide-index": {"columns": 3, "more": 1}, "naming-pattern": {"table": "x"}},
    )
    pyproject, variable = f"[tool.migration_lint] in {tmp_path}/pyproject.toml", "environment variable MIGRATION_LINT_"
    assert config.origins == {
        "select": ("default", pyproject),
        "ignore": (pyproject, pyproject, "the command line"),
        "per_migration_ignores": (pyproject, "settings.MIGRATION_LINT"),
        "options": ("default", "settings.MIGRATION_LINT", f"{variable}EXTEND_OPTIONS"),
    }
    assert load_config({"select": ["locks"], "extend_select": ["history"]}).select == ("locks", "history")
    assert load_config({"select": []}).select == ("all",)
    for key in ("extend_fail_level", "extend_extend_select", "extend_"):
        settings.MIGRATION_LINT = {key: ["x"]}
        with pytest.raises(UsageError, match=rf"^settings.MIGRATION_LINT has the unknown key '{key}'\."):
            load_config({})


def test_either_these_apps_or_not_those(settings: Settings) -> None:
    settings.MIGRATION_LINT = {"include_apps": ["shop"], "exclude_apps": ["other"]}
    with pytest.raises(UsageError) as caught:
        load_config({})
    assert (
        str(caught.value)
        == "settings.MIGRATION_LINT has both include_apps and exclude_apps. Say what is linted, or what is not."
    )
    settings.MIGRATION_LINT = {"include_apps": ["shop"], "exclude_apps": []}
    assert load_config({}) == Config(include_apps=("shop",))
    config = load_config({"extend_exclude_apps": ["other"]})
    assert config == Config(exclude_apps=("other",))
    assert config.origins == {
        "include_apps": ("the command line",),
        "exclude_apps": ("settings.MIGRATION_LINT", "the command line"),
    }


def test_the_environment_says_it_all(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MIGRATION_LINT = {"select": ["history"], "ignore": ["locks"], "severity": {"history": "note"}}
    monkeypatch.setenv("MIGRATION_LINT_SELECT", "locks, limits")
    monkeypatch.setenv("MIGRATION_LINT_SEVERITY", '{"locks": "error"}')
    monkeypatch.setenv("MIGRATION_LINT_OPTIONS", '{"wide-index": {"columns": 3}}')
    assert load_config({"ignore": ["table-rewrite"]}) == Config(
        select=("locks", "limits"),
        ignore=("table-rewrite",),
        severity={"locks": Severity.ERROR},
        options={"wide-index": {"columns": 3}},
    )
    monkeypatch.setenv("MIGRATION_LINT_OPTIONS", "wide-index")
    with pytest.raises(UsageError, match=r"^MIGRATION_LINT_OPTIONS is 'wide-index'; it has to be JSON: "):
        load_config({})


def test_pyproject_is_found_upwards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.migration_lint]\nthird_party = true\n")
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert load_config({}).third_party is True


def test_the_baseline_of_pyproject_lies_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.migration_lint]\nbaseline = "base.json"\n')
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert load_config({}).baseline == str(tmp_path / "base.json")
    assert load_config({"baseline": "x"}).baseline == "x"


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"target": ["x"]}, f"settings.MIGRATION_LINT has the unknown key 'target'. Did you mean 'targets'? {KNOWN}"),
        ({"targets": "postgresql@16"}, "settings.MIGRATION_LINT: targets is 'postgresql@16'; it has to be a list of strings, such as targets = [\"postgresql@16\"]."),
        ({"fail_level": "fatal"}, "settings.MIGRATION_LINT: fail_level is 'fatal'; it has to be one of error, warning, note."),
        ({"deploy_order": "code"}, "settings.MIGRATION_LINT: deploy_order is 'code'; it has to be one of database-first, code-first."),
        ({"severity": "error"}, "settings.MIGRATION_LINT: severity is 'error'; it has to be a table, such as severity = {locks = \"error\", missing-lock-timeout = \"note\"}."),
        ({"severity": {"locks": "bad"}}, "settings.MIGRATION_LINT: severity of locks is 'bad'; it has to be one of error, warning, note."),
        ({"severity": {"locks": ["error"]}}, "settings.MIGRATION_LINT: severity of locks is ['error']; it has to be one of error, warning, note."),
        ({"options": {"wide-index": 3}}, "settings.MIGRATION_LINT: options of wide-index is 3; it has to be a table."),
        ({"ignore": "locks"}, "settings.MIGRATION_LINT: ignore is 'locks'; it has to be a list of strings, such as ignore = [\"missing-lock-timeout\"]."),
        ({3: []}, f"settings.MIGRATION_LINT has the unknown key 3. {KNOWN}"),
        ({"third_party": "yes"}, "settings.MIGRATION_LINT: third_party is 'yes'; it has to be true or false."),
    ],
)  # fmt: skip
def test_wrong_settings_are_explained(settings: Settings, own: Any, message: str) -> None:
    settings.MIGRATION_LINT = own
    with pytest.raises(UsageError) as caught:
        load_config({})
    assert str(caught.value) == message


def test_settings_of_a_wrong_type(settings: Settings) -> None:
    settings.MIGRATION_LINT = ["postgresql@16"]
    with pytest.raises(UsageError, match=r"^settings.MIGRATION_LINT is \['postgresql@16'\]; it has to be a dictionary\.$"):
        load_config({})


@pytest.mark.parametrize(
    ("text", "message"), [("[tool", "cannot be read"), ("[tool]\nmigration_lint = 3", "it has to be a table")]
)
def test_a_broken_pyproject_is_explained(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        load_config({})


def test_the_environment_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATION_LINT_THIRD_PARTY", "perhaps")
    with pytest.raises(UsageError, match=r"^MIGRATION_LINT_THIRD_PARTY is 'perhaps'; it has to be true or false\.$"):
        load_config({})
    monkeypatch.setenv("MIGRATION_LINT_THIRD_PARTY", "1")
    monkeypatch.setenv("MIGRATION_LINT_TARGTS", "x")
    with pytest.raises(UsageError, match=r"^the environment has the unknown key 'targts'. Did you mean 'targets'\?"):
        load_config({})


def test_a_target_with_everything() -> None:
    assert parse_target("analytics=postgresql@16.2") == Target("analytics", "postgresql", (16, 2))


def test_a_target_without_a_version_is_the_oldest_that_django_supports() -> None:
    assert parse_target("postgresql") == Target(
        "default", "postgresql", OLDEST, f"the oldest that Django {django.get_version()} supports"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no target. A target is [ALIAS=]VENDOR[@VERSION], such as postgresql@16 or replica=postgresql@15."),
        ("postgresql@new", "'postgresql@new' is no target. A target is [ALIAS=]VENDOR[@VERSION], such as postgresql@16 or replica=postgresql@15."),
        ("postgres@16", "'postgres' is no vendor. Did you mean 'postgresql'? Vendors: postgresql, mysql, mariadb, sqlite, oracle."),
        ("analytic=postgresql@16", "'analytic' is no alias in DATABASES. Did you mean 'analytics'? Aliases: default, analytics."),
        ("postgresql@9.6", f"postgresql@9.6 is older than Django {django.get_version()} supports: {OLDEST[0]} is the oldest."),
    ],
)  # fmt: skip
def test_wrong_targets_are_explained(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_target(text)
    assert str(caught.value) == message


def test_without_targets_the_databases_are_linted_for() -> None:
    assert [(target.alias, target.vendor, target.own) for target in targets(Config())] == [
        ("default", "sqlite", True),
        ("analytics", "sqlite", True),
    ]


def test_a_part_of_a_version_is_the_oldest_that_it_may_mean() -> None:
    oldest = version_tuple(conf.oldest("mysql"))
    assert parse_target(f"mysql@{oldest[0]}").version == oldest
    assert parse_target("mysql@9.1").version == (9, 1)


def test_databases_narrow_the_targets() -> None:
    both = ("postgresql@16", "analytics=postgresql@18")
    assert [str(t) for t in targets(Config(both))] == ["postgresql@16", "analytics=postgresql@18"]
    assert [str(t) for t in targets(Config(both, ("analytics",)))] == ["analytics=postgresql@18"]
    with pytest.raises(UsageError, match=r"^No target has the alias default: the targets are analytics=postgresql@18\.$"):
        targets(Config(("analytics=postgresql@18",), ("default",)))


PAGE = (REPOSITORY / "docs/configuration.md").read_text(encoding="utf-8")
SECTIONS = {text.partition("`")[0]: text for text in PAGE.split("\n### `")[1:]}


def test_the_page_has_every_key() -> None:
    assert set(SECTIONS) == set(KEYS)
    assert set(KEYS) == {each.name for each in fields(Config)} - {"origins", "standing"}


@pytest.mark.parametrize("key", KEYS)
def test_the_page_tells_the_type_the_default_and_how_it_is_said_where(
    key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    section, (kind, example) = SECTIONS[key], KEYS[key]
    first = kind.words[0].upper() + kind.words[1:]
    assert f"\n{first}. Default: `{conf.spelled(plain_data(getattr(Config(), key)))}`" in section
    rows = dict(re.findall(r"^\| ([a-z. ]+) \| (.+) \|$", section, re.MULTILINE))
    wanted = {key: kind.checked(key, example, "here")}
    command = Command()
    parser = command.create_parser("manage.py", "lintmigrations")
    if key == "baseline":
        wanted[key] = str(tmp_path / example)
    (tmp_path / "pyproject.toml").write_text("[tool.migration_lint]\n" + rows["pyproject.toml"].strip("`"))
    assert load_config({}) == Config(**wanted)
    (tmp_path / "pyproject.toml").write_text("")
    wanted[key] = kind.checked(key, example, "here")
    settings.MIGRATION_LINT = ast.literal_eval(f"{{{rows['settings'].strip('`')}}}")
    assert load_config({}) == Config(**wanted)
    settings.MIGRATION_LINT = {}
    if (words := shlex.split(rows["command line"].strip("`"))) != ["none"]:
        assert command.configuration(vars(parser.parse_args(words))) == Config(**wanted)
    else:
        assert f"--{key.replace('_', '-')}" not in parser.format_help()
    name, _, value = shlex.split(rows["environment"].strip("`"))[0].partition("=")
    monkeypatch.setenv(name, value)
    assert load_config({}) == Config(**wanted)


def test_every_supported_django_has_an_oldest_server() -> None:
    assert conf.oldest("postgresql") == str(OLDEST[0])
