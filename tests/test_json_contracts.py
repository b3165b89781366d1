"""What programs read: both commands' JSON against the schemas in the package."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import django
import jsonschema
import pytest
from django.core.management import call_command
from pytest_django import Settings

import migration_lint
from migration_lint.conf import KEYS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMAS = Path(migration_lint.__file__).parent / "schemas"


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}-1.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


def run(*arguments: str, targets: tuple[str, ...] = ("postgresql@16",)) -> tuple[Any, int]:
    arguments = (*arguments, *(f"--target={target}" for target in targets))
    out = io.StringIO()
    status = 0
    try:
        call_command(*arguments, stdout=out)
    except SystemExit as error:
        status = int(error.code or 0)
    return json.loads(out.getvalue()), status


def test_lintmigrations_json_follows_its_schema() -> None:
    names = ("postgresql@16", "mysql@8.4", "mariadb@10.11", "sqlite@3.45", "oracle@19")
    data, status = run("lintmigrations", "--output-format", "json", "--third-party", targets=names)
    jsonschema.validate(data, schema("lintmigrations"), jsonschema.Draft202012Validator)
    assert (status, data["errors"]) == (1, [])
    assert data["targets"][0] == {"alias": "default", "vendor": "postgresql", "version": "16", "assumed": None}
    assert [f"{target['vendor']}@{target['version']}" for target in data["targets"]] == list(names)
    assert data["summary"]["errors"] == sum(finding["severity"] == "error" for finding in data["findings"]) > 0
    assert len({finding["fingerprint"] for finding in data["findings"]}) == len(data["findings"])


def test_explainmigration_json_follows_its_schema() -> None:
    data, status = run("explainmigration", "--all", "--third-party", "--output-format", "json")
    jsonschema.validate(data, schema("explainmigration"), jsonschema.Draft202012Validator)
    assert (status, data["errors"], data["target"]) == (0, [], "postgresql@16")


def test_every_step_has_statements_or_a_reason() -> None:
    data, _ = run("explainmigration", "--all", "--output-format", "json")
    unread = [(m["migration"], s["operation"], s["unread"]) for m in data["migrations"] for s in m["steps"] if s["unread"]]
    assert unread == []


def test_an_addindex_in_full() -> None:
    data, _ = run("explainmigration", "orders", "0002", "--output-format", "json")
    [migration] = data["migrations"]
    step = migration["steps"][-1]
    path = step.pop("path")
    assert Path(path).parts[-3:] == ("orders", "migrations", "0002_coupon.py")
    lock = {
        "action": "create index", "relation": "orders_order", "relation_before": "orders_order", "lock": "SHARE", "algorithm": None,
        "held": "ACCESS EXCLUSIVE", "held_until": "migration", "blocks": "writes", "scans": False, "rewrites": False, "builds_index": True,
        "writes_rows": False, "concurrent": False, "new_table": False, "assumed": False, "fact": "create index",
    }  # fmt: skip
    statement = step["statements"][0]
    assert (step["operation"], statement["deferred"], statement["transaction"], statement["unread"]) == (
        "AddIndex",
        False,
        1,
        None,
    )
    assert statement["sql"].startswith('CREATE INDEX "')
    assert statement["effects"] == [lock]
    assert step["reversible"] is True
    assert [s["sql"].split('"')[0] for s in step["reverse"]["statements"]] == ["DROP INDEX IF EXISTS "]


def test_the_list_of_rules_follows_its_schema() -> None:
    data, status = run("lintmigrations", "--list-rules", "--output-format", "json", "--ignore", "NOT_NULL")
    jsonschema.validate(data, schema("rules"), jsonschema.Draft202012Validator)
    rules = {rule["id"]: rule for rule in data["rules"]}
    assert (status, rules["table-rewrite"]["runs"]) == (0, True)
    rule = rules["required-column-without-default"]
    assert (rule["runs"], rule["aliases"], rule["category"]) == (False, ["NOT_NULL"], "compatibility")
    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.validate({**data, "surprise": True}, schema("rules"), jsonschema.Draft202012Validator)


def test_the_settings_follow_their_schema(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "\x1b[31m::error::[/x]\u202e é\u2028"
    settings.MIGRATION_LINT = {
        "targets": ["mariadb"],
        "per_migration_ignores": {"orders.0099_*": ["locks"]},
        "severity": {"locks": "note"},
        "options": {"naming-pattern": {"table": re.compile("x+")}},
    }
    monkeypatch.setenv("MIGRATION_LINT_BASELINE", hostile)
    arguments = ("lintmigrations", "--show-settings", "--exclude-apps", "orders", "--extend-select", "design")
    data, status = run(*arguments, "--output-format", "json", targets=())
    jsonschema.validate(data, schema("settings"), jsonschema.Draft202012Validator)
    assert (status, data["settings"].keys(), data["unmatched"]) == (0, KEYS.keys(), ["orders.0099_*"])
    told = {key: (each["value"], each["sources"]) for key, each in data["settings"].items()}
    assert {key: value for key, value in told.items() if value[1] != ["default"]} == {
        "targets": (["mariadb"], ["settings.MIGRATION_LINT"]),
        "exclude_apps": (["orders"], ["the command line"]),
        "select": (["all", "design"], ["default", "the command line"]),
        "per_migration_ignores": ({"orders.0099_*": ["locks"]}, ["settings.MIGRATION_LINT"]),
        "severity": ({"locks": "note"}, ["settings.MIGRATION_LINT"]),
        "options": ({"naming-pattern": {"table": "x+"}}, ["settings.MIGRATION_LINT"]),
        "baseline": (hostile, ["environment variable MIGRATION_LINT_BASELINE"]),
    }
    [target] = data["targets"]
    assert (target["vendor"], target["assumed"]) == ("mariadb", f"the oldest that Django {django.get_version()} supports")
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    text = out.getvalue()
    assert '\nseverity = {locks = "note"}  # settings.MIGRATION_LINT\n' in text
    assert f"\n# Linted for {vendor_of(target)} ({target['assumed']})\n# No migration is there for orders.0099_*\n" in text
    assert not any(character in text for character in "\x1b\u202e\u2028")
    values = {key: each["value"] for key, each in data["settings"].items()}
    assert {**tomllib.loads(text), "baseline": hostile} == values


def vendor_of(target: dict[str, str]) -> str:
    return f"{target['vendor']}@{target['version']}"


@pytest.mark.parametrize("name", ["lintmigrations", "explainmigration"])
def test_the_schema_refuses_what_is_not_promised(name: str) -> None:
    data, _ = run(name, *(["--all"] if name == "explainmigration" else []), "--output-format", "json")
    data["surprise"] = True
    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.validate(data, schema(name), jsonschema.Draft202012Validator)
