"""One bad migration on a branch, told once wherever the linter keeps a gate: on the command line, before a commit, in CI."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from migration_lint.reporters import FORMATS
from tests import ci_files
from tests.projects import CREATE, REPOSITORY, Project
from tests.test_formats import VALIDATORS, XML
from tests.test_git import commit, git

APPS = ("catalog", "orders", "reviews")
ADD = 'migrations.AddField("book", "extra_{}", models.IntegerField(null=True)),'
HISTORY = {"0001_initial": CREATE, **{f"{n:04}_extra_{n}": ADD.format(n) for n in range(2, 13)}}
# With what the runner of GitHub Actions would obey, in what is shown of the operation.
BAD = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_extra_12")]
    operations = [
        migrations.AddIndex(
            "book",
            # ::error::obey
            models.Index(fields=["title"], name="orders_book_title"),  # ##[error]obey
        ),
    ]
"""
PATH, START, END = "orders/migrations/0013_book_title.py", 8, 12
FIXED = (
    BAD.replace("migrations.AddIndex(", "AddIndexConcurrently(")
    .replace("\n\n\nclass", "\nfrom django.contrib.postgres.operations import AddIndexConcurrently\n\n\nclass")
    .replace("    dependencies", "    atomic = False\n    dependencies")
)
MANAGE = """
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project_settings")

from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
"""


@dataclass(frozen=True)
class Clones:
    """What CI has checked out: the branch merged into `main`, which has gone on meanwhile. `main` itself, for `staged`."""

    bad: Path
    fixed: Path
    staged: Path


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> Clones:
    folder = tmp_path_factory.mktemp("gates")
    project = Project(folder / "origin")
    project.root.mkdir()
    git(project.root, "init", "-q", "-b", "main")
    project.settings(*APPS)
    project.write("manage.py", MANAGE)
    project.write(".gitignore", "__pycache__\n")
    for label in APPS:
        project.app(label, **HISTORY)
    commit(project.root)
    for branch, text in (("bad", BAD), ("fixed", FIXED)):
        git(project.root, "switch", "-qc", branch, "main")
        project.write(PATH, text)
        commit(project.root)
    git(project.root, "switch", "-q", "main")
    project.write("catalog/migrations/0013_theirs.py", BAD.replace("orders", "catalog"))
    commit(project.root)
    for name in ("bad", "fixed", "staged"):
        git(folder, "clone", "-q", "origin", name)
        if name != "staged":
            git(folder / name, "switch", "-q", "--detach")
            git(folder / name, "merge", "-q", "-m", "x", f"origin/{name}")
    return Clones(folder / "bad", folder / "fixed", folder / "staged")


def environment(**more: str) -> dict[str, str]:
    """Nothing but what a job has, and this Python."""
    kept = {key: os.environ[key] for key in ("HOME", "TMPDIR") if key in os.environ}
    return {
        **kept,
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "PYTHONPATH": str(REPOSITORY),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **more,
    }


@dataclass(frozen=True)
class Run:
    status: int
    out: str


