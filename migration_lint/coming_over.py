"""What projects have written for django-migration-linter 6: its options, settings and codes, and what they are here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as ParserError
from dataclasses import dataclass
from difflib import get_close_matches
from json import dumps
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.db.migrations.operations.base import Operation

LINTER = "django-migration-linter"
PACKAGE = "django_migration_linter"
OPERATION = "IgnoreMigration"
PAGE = "docs/coming-over.md"

# What its codes stand for. A rule that is not there is passed over.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "ADD_UNIQUE": ("new-constraint-rejects-old-writes", "index-build-under-exclusive-lock"),
    "ALTER_COLUMN": ("narrowed-type", "incompatible-type", "table-rewrite", "copying-alter"),
    "CREATE_INDEX": ("blocking-index-build",),
    "CREATE_INDEX_EXCLUSIVE": ("index-build-under-exclusive-lock", "work-under-exclusive-lock"),
    "DROP_COLUMN": ("dropped-column-in-use", "required-column-dropped"),
    "DROP_INDEX": ("blocking-index-drop",),
    "DROP_TABLE": ("dropped-table-in-use",),
    "NOT_NULL": ("required-column-without-default", "null-no-longer-allowed", "not-null-scan"),
    "REINDEX": ("blocking-maintenance",),
    "RENAME_COLUMN": ("renamed-column",),
    "RENAME_TABLE": ("renamed-table",),
    "RUNPYTHON_ARGS_NAMING_CONVENTION": ("misnamed-arguments",),
    "RUNPYTHON_MODEL_IMPORT": ("direct-model-import",),
    "RUNPYTHON_MODEL_VARIABLE_NAME": (),  # what a variable is called is nobody's business here
    "RUNPYTHON_REVERSIBLE": ("irreversible-operation",),
    "RUNSQL_REVERSIBLE": ("irreversible-operation",),
}

FLAG, VALUE, WORDS = "flag", "value", "words"


@dataclass(frozen=True)
class Option:
    """An option there, which is a key of its configuration too.

    `key` is the key of the configuration, or the argument of the command, that it is here, and `forms` what each of its values
    becomes. Without a key there is no counterpart, and `note` says why. `same` is spelled here as it is there.
    """

    name: str
    takes: str
    key: str = ""
    forms: tuple[str, ...] = ("{}",)
    note: str = ""
    same: bool = False
    short: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"


NO_CACHE = "Nothing is cached: every run looks at every migration anew, with the options of that run."
OPTIONS = (
    Option("app_label", VALUE, "include_apps", same=True),
    Option("migration_name", VALUE, "include_migrations", ("*.{}*",), same=True),
    Option("database", VALUE, "databases", same=True),
    Option("include_apps", WORDS, "include_apps", same=True),
    Option("exclude_apps", WORDS, "exclude_apps", same=True),
    Option("git_commit_id", VALUE, "since"),
    Option("ignore_name", WORDS, "exclude_migrations", ("*.{}",)),
    Option("ignore_name_contains", VALUE, "exclude_migrations", ("*.*{}*",)),
    Option("include_name", WORDS, "include_migrations", ("*.{}",)),
    Option("include_name_contains", VALUE, "include_migrations", ("*.*{}*",)),
    Option("include_migrations_from", VALUE, "files"),
    Option("unapplied_migrations", FLAG, "unapplied"),
    Option("applied_migrations", FLAG, "applied"),
    Option(
        "ignore_initial_migrations",
        FLAG,
        "exclude_migrations",
        ("*.000[1-9]_initial",),
        "Migrations go by their names here. What one makes is new in it, so that little is found in an initial one anyway.",
    ),
    Option("exclude_migration_tests", WORDS, "ignore"),
    Option("warnings_as_errors", WORDS, "severity"),
    Option(
        "sql_analyser",
        VALUE,
        "targets",
        note="The SQL itself is that database's, whatever the settings use; a version may follow, as in postgresql@16.",
        choices=("sqlite", "mysql", "postgresql"),
    ),
    Option(
        "ignore_sqlmigrate_errors",
        FLAG,
        note="An operation whose SQL cannot be had stops nothing, and is never taken for safe: unread-operation reports it.",
    ),
    Option("cache_path", VALUE, note=NO_CACHE),
    Option("no_cache", FLAG, note=NO_CACHE),
    Option(
        "project_root_path",
        VALUE,
        note="git and pyproject.toml are looked for from the working directory upwards: run the command within the project.",
    ),
    Option(
        "quiet",
        WORDS,
        note="Migrations without findings are not listed here, and findings are always told: a report without them would look "
        "clean. --ignore leaves rules out, --statistics counts, --verbosity 0 prints nothing.",
        short=("-q",),
        choices=("ok", "ignore", "warning", "error"),
    ),
    Option("verbosity", VALUE, note="It is an option of the command line alone, there as well.", same=True),
)
# Not keys of the configuration: what to lint is said on the command line.
ARGUMENTS = ("since", "files", "unapplied", "applied")


@dataclass(frozen=True)
class Moved:
    """What was written for the other linter, by the keys and arguments here; `notes` are by option, on what is not the same."""

    where: str
    made: Mapping[str, Any]
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def configuration(self) -> Mapping[str, Any]:
        return {key: value for key, value in self.made.items() if key not in ARGUMENTS}

    @property
    def arguments(self) -> Mapping[str, Any]:
        return {key: value for key, value in self.made.items() if key in ARGUMENTS}


def moved(values: Mapping[str, Any], where: str, alias: str = "default") -> Moved:
    """`values` by the options' names; the records of `alias` tell what is applied. Raises ValueError."""
    known = {option.name: option for option in OPTIONS}
    given: dict[str, Any] = {}
    notes: list[tuple[str, str]] = []
    for name, value in values.items():
        if name not in known:
            close = get_close_matches(str(name).casefold(), known, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            notes.append((str(name), f"{LINTER} has no such option, so that it is passed over.{hint}"))
        elif (read := typed(known[name], value, where)) is not None:
            given[name] = read
            notes += [(name, known[name].note)] * bool(known[name].note)
    check_together(given, where)
    alias = given.get("database", alias)
    made: dict[str, Any] = {}
    for name, value in given.items():
        option = known[name]
        if name in ("exclude_migration_tests", "warnings_as_errors"):
            notes += [(name, f"What {code} is about is no matter here.") for code in value if ALIASES.get(code) == ()]
            rules = list(dict.fromkeys(rule for code in value for rule in ALIASES.get(code, (code,))))
            if name == "exclude_migration_tests":
                made[option.key] = rules
            else:
                made |= {option.key: dict.fromkeys(rules, "error")} if value else {"fail_level": "warning"}
        elif option.key in ("unapplied", "applied"):
            made[option.key] = alias
        elif option.key in ARGUMENTS:
            made[option.key] = value
        elif option.key == "targets":
            made[option.key] = [value if alias == "default" else f"{alias}={value}"]
        elif option.key:
            words = value if option.takes == WORDS else [value]
            made.setdefault(option.key, []).extend(form.format(word) for word in words for form in option.forms)
    return Moved(where, {key: value for key, value in made.items() if value}, tuple(notes))


def check_together(given: dict[str, Any], where: str) -> None:
    """What narrows by both of two options there is written as one here. Raises ValueError where nothing would be left."""
    if {"unapplied_migrations", "applied_migrations"} <= given.keys():
        raise ValueError(f"{where}: no migration is both applied and unapplied: ask for one of the two.")
    for name, other, wanted in (("include_name", "include_name_contains", True), ("include_apps", "exclude_apps", False)):
        if name in given and other in given:
            second = given.pop(other)
            given[name] = [word for word in given[name] if (second in word if wanted else word not in second)]
            if not given[name]:
                raise ValueError(f"{where}: {name} and {other} together leave nothing to lint.")


def typed(option: Option, value: Any, where: str) -> Any:
    """The value as what the option takes, which text is read as; None where it says nothing. Raises ValueError."""
    if isinstance(value, str):
        value = value.strip()
        if option.takes == FLAG or (option.name == "warnings_as_errors" and value.lower() in ConfigParser.BOOLEAN_STATES):
            if value and value.lower() not in ConfigParser.BOOLEAN_STATES:
                raise ValueError(f"{where}: {option.name} is {value!r}; it has to be true or false.")
            value = ConfigParser.BOOLEAN_STATES.get(value.lower(), False)
        elif option.takes == WORDS:
            value = [word for word in re.split(r"[,\s]+", value) if word]
    if value is None or value is False:
        return None
    if option.takes == FLAG:
        return True
    if option.takes == WORDS:
        if value is True and option.name == "warnings_as_errors":
            return []
        if not isinstance(value, list | tuple | set | frozenset) or not all(isinstance(word, str) for word in value):
            raise ValueError(f"{where}: {option.name} is {value!r}; it has to be a list of words.")
        return [*value] if value or option.name == "warnings_as_errors" else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{where}: {option.name} is {value!r}; it has to be text.")
    if option.choices and value and value not in option.choices:
        raise ValueError(f"{where}: {option.name} is {value!r}; it has to be one of {', '.join(option.choices)}.")
    return str(value) or None


# Its configuration.

FILES = (f".{PACKAGE}.cfg", "setup.cfg", "tox.ini")  # the later one counts
SETTING, OVERRIDE = "MIGRATION_LINTER_OPTIONS", "MIGRATION_LINTER_OVERRIDE_MAKEMIGRATIONS"


def configured(folder: Path, pyproject: Mapping[str, Any], pyproject_where: str) -> Moved | None:
    """What its section of pyproject.toml, its files in the folder and the settings say, of which the last counts most.

    None where there is nothing. Raises ValueError.
    """
    own = getattr(settings, SETTING, {})
    if not isinstance(own, Mapping):
        raise ValueError(f"settings.{SETTING} is {own!r}; it has to be a dictionary.")
    sources = [(pyproject, pyproject_where)]
    sources += [(section(folder / name), f"[{PACKAGE}] in {name}") for name in FILES]
    sources += [(own, f"settings.{SETTING}")]
    values: dict[str, Any] = {}
    places = [where for source, where in sources if source]
    for source, _ in sources:
        values |= {key: value for key, value in source.items() if value or key not in values}
    made = moved(values, " and ".join(places)) if places else Moved("", {})
    if getattr(settings, OVERRIDE, False):
        where = " and ".join([*places, f"settings.{OVERRIDE}"])
        return Moved(where, {**made.made, "lint_makemigrations": True}, made.notes)
    return made if places else None


def section(path: Path) -> Mapping[str, str]:
    """Its section of a file that other tools share; nothing else in it matters."""
    try:
        data = path.read_bytes()
        if f"[{PACKAGE}]".encode() not in data:
            return {}
        parser = ConfigParser(interpolation=None, strict=False, default_section="")
        parser.read_string(data.decode(), str(path))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, ParserError) as error:
        raise ValueError(f"{path} cannot be read: {' '.join(str(error).split())}.") from error
    return dict(parser[PACKAGE]) if parser.has_section(PACKAGE) else {}


