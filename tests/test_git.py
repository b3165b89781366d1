"""What git says of migrations, in real repositories: what is selected, what was edited or deleted, and what git cannot tell."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from migration_lint import Finding, Plan, Rule, Severity, edits
from migration_lint.conf import UsageError
from migration_lint.engine import Engine
from migration_lint.project import changed, history, loading
from migration_lint.project.git import Differences, Repository
from migration_lint.rules.deleted_migration import DeletedMigration
from migration_lint.rules.edited_migration import EditedMigration
from tests.graphs import LABELS
from tests.projects import CREATE, Project

IDENTITY = {
    **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, env=IDENTITY, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x", "--allow-empty")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the files `kept`, `changed` and `gone` on `main`, on a branch of its own."""
    folder = tmp_path / "r e p o"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for name in ("kept", "changed", "gone", "staged", "unstaged"):
        (folder / f"{name}.py").write_text(f"# {name}\n")
    (folder / "notes.txt").write_text("x")
    commit(folder)
    git(folder, "switch", "-qc", "work")
    return folder


def found(folder: Path, reference: str = "main") -> tuple[dict[str, str], set[str]]:
    differences: Differences = Repository(folder).differences(reference)
    return {path.name: text for path, text in differences.before.items()}, {path.name for path in differences.new}


def test_everything_that_is_not_as_it_was(repository: Path) -> None:
    (repository / "changed.py").write_text("# other")
    (repository / "gone.py").unlink()
    (repository / "committed.py").write_text("")
    (repository / "notes.txt").write_text("y")
    commit(repository)
    (repository / "staged.py").write_text("# other")
    (repository / "added.py").write_text("")
    git(repository, "add", "staged.py", "added.py")
    (repository / "unstaged.py").write_text("# other")
    (repository / "sub").mkdir()
    (repository / "sub" / "été\t1.py").write_text("")
    before = {"changed.py": "# changed\n", "gone.py": "# gone\n", "staged.py": "# staged\n", "unstaged.py": "# unstaged\n"}
    assert found(repository) == (before, {"committed.py", "added.py", "été\t1.py"})
    assert found(repository / "sub") == (before, {"committed.py", "added.py", "été\t1.py"})


def test_what_others_merged_meanwhile_is_not_ours(repository: Path) -> None:
    git(repository, "switch", "-q", "main")
    (repository / "theirs.py").write_text("")
    (repository / "gone.py").unlink()
    commit(repository)
    git(repository, "switch", "-q", "work")
    assert found(repository) == ({}, set())


def test_a_file_that_git_forgot_but_that_is_there(repository: Path) -> None:
    git(repository, "rm", "-q", "--cached", "gone.py")
    assert found(repository) == ({"gone.py": "# gone\n"}, set())


def test_a_user_s_configuration_changes_nothing(repository: Path) -> None:
    (repository / ".gitattributes").write_text("*.py diff=shout\n")
    for key, value in [
        ("diff.external", "false"), ("diff.shout.textconv", "tr a-z A-Z <"), ("diff.noprefix", "true"), ("color.ui", "always"),
        ("diff.renames", "copies"), ("core.quotepath", "true"), ("diff.relative", "true"), ("core.pager", "false"),
    ]:  # fmt: skip
        git(repository, "config", key, value)
    (repository / "changed.py").rename(repository / "renamed.py")
    git(repository, "add", "-A")
    assert found(repository) == ({"changed.py": "# changed\n"}, {"renamed.py"})


@pytest.mark.parametrize("reference", ["nowhere", "", "-x", "--output=stolen.txt", "main:kept.py", "a\0b", "main\n"])
def test_a_reference_that_is_no_commit(repository: Path, reference: str) -> None:
    with pytest.raises(UsageError, match="git knows no such commit"):
        Repository(repository).differences(reference)
    assert not (repository / "stolen.txt").exists()


def test_a_reference_that_is_nearly_one(repository: Path) -> None:
    with pytest.raises(UsageError, match=r"--since mian: git knows no such commit\. Did you mean 'main'\?$"):
        Repository(repository).differences("mian")


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match=r"^--since asks git what has changed, and git says: not a git repository"):
        Repository(tmp_path)


def test_no_commit_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(UsageError, match="git knows no such commit"):
        Repository(tmp_path).differences("HEAD")


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"^--since asks git what has changed, and there is no `git` on the PATH\.$"):
        Repository(tmp_path)


def test_a_shallow_clone(repository: Path, tmp_path: Path) -> None:
    (repository / "changed.py").write_text("# other")
    commit(repository)
    git(repository, "switch", "-q", "main")
    (repository / "theirs.py").write_text("")
    commit(repository)
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", repository.as_uri(), "shallow")
    git(tmp_path / "shallow", "switch", "-q", "work")
    with pytest.raises(UsageError, match="the clone is shallow, and does not reach back"):
        Repository(tmp_path / "shallow").differences("origin/main")
    with pytest.raises(UsageError, match=r"git knows no such commit\. A clone made for CI may hold one branch alone"):
        Repository(tmp_path / "shallow").differences("v1")