def run(*command: str, folder: Path, env: Mapping[str, str]) -> Run:
    done = subprocess.run(
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Run(done.returncode, done.stdout)


# Where each format says a finding is: path, first line, and last line where it says one.

Place = tuple[Any, ...]


def matched(pattern: str, text: str) -> re.Match[str]:
    match = re.search(pattern, text, re.MULTILINE)
    assert match is not None, text
    return match


def places(name: str, text: str) -> Iterator[Place]:
    if name == "text":
        for part in re.split(r"^(?=(?:error|warning|note)\[)", text, flags=re.MULTILINE)[1:]:
            match = matched(r"^  --> (.+):(\d+):9 \(orders\.0013_book_title, operation 0: AddIndex\)$", part)
            yield match[1], int(match[2]), int(re.findall(r"^ *(\d+) │", part, re.MULTILINE)[-1])
    elif name == "concise":
        [tasks] = ci_files.examples(ci_files.TASKS)
        pattern = json.loads(tasks)["tasks"][0]["problemMatcher"]["pattern"]
        for line in text.splitlines():
            match = matched(pattern["regexp"], line)
            assert (match[pattern["severity"]], match[pattern["code"]]) == ("error", "blocking-index-build")
            assert match[pattern["message"]].startswith("Building")
            yield match[pattern["file"]], int(match[pattern["line"]])
    elif name == "json":
        for finding in json.loads(text)["findings"]:
            yield finding["path"], finding["line"], finding["end_line"]
    elif name == "sarif":
        for result in json.loads(text)["runs"][0]["results"]:
            place = result["locations"][0]["physicalLocation"]
            yield place["artifactLocation"]["uri"], place["region"]["startLine"], place["region"]["endLine"]
    elif name == "github":
        for line in text.splitlines():
            match = matched(r"^::error file=(.+?),line=(\d+),endLine=(\d+),", line)
            yield match[1], int(match[2]), int(match[3])
    elif name == "markdown":
        for part in text.split("\n### ")[1:]:
            match = matched(r"\Aerror: `blocking-index-build`\n\n`(.+):(\d+)`", part)
            yield match[1], int(match[2])
    elif name == "gitlab":
        for each in json.loads(text):
            yield each["location"]["path"], each["location"]["lines"]["begin"], each["location"]["lines"]["end"]
    elif name == "junit":
        for failure in ElementTree.fromstring(text).iter("failure"):
            path, line, _ = (failure.text or "").split(":", 2)
            yield path, int(line)
    else:
        for diagnostic in json.loads(text)["diagnostics"]:
            place = diagnostic["location"]
            yield place["path"], place["range"]["start"]["line"], place["range"]["end"]["line"]


def found(name: str, text: str) -> list[Place]:
    """After a look at whether the text is what the format should be."""
    if name in VALIDATORS:
        VALIDATORS[name].validate(json.loads(text))
    elif name == "junit":
        XML.validate(text)
    return list(places(name, text))


ONLY_START = ("concise", "markdown", "junit")
ONCE = {name: [(PATH, START) if name in ONLY_START else (PATH, START, END)] for name in FORMATS}


# The command.


def since_main(folder: Path) -> tuple[int, dict[str, list[Place]]]:
    formats = [f"--output-format={name}=report.{name}" for name in FORMATS]
    command = [sys.executable, "manage.py", "lintmigrations", "--since", "main", *formats]
    done = run(*command, folder=folder, env=environment())
    assert done.out == ""
    reports = {name: folder / f"report.{name}" for name in FORMATS}
    told = {name: found(name, path.read_text(encoding="utf-8")) for name, path in reports.items()}
    for path in reports.values():
        path.unlink()
    return done.status, told


def test_a_branch_s_only_bad_migration_is_told_once_in_each_format(clones: Clones) -> None:
    assert since_main(clones.bad) == (1, ONCE)


def test_a_branch_without_one_is_clean_in_each_format(clones: Clones) -> None:
    assert since_main(clones.fixed) == (0, {name: [] for name in FORMATS})


# pre-commit.


def pre_commit(folder: Path, hooks: Path) -> Run:
    """The hook as the documentation has it written, and ours as it is taken from a repository."""
    config = yaml.safe_load(ci_files.examples(ci_files.CONFIG)[0])
    config["repos"].append({"repo": str(hooks), "rev": "v1", "hooks": [{"id": "lintmigrations", "alias": "ours"}]})
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    git(folder, "add", "-A")
    env = environment(
        PRE_COMMIT_HOME=str(hooks.parent / "home"),
        DJANGO_SETTINGS_MODULE="project_settings",
    )
    return run(sys.executable, "-m", "pre_commit", "run", "--color=never", folder=folder, env=env)


def test_pre_commit_stops_a_bad_migration_and_lets_the_fixed_one_through(clones: Clones, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    git(hooks, "init", "-q")
    (hooks / ".pre-commit-hooks.yaml").write_bytes(ci_files.HOOKS.read_bytes())
    commit(hooks)
    git(hooks, "tag", "v1")

    (clones.staged / PATH).write_text(BAD, encoding="utf-8")
    done = pre_commit(clones.staged, hooks)
    assert (done.status, done.out.count("Failed\n")) == (1, 2)
    assert list(places("text", done.out)) == [(PATH, START, END)] * 2

    (clones.staged / PATH).write_text(FIXED, encoding="utf-8")
    done = pre_commit(clones.staged, hooks)
    assert (done.status, done.out.count("Passed\n")) == (0, 2)


# GitHub's action.


def input_of(text: str) -> str:
    return matched(r"\A\$\{\{ inputs\.([a-z-]+) \}\}\Z", text)[1]


def action(folder: Path, base: str = "main", **given: str) -> tuple[Run, str, dict[str, str]]:
    """The first step of the action as the runner runs it. What it prints, its part of the summary, its outputs."""
    data = yaml.safe_load(ci_files.ACTION.read_text(encoding="utf-8"))
    inputs = {name: spec["default"] for name, spec in data["inputs"].items()}
    inputs.update({name.replace("_", "-"): value for name, value in given.items()})
    assert inputs.keys() == data["inputs"].keys()
    step = data["runs"]["steps"][0]

    def filled(text: str) -> str:
        return str(inputs[input_of(text)])

    runner = folder.parent / "runner"
    runner.mkdir(exist_ok=True)
    (runner / "summary").write_text("before\n", encoding="utf-8")
    (runner / "output").write_text("", encoding="utf-8")
    env = environment(
        CI="true",
        GITHUB_ACTIONS="true",
        GITHUB_ACTION_PATH=str(REPOSITORY),
        GITHUB_BASE_REF=base,
        GITHUB_OUTPUT=str(runner / "output"),
        GITHUB_STEP_SUMMARY=str(runner / "summary"),
        GITHUB_WORKSPACE=str(folder),
        RUNNER_TEMP=str(runner),
        **{name: filled(text) for name, text in step["env"].items()},
    )
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = run(*shell, folder=folder / filled(step["working-directory"]), env=env)
    before, summary = (runner / "summary").read_text(encoding="utf-8").split("\n", 1)
    assert before == "before"
    output = (runner / "output").read_text(encoding="utf-8").splitlines()
    return done, summary, dict(line.split("=", 1) for line in output)


def orders(text: str) -> list[str]:
    """The lines that the runner of GitHub Actions would obey."""
    return [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]


def test_the_action_annotates_the_operation_and_fails(clones: Clones) -> None:
    done, summary, outputs = action(clones.bad, upload_sarif="true")
    assert done.status == 1
    assert list(places("text", done.out)) == ONCE["text"]
    [order] = orders(done.out)
    assert found("github", order) == ONCE["github"]
    assert found("markdown", summary) == ONCE["markdown"]
    assert list(outputs) == ["markdown-file", "sarif-file"]
    assert Path(outputs["markdown-file"]).read_text(encoding="utf-8") == summary
    assert found("sarif", Path(outputs["sarif-file"]).read_text(encoding="utf-8")) == ONCE["sarif"]


def test_the_action_lets_the_fixed_migration_through(clones: Clones) -> None:
    done, summary, outputs = action(clones.fixed)
    assert (done.status, orders(done.out), list(outputs)) == (0, [], ["markdown-file"])
    assert "**No findings** · 1 migration checked" in summary


def test_the_action_says_what_is_wrong_with_what_it_was_given(clones: Clones) -> None:
    done, summary, outputs = action(clones.bad, since="--output=stolen\n::error::obey", upload_sarif="true")
    assert (done.status, summary, outputs, orders(done.out)) == (2, "", {}, [])
    assert "git knows no such commit" in done.out
    assert not (clones.bad / "stolen").exists()


def test_inputs_are_data() -> None:
    data = yaml.safe_load(ci_files.ACTION.read_text(encoding="utf-8"))
    step = data["runs"]["steps"][0]
    values = [*step["env"].values(), step["working-directory"]]
    assert sorted(map(input_of, values)) == sorted(data["inputs"])
    for each in data["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


# GitLab's component.


def gitlab(folder: Path, shell: str, variables: Mapping[str, str], **given: Any) -> Run:
    """The job's lines, as a runner puts them together."""
    job = ci_files.component(**{name.replace("_", "-"): value for name, value in given.items()})
    env = environment(CI="true", GITLAB_CI="true", CI_PROJECT_DIR=str(folder), **variables, **job["variables"])
    return run(shell, "-e", "-c", "\n".join([*job["before_script"], *job["script"]]), folder=folder, env=env)


def artifacts(folder: Path) -> dict[str, list[Place]]:
    reports = ci_files.component()["artifacts"]["reports"]
    assert reports.keys() == {"codequality", "junit"}
    told = {}
    for name, file in (("gitlab", reports["codequality"]), ("junit", reports["junit"])):
        told[name] = found(name, (folder / file).read_text(encoding="utf-8"))
        (folder / file).unlink()
    return told


def test_the_component_leaves_its_reports_and_fails(clones: Clones) -> None:
    merged = {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": git(clones.bad, "rev-parse", "main")}
    merged["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = git(clones.bad, "merge-base", "origin/bad", "main")
    done = gitlab(clones.bad, "bash", merged, setup=["touch was-set-up"])
    assert (done.status, list(places("text", done.out))) == (1, ONCE["text"])
    assert artifacts(clones.bad) == {name: ONCE[name] for name in ("gitlab", "junit")}
    (clones.bad / "was-set-up").unlink()


def test_the_component_lets_the_fixed_migration_through(clones: Clones) -> None:
    git(clones.fixed, "switch", "-q", "--detach", "origin/fixed")  # a pipeline of the branch alone
    base = git(clones.fixed, "merge-base", "HEAD", "main")
    assert gitlab(clones.fixed, "sh", {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base}).status == 0
    assert artifacts(clones.fixed) == {"gitlab": [], "junit": []}


def test_the_component_leaves_empty_reports_on_the_default_branch(clones: Clones) -> None:
    assert gitlab(clones.bad, "bash", {"CI_COMMIT_SHA": git(clones.bad, "rev-parse", "HEAD")}).status == 0
    assert artifacts(clones.bad) == {"gitlab": [], "junit": []}


# What a stranger may call a branch, and what an input may hold.

HOSTILE = (
    "$(touch x)",
    "`touch x`",
    '"; touch x; "',
    "'; touch x; '",
    "; touch x",
    "&& touch x",
    "| touch x",
    "> x",
    "--output=x",
    "-",
    "*",
    "~",
    "${HOME}",
    "\\",
    "a\ntouch x\n",
    "\n::set-output name=markdown-file::x",
    "${{ github.token }}",
    "%0A::error::x",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where nothing is but a program that writes down its arguments."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "record").write_text("#!/bin/sh\nprintf '%s\\0' \"$@\" >arguments\n", encoding="utf-8")
    (folder / "record").chmod(0o755)
    return folder


def recorded(folder: Path) -> list[str]:
    assert sorted(path.name for path in folder.iterdir()) == ["arguments", "record"]
    words = (folder / "arguments").read_text(encoding="utf-8").split("\0")[:-1]
    return [word for word in words if not word.startswith("--output-format=")]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_given_is_evaluated(text: str, folder: Path) -> None:
    words = text.split()
    inputs = {"command": f"./record {text}", "fail_level": text, "targets": text, "arguments": text}
    rest = [f"--fail-level={text}", *(f"--target={word}" for word in words), *words]
    assert action(folder, base=text, **inputs) == (Run(0, ""), "", {})
    assert recorded(folder) == [*words, f"--since=origin/{text}", *rest]
    assert gitlab(folder, "sh", {}, since=text, **inputs) == Run(0, "")
    assert recorded(folder) == [*words, f"--since={text}", *rest]


def test_what_is_not_given_is_left_out(folder: Path) -> None:
    (folder / "sub").mkdir()
    inputs = {"command": "../record", "working_directory": "sub", "targets": "postgresql@16, replica=mysql@8.4"}
    targets = ["--target=postgresql@16", "--target=replica=mysql@8.4"]
    assert action(folder, base="", **inputs) == (Run(0, ""), "", {})
    (folder / "sub" / "arguments").rename(folder / "arguments")
    (folder / "sub").rmdir()
    assert recorded(folder) == targets


# The examples in the documentation, beyond what `python -m tests.ci_files` finds.


def test_examples_give_what_there_is_to_give() -> None:
    data = yaml.safe_load(ci_files.ACTION.read_text(encoding="utf-8"))
    for text in ci_files.examples(ci_files.WORKFLOW):
        [step] = [
            each for each in yaml.safe_load(text)["jobs"]["lint"]["steps"] if "django-migration-lint@" in each.get("uses", "")
        ]
        assert step["with"].keys() <= data["inputs"].keys()
        assert set(re.findall(r"steps\.migrations\.outputs\.([a-z-]+)", text)) <= data["outputs"].keys()
    [pipeline] = ci_files.examples(ci_files.PIPELINE)
    [include] = yaml.safe_load(pipeline)["include"]
    assert ci_files.component(**include["inputs"])["before_script"] == ["pip install -r requirements.txt"]


def test_the_table_of_inputs_is_the_action_s() -> None:
    section = ci_files.DOCS.read_text(encoding="utf-8").partition("\n## GitHub\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    names = [name for row in rows for name in re.findall("`([a-z-]+)`", row)]
    assert names == list(yaml.safe_load(ci_files.ACTION.read_text(encoding="utf-8"))["inputs"])
