"""`python -m tests.bench`: what linting costs, as ratios measured in one run.

The floor is what any reader of migrations has to do: `django.setup()`, load the graph, apply every state operation
once. Processes are measured whole, in CPU seconds, because a busy machine changes those least. A benchmark, not a test:
a missed target does not fail it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ("--third-party", "--target", "postgresql@15", "--output-format", "json")
SAMPLES = 20
# Lint against the floor: of the generated projects by their size, and of real ones, whose models have more fields, and more
# of which point at each other. The smaller a project, the more of either is the time that Django takes to start.
MOST, MOST_REAL = {1000: 3.0}, 4.0
GROWTH = 1.25
# A pull request's one new migration, with git and all, against what `makemigrations --check` takes in the same project.
MOST_SINCE = 1.5

FLOOR = """
import django, json
django.setup()
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
loader = MigrationLoader(None)
graph = loader.graph
plan = dict.fromkeys(key for leaf in sorted(graph.leaf_nodes()) for key in graph.forwards_plan(leaf))
state = ProjectState(real_apps=loader.unmigrated_apps)
for key in plan:
    state = graph.nodes[key].mutate_state(state, preserve=False)
print(json.dumps(list(plan)))
"""
# A project need not have migration_lint among its apps to be measured.
COMMAND = """
import django, sys
django.setup()
from importlib import import_module
command = import_module("migration_lint.management.commands." + sys.argv[1]).Command()
command.run_from_argv(["manage.py", *sys.argv[1:]])
"""


MANAGE = "import sys; from django.core.management import execute_from_command_line as run; run(['manage.py', *sys.argv[1:]])"


# A generated project.

APPS, MODELS = 8, 40
COLUMNS = (
    ("CharField", "max_length={}", (20, 50, 100, 200, 255)),
    ("IntegerField", "default={}", (0, 1, 7)),
    ("DecimalField", "decimal_places=2, max_digits={}, null=True", (8, 10, 12)),
    ("BooleanField", "default={}", (True, False)),
    ("DateTimeField", "null={}, blank=True", (True,)),
    ("TextField", "blank=True, null={}", (True, False)),
)


@dataclass
class Model:
    """The source of each field and index as the history has left them. `pinned` fields have an index."""

    app: str
    name: str
    fields: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, str] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)

    @property
    def keys(self) -> list[str]:
        return [name for name, source in self.fields.items() if "ForeignKey" in source]

    @property
    def loose(self) -> list[str]:
        return [name for name in self.fields if name not in self.pinned and name != "name"]


class History:
    """Migrations that are the same for the same seed. Models keep their size, so that only the number of migrations grows."""

    def __init__(self, migrations: int, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.models: list[Model] = []
        self.latest: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.serial = 0
        for position in range(migrations):
            app = f"app{self.random.randrange(APPS) if position >= APPS else position}"
            self.add_migration(app, MODELS * 2 * position / migrations)

    def number(self) -> int:
        self.serial += 1
        return self.serial

    def add_migration(self, app: str, wanted: float) -> None:
        number = self.number()
        self.dependencies = {app} if app in self.latest else set()
        own = [model for model in self.models if model.app == app]
        if not own or (len(self.models) < min(MODELS, wanted) and len(own) <= MODELS // APPS):
            operations = [self.create_model(app)]
        else:
            operations = [self.change(self.random.choice(own)) for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        self.file(app, f"m{number:05}", operations)

    def add_column(self) -> None:
        """One more migration, of the kind that is written most often."""
        model = self.models[len(self.models) // 2]
        self.dependencies = {model.app}
        self.file(model.app, f"m{self.number():05}", [self.write(model, "AddField")])

    def file(self, app: str, name: str, operations: Sequence[str]) -> None:
        body = ",\n".join(textwrap.indent(operation, " " * 8) for operation in operations)
        needed = ", ".join(f"({label!r}, {self.latest[label]!r})" for label in sorted(self.dependencies))
        self.files[f"{app}/migrations/{name}.py"] = (
            "from django.db import migrations, models\n\n\ndef forwards(apps, schema_editor):\n    pass\n\n\n"
            f"class Migration(migrations.Migration):\n    dependencies = [{needed}]\n    operations = [\n{body},\n    ]\n"
        )
        self.latest[app] = name

    def column(self) -> tuple[str, str]:
        kind, arguments, values = self.random.choice(COLUMNS)
        if kind == "CharField":
            arguments += ", default=''"
        return f"{kind.lower()}_{self.number()}", f"models.{kind}({arguments.format(self.random.choice(values))})"

    def foreign_key(self) -> tuple[str, str]:
        model = self.random.choice(self.models)
        self.dependencies.add(model.app)
        source = (
            f"models.ForeignKey(null=True, on_delete=models.CASCADE, related_name='+', to='{model.app}.{model.name.lower()}')"
        )
        return f"key_{self.number()}", source

    def create_model(self, app: str) -> str:
        model = Model(app, f"Model{self.number()}", {"name": "models.CharField(max_length=100)"})
        model.fields.update(self.column() for _ in range(self.random.randint(4, 10)))
        elsewhere = [other for other in self.models if other.app in self.latest]
        if elsewhere:
            model.fields.update(self.foreign_key() for _ in range(self.random.randint(0, 2)))
        self.models.append(model)
        key = "models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')"
        fields = "".join(f"        ({name!r}, {source}),\n" for name, source in {"id": key, **model.fields}.items())
        return f"migrations.CreateModel(\n    name={model.name!r},\n    fields=[\n{fields}    ],\n)"

    def change(self, model: Model) -> str:
        kinds = ["AlterField"] * 3 + ["RenameField", "RunPython"]
        kinds += ["AddField"] * 4 if len(model.fields) < 16 else ["RemoveField"]
        kinds += ["RemoveField"] * 2 if len(model.loose) > 6 else []
        kinds += ["AddIndex"] * 2 if len(model.indexes) < 4 else ["RemoveIndex"]
        kind = self.random.choice(kinds)
        if kind in ("AlterField", "RenameField", "RemoveField") and not model.loose:
            kind = "AddField"
        return self.write(model, kind)

    def write(self, model: Model, kind: str) -> str:
        target = f"model_name={model.name.lower()!r}"
        if kind == "RunPython":
            return "migrations.RunPython(forwards, migrations.RunPython.noop)"
        if kind == "AddField":
            add_key = len(model.keys) < 3 and self.random.random() < 0.25
            name, source = self.foreign_key() if add_key else self.column()
            model.fields[name] = source
            return f"migrations.AddField({target}, name={name!r}, field={source})"
        if kind == "AddIndex":
            name, index = self.random.choice(list(model.fields)), f"index_{self.number()}"
            model.pinned.add(name)
            model.indexes[index] = f"models.Index(fields=[{name!r}], name={index!r})"
            return f"migrations.AddIndex({target}, index={model.indexes[index]})"
        if kind == "RemoveIndex":
            index = self.random.choice(list(model.indexes))
            del model.indexes[index]
            model.pinned = {name for name in model.fields if any(f"[{name!r}]" in text for text in model.indexes.values())}
            return f"migrations.RemoveIndex({target}, name={index!r})"
        name = self.random.choice(model.loose)
        source = model.fields[name]
        if kind == "RemoveField":
            del model.fields[name]
            return f"migrations.RemoveField({target}, name={name!r})"
        if kind == "RenameField":
            new = f"{name.partition('_')[0]}_{self.number()}"
            model.fields = {new if old == name else old: text for old, text in model.fields.items()}
            return f"migrations.RenameField({target}, old_name={name!r}, new_name={new!r})"
        if "ForeignKey" in source:
            source = source.replace("CASCADE", "SET_NULL") if "CASCADE" in source else source.replace("SET_NULL", "CASCADE")
        elif self.random.random() < 0.5:
            source = self.column()[1]
        else:  # what no database hears of
            source = re.sub(r"(, help_text='\d+')?\)$", f", help_text='{self.number()}')", source)
        model.fields[name] = source
        return f"migrations.AlterField({target}, name={name!r}, field={source})"

    def save(self, folder: Path) -> None:
        """Write the project: the migrations, models that are what the migrations lead to, and settings."""
        apps = [f"app{number}" for number in range(APPS)]
        for app in apps:
            self.files[f"{app}/__init__.py"] = self.files[f"{app}/migrations/__init__.py"] = ""
            parts = ["from django.db import models\n"]
            for model in self.models:
                if model.app == app:
                    lines = [f"    {name} = {source}" for name, source in model.fields.items()]
                    lines += ["", "    class Meta:", f"        indexes = [{', '.join(model.indexes.values())}]"]
                    parts.append(f"\n\nclass {model.name}(models.Model):\n" + "\n".join(lines) + "\n")
            self.files[f"{app}/models.py"] = "".join(parts)
        self.files["bench_settings.py"] = (
            "import os\n"
            f"INSTALLED_APPS = ['migration_lint', {', '.join(map(repr, apps))}]\n"
            "DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n"
            "NAME = os.environ.get('PGDATABASE', 'bench')\n"  # libpq reads the other PG variables itself
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': NAME}}\n"
        )
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


# Measuring.


@dataclass(frozen=True)
class Project:
    """A project by what runs it. `environment` leads sqlmigrate to its database; a generated one gets an empty database."""

    name: str
    python: str
    environment: Mapping[str, str]
    most: float | None = MOST_REAL
    folder: str | None = None  # of a generated one

    @property
    def generated(self) -> bool:
        return self.folder is not None


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a process and of those it started, its largest resident set in megabytes, what it printed."""

    seconds: float
    megabytes: float
    output: str = ""