def test_histories_that_have_nothing_in_common(repository: Path) -> None:
    git(repository, "switch", "-q", "--orphan", "other")
    commit(repository)
    with pytest.raises(UsageError, match=r"HEAD and main have no commit in common\.$"):
        Repository(repository).differences("main")


# Through the command.

INDEX = 'migrations.AddIndex("book", models.Index(fields=["title"], name="title_idx")),'
ADD = 'migrations.AddField("book", "{}", models.IntegerField(null=True)),'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.settings("shop")
    made.app("shop", **{"0001_initial": CREATE, "0002_pages": ADD.format("pages"), "0003_stock": ADD.format("stock")})
    (tmp_path / ".gitignore").write_text("__pycache__\n")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return made


def lint(project: Project, *arguments: str) -> tuple[int, list[tuple[str, str | None, str, int | None]], dict[str, Any]]:
    result = project.run("lintmigrations", "--output-format", "json", *arguments, GIT_CONFIG_GLOBAL=os.devnull)
    assert "Traceback" not in result.err
    data = json.loads(result.out)
    found = [(f["rule"], f["migration"], f["path"], f["line"]) for f in data["findings"]]
    return result.status, found, data


def test_since_selects_what_is_new_as_one_release(project: Project) -> None:
    migrations = {
        "0001_initial": CREATE,
        "0002_pages": ADD.format("pages"),
        "0003_stock": ADD.format("stock"),
        "0004_index": INDEX,
    }
    project.app("shop", **migrations)
    status, found, data = lint(project, "--since", "main")
    assert (status, found) == (1, [("blocking-index-build", "0004_index", "shop/migrations/0004_index.py", 8)])
    assert data["summary"]["migrations"] == 1


def test_since_knows_a_migration_by_its_file_and_not_by_the_end_of_its_path(tmp_path: Path) -> None:
    made = Project(tmp_path)
    more = 'MIGRATION_MODULES = {"shop": "shop.schema"}'
    made.settings("shop", "bigshop", more=more)
    for label in ("shop", "bigshop"):
        made.app(label, **{"0001_initial": CREATE, "0002_change": ADD.format("pages")})
    (tmp_path / "shop/migrations").rename(tmp_path / "shop/schema")
    (tmp_path / ".gitignore").write_text("__pycache__\n")
    (tmp_path / "shop/schema/0002_change.py").rename(tmp_path / "kept")
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    kept = (tmp_path / "kept").read_text()
    (tmp_path / "shop/schema/0002_change.py").write_text(kept.replace(ADD.format("pages"), INDEX))
    status, found, data = lint(made, "--since", "main")
    assert (status, found[-1]) == (1, ("blocking-index-build", "0002_change", "shop/schema/0002_change.py", 8))
    assert data["summary"]["migrations"] == 1


def test_wrong_use_of_since_is_2(project: Project) -> None:
    result = project.run("lintmigrations", "--since", "mian")
    assert (result.status, "--since mian: git knows no such commit. Did you mean 'main'?" in result.err) == (2, True)


def test_an_edited_migration(project: Project) -> None:
    base = git(project.root, "rev-parse", "HEAD")[:10]
    file = project.root / "shop/migrations/0002_pages.py"
    file.write_text(file.read_text().replace("IntegerField(null=True)", "BigIntegerField(null=True)"))
    status, found, data = lint(project, "--since", "main")
    assert (status, found[0]) == (1, ("edited-migration", "0002_pages", "shop/migrations/0002_pages.py", 7))
    assert data["findings"][0]["message"] == (
        "`shop.0002_pages` was there at `main` and does something else now: databases that have run it never get the difference, "
        "and a new one is not made like them."
    )
    assert data["findings"][0]["help"] == (
        "Take the change back, and write a migration of its own for it:\n\n"
        f"    git checkout {base} -- shop/migrations/0002_pages.py\n    python manage.py makemigrations shop\n\n"
        "Where it has run nowhere yet, say so above the class:\n\n"
        "    # migration-lint: ignore[edited-migration] -- it has run nowhere yet"
    )
    comment = data["findings"][0]["help"].rpartition("\n\n")[2].strip()
    file.write_text(file.read_text().replace("class Migration", f"{comment}\nclass Migration"))
    assert lint(project, "--since", "main")[1] == []


def test_all_migrations_of_an_app_deleted(project: Project) -> None:
    for file in (project.root / "shop/migrations").glob("*.py"):
        file.unlink()
    project.write("shop/models.py", "")
    status, found, _ = lint(project, "--since", "main", "--select", "deleted-migration")
    assert (status, [name for _, name, _, _ in found]) == (1, ["0001_initial", "0002_pages", "0003_stock"])


