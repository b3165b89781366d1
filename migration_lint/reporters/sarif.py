"""SARIF 2.1.0, as GitHub's code scanning reads it: its limits, its one fingerprint, paths from the repository's top."""

from __future__ import annotations

import inspect
import re
from typing import Any
from urllib.parse import quote

from migration_lint import __version__
from migration_lint.project.source import lines
from migration_lint.reporters import HOME, clean, dump
from migration_lint.reporters.places import file_of, is_inside, place_of, repository_path, words_of
from migration_lint.types import Finding, Location, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 25_000  # a file with more of them is refused
LONGEST = 1024  # of a rule's full description


def plain(text: str) -> str:
    """A message in which no data is a link: `[words](address)` is one, in plain text too."""
    return clean(text).replace("](", "] (")


def rule_data(rule: Any, finding: Finding) -> dict[str, Any]:
    """What is known of a rule that found something."""
    paragraphs = (inspect.getdoc(type(rule)) or "").strip() if rule is not None else ""
    whole = " ".join(paragraphs.split()) or finding.rule
    first = re.split(r"(?<=[.])\s", whole)[0]
    help = plain(inspect.cleandoc(rule.help)) if rule is not None else ""
    help = help or first
    return {
        "id": finding.rule,
        "shortDescription": {"text": first[:LONGEST]},
        "fullDescription": {"text": whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"},
        "help": {"text": help, "markdown": help},
        "helpUri": HOME,
        "defaultConfiguration": {"level": str(rule.severity if rule is not None else finding.severity)},
        "properties": {"tags": [finding.category] if finding.category else []},
    }


def physical(place: Location, text: tuple[str, ...]) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": place.line or 1}
    if place.column is not None:
        region["startColumn"] = place.column
    end = place.end_line or place.line or 1
    region["endLine"] = end
    if place.end_column is not None:
        region["endColumn"] = place.end_column
    elif end <= len(text):
        region["endColumn"] = max(len(text[end - 1]), place.column or 1) + 1
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.path.encode("utf-8", "surrogateescape")), "uriBaseId": "%SRCROOT%"},
            "region": region,
        }
    }


def result_data(finding: Finding, index: int) -> dict[str, Any]:
    told = "\n\n".join(plain(part) for part in (words_of(finding), finding.help) if part)
    data: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": str(finding.severity),
        "message": {"text": told},
        "locations": [physical(place_of(finding), lines(file_of(finding)))],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
    }
    related = [
        {"id": number, **physical(Location(repository_path(place.path), place.line, place.column), lines(place.path))}
        for number, place in enumerate(finding.related)
        if is_inside(place.path) and place.line is not None
    ]
    if related:
        data["relatedLocations"] = related
    return data


def render(report: Report) -> str:
    known = {rule.id: rule for rule in report.rules}
    findings = sorted(report.findings, key=lambda finding: -finding.severity)[:RESULTS]
    rules: dict[str, tuple[int, dict[str, Any]]] = {}
    for finding in findings:
        if finding.rule not in rules:
            rules[finding.rule] = len(rules), rule_data(known.get(finding.rule), finding)
    told = [*report.errors]
    if len(report.findings) > RESULTS:
        told.append(f"{len(report.findings) - RESULTS} more findings than a file may have are left out.")
    aliases = "+".join(dict.fromkeys(target.alias for target in report.targets)) or "default"
    run = {
        "tool": {
            "driver": {
                "name": "migration-lint",
                "semanticVersion": __version__,
                "informationUri": HOME,
                "rules": [data for _, data in rules.values()],
            }
        },
        "automationDetails": {"id": f"migration-lint/{aliases}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "toolExecutionNotifications": [{"level": "error", "message": {"text": plain(text)}} for text in told],
            }
        ],
        "results": [result_data(finding, rules[finding.rule][0]) for finding in findings],
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})
