"""What a project's own metadata promises: the oldest Django that its package works with."""

from __future__ import annotations

import configparser
import functools
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

CLASSIFIER = re.compile(r"Framework :: Django :: (\d+\.\d+)")
REQUIREMENT = re.compile(r"django\s*(?:\[[^\]]*\])?\s*\(?\s*((?:[<>=!~^][^;)]*)?)", re.IGNORECASE)
BOUND = re.compile(r"(?:>=|~=|===?|\^|>)\s*(\d+(?:\.\d+)?)")


def oldest_django(folder: Path) -> tuple[str, str] | None:
    """The oldest Django that the package around this folder supports, and the file that says so.

    None for a site, which is run with the Django it has: an app below `manage.py`, unless classifiers stand beside that.
    """
    site = False
    for parent in (folder, *folder.parents):
        found = promised(parent)
        if found is not None:
            bound, file, classified = found
            return None if site or (not classified and (parent / "manage.py").exists()) else (bound, file)
        if (parent / ".git").exists():
            return None
        site = site or (parent / "manage.py").exists()
    return None


@functools.lru_cache(maxsize=256)
def promised(folder: Path) -> tuple[str, str, bool] | None:
    """The bound, the file, and whether it has classifiers: those of a package that others install."""
    for name, read in (("pyproject.toml", read_pyproject), ("setup.cfg", read_setup_cfg), ("setup.py", read_setup_py)):
        try:
            requirements, lines = read((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError, configparser.Error):
            continue
        classifiers = CLASSIFIER.findall("\n".join(lines))
        if bounds := list(lower_bounds(requirements)) or classifiers:
            return min(bounds, key=version), str(folder / name), bool(classifiers)
    return None


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, (text if "." in text else f"{text}.0").split(".")[:2]))


def lower_bounds(requirements: Iterable[str]) -> Iterator[str]:
    for requirement in requirements:
        if (match := REQUIREMENT.fullmatch(requirement.partition(";")[0].strip())) and (bounds := BOUND.findall(match[1])):
            yield max(bounds, key=version)


def strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def table(data: Any, *names: str) -> dict[str, Any]:
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def read_pyproject(text: str) -> tuple[list[str], list[str]]:
    data = tomllib.loads(text)
    project, poetry = table(data, "project"), table(data, "tool", "poetry")
    requirements = strings(project.get("dependencies"))
    for name, wanted in table(poetry, "dependencies").items():
        wanted = wanted.get("version") if isinstance(wanted, dict) else wanted
        if isinstance(wanted, str):
            requirements.append(f"{name}{wanted}" if wanted[:1] in "<>=!~^" else f"{name}=={wanted}")
    return requirements, strings(project.get("classifiers")) + strings(poetry.get("classifiers"))


def read_setup_cfg(text: str) -> tuple[list[str], list[str]]:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    requirements = parser.get("options", "install_requires", fallback="")
    return requirements.splitlines(), parser.get("metadata", "classifiers", fallback="").splitlines()


def read_setup_py(text: str) -> tuple[list[str], list[str]]:
    """What its strings say; a program is not run to read them."""
    quoted = re.findall(r"""["']([Dd]jango\s*[<>=~!][^"']*)["']""", text)
    return quoted, text.splitlines()
