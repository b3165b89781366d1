"""What git knows of the files: which are not what they were at a commit, and what they were. Nothing is written or fetched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migration_lint.conf import UsageError, did_you_mean


@dataclass(frozen=True)
class Differences:
    """Python files of the working tree, committed or not, against the commit from which HEAD and a reference went apart.

    `before` has the text, as it was, of what was changed or is gone; `new` what was not there. Links in paths are followed.
    """

    commit: str
    before: Mapping[Path, str]
    new: frozenset[Path]


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder = Path(self.text("rev-parse", "--show-toplevel")).resolve()

    def run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        # Paths as they are, no user's colours or pagers, no lock on the index, no file watcher started.
        command = ["git", "--no-pager", "-c", "core.fsmonitor=false", *arguments]
        environment = {**os.environ, "LC_ALL": "C", "LANGUAGE": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
        try:
            return subprocess.run(
                command, cwd=self.folder, env=environment, input=given, capture_output=True, check=False
            )  # fmt: skip
        except FileNotFoundError:
            raise UsageError("--since asks git what has changed, and there is no `git` on the PATH.") from None
        except (OSError, ValueError) as error:
            raise UsageError(f"--since: git could not be run: {error}.") from error

    def output(self, *arguments: str, given: bytes = b"") -> bytes:
        done = self.run(*arguments, given=given)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or [f"status {done.returncode}"]
            raise UsageError(f"--since asks git what has changed, and git says: {said[0].removeprefix('fatal: ').rstrip('.')}.")
        return done.stdout

    def text(self, *arguments: str) -> str:
        return os.fsdecode(self.output(*arguments)).rstrip("\r\n")

    def commit(self, reference: str) -> str:
        """Its hash. Raises UsageError where there is no such commit."""
        if "\0" not in reference:
            done = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
            if done.returncode == 0:
                return done.stdout.decode().strip()
        known = self.text("for-each-ref", "--format=%(refname:short)").split()
        fetch = " A clone made for CI may hold one branch alone: fetch the other one first." if self.is_shallow() else ""
        raise UsageError(f"--since {reference}: git knows no such commit.{did_you_mean(reference, known)}{fetch}")

    def is_shallow(self) -> bool:
        return self.text("rev-parse", "--is-shallow-repository") == "true"

    def merge_base(self, reference: str) -> str:
        """The hash of the commit from which HEAD and the reference went apart."""
        done = self.run("merge-base", self.commit(reference), "HEAD")
        if done.returncode == 0:
            return done.stdout.decode().strip()
        self.commit("HEAD")  # which a new repository has not
        if self.is_shallow():
            raise UsageError(
                f"--since {reference}: the clone is shallow, and does not reach back to where HEAD and {reference} went apart. "
                "Fetch the whole history: git fetch --unshallow, or fetch-depth: 0 for actions/checkout."
            )
        raise UsageError(f"--since {reference}: HEAD and {reference} have no commit in common.")

    def differences(self, reference: str) -> Differences:
        base = self.merge_base(reference)
        options = ("--name-status", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules")
        parts = self.output("diff", "-z", *options, base, "--", "*.py").split(b"\0")
        changed = {path: status[:1] for status, path in zip(parts[::2], parts[1::2], strict=False)}
        untracked = self.output("ls-files", "-z", "--others", "--exclude-standard", "--", "*.py").split(b"\0")
        old = [path for path, status in changed.items() if status != b"A"]
        new = [path for path, status in changed.items() if status == b"A"] + [path for path in untracked if path]
        before = self.contents(base, old)
        return Differences(
            base,
            {self.place(path): text for path, text in before.items()},
            frozenset(self.place(path) for path in new if path not in before),
        )

    def place(self, path: bytes) -> Path:
        return (self.folder / os.fsdecode(path)).resolve()

    def contents(self, commit: str, paths: Iterable[bytes]) -> dict[bytes, str]:
        """What the files held at the commit. A name with a line break cannot be asked for, and is no module's."""
        asked = [path for path in paths if b"\n" not in path]
        if not asked:
            return {}
        answer = self.output("cat-file", "--batch", given=b"".join(commit.encode() + b":" + path + b"\n" for path in asked))
        found, at = {}, 0
        for path in asked:
            end = answer.index(b"\n", at)
            head = answer[at:end].rsplit(b" ", 2)
            at = end + 1
            if len(head) == 3 and head[1] == b"blob":
                size = int(head[2])
                found[path] = answer[at : at + size].decode("utf-8", "replace")
                at += size + 1
        return found
