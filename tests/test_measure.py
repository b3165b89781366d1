"""What `tests.measure` prints of findings and labels."""

from __future__ import annotations

import json
import lzma
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import measure


def label(index: int, *labels: str, extras: tuple[str, ...] = (), kind: str = "AlterField", app: str = "shop") -> str:
    row = {
        "app": app,
        "migration": "0002_x",
        "op_index": index,
        "op_class": kind,
        "labels": labels,
        "extras": extras,
        "why": ["ALTER"],
    }
    return json.dumps(row)


def finding(index: int | None, rule: str, category: str, severity: str, lock: str | None = None) -> dict[str, Any]:
    where = {"app_label": "shop", "migration": "0002_x", "operation_index": index}
    return {**where, "rule": rule, "category": category, "severity": severity, "lock": lock}


LABELS = [
    label(0, "rewrite", "blocks_reads"),
    label(1, "blocks_writes"),
    label(2, "brief_exclusive", extras=("insert_incompatible",)),
    label(3, "brief_exclusive"),
    label(4, "none", kind="RunPython"),
    label(5, "none", kind="RunPython"),
    label(6, "none", extras=("data_under_exclusive",), kind="RunPython"),
    label(7, "destructive"),
    label(0, "destructive", app="auth"),
]
FINDINGS = [
    finding(0, "table-rewrite", "locks", "error", "ACCESS EXCLUSIVE"),
    finding(1, "blocking-index-drop", "locks", "note"),
    finding(2, "required-column-without-default", "compatibility", "error"),
    finding(3, "table-rewrite", "locks", "error", "ACCESS EXCLUSIVE"),
    finding(4, "work-under-exclusive-lock", "locks", "error", "ACCESS EXCLUSIVE"),
    finding(5, "whole-table-update", "locks", "error"),
    finding(6, "whole-table-update", "locks", "error"),
    finding(7, "dropped-data", "data-loss", "warning"),
    finding(None, "missing-lock-timeout", "locks", "warning"),
]


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.xz"])
def test_shares(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    labels, findings = tmp_path / f"labels.{suffix}", tmp_path / "findings.json"
    text = "\n".join(LABELS).encode()
    labels.write_bytes(lzma.compress(text) if suffix.endswith("xz") else text)
    findings.write_text(json.dumps({"findings": FINDINGS}), encoding="utf-8")
    arguments = ["measure", "--labels", str(labels), "--findings", str(findings), "--list", "9"]
    monkeypatch.setattr(sys, "argv", arguments)
    measure.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "8 operations, 4 of them dangerous"
    assert [line for line in lines if line.startswith(("recall", "precision"))] == [
        "recall            0.7500 (3 of 4)",
        "precision         0.6667 (4 of 6)",
        "recall, locks     0.5000 (1 of 2)",
        "precision, locks  0.6000 (3 of 5)",
    ]
    listed = [" ".join(line.split()[:6]) for line in lines if line.startswith(("    missed:", "    false:"))]
    assert listed == [
        "missed: shop.0002_x operation 1 AlterField: seen",
        "false: shop.0002_x operation 3 AlterField: seen",
        "false: shop.0002_x operation 5 RunPython: seen",
    ]
    assert f"    {'table-rewrite':34} {2:5}  1 false" in lines
