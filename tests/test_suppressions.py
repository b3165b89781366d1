"""Comments that accept findings: what they reach, and what is said of those that reach nothing."""

from __future__ import annotations

import itertools
import json
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from migration_lint import Rule
from migration_lint.engine import Engine
from migration_lint.project.suppressions import Suppressions, comments_in
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of, impacts_of, known
from migration_lint.types import Finding
from tests.projects import CREATE, MIGRATION, Project
from tests.test_rule_cases import load

RULES = find_rules()
INDEX = 'migrations.AddIndex("book", models.Index(fields=["stock"], name="{}")),'
SUPPRESSIONS = {"unknown-suppression", "blanket-suppression", "unused-suppression", "suppression-without-reason"}


HEAD = "from django.db import migrations, models\n"
CLASS = "class Migration(migrations.Migration):\n"


@pytest.fixture
def find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Finding]]:
    """What is found in a migration of the bookshop with this class body, by the rules named and those about suppressions."""

    number = itertools.count()

    def found(
        body: str,
        rules: Iterable[str] = ("blocking-index-build", "direct-model-import", "unread-sql"),
        above: str = "",
        target: str = "postgresql@16",
    ) -> list[Finding]:
        path = tmp_path / str(next(number)) / "0002_x.py"  # what a file holds is remembered
        path.parent.mkdir()
        path.write_text(HEAD + above + CLASS + textwrap.indent(body, "    "), encoding="utf-8")
        return findings_of([rule for rule in RULES if rule.id in {*rules, *SUPPRESSIONS}], load(path, monkeypatch), target)

    return found


Find = Callable[..., list[Finding]]


def places(found: Iterable[Finding], before: int = 2) -> list[tuple[str, int]]:
    """The rules and the lines of the body that they point at."""
    return [(finding.rule, ((finding.location and finding.location.line) or 0) - before) for finding in found]