# What rules make of it: packages of migrations under the labels of the bundled project.

FIRST = "migrations.CreateModel('Review', [('id', models.BigAutoField(primary_key=True))])"
STARS = "migrations.AddField('review', 'stars', models.IntegerField(null=True))"
FILES = {"0001_initial": FIRST, "0002_stars": STARS, "0003_text": STARS.replace("stars", "text")}
HEAD = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n"


class Past:
    """A package of migrations in a repository; `judged` loads it as it is then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = f"past_{folder.name.replace('-', '_')}"
        self.path = folder / self.package
        self.path.mkdir()
        (self.path / "__init__.py").touch()
        previous = None
        for name, operation in FILES.items():
            self.write(name, operation, [("reviews", previous)] if previous else [])
            previous = name
        git(folder, "init", "-q", "-b", "main")
        self.base = commit(folder)[:10]
        git(folder, "switch", "-qc", "work")

    def write(self, name: str, operation: str, dependencies: object = (), more: str = "") -> None:
        text = f"{HEAD}    dependencies = {list(dependencies)!r}\n    operations = [{operation}]\n{more}"  # type: ignore[call-overload]
        (self.path / f"{name}.py").write_text(text)

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.path / f"{name}.py"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    def judged(self, rule: Rule) -> list[Finding]:
        modules: dict[str, str | None] = {**dict.fromkeys(LABELS), "reviews": self.package}
        with override_settings(MIGRATION_MODULES=modules):
            graph = loading.load()
        engine = Engine([rule])
        known = history.build(graph, False, since=changed.since(graph, "main", self.folder))
        found = engine.check_plan(Plan(graph.migrations, graph.problems, (), known))
        assert not engine.errors, engine.errors
        return found


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Past]:
    made = Past(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    importlib.invalidate_caches()
    yield made
    for name in [name for name in sys.modules if name.startswith(made.package)]:
        del sys.modules[name]


def told(found: list[Finding]) -> list[tuple[Severity, str, str, int | None]]:
    return [(f.severity, f.message, Path(f.location.path).name, f.location.line) for f in found if f.location is not None]


def test_a_function_that_does_something_else() -> None:
    body = "def helper(x, title=''):\n    return x\n\ndef fill(apps, schema_editor):\n    {}\n\ndef back(apps, editor):\n    {}\n\n\nclass"
    operations = "operations = [migrations.RunPython(fill, back)]"

    def text(forwards: str, backwards: str) -> str:
        return HEAD.replace("class", body.format(forwards, backwards)) + f"    {operations}\n"

    one = edits.work(text("helper(1, choices=2)", "helper(2)"))
    assert one is not None
    assert one == edits.work(text("helper(1, choices=2)  # now", "helper(3)"))  # the way back has run nowhere yet
    assert one != edits.work(text("helper(1, choices=3)", "helper(2)"))
    assert one != edits.work(text("helper(1, choices=2)", "helper(2)").replace("return x", "return -x"))


def test_a_new_dependency_of_an_old_migration(past: Past) -> None:
    past.write("0004_late", "", [("reviews", "0001_initial")])
    past.edit("0003_text", "dependencies = [", "dependencies = [('reviews', '0004_late'), ")
    assert told(past.judged(EditedMigration())) == [
        (
            Severity.ERROR,
            ("`reviews.0003_text` was there at `main` and depends on `reviews.0004_late` now: `migrate` refuses "
             "every database that has run the one and not the other, with InconsistentMigrationHistory."), "0003_text.py", 5,
        )
    ]  # fmt: skip


def test_a_deleted_migration(past: Past) -> None:
    (past.path / "0003_text.py").unlink()
    found = past.judged(DeletedMigration())
    assert told(found) == [
        (
            Severity.ERROR,
            ("`reviews.0003_text` was there at `main` and is gone: a database that has run it keeps what it did, "
             "and one that has not never gets it."), "0003_text.py", 1,
        )
    ]  # fmt: skip
    assert found[0].help == (
        "Bring it back, and undo what it did in a new migration:\n\n"
        f"    git checkout {past.base} -- {past.package}/0003_text.py\n\n"
        "Where it was squashed, list it in the `replaces` of the squashed migration."
    )


def test_a_renamed_migration(past: Past) -> None:
    (past.path / "0003_text.py").rename(past.path / "0003_review_text.py")
    found = past.judged(DeletedMigration())
    assert told(found) == [
        (
            Severity.ERROR,
            ("`reviews.0003_text`, which was there at `main`, is called `0003_review_text` now: databases that have "
             "run it under the old name run it a second time, and fail at what is there already."), "0003_review_text.py", 4,
        )
    ]  # fmt: skip
    assert found[0].help == (
        "Give the file its name back, or let it say which one it was:\n\n    replaces = [('reviews', '0003_text')]"
    )
