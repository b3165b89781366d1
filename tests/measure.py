"""How findings stand to what was measured: other people's migrations, each operation of which was run on a server with rows.

    python -m tests.measure --labels FILE --findings findings.json [--list N]

FILE has a JSON object a line (compressed, where its name ends in `.xz`), one for each operation of a project: `app`, `migration`,
`op_index` and `op_class` say which; `labels` and `extras` list what the server was seen to do, `why` has the statements. findings.json is what
`lintmigrations --third-party --target postgresql@15 --output-format json` said of the same project. Several files of each count as
one, the first of the labels belonging to the first of the findings.

The labels that count as dangerous: `blocks_reads` and `blocks_writes` (rows read, rewritten or indexed while readers or writers of
the table had to wait), `destructive` (a table or column dropped), `rename`, `irreversible`; and the extras `insert_incompatible`
(a NOT NULL column without a default in the database), `sets_not_null`, `data_fail` (a change that rows made fail). The extra
`data_under_exclusive`: rows were read or written while a lock kept readers out. `unmeasured`: nothing is known, and the whole
migration is left out, as are the apps that Django brings.

Three lines come of it. Findings about no operation do not count.

- recall: of the dangerous operations, those that have a warning or an error about locks, compatibility, data loss or the way back;
- precision: of the operations that have an error about locks or compatibility, those that are dangerous or changed rows under a
  lock. A RunPython found to write under a lock counts as right: whether it writes depends on the rows that it finds;
- locks: the same two for findings about locks alone, against who really had to wait.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BLOCKS = frozenset({"blocks_reads", "blocks_writes"})
DANGEROUS = BLOCKS | {"destructive", "rename", "irreversible"}
EXTRAS = frozenset({"insert_incompatible", "sets_not_null", "data_fail"})
UNDER_LOCK = frozenset({"data_under_exclusive"})
TOLD = frozenset({"locks", "compatibility", "data-loss", "reversibility"})
CERTAIN = frozenset({"locks", "compatibility"})
DJANGO = ("admin", "auth", "contenttypes", "flatpages", "redirects", "sessions", "sites")

Finding = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """One operation: what was seen of it, and what was said about it."""

    app: str
    migration: str
    index: int
    kind: str
    seen: frozenset[str]
    why: str
    findings: tuple[Finding, ...]

    def said(self, categories: Collection[str], severities: Collection[str]) -> list[Finding]:
        return [f for f in self.findings if f["category"] in categories and f["severity"] in severities]

    def __str__(self) -> str:
        said = ", ".join(sorted({f"{f['rule']} ({f['severity']})" for f in self.findings})) or "nothing"
        return f"{self.app}.{self.migration} operation {self.index} {self.kind}: seen {sorted(self.seen)}, said {said}\n        {self.why}"


def measured(labels: Path, findings: Path) -> Iterator[Measured]:
    said: dict[tuple[str, str, int], list[Finding]] = defaultdict(list)
    for finding in json.loads(findings.read_text(encoding="utf-8"))["findings"]:
        said[finding["app_label"], finding["migration"], finding["operation_index"]].append(finding)
    with lzma.open(labels, "rt") if labels.suffix == ".xz" else labels.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    unknown = {(row["app"], row["migration"]) for row in rows if "unmeasured" in row["extras"]}
    for row in rows:
        app, migration, index = row["app"], row["migration"], row["op_index"]
        if app not in DJANGO and (app, migration) not in unknown:
            seen = frozenset([*row["labels"], *row["extras"]])
            why = " ".join("; ".join(row["why"]).split())[:200]
            yield Measured(app, migration, index, row["op_class"], seen, why, tuple(said[app, migration, index]))


def writes_under_lock(operation: Measured) -> bool:
    return operation.kind == "RunPython" and any(f["category"] == "locks" and f["lock"] for f in operation.findings)


def is_dangerous(operation: Measured) -> bool:
    return bool(operation.seen & (DANGEROUS | EXTRAS))


def is_right(operation: Measured) -> bool:
    return is_dangerous(operation) or bool(operation.seen & UNDER_LOCK) or writes_under_lock(operation)


def waited(operation: Measured) -> bool:
    return bool(operation.seen & (BLOCKS | UNDER_LOCK)) or writes_under_lock(operation)


def share(part: int, whole: int) -> str:
    return f"{part / whole if whole else 1:.4f} ({part} of {whole})"


def show(title: str, operations: Collection[Measured], limit: int) -> None:
    for operation in list(operations)[:limit]:
        print(f"    {title}: {operation}")


def line(title: str, of: list[Measured], holds: Callable[[Measured], bool], otherwise: str, limit: int) -> None:
    """The share of the operations of which it holds, and some of the others."""
    others = [operation for operation in of if not holds(operation)]
    print(f"{title:17} {share(len(of) - len(others), len(of))}")
    show(otherwise, others, limit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, nargs="+", required=True)
    parser.add_argument("--findings", type=Path, nargs="+", required=True)
    parser.add_argument(
        "--list", type=int, default=0, metavar="N", help="print up to N operations missed and N falsely accused"
    )
    options = parser.parse_args()
    pairs = zip(options.labels, options.findings, strict=True)
    operations = [operation for pair in pairs for operation in measured(*pair)]
    worse = ("warning", "error")

    def errors(categories: frozenset[str]) -> list[Measured]:
        return [operation for operation in operations if operation.said(categories, ("error",))]

    print(f"{len(operations)} operations, {sum(map(is_dangerous, operations))} of them dangerous")
    dangerous = [operation for operation in operations if is_dangerous(operation)]
    line("recall", dangerous, lambda o: bool(o.said(TOLD, worse)), "missed", options.list)
    line("precision", errors(CERTAIN), is_right, "false", options.list)
    blocking = [operation for operation in operations if operation.seen & BLOCKS]
    line("recall, locks", blocking, lambda o: bool(o.said({"locks"}, worse)), "missed by locks", options.list)
    line("precision, locks", errors(frozenset({"locks"})), waited, "false by locks", options.list)
    print("operations by rule: those it is said of, and the errors about locks or compatibility that are not right")
    counts, false = Counter[str](), Counter[str]()
    for operation in operations:
        counts.update({f["rule"] for f in operation.findings})
        if not is_right(operation):
            false.update({f["rule"] for f in operation.said(CERTAIN, ("error",))})
    for rule, count in counts.most_common():
        print(f"    {rule:34} {count:5}{f'  {false[rule]} false' if false[rule] else ''}")


if __name__ == "__main__":
    main()
