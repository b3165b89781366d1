"""Where a finding is shown: what reads a report knows a repository, not this machine's folders."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from migration_lint.project.loading import migrations_file
from migration_lint.reporters import one_line
from migration_lint.types import Finding, Location

PROJECT_FILE = "pyproject.toml"


def repository() -> str:
    """The nearest folder upwards that is a git repository (or a work tree of one), else the working directory."""
    return repository_of(os.getcwd())


@functools.lru_cache(maxsize=8)
def repository_of(folder: str) -> str:
    path = Path(folder)
    return next((str(each) for each in (path, *path.parents) if (each / ".git").exists()), folder)


real_path = functools.lru_cache(maxsize=8)(os.path.realpath)


@functools.lru_cache(maxsize=256)
def below(path: str, folder: str) -> str:
    """Relative to the folder where it lies below."""
    path = os.path.normpath(path)
    if path.startswith(folder + os.sep):
        return path[len(folder) + 1 :]
    real, real_folder = os.path.realpath(path), real_path(folder)
    return real[len(real_folder) + 1 :] if real.startswith(real_folder + os.sep) else path


def shown_path(path: str) -> str:
    """For people: relative to the working directory."""
    return below(path, os.getcwd())


def repository_path(path: str) -> str:
    """For programs: relative to the repository, with forward slashes."""
    return below(path, repository()).replace(os.sep, "/")


def project_file() -> str:
    """The nearest pyproject.toml upwards in the repository: what is about the whole project is shown there."""
    top, folder = Path(repository()), Path.cwd()
    for each in (folder, *folder.parents):
        if (each / PROJECT_FILE).is_file():
            return str(each / PROJECT_FILE)
        if each == top:
            break
    return str(top / PROJECT_FILE)


def file_of(finding: Finding) -> str:
    """The finding's file, or that of its app or project where it has none, or none that is in the repository."""
    if finding.location is not None and is_inside(finding.location.path):
        return finding.location.path
    folder = migrations_file(finding.app_label) if finding.app_label else None
    return folder if folder and is_inside(folder) else project_file()


def is_inside(path: str) -> bool:
    return not os.path.isabs(below(path, repository())) and not path.startswith("<")


def place_of(finding: Finding) -> Location:
    """A place in the repository, whatever the finding is about; its path is relative."""
    path, own = file_of(finding), finding.location
    shown = repository_path(path)
    if own is None or own.path != path or own.line is None:
        return Location(shown, 1)
    end = own.end_line if own.end_line is not None and own.end_line >= own.line else own.line
    end_column = own.end_column
    if own.column is None or (end_column is not None and end == own.line and end_column <= own.column):
        end_column = None
    return Location(shown, own.line, own.column, end, end_column)


def words_of(finding: Finding) -> str:
    """The message, with the place that a report about the repository cannot name."""
    own = finding.location
    if own is None or is_inside(own.path):
        return finding.message
    return f"{finding.message} ({':'.join(str(part) for part in (own.path, own.line) if part is not None)})"


def spot_of(finding: Finding) -> str:
    """Path, line and column for people, on one line, as editors know them."""
    place = finding.location or Location(file_of(finding))
    return f"{one_line(shown_path(place.path))}:{place.line or 1}:{place.column or 1}"


def label_of(finding: Finding) -> str:
    """Which migration and operation it is about."""
    label = ".".join(part for part in (finding.app_label, finding.migration) if part)
    return (
        f"{label}, operation {finding.operation_index}: {finding.operation}" if finding.operation_index is not None else label
    )