class Crash(Exception):
    """A process that was to be measured failed."""


def run(project: Project, code: str, *arguments: str) -> Cost:
    # Bytecode is kept, as where people work: a setting that forbids it would have every run compile every migration.
    environment = {**os.environ, **project.environment, "PYTHONDONTWRITEBYTECODE": ""}
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        command = [project.python, "-W", "ignore", "-c", code, *arguments]
        process = subprocess.Popen(command, stdout=output, stderr=errors, env=environment, cwd=project.folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        text = output.read()
        # 1 is "there are findings", 2 "something could not be analysed": a report was printed in both cases.
        if process.returncode not in (0, 1, 2) or not text.strip():
            raise Crash(f"{project.name}: {' '.join(arguments) or 'the floor'}: status {process.returncode}\n{errors.read()}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6, text)


def best(project: Project, repeat: int, code: str, *arguments: str) -> Cost:
    """The cheapest of several runs, after one that is not counted: it compiles the bytecode."""
    run(project, code, *arguments)
    costs = [run(project, code, *arguments) for _ in range(repeat)]
    return min(costs, key=lambda cost: cost.seconds)


@contextmanager
def empty_database(project: Project) -> Iterator[Project]:
    """The project with a database for sqlmigrate, which cannot do without. Raises Crash where there is none."""
    if not project.generated:
        yield project
        return
    from psycopg.conninfo import conninfo_to_dict

    from tests.servers import RUNNING, available

    server = available(RUNNING)
    if isinstance(server, str):
        raise Crash(server)
    with server.scratch() as dsn:
        found = conninfo_to_dict(dsn)
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
        more = {names[key]: str(value) for key, value in found.items() if key in names}
        yield replace(project, environment={**project.environment, **more})


def sqlmigrate(project: Project, plan: Sequence[Sequence[str]]) -> float | str:
    """The seconds of one sqlmigrate a migration, from a sample spread over the plan; or why they are not known."""
    places = sorted({len(plan) * number // SAMPLES for number in range(SAMPLES)})
    try:
        with empty_database(project) as ready:
            costs = [run(ready, MANAGE, "sqlmigrate", *plan[place]).seconds for place in places]
    except Crash as reason:
        return str(reason).strip().splitlines()[-1]
    return sum(costs) / len(costs) * len(plan)


def since(project: Project, size: int, repeat: int) -> str:
    """What linting one new migration of a branch takes, against `makemigrations --check`; run in turn, for both vary alike."""
    assert project.folder is not None
    folder, history = Path(project.folder), History(size)
    history.save(folder)
    (folder / ".gitignore").write_text("__pycache__\n", encoding="utf-8")
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    for arguments in (("init", "--quiet"), ("add", "--all"), (*identity, "commit", "--quiet", "--message=before")):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    history.add_column()
    history.save(folder)
    checks, lints = [], []
    for _ in range(repeat + 1):
        checks.append(run(project, MANAGE, "makemigrations", "--check", "--dry-run"))
        lints.append(run(project, COMMAND, "lintmigrations", "--since", "HEAD", *TARGET))
    found = json.loads(lints[-1].output)["summary"]["migrations"]
    if found != 1:
        raise Crash(f"{project.name}: --since found {found} migrations.")
    check, lint = (min(cost.seconds for cost in costs[1:]) for costs in (checks, lints))
    verdict = "met" if lint <= MOST_SINCE * check else "MISSED"
    return (
        f"{size} migrations, one of them new: --since {lint:.2f} s, {lint / check:.2f}x makemigrations --check "
        f"({check:.2f} s), <= {MOST_SINCE:g}x: {verdict}"
    )


@dataclass(frozen=True)
class Row:
    project: Project
    migrations: int
    floor: Cost
    lint: Cost
    explain: Cost
    sqlmigrate: float | str

    @property
    def ratio(self) -> float:
        return self.lint.seconds / self.floor.seconds

    @property
    def per_migration(self) -> float:
        """What linting adds to the floor. The whole process would hide growth behind the time that Django takes to start."""
        return (self.lint.seconds - self.floor.seconds) / self.migrations


def measure(project: Project, repeat: int, with_sqlmigrate: bool) -> Row:
    floor = best(project, repeat, FLOOR)
    plan = json.loads(floor.output)
    lint = best(project, repeat, COMMAND, "lintmigrations", *TARGET)
    explain = best(project, repeat, COMMAND, "explainmigration", "--all", *TARGET)
    for cost in (lint, explain):
        json.loads(cost.output)
    return Row(project, len(plan), floor, lint, explain, sqlmigrate(project, plan) if with_sqlmigrate else "")


HEADER = ("project", "migrations", "floor", "lint", "explain", "sqlmigrate", "per migration", "target")


def cells(row: Row) -> tuple[str, ...]:
    def shown(cost: Cost) -> str:
        return f"{cost.seconds / row.floor.seconds:.2f}x {cost.seconds:.1f} s {cost.megabytes:.0f} MB"

    most = row.project.most
    sqlmigrate = "skipped"
    if isinstance(row.sqlmigrate, float):
        sqlmigrate = f"{row.sqlmigrate / row.floor.seconds:.0f}x {row.sqlmigrate:.0f} s"
    return (
        row.project.name,
        str(row.migrations),
        f"{row.floor.seconds:.2f} s {row.floor.megabytes:.0f} MB",
        shown(row.lint),
        shown(row.explain),
        sqlmigrate,
        f"+{row.per_migration * 1000:.1f} ms",
        "none" if most is None else f"<= {most:g}x: {'met' if row.ratio <= most else 'MISSED'}",
    )


def report(rows: Sequence[Row]) -> Iterator[str]:
    table = [HEADER, *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
    for row in rows:
        if isinstance(row.sqlmigrate, str) and row.sqlmigrate:
            yield f"{row.project.name}: sqlmigrate was left out: {row.sqlmigrate}"
    generated = [row for row in rows if row.project.generated]
    for less, more in pairwise(generated):
        growth = more.per_migration / less.per_migration
        verdict = "linear" if growth <= GROWTH else "MORE THAN LINEAR"
        yield f"{less.migrations} to {more.migrations} migrations: linting one costs {growth:.2f}x as much: {verdict}"


def generated(size: int, stack: ExitStack) -> Project:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="migration-lint-bench-"))
    History(size).save(Path(folder))
    environment = {"DJANGO_SETTINGS_MODULE": "bench_settings", "PYTHONPATH": os.pathsep.join((str(ROOT), folder))}
    return Project(f"generated-{size}", sys.executable, environment, MOST.get(size), folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What linting costs, in ratios to the floor.")
    parser.add_argument("--sizes", default="250,1000,5000", help="Migrations of the generated projects; empty for none.")
    parser.add_argument("--repeat", type=int, default=3, help="Runs of each process that are measured; the cheapest counts.")
    parser.add_argument("--since", default="1000", help="Migrations of the project with one that is new; empty for none.")
    parser.add_argument("--no-sqlmigrate", action="store_true", help="Do not measure sqlmigrate.")
    parser.add_argument(
        "--project", nargs=4, action="append", default=[], metavar=("NAME", "PYTHON", "SETTINGS", "PYTHONPATH"),
        help="A project of yours: its interpreter (with rich and sqlparse), settings module and import path. Repeatable.",
    )  # fmt: skip
    options = parser.parse_args()
    rows = []
    with ExitStack() as stack:
        projects = [generated(int(size), stack) for size in options.sizes.split(",") if size]
        for name, python, settings, path in options.project:
            environment = {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": os.pathsep.join((str(ROOT), path))}
            projects.append(Project(name, python, environment))
        for project in projects:
            print(f"Measuring {project.name} ...", file=sys.stderr, flush=True)
            try:
                rows.append(measure(project, options.repeat, not options.no_sqlmigrate))
            except Crash as reason:
                print(reason, file=sys.stderr)
                return 1
            print(" ", *cells(rows[-1]), sep="  ", file=sys.stderr, flush=True)
        branch = (
            since(generated(int(options.since), stack), int(options.since), max(options.repeat, 5)) if options.since else ""
        )
    print("\n".join((*report(rows), *filter(None, [branch]))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