A, B = INDEX.format("a"), INDEX.format("b")
OK = "# migration-lint: ignore[blocking-index-build] -- small"
BUILD = "blocking-index-build"
PLACES = {
    "above": (f"operations = [\n    {OK}\n    {A}\n    {B}\n]", [(BUILD, 4)]),
    "above other comments": (f"operations = [\n    {OK}\n    # the index of books\n\n    {A}\n]", []),
    "at the end of the line": (f"operations = [\n    {A}  {OK}\n    {B}\n]", [(BUILD, 3)]),
    "at the end of the first line": (f'operations = [\n    migrations.AddIndex(  {OK}\n        "book", models.Index(fields=["stock"], name="a")\n    ),\n]', []),
    "at the end of the last line": (f'operations = [\n    migrations.AddIndex(\n        "book", models.Index(fields=["stock"], name="a")\n    ),  {OK}\n    {B}\n]', [(BUILD, 5)]),
    "within the call": (f'operations = [\n    migrations.AddIndex(\n        {OK}\n        "book",\n        models.Index(fields=["stock"], name="a"),\n    ),\n    {B}\n]', [(BUILD, 7)]),
    "above the list": (f"{OK}\noperations = [\n    {A}\n    {B}\n]", []),
    "above the call around it": (f"operations = [\n    {OK}\n    migrations.SeparateDatabaseAndState(database_operations=[\n        {A}\n    ]),\n    {B}\n]", [(BUILD, 6)]),
    "in the call around it, one of two": (f"operations = [migrations.SeparateDatabaseAndState(database_operations=[\n    {A}  {OK}\n    {B}\n])]", [(BUILD, 3)]),
    "at the end of the call around it": (
        f"operations = [\n    migrations.SeparateDatabaseAndState(database_operations=[\n        {A}\n    ]),  {OK}\n    {B}\n]",
        [(BUILD, 5)],
    ),
    "for the file": (f"operations = [\n    {A}\n    {B}\n]\n{OK.replace('ignore', 'ignore-file')}", []),
    "after another comment": (f"operations = [\n    {A}  # noqa: E501  {OK}\n]", []),
    "without a reason": (f"operations = [\n    {A}  # migration-lint: ignore[blocking-index-build]\n]", []),
    "several rules": (f"operations = [\n    {A}  # migration-lint: ignore[ blocking-index-build,direct-model-import ] -- x\n]", [("unused-suppression", 2)]),
    "another linter's code": (f"operations = [\n    {A}  # migration-lint: ignore[CREATE_INDEX] -- small\n]", []),
    "in a string": (f"x = {OK!r}\noperations = [\n    {A}\n]", [(BUILD, 3)]),
    "in a text over several lines": (f'x = """\n{OK}\n"""\noperations = [{A}]', [(BUILD, 4)]),
    "below": (f"operations = [\n    {A}\n    {OK}\n]", [(BUILD, 2), ("unused-suppression", 3)]),
    "above the one before": (f"operations = [\n    {OK}\n    {A}\n    {B}\n]", [(BUILD, 4)]),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_what_a_comment_is_about(name: str, find: Find) -> None:
    body, expected = PLACES[name]
    assert places(find(body)) == expected


FUNCTION = """
def forwards(apps, schema_editor):
    from shop.models import Book
    {}
    Book.objects.update(
        stock=1,
    )

"""


@pytest.mark.parametrize(
    ("function", "operation", "left"),
    [
        ("", "", ["direct-model-import"]),
        ("# migration-lint: ignore[direct-model-import] -- x", "", []),
        ("", "# migration-lint: ignore[direct-model-import] -- x", []),
        ("", "# migration-lint: ignore[RUNPYTHON_MODEL_IMPORT] -- x", []),
        ("# migration-lint: ignore[unread-sql] -- x", "", ["direct-model-import", "unused-suppression"]),
    ],
)
def test_a_function_or_its_operation(function: str, operation: str, left: list[str], find: Find) -> None:
    body = f"operations = [\n    migrations.RunPython(\n        forwards,\n    ),  {operation}\n]"
    assert [finding.rule for finding in find(body, above=FUNCTION.format(function))] == left


def test_above_the_class_it_is_about_the_migration(find: Find) -> None:
    body = f"operations = [\n    {A}\n    migrations.RunPython(forwards),\n]"
    comment = "# migration-lint: ignore[blocking-index-build, direct-model-import] -- small\n"
    assert len(find(body, above=FUNCTION)) == 2
    assert find(body, above=FUNCTION + comment) == []
    assert places(find(body, above=FUNCTION + comment + "x = 1\n"), 12)[:2] == [(BUILD, 2), ("direct-model-import", -6)]


def test_a_file_in_another_encoding_and_one_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_bytes("# coding: latin-1\nx = 'é'  # migration-lint: ignore[x] -- café\n".encode("latin-1"))
    assert [(each.reason, each.location.column, each.location.end_column) for each in comments_in(str(path))] == [
        ("café", 10, 45)
    ]
    for text in (
        b"# migration-lint: ignore[x]\n(",
        b"# migration-lint: ignore[x]\n\xff",
        b"# coding: nowhere\n# migration-lint: ignore[x]\n",
        b"\0# migration-lint: ignore[x]",
    ):
        path.write_bytes(text)
        assert comments_in(str(path)) == ()
    assert comments_in(str(tmp_path / "nowhere.py")) == ()


def test_the_most_specific_rule_is_accepted_with_what_it_names(find: Find) -> None:
    body = """operations = [
    migrations.AddField("book", "x", models.IntegerField(null=True)),
    migrations.RunSQL("UPDATE shop_book SET x = 1"),{}
]"""
    rules = ["whole-table-update", "work-under-exclusive-lock"]
    assert [(each.rule, each.also) for each in find(body.format(""), rules)] == [
        ("work-under-exclusive-lock", ("whole-table-update",))
    ]
    assert find(body.format("  # migration-lint: ignore[work-under-exclusive-lock] -- x"), rules) == []
    other = find(body.format("  # migration-lint: ignore[whole-table-update] -- x"), rules)
    assert [(each.rule, each.also) for each in other] == [("work-under-exclusive-lock", ())]


@given(
    st.lists(
        st.one_of(
            st.text(max_size=8),
            st.sampled_from(
                ["# migration-lint: ignore", "[x]", "[", " -- y", "-file", "\n", "(", "x = 1", "'", '"""', "\\", "\x0c", "\r"]
            ),
        ),
        max_size=12,
    ).map("".join)
)
@example('x = "\\d"  # migration-lint: ignore[x]\n')
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_is_too_odd(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.py"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for comment in comments_in(str(path)):
        assert comment.location.line in range(1, text.count("\n") + text.count("\r") + 2)


def test_a_form_feed_ends_no_line(find: Find) -> None:
    assert places(find(f"x = 1\n\x0c\noperations = [\n    {OK}\n    {A}\n    {B}\n]")) == [(BUILD, 6)]


# What is wrong with comments.


def only(found: list[Finding], rule: str) -> Finding:
    [finding] = [each for each in found if each.rule == rule]
    return finding


def test_an_unknown_rule(find: Find) -> None:
    finding = only(
        find(f"operations = [\n    {A}  # migration-lint: ignore[blocking-index-built] -- small\n]"), "unknown-suppression"
    )
    assert finding.message == "There is no rule `blocking-index-built`, so that nothing is suppressed under this name."
    assert finding.help == "Perhaps it is\n\n    # migration-lint: ignore[blocking-index-build] -- small"
    place = finding.location
    assert place is not None
    assert (place.line, place.column, place.end_line, place.end_column) == (4, len(A) + 11, 4, len(A) + 66)
    assert "--list-rules" in only(find("operations = []  # migration-lint: ignore[zzz]"), "unknown-suppression").help


def test_an_unknown_word(find: Find) -> None:
    finding = only(find("operations = []  # migration-lint: ingore[blocking-index-build] -- small"), "unknown-suppression")
    assert finding.message == (
        "`migration-lint: ingore` says nothing that is understood, so that the comment suppresses nothing. Did you mean 'ignore'?"
    )
    assert finding.help == "Write\n\n    # migration-lint: ignore[blocking-index-build] -- small"


@pytest.mark.parametrize(
    "comment", ["# migration-lint: ignore", "# migration-lint:ignore[]", "#migration-lint: ignore -- small"]
)
def test_no_rule_at_all_suppresses_nothing_and_is_told_what_to_name(comment: str, find: Find) -> None:
    found = find(f"operations = [\n    {A}  {comment}\n]")
    assert places(found) == [(BUILD, 2), ("blanket-suppression", 2)]
    assert found[1].message == "The comment names no rule, and so suppresses nothing."
    assert "    # migration-lint: ignore[blocking-index-build] -- " in found[1].help


UNUSED = f"operations = [\n    {A}  # migration-lint: ignore[blocking-index-build, unread-sql] -- small\n]"


def test_one_that_suppresses_nothing(find: Find) -> None:
    finding = only(find(UNUSED), "unused-suppression")
    assert finding.message == "`unread-sql` finds nothing here, so that nothing is suppressed under this name."
    assert finding.help == "Leave the others:\n\n    # migration-lint: ignore[blocking-index-build] -- small"
    assert (
        only(find("operations = []  # migration-lint: ignore[unread-sql]"), "unused-suppression").help == "Delete the comment."
    )


def test_nothing_is_said_of_migrations_that_are_one_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create = 'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]),'
    index = f'migrations.AddIndex("b", models.Index(fields=["n"], name="n")),  {OK}'
    rules = [rule for rule in RULES if rule.id in {BUILD, *SUPPRESSIONS}]
    sources = []
    for name, operation in (("0002_x", create), ("0003_x", index)):
        path = tmp_path / f"{name}.py"
        path.write_text(f"{HEAD}{CLASS}    operations = [\n        {operation}\n    ]\n")
        sources.append(load(path, monkeypatch))
    assert findings_of(rules, sources) == []
    assert findings_of(rules, sources, release=True) == []
    path.write_text(path.read_text().replace(BUILD, "unread-sql"))
    assert findings_of([*rules, *(rule for rule in RULES if rule.id == "unread-sql")], sources, release=True) == []


def test_nothing_is_said_of_a_rule_that_crashed() -> None:
    class Crashing(Rule):
        def check_migration(self, migration):
            raise RuntimeError

    Crashing.id = "unread-sql"
    engine = Engine([Crashing(), *(rule for rule in RULES if rule.id in SUPPRESSIONS)], Suppressions(known()))
    [impact] = impacts_of("operations = []  # migration-lint: ignore[unread-sql]")
    assert engine.check_migration([impact]) == []
    assert engine.check_suppressions() == []
    assert len(engine.errors) == 1


def test_two_alike_are_two_findings(find: Find) -> None:
    found = find(f"operations = [\n    {A}  # migration-lint: ignore[zzz]\n    {B}  # migration-lint: ignore[zzz]\n]", [])
    assert len({each.fingerprint for each in found}) == len(found) == 2


# In a project, by the command.


def test_a_project_with_comments(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.settings("shop", more='MIGRATION_LINT["require_reason"] = True')
    index = 'migrations.AddIndex("book", models.Index(fields=["title"], name="{}")),'
    broken = MIGRATION.format(
        head="# migration-lint: ignore-file[broken-graph] -- being repaired",
        dependencies=[("shop", "0009_gone")],
        operations="",
        tail="",
    )
    whole = MIGRATION.format(
        head="\n# migration-lint: ignore[blocking-index-build] -- forty rows",
        dependencies=[("shop", "0002_index")], operations=f"{index.format('c')}\n{index.format('d')}", tail="",
    ).replace("rows\n\nclass", "rows\nclass")  # fmt: skip
    project.app(
        "shop",
        **{
            "0001_initial": CREATE,
            "0002_index": f"# migration-lint: ignore[CREATE_INDEX]\n{index.format('a')}\n{index.format('b')}",
            "0003_more": whole,
        },
    )
    (project.root / "shop/migrations/0004_broken.py").write_text(broken)
    done = project.run("lintmigrations", "--output-format", "text", "--output-format", "json=out.json")
    data = json.loads((project.root / "out.json").read_text())
    assert [(each["rule"], each["migration"], each["line"]) for each in data["findings"]] == [
        ("broken-graph", "0004_broken", 6),
        ("blocking-index-build", "0002_index", 10),
        ("suppression-without-reason", "0002_index", 8),
    ]
    assert data["summary"]["suppressed"] == 3
    assert " · 3 suppressed · " in done.out
    assert data["findings"][2]["message"] == "The comment does not say why `CREATE_INDEX` may be accepted here."
    assert (
        data["findings"][2]["help"]
        == "Give the reason:\n\n    # migration-lint: ignore[CREATE_INDEX] -- why it does no harm here"
    )
