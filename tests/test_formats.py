"""Every format by the command, against its schema and what its readers ask beyond it; and with hostile data."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from django.core.management import CommandError, call_command
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from migration_lint import files
from migration_lint import lint as lint_module
from migration_lint.conf import UsageError
from migration_lint.reporters import CONTROL, FORMATS, guarded, markdown, render
from migration_lint.reporters import clean as cleaned
from migration_lint.reporters.places import words_of
from migration_lint.reporters.text import Printer
from migration_lint.types import Finding, Location, Report, Severity, Target
from tests.projects import CREATE, Project

SCHEMAS = Path(__file__).parent / "data" / "schemas"
INDEX = 'migrations.AddIndex(\n    "book",\n    models.Index(fields=["title"], name="title_idx"),\n),'
FILES = [name for name in FORMATS if name != "text"]
JSON = {
    "sarif": "sarif-schema-2.1.0.json",
    "rdjson": "rdjson-DiagnosticResult.json",
    "gitlab": "gitlab-codequality.json",
}
VALIDATORS = {
    name: (jsonschema.Draft202012Validator if name == "gitlab" else jsonschema.Draft4Validator)(
        json.loads((SCHEMAS / file).read_text(encoding="utf-8"))
    )
    for name, file in JSON.items()
}
XML = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))


def make(folder: Path, **migrations: str) -> Project:
    """A repository whose project is in a folder of it."""
    (folder / ".git").mkdir()
    project = Project(folder / "back end")
    project.root.mkdir()
    project.settings("shop")
    project.app("shop", **{"0001_initial": CREATE, **migrations})
    return project


def reports(project: Project) -> tuple[int, dict[str, str]]:
    """One run, a file for each format."""
    done = project.run(
        "lintmigrations",
        "--output-format",
        "text",
        *(f"--output-format={name}=out.{name}" for name in FILES),
        "--fail-level=warning",
    )
    assert done.err == ""
    return done.status, {
        "text": done.out,
        **{name: (project.root / f"out.{name}").read_text(encoding="utf-8") for name in FILES},
    }


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    status, out = reports(make(tmp_path_factory.mktemp("bad"), **{"0002_index": INDEX}))
    assert status == 1
    return out


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    status, out = reports(make(tmp_path_factory.mktemp("clean")))
    assert status == 0
    return out


PATH = "back end/shop/migrations/0002_index.py"
MESSAGE = "Building `title_idx` on `shop_book` blocks writes until"


@pytest.mark.parametrize("name", JSON)
def test_json_formats_follow_their_schemas(name: str, bad: dict[str, str], clean: dict[str, str]) -> None:
    VALIDATORS[name].validate(json.loads(bad[name]))
    VALIDATORS[name].validate(json.loads(clean[name]))


def test_sarif_has_what_code_scanning_reads(bad: dict[str, str], clean: dict[str, str]) -> None:
    [run] = json.loads(bad["sarif"])["runs"]
    [rule] = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["defaultConfiguration"], rule["properties"]) == (
        "blocking-index-build",
        {"level": "error"},
        {"tags": ["locks"]},
    )
    assert rule["shortDescription"]["text"].endswith(".")
    assert {"fullDescription", "help", "helpUri"} <= set(rule)
    [result] = run["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("blocking-index-build", 0, "error")
    assert "AddIndexConcurrently" in result["message"]["text"]
    [location] = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": PATH.replace(" ", "%20"), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 8, "startColumn": 9, "endLine": 11, "endColumn": 10},
    }
    [finding] = json.loads(bad["json"])["findings"]
    assert result["partialFingerprints"] == {"primaryLocationLineHash": finding["fingerprint"]}
    assert run["automationDetails"] == {"id": "migration-lint/default/"}
    assert run["invocations"][0]["executionSuccessful"] is True
    [run] = json.loads(clean["sarif"])["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_paths_of_json_are_those_of_the_repository(bad: dict[str, str]) -> None:
    [finding] = json.loads(bad["json"])["findings"]
    assert (finding["path"], finding["line"], finding["end_line"]) == (PATH, 8, 11)


def test_an_annotation_covers_the_operation(bad: dict[str, str], clean: dict[str, str]) -> None:
    [line] = bad["github"].splitlines()
    title = "blocking-index-build (shop.0002_index%2C operation 0%3A AddIndex)"
    assert line.startswith(f"::error file={PATH},line=8,endLine=11,title={title}::Building")
    assert "%0A%0A" in line
    assert clean["github"] == ""


def test_concise_is_a_line_that_editors_understand(bad: dict[str, str], clean: dict[str, str]) -> None:
    [line] = bad["concise"].splitlines()
    assert line.startswith("shop/migrations/0002_index.py:8:9: error[blocking-index-build] Building")
    assert clean["concise"] == ""


def test_gitlab_shows_the_operation(bad: dict[str, str], clean: dict[str, str]) -> None:
    [finding] = json.loads(bad["gitlab"])
    assert finding["location"] == {"path": PATH, "lines": {"begin": 8, "end": 11}}
    assert (finding["severity"], finding["check_name"]) == ("major", "blocking-index-build")
    assert json.loads(clean["gitlab"]) == []


def test_reviewdog_is_told_the_region(bad: dict[str, str], clean: dict[str, str]) -> None:
    [diagnostic] = json.loads(bad["rdjson"])["diagnostics"]
    assert diagnostic["location"] == {
        "path": PATH,
        "range": {"start": {"line": 8, "column": 9}, "end": {"line": 11, "column": 10}},
    }
    assert json.loads(clean["rdjson"])["diagnostics"] == []


def test_junit_has_a_case_for_each_migration(bad: dict[str, str], clean: dict[str, str]) -> None:
    for out in (bad["junit"], clean["junit"]):
        XML.validate(out)
    cases = ElementTree.fromstring(bad["junit"]).findall("testsuite/testcase")
    assert [(case.get("classname"), case.get("name"), len(case)) for case in cases] == [
        ("shop", "0001_initial", 0),
        ("shop", "0002_index", 1),
    ]
    [suite] = ElementTree.fromstring(clean["junit"])
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "0", "0")


def test_markdown_begins_with_its_mark(bad: dict[str, str], clean: dict[str, str]) -> None:
    assert bad["markdown"].startswith(
        "<!-- migration-lint -->\n\n## Migrations\n\n**1 error** · 2 migrations checked for `postgresql@16`\n"
    )
    assert "```python\nfrom django.contrib.postgres.operations import AddIndexConcurrently\n" in bad["markdown"]
    assert clean["markdown"].startswith("<!-- migration-lint -->\n\n## Migrations\n\n**No findings** · 1 migration checked")


# Where a finding has no place in the repository.


def test_what_is_about_the_project_has_a_place_in_it(tmp_path: Path) -> None:
    project = make(tmp_path)
    project.write("../pyproject.toml", "")
    project.write("house.py", """
        from migration_lint import Location, Rule

        class House(Rule):
            \"\"\"A rule of the house.\"\"\"
            category = "house"

            def check_plan(self, plan):
                yield self.finding("The project.")
                yield self.finding("The app.", app_label="shop")
                yield self.finding("Elsewhere.", location=Location("/usr/lib/elsewhere.py", 3))
    """)  # fmt: skip
    project.settings("shop", more='MIGRATION_LINT["rules"] = ["house"]')
    status, out = reports(project)
    assert status == 1
    places = {each["description"]: each["location"]["path"] for each in json.loads(out["gitlab"])}
    assert places == {
        "The project.": "pyproject.toml",
        "The app.": "back end/shop/migrations/__init__.py",
        "Elsewhere. (/usr/lib/elsewhere.py:3)": "pyproject.toml",
    }
    for name, validator in VALIDATORS.items():
        validator.validate(json.loads(out[name]))
    XML.validate(out["junit"])
    assert re.findall("^::warning file=([^,]+),line=1,", out["github"], re.MULTILINE) == list(places.values())
    assert str(tmp_path) not in out["sarif"]
    # For people and their editors, where it really is.
    assert "/usr/lib/elsewhere.py:3:1: warning[house] Elsewhere.\n" in out["concise"]
    assert f"{tmp_path}/pyproject.toml:1:1: warning[house] The project.\n" in out["concise"]


def test_columns_of_reviewdog_are_bytes(tmp_path: Path) -> None:
    line = 'migrations.RunSQL("SELECT \'é𐐀\'"), migrations.AddIndex("book", models.Index(fields=["title"], name="i")),'
    project = make(tmp_path, **{"0002_index": line})
    _, out = reports(project)
    found = {each["code"]["value"]: each["location"]["range"] for each in json.loads(out["rdjson"])["diagnostics"]}
    start, end = (found["blocking-index-build"][side]["column"] for side in ("start", "end"))
    text = (tmp_path / PATH).read_bytes().splitlines()[found["blocking-index-build"]["start"]["line"] - 1]
    assert text[start - 1 : end - 1].decode() == 'migrations.AddIndex("book", models.Index(fields=["title"], name="i"))'
    regions = {
        each["ruleId"]: each["locations"][0]["physicalLocation"]["region"]
        for each in json.loads(out["sarif"])["runs"][0]["results"]
    }
    region = regions["blocking-index-build"]
    assert text.decode()[region["startColumn"] - 1 : region["endColumn"] - 1] == text[start - 1 : end - 1].decode()


# Where they go.


def lint(*arguments: str) -> tuple[int, str]:
    """One migration of the bundled project, in this process."""
    out = io.StringIO()
    try:
        call_command("lintmigrations", "orders", "0002", "--target=postgresql@16", *arguments, stdout=out)
    except SystemExit as error:
        return int(error.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_whole_and_keeps_its_mode(folder: Path) -> None:
    kept = folder / "kept.json"
    kept.write_text("kept")
    kept.chmod(0o640)
    assert lint("--output-format", "json", "--output-file", "kept.json") == (1, "")
    assert json.loads(kept.read_text())["summary"]["errors"] > 0
    assert kept.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in folder.iterdir()] == ["kept.json"]


USAGE = {
    "no folder": (["--output-format", "sarif=nowhere/x.sarif"], "nowhere/x.sarif cannot be written: there is no folder nowhere."),
    "a link": (["--output-format", "json=link.json"], "link.json is a symbolic link, which is not followed"),
    "a folder": (["--output-format", "json", "--output-file", "shop"], "shop is a folder: name a file in it."),
    "no ordinary file": (["--output-format", "json=/dev/null"], "/dev/null is no ordinary file"),
    "no path": (["--output-format", "json="], "--output-format: json= names no file: json=PATH."),
    "no format": (["--output-format", "sarfi=x"], "invalid choice: 'sarfi'. Did you mean 'sarif'?"),
    "two documents": (["--output-format", "json", "--output-format", "text"], "give json a file, --output-format json=PATH."),
    "one file for two": (["--output-format", "json", "--output-format", "text", "--output-file", "x"], "--output-file is for one format, and 2"),
    "the same file": (["--output-format", "json=x", "--output-format", "sarif=x"], "Two formats would go to x"),
    "statistics of no text": (["--output-format", "json", "--statistics"], "--statistics is about text"),
}  # fmt: skip


@pytest.mark.parametrize("name", USAGE)
def test_what_cannot_be_written_is_said_before_the_work(name: str, folder: Path) -> None:
    (folder / "link.json").symlink_to("target.json")
    (folder / "shop").mkdir()
    arguments, message = USAGE[name]
    with (
        patch("migration_lint.lint.prepare", side_effect=AssertionError),
        pytest.raises(CommandError, match=re.escape(message)) as raised,
    ):
        lint(*arguments)
    assert raised.value.returncode == 2
    assert sorted(path.name for path in folder.iterdir()) == ["link.json", "shop"]


def test_a_folder_that_nobody_may_write_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", lambda *paths: os.rename("nothing", "nowhere"))  # root may write anywhere
    with pytest.raises(UsageError, match=re.escape("x.json cannot be written: No such file or directory.")):
        files.write(Path("x.json"), "text")
    assert list(folder.iterdir()) == []


def test_a_new_file_has_the_mode_that_others_get(folder: Path) -> None:
    files.write(folder / "ours", "text")
    (folder / "theirs").write_text("text")
    assert (folder / "ours").stat().st_mode == (folder / "theirs").stat().st_mode


def test_a_folder_that_goes_away_in_the_meantime(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "out").mkdir()
    prepare = lint_module.prepare

    def slow(*arguments: Any, **named: Any) -> Any:
        (folder / "out").rmdir()
        return prepare(*arguments, **named)

    monkeypatch.setattr(lint_module, "prepare", slow)
    with pytest.raises(CommandError, match=re.escape("out/x.json cannot be written: there is no folder out.")) as raised:
        lint("--output-format", "json=out/x.json")
    assert (raised.value.returncode, list(folder.iterdir())) == (2, [])


def test_what_may_not_be_written_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "x.json").write_text("kept")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).is_dir())  # root may write anywhere
    with pytest.raises(UsageError, match=re.escape("x.json cannot be written: permission denied.")):
        files.check_file(Path("x.json"))


def test_a_link_that_came_in_between_is_not_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "target").write_text("kept")
    monkeypatch.setattr(files, "check_file", lambda path: None)
    (folder / "link").symlink_to("target")
    files.write(folder / "link", "text")
    assert ((folder / "target").read_text(), (folder / "link").read_text()) == ("kept", "text")


def test_lines_may_share_standard_output() -> None:
    _, out = lint("--output-format", "concise", "--output-format", "github", "--output-format=text=-")
    starts = [line.partition(" ")[0] for line in out.splitlines()]
    assert "::error" in starts
    assert "Target" in starts
    assert any(start.endswith("orders/migrations/0002_coupon.py:22:9:") for start in starts)


def test_statistics_count_and_do_not_tell() -> None:
    _, out = lint("--statistics")
    assert "\n  2  error   index-build-under-exclusive-lock\n" in out
    assert "-->" not in out


# Many of them.


def many(number: int, severity: Severity = Severity.ERROR, text: str = "Words. ") -> Report:
    findings = [
        Finding(
            f"rule-{chr(97 + n % 20)}",
            "locks",
            severity,
            text * 20,
            "Do.",
            "shop",
            f"{n:04}_x",
            location=Location("x.py", n + 1),
        )
        for n in range(number)
    ]
    return Report(tuple(findings), (), number, number)


def test_annotations_beyond_what_a_step_may_make() -> None:
    findings = (*many(12, Severity.WARNING).findings, *many(13).findings)
    lines = render("github", Report(findings, (), 1, 1, errors=("broken",))).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 10 + ["::warning"] * 10 + ["::notice"]
    assert "::4 errors, 2 warnings more than GitHub shows of one step." in lines[-1]


def test_markdown_fits_a_comment_and_counts_the_rest() -> None:
    text = render("markdown", many(3000, text="Ω|`" * 5))
    assert len(text.encode()) <= 65_536
    shown = text.count("### error")
    assert text.endswith(f"{3000 - shown} more findings not shown here.")
    assert "not shown" not in render("markdown", many(3))


def test_sarif_leaves_out_what_makes_a_file_too_big() -> None:
    with patch("migration_lint.reporters.sarif.RESULTS", 5):
        [run] = json.loads(render("sarif", many(8)))["runs"]
    assert len(run["results"]) == 5
    assert "3 more findings" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


# Hostile data.

PIECES = [
    "::error::x", "\n::set-output name=a::b", "##[error]x", "\x1b[31m", "\u202e", "\x9b1m", "\x00", "\ufffe", "\ud800", "]]>", "<b>", "</testcase>", "&amp;",
    "`", "```", "\n````\n", "|", "[a](http://x)", "![a](x)", "@octocat", "#12", "<!--", "-->", "</details>", "<script>", "\n# H", "\n---\n", "\r", "\r\n", "%0A", "%", ",", ":", "\\",
    "{0}", "\u2028", "$x$", "~~~", "http://x.y", "www.x.y", ":\u200b:error::", "\u0301", "a b", " ", "\t", "    code\n", "'", '"', "é", "𐐀",
]  # fmt: skip
TEXT = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=6).map("".join)
NUMBER = st.one_of(st.none(), st.integers(1, 500))


def file_name(text: str) -> str:
    """What a path may have: no NUL, and of lone surrogates those that stand for bytes that are no text."""
    return text.replace("\0", "").replace("\ud800", "\udcff").replace("\\", "") or "x.py"


PLACE = st.builds(Location, TEXT.map(lambda text: "/tmp/x/" + file_name(text)), NUMBER, NUMBER, NUMBER, NUMBER)
FINDING = st.builds(
    Finding,
    rule=st.sampled_from(["rule-a", "blocking-index-build"]),
    category=st.sampled_from(["", "locks"]),
    severity=st.sampled_from(Severity),
    message=TEXT.map(lambda text: "Message " + text),
    help=TEXT,
    app_label=st.one_of(st.none(), TEXT),
    migration=st.one_of(st.none(), TEXT),
    operation_index=st.one_of(st.none(), st.integers(0, 3)),
    operation=st.one_of(st.none(), TEXT),
    location=st.one_of(st.none(), PLACE, st.builds(Location, TEXT.map(file_name), NUMBER)),
    related=st.lists(PLACE, max_size=1).map(tuple),
    relation=st.one_of(st.none(), TEXT),
    lock=st.one_of(st.none(), TEXT),
    sql=st.one_of(st.none(), TEXT),
    fingerprint=st.just("abc"),
)
REPORT = st.builds(
    Report,
    st.lists(FINDING, max_size=3).map(tuple),
    st.just((Target("default", "postgresql", (16,)),)),
    st.just(1),
    st.just(1),
    st.lists(TEXT.filter(bool), max_size=2).map(tuple),
)
WORST = "".join(PIECES)
ALL_AT_ONCE = Report(
    (Finding("rule-a", "locks", Severity.ERROR, WORST, WORST, WORST, WORST, 0, WORST, Location(file_name(WORST), 1), relation=WORST, lock=WORST, sql=WORST, fingerprint="a"),),
    (), 1, 1, (WORST,),
)  # fmt: skip


def orders(text: str) -> list[str]:
    """The lines that the runner of GitHub Actions would obey."""
    return [line for line in text.splitlines() if "##[" in line or line.lstrip().startswith("::")]


@given(REPORT)
@example(ALL_AT_ONCE)
@settings(max_examples=40, deadline=None)
def test_hostile_data_is_harmless(report: Report) -> None:
    with patch.dict("os.environ", {"GITHUB_ACTIONS": "true"}):
        out = {name: render(name, report) for name in FORMATS}
    for name, text in out.items():
        assert not CONTROL.search(text), name
        assert name == "github" or orders(text) == [], name
    for name, validator in VALIDATORS.items():
        validator.validate(json.loads(out[name]))
    json.loads(out["json"])
    XML.validate(out["junit"])
    assert len(out["concise"].splitlines()) == len(report.findings) + len(report.errors)
    assert len(orders(out["github"])) == len(out["github"].splitlines()) == len(report.findings) + len(report.errors)
    told = [*report.errors, *("\n\n".join(filter(None, (words_of(each), each.help))) for each in report.findings)]
    for line in out["github"].splitlines():
        head, _, message = line[2:].partition("::")
        properties = dict(pair.split("=", 1) for pair in head.partition(" ")[2].split(","))
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        decoded = message.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        assert decoded in [cleaned(part) for part in told]
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(out["markdown"])
    inner = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in inner} <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "html_inline",
        "softbreak",
        "text_special",
    }
    assert {token.content for token in inner if token.type == "html_inline"} <= {"<!-- -->"}
    raw = {token.content.strip() for token in tokens if token.type == "html_block"}
    assert raw <= {markdown.MARKER, "<details><summary>What to do</summary>", "</details>"}
    assert {token.type for token in tokens} <= {
        "html_block", "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "fence",
    }  # fmt: skip
    assert sum(token.type == "heading_open" for token in tokens) == 1 + len(report.findings)


@given(TEXT)
@settings(max_examples=100, deadline=None)
def test_what_is_printed_for_people_is_no_order(text: str) -> None:
    stream = io.StringIO()
    with patch.dict("os.environ", {"GITHUB_ACTIONS": "true"}):
        printer = Printer(stream)
        printer.line(text)
        printer.block("", text)
    assert orders(stream.getvalue()) == []
    assert not CONTROL.search(stream.getvalue())


def test_lines_are_left_alone_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert guarded("::error::") == "::error::"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert guarded(" ::error::") == "|  ::error::"
    assert guarded(":\u200b:error::") == "| ::error::"
    assert guarded("a ##[error] ###[x]") == "a # # [error] ## # [x]"
    assert guarded("a :: b") == "a :: b"