def listed(file: str) -> tuple[list[str], list[str]]:
    """The migrations' files that a file has a line for each, and the lines that lead nowhere. Raises ValueError.

    A line starts at the working directory, at a folder above it, which may be the repository's, or at the file's own folder.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"--include-migrations-from {file}: the file cannot be read: {error}.") from error
    here = Path.cwd()
    found, missing = [], []
    for line in filter(None, map(str.strip, lines)):
        if not line.endswith(".py") or Path(line).name == "__init__.py":
            continue
        path = next((base / line for base in (here, *here.parents, Path(file).parent) if (base / line).is_file()), None)
        if path is None:
            missing.append(line)
        else:
            found.append(str(path))
    return found, missing


# Its operation, and its app.


def accepts_all(operation: Operation) -> bool:
    """Whether it is the operation that hides what is found in its migration. Its package is not imported."""
    return any(base.__name__ == OPERATION and base.__module__.partition(".")[0] == PACKAGE for base in type(operation).__mro__)


def both_installed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A system check: both apps have `lintmigrations` and `makemigrations`, and Django takes those of the one listed first."""
    names = [config.name for config in apps.get_app_configs()]
    if PACKAGE not in names:
        return []
    hint = (
        f"Take {PACKAGE!r} out of INSTALLED_APPS{{}}. The package itself has to stay for as long as migrations import "
        f"{OPERATION} from it; lintmigrations says what to write instead. The documentation has more, in {PAGE}."
    )
    if names.index(PACKAGE) < names.index("migration_lint"):
        return [
            checks.Warning(
                f"`lintmigrations` and `makemigrations` are those of {LINTER}: of two apps with the same command, Django takes "
                "the one that is listed first.",
                hint=hint.format(", or list 'migration_lint' before it"),
                id="migration_lint.W001",
            )
        ]
    return [
        checks.Info(
            f"{PACKAGE!r} is still in INSTALLED_APPS, to no effect: its commands are hidden by those of 'migration_lint'.",
            hint=hint.format(""),
            id="migration_lint.I001",
        )
    ]


