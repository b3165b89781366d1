"""The files by which other programs run the linter, and the examples in docs/integrations.md, as those programs read them.

`python -m tests.ci_files` holds them against their schemas and has them looked through for mistakes, without a network.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.projects import REPOSITORY

ACTION = REPOSITORY / "action.yml"
COMPONENT = REPOSITORY / "templates" / "lintmigrations.yml"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
DOCS = REPOSITORY / "docs" / "integrations.md"
WORKFLOW = ".github/workflows/migrations.yml"
CONFIG = ".pre-commit-config.yaml"
PIPELINE = ".gitlab-ci.yml"
TASKS = ".vscode/tasks.json"


def examples(name: str) -> list[str]:
    """The examples of a file of this name: their first line is a comment that says it."""
    blocks = re.findall(r"^```\w+\n(?:#|//) (\S+)\n(.+?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [text for title, text in blocks if title == name]


def component(**given: Any) -> dict[str, Any]:
    """The component's job, with inputs as GitLab puts them in: wherever they stand, and as text unless they stand alone."""
    header, content = yaml.safe_load_all(COMPONENT.read_text(encoding="utf-8"))
    inputs = {name: spec["default"] for name, spec in header["spec"]["inputs"].items()}
    assert given.keys() <= inputs.keys()
    inputs.update(given)

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(key): filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item) for item in value]
        if not isinstance(value, str):
            return value
        alone = re.fullmatch(r"\$\[\[ inputs\.([a-z-]+) \]\]", value)
        if alone:
            return inputs[alone[1]]
        return re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda match: str(inputs[match[1]]), value)

    [job] = filled(content).values()
    return dict(job)


def checks(folder: Path) -> Iterator[list[str]]:
    """The commands to run. What they read that is no file of the repository is written to the folder."""

    def written(name: str, text: str) -> str:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    header, _ = yaml.safe_load_all(COMPONENT.read_text(encoding="utf-8"))
    job = component()
    workflows = [written(f"workflow-{n}.yml", text) for n, text in enumerate(examples(WORKFLOW))]
    pipelines = [written(f"pipeline-{n}.yml", text) for n, text in enumerate(examples(PIPELINE))]
    hooks = [written(f"hooks-{n}.yaml", text) for n, text in enumerate(examples(CONFIG))]
    pipelines += [written("header.yml", yaml.safe_dump(header)), written("job.yml", yaml.safe_dump({"lintmigrations": job}))]
    *lines, last = job["script"]
    script = "\n".join(["#!/bin/sh -e", *lines, "# shellcheck disable=SC2086  # words", last, ""])
    yield ["check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION)]
    yield ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows]
    yield ["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *pipelines]
    yield ["pre-commit", "validate-manifest", str(HOOKS)]
    yield ["pre-commit", "validate-config", str(REPOSITORY / CONFIG), *hooks]
    yield ["zizmor", "--offline", "--quiet", "--no-progress", str(ACTION), *workflows]
    yield ["shellcheck", str(REPOSITORY / ".github" / "lintmigrations.sh"), written("component.sh", script)]


def main() -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for command in checks(Path(folder)):
            print(" ".join(part.replace(f"{folder}/", "").replace(f"{REPOSITORY}/", "") for part in command), flush=True)
            failed += subprocess.run(command, cwd=REPOSITORY, check=False).returncode != 0
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