# How it is written here.


def spelled(key: str, value: Any) -> str:
    """On the command line; what only the configuration knows, there."""
    if key == "severity":
        return f"{toml(key, value)} in the configuration"
    if key == "files":
        return f"xargs python manage.py lintmigrations < {shlex.quote(value)}"
    if key in ("targets", "databases"):
        return " ".join(f"--{key.removesuffix('s')} {shlex.quote(each)}" for each in value)
    text = value if isinstance(value, str) else ",".join(value)
    return f"--{key.replace('_', '-')} {shlex.quote(text)}"


def toml(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{key} = {{ {', '.join(f'{quoted(name)} = {quoted(it)}' for name, it in value.items())} }}"
    return f"{key} = {quoted(value)}"


def quoted(value: Any) -> str:
    """JSON is TOML for text, lists of it and booleans, but for one character."""
    return dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def advice(old: Moved) -> str:
    """What to write in the place of its configuration, to be pasted."""
    parts = [f"{old.where}: {LINTER}'s configuration is read for as long as it is there. The same as this one's:"]
    if old.configuration:
        lines = "\n".join(toml(key, value) for key, value in old.configuration.items())
        parts.append(f"[tool.migration_lint]  # in pyproject.toml\n{lines}")
    if old.arguments:
        parts.append("and on the command line: " + " ".join(spelled(*item) for item in old.arguments.items()))
    if not old.made:
        parts = [f"{old.where}: {LINTER}'s configuration sets nothing here, and may go."]
    return "\n\n".join([*parts, *("\n".join(f"- {note}" for note in old.notes),) * bool(old.notes)])
