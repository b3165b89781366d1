"""Code and phrases for people, spelled with their own names: whose table it is, how code is written, who waits until when."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState
from django.db.migrations.writer import MigrationWriter, OperationWriter
from django.db.models.sql import Query

from migration_lint import backends
from migration_lint.running import column_of, cut, is_named, table_name
from migration_lint.types import Action, Blocks, Effect, Impact, Kind, MigrationImpact, Statement, record

if TYPE_CHECKING:
    pass

SHORTER = (("django.db.models.deletion.", "models."), ("django.db.models.functions.", "models.functions."))
MODULES = ("text", "datetime", "math", "comparison", "uuid", "window", "json")
CREATE_INDEX = re.compile(r"\A\s*(create\s+(?:unique\s+)?index)\b", re.IGNORECASE)
CONCURRENTLY = re.compile(CREATE_INDEX.pattern + r"\s+concurrently\b", re.IGNORECASE)
IF_NOT_EXISTS = re.compile(r"(?<=\bconcurrently)\s+if\s+not\s+exists\s+", re.IGNORECASE)
ALTER_CLAUSE = re.compile(r"\A\s*alter\s+table\s+(?:`[^`]*`|\S+)\s+", re.IGNORECASE)
INDEX_CLAUSE = re.compile(
    r"\A\s*create\s+((?:(?:unique|fulltext|spatial)\s+)?index)\s+(`[^`]*`|\S+)\s+on\s+(?:`[^`]*`|[^\s(]+)\s*", re.IGNORECASE
)
OPTIMIZE = re.compile(r"\A\s*optimize\s+table\b", re.IGNORECASE)
ALTER_TABLE = re.compile(r"\A\s*alter\s+table\b", re.IGNORECASE)
NOOP = "migrations.RunSQL.noop"
PLAIN = {int, bool, str, type(None)}


# Whose table it is.


@record()
class Named:
    """A column and what its project calls it. `model` and `field` are None where no model is known to have it."""

    table: str
    column: str
    model: ModelState | None = None
    name: str | None = None
    field: models.Field[Any, Any] | None = None

    @property
    def model_name(self) -> str:
        return self.model.name_lower if self.model else self.table

    @property
    def field_name(self) -> str:
        return self.name or self.column

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def model_of(impact: Impact, table: str) -> ModelState | None:
    """The model that has this table after the operation, or had it before."""
    return next(models_of(impact, table), None)


def models_of(impact: Impact, table: str) -> Iterator[ModelState]:
    for state in (impact.step.state.after, impact.step.state.before):
        model: ModelState
        for model in state.models.values():
            if is_named(table, table_name(model)) and not model.options.get("proxy"):
                yield model


def named(impact: Impact, table: str, column: str) -> Named:
    """What the project calls the column, or called it before the operation."""
    first = None
    for model in models_of(impact, table):
        first = first or model
        for name, field in model.fields.items():
            if not field.many_to_many and is_named(column, column_of(name, field) or ""):
                return Named(table, column, model, name, field)
    return Named(table, column, first)


# How a database is told.


@record()
class Ways:
    """What one database offers to do without its locks, as its fact file spells it, filled in with the user's names."""

    backend: backends.Backend

    def quoted(self, name: str) -> str:
        """An identifier, with its schema where it has one, as SQL."""
        quote = self.backend.dialect.identifier_quotes[0]
        parts = name.split(".")
        if self.backend.dialect.upper_case:
            parts = [part.upper() if part == part.lower() else part for part in parts]
        return ".".join(f"{quote}{part}{quote}" for part in parts)

    def offers(self, way: str) -> bool:
        return way in self.backend.ways

    def sql(self, way: str, table: str = "", column: str = "", name: str = "", **code: str) -> str:
        """A statement of the fact file's; names are quoted, code goes in as it is."""
        names = {key: self.quoted(value) for key, value in (("table", table), ("column", column), ("name", name)) if value}
        template: str = self.backend.ways[way]
        return template.format(**names, **code)

    def word(self, way: str) -> str:
        """What the way is called in a sentence."""
        word: str = self.backend.ways["words"][way]
        return word

    def operation(self, name: str) -> tuple[str, str] | None:
        """The operation that stands in for Django's, and its import, where there is one for this database."""
        path: str = self.backend.ways.get("operations", {}).get(name, "")
        module, _, own = path.rpartition(".")
        return (own, f"from {module} import {own}") if path else None

    def replaced(self, thing: Operation) -> tuple[str, str] | None:
        """An operation's code with the one that stands in for it, and the import."""
        name = type(thing).__name__
        own = self.operation(name)
        return own and (operation(thing).replace(f"migrations.{name}(", f"{own[0]}(", 1), own[1])

    @property
    def builds_atomically(self) -> bool:
        """Whether an index can be built out of others' way in a migration that is atomic."""
        return "build index" not in self.backend.ways["not_atomic"]

    def build(self, subject: str = "it") -> str:
        """`Build it concurrently, in a migration of its own with …:`"""
        apart = "" if self.builds_atomically else " with `atomic = False`"
        return f"Build {subject} {self.word('build index')}, in a migration of its own{apart}:"

    def concurrently(self, sql: str) -> str | None:
        """The CREATE INDEX in the form that lets others write, or None where the statement is more than that."""
        text = sql.strip()
        match = CREATE_INDEX.match(text)
        return self.sql("build index", create=match[1], rest=text[match.end() :]) if match else None

    def concurrent_index(self, statement: Statement) -> str | None:
        """A RunSQL that builds the statement's index so, and can be run again where a build has failed."""
        sql = statement.sql.strip() if CONCURRENTLY.match(statement.sql) else self.concurrently(statement.sql)
        if sql is None:
            return None
        name = statement.actions[0].name
        if not name:
            return run_sql(sql)
        unbuild = self.sql("unbuild index", name=name)
        if self.builds_atomically:
            return run_sql(sql, unbuild)
        sent = "\n".join(f"        {literal(each)}," for each in (unbuild, IF_NOT_EXISTS.sub(" ", sql)))
        return f"migrations.RunSQL(\n    [\n{sent}\n    ],\n    reverse_sql={literal(unbuild)},\n),"

    def unchecked(self, constraint: str) -> str:
        """An ADD CONSTRAINT without the check of the rows that are there."""
        return self.sql("unchecked", constraint=constraint)

    def not_valid(self, statement: Statement) -> str | None:
        """The statement's ADD CONSTRAINT so, or None where the statement is more than that."""
        actions = statement.actions
        if len(actions) != 1 or actions[0].kind is not Kind.ADD_CONSTRAINT or not ALTER_TABLE.match(statement.sql):
            return None
        return self.unchecked(statement.sql.strip()) if actions[0].name else None

    def validate(self, table: str, name: str) -> str:
        return run_sql(self.sql("check later", table=table, name=name), NOOP)

    @property
    def refuses_empty_columns(self) -> bool:
        """Whether a NOT NULL column without a default cannot be added to a table with rows: some give it zeros instead."""
        return not self.backend.settings.get("fills_new_columns")

    def named(self, text: str) -> str:
        """A name that is made up, cut where Django would not find it again."""
        return cut(text, self.backend.ways.get("name_length", len(text)))

    def drop_constraint(self, table: str, name: str) -> str:
        return f"ALTER TABLE {self.quoted(table)} DROP CONSTRAINT {self.quoted(name)}"

    def check(self, table: str, name: str, condition: str) -> str:
        """An ADD CONSTRAINT … CHECK without the check of the rows that are there."""
        return self.unchecked(f"ALTER TABLE {self.quoted(table)} ADD CONSTRAINT {self.quoted(name)} CHECK ({condition})")

    def foreign_key(self, table: str, key: Any) -> tuple[str, str]:
        """The key's name, made up where it has none, and the SQL that adds it without checking the rows that are there."""
        name = key.name or self.named(f"{table}_{'_'.join(key.columns)}_fkey")
        columns, referenced = (", ".join(map(self.quoted, names)) for names in (key.columns, key.referenced_columns))
        target = self.quoted(key.references) + (f" ({referenced})" if referenced else "")
        late = " DEFERRABLE INITIALLY DEFERRED" if key.deferrable else ""
        return name, self.unchecked(
            f"ALTER TABLE {self.quoted(table)} ADD CONSTRAINT {self.quoted(name)} FOREIGN KEY ({columns}) "
            f"REFERENCES {target}{late}"
        )

    def reversed_sql(self, statement: Statement) -> str | None:
        """What undoes a statement of one simple subcommand; None where that takes thinking."""
        if len(statement.actions) != 1 or statement.actions[0].table is None:
            return None
        action = statement.actions[0]
        table, column = action.table or "", action.name or ""
        alter = f"ALTER TABLE {self.quoted(table)}"
        undone = {
            Kind.DROP_NOT_NULL: "set not null",
            Kind.SET_NOT_NULL: "drop not null",
            Kind.SET_DEFAULT: "drop default",
            Kind.ADD_COLUMN: "drop column",
        }.get(action.kind)
        if undone:
            known = statement.before.table(table).columns.get(column) if statement.before else None
            return self.sql(undone, table=table, column=column, type=str(known.type) if known else "…")
        if action.kind is Kind.RENAME_COLUMN:
            return f"{alter} RENAME COLUMN {self.quoted(action.definition)} TO {self.quoted(column)}"
        if action.kind is Kind.RENAME_TABLE:
            return f"ALTER TABLE {self.quoted(column)} RENAME TO {self.quoted(table)}"
        return None


def ways(impact: Impact | MigrationImpact) -> Ways:
    return Ways(backends.load(impact.target.vendor))


# How code is written.


def value(thing: object) -> str:
    """A field, an index, a constraint as it stands in a migration. Imports of Django's that everybody has are left implied."""
    if type(thing) in PLAIN:
        return repr(thing)
    try:
        return shorten(MigrationWriter.serialize(thing)[0])
    except Exception:  # a lambda or a local class cannot be written down: the reader has it before them
        return f"{type(thing).__name__}(…)"


def shorten(text: str) -> str:
    for module in MODULES:
        text = text.replace(f"django.db.models.functions.{module}.", "django.db.models.functions.")
    for long, short in SHORTER:
        text = text.replace(long, short)
    return text


def operation(thing: Operation) -> str:
    """An operation as makemigrations writes it."""
    try:
        return shorten(OperationWriter(thing, indentation=0).serialize()[0])
    except Exception:  # a third party's operation that cannot be deconstructed is named
        return f"{type(thing).__name__}(…),"


def call(name: str, /, **arguments: str) -> str:
    """A call over several lines, the arguments given as code."""
    lines = [f"{key}={code}," for key, code in arguments.items()]
    return f"{name}(\n{textwrap.indent(chr(10).join(lines), '    ')}\n),"


def run_sql(sql: str, reverse: str | None = None) -> str:
    """A RunSQL; `reverse` is SQL, or the code `migrations.RunSQL.noop`."""
    if reverse is None:
        return f"migrations.RunSQL({literal(sql)}),"
    back = reverse if reverse == NOOP else literal(reverse)
    return f"migrations.RunSQL(\n    {literal(sql)},\n    reverse_sql={back},\n),"


def meta_index(impact: Impact, table: str, index: Any) -> str | None:
    """An index of the catalog as a `models.Index` over the project's fields, or None where that cannot say the same."""
    if index.partial or index.is_expression or index.unique or index.options or index.method != "btree":
        return None
    columns = [named(impact, table, column) for column in index.columns]
    if not all(column.field for column in columns):
        return None
    fields = [column.field_name for column in columns]
    opclasses = [opclass for opclass in index.opclasses if opclass]
    name = "_".join([columns[0].model_name, *fields])[:25] + ("_like" if opclasses else "_idx")
    return value(models.Index(fields=fields, name=name, opclasses=opclasses))


def literal(sql: str) -> str:
    text = sql.strip()
    if "\n" in text and '"""' not in text and "\\" not in text:
        return f'"""\n{textwrap.dedent(text)}\n"""'
    return repr(text)


def with_arguments(field: models.Field[Any, Any], without: Iterable[str] = (), **arguments: Any) -> models.Field[Any, Any]:
    """The same field with other arguments."""
    _, _, args, kwargs = field.deconstruct()
    for name in without:
        kwargs.pop(name, None)
    made: models.Field[Any, Any] = type(field)(*args, **{**kwargs, **arguments})
    return made


def changed(field: models.Field[Any, Any] | None, without: Iterable[str] = (), **arguments: Any) -> str:
    """A field as a migration writes it, with some of its arguments changed."""
    if field is None:
        return "…"
    try:
        return value(with_arguments(field, without, **arguments))
    except Exception:  # a custom field may refuse what it is given
        return f"{type(field).__name__}(…)"


def new_column(impact: Impact, effect: Effect) -> str | None:
    """The column that this operation adds, and that the index is about."""
    definition: Any = effect.source.definition if effect.source else None
    used: Any = getattr(definition, "used", None) or getattr(definition, "columns", ())
    for statement in impact.statements:
        for action in statement.actions:
            if action.kind is Kind.ADD_COLUMN and action.name in used:
                return action.name
    return None


def without_index(field: models.Field[Any, Any], checked: bool) -> models.Field[Any, Any]:
    """The field as a column and nothing else. A OneToOneField is a unique ForeignKey: the plain one is a ForeignKey."""
    _, path, args, kwargs = field.deconstruct()
    for argument in ("unique", "db_index", "primary_key"):
        kwargs.pop(argument, None)
    made: type[models.Field[Any, Any]] = models.ForeignKey if field.one_to_one else type(field)
    if field.many_to_one or field.one_to_one or path.endswith("SlugField"):
        kwargs["db_index"] = False
    if checked:
        kwargs["db_constraint"] = False
    return made(*args, **kwargs)


def checks_key(impact: Impact) -> bool:
    """Whether the operation checks rows against another table: then that belongs in a migration of its own as well."""
    return any(
        effect.scans and effect.source and effect.source.kind is Kind.ADD_CONSTRAINT and effect.source.definition.references
        for statement in impact.statements
        for effect in statement.effects
    )


def field_operation(name: str, target: Named, field: models.Field[Any, Any]) -> str:
    """AddField or AlterField of a column, with another field than it has."""
    return call(
        f"migrations.{name}",
        model_name=repr(target.model_name),
        name=repr(target.field_name),
        field=value(field),
    )


def separate(database: Iterable[str], state: Iterable[str]) -> str:
    """What the server is told, and what Django is to believe."""
    lines = ["migrations.SeparateDatabaseAndState("]
    for name, operations in (("database_operations", list(database)), ("state_operations", list(state))):
        if operations:
            lines += [f"    {name}=[", textwrap.indent("\n".join(operations), " " * 8), "    ],"]
    return "\n".join([*lines, "),"])


def migration(*operations: str, atomic: bool = True, imports: Iterable[str] = ()) -> str:
    """The part of a migration that matters, as far as its last operation."""
    head = [*imports, *([""] if imports else [])]
    if atomic:
        return "\n".join([*head, *operations])
    body = textwrap.indent("\n".join(operations), " " * 4)
    return "\n".join([*head, "atomic = False", "operations = [", body, "]"])


def in_batches(target: Named, change: str, only: str = "") -> str:
    """A data migration over a few rows at a time, in the order of the keys; each batch commits on its own."""
    model = target.model
    if model is None:
        return f"UPDATE {target.table} SET …  -- a few thousand rows at a time, each batch in a transaction of its own"
    line = f"rows.filter(pk__in=keys{f', {only}' if only else ''}).update({change})"
    return batches(f"fill_{target.field_name}", model.app_label, model.name, line)


def batches(function: str, app_label: str, model: str, line: str) -> str:
    """A data migration that does `line` to the next thousand of `rows`, whose primary keys are `keys`, until none is left."""
    return "\n".join(
        [
            "from django.db import migrations, models",
            "",
            f"def {function}(apps, schema_editor):",
            f"    {model} = apps.get_model({app_label!r}, {model!r})",
            f"    rows = {model}.objects.using(schema_editor.connection.alias).order_by('pk')",
            "    last = None",
            "    while True:",
            "        batch = rows if last is None else rows.filter(pk__gt=last)",
            "        keys = list(batch.values_list('pk', flat=True)[:1000])",
            "        if not keys:",
            "            break",
            f"        {line}",
            "        last = keys[-1]",
            "",
            "class Migration(migrations.Migration):",
            "    atomic = False",
            "    operations = [",
            f"        migrations.RunPython({function}, migrations.RunPython.noop),",
            "    ]",
        ]
    )


def row_by_row(target: Named, made: str) -> str:
    """A data migration that gives each row a value of its own, which `made` computes; it can go on where it stopped."""
    model, field = target.model, target.field_name
    if model is None:
        return f"UPDATE {target.table} SET {target.column} = …  -- another value for each row"
    name = f"fill_{field}"
    module = made.partition(".")[0]
    return "\n".join(
        [
            *([f"import {module}", ""] if "." in made else []),
            f"def {name}(apps, schema_editor):",
            f"    {model.name} = apps.get_model({model.app_label!r}, {model.name!r})",
            f"    rows = {model.name}.objects.using(schema_editor.connection.alias).filter({field}=None)",
            "    while batch := list(rows[:1000]):",
            "        for row in batch:",
            f"            row.{field} = {made}",
            f"        {model.name}.objects.using(schema_editor.connection.alias).bulk_update(batch, [{field!r}])",
            "",
            "class Migration(migrations.Migration):",
            "    atomic = False",
            "    operations = [",
            f"        migrations.RunPython({name}, migrations.RunPython.noop),",
            "    ]",
        ]
    )


def indented(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)


def advice(*steps: str | tuple[str, str], note: str = "") -> str:
    """Help of one or several steps, each a sentence and the code to type. Code is indented by four."""
    lines = []
    for number, step in enumerate(steps, 1):
        sentence, code = (step, "") if isinstance(step, str) else step
        lines.append(f"{number}. {sentence}" if len(steps) > 1 else sentence)
        if code:
            lines.append(textwrap.indent(code, " " * 4, lambda line: True).replace("    \n", "\n"))
    return "\n" + "\n".join([*lines, *([note] if note else [])])


def doing(effect: Effect) -> str:
    """What the effect's action does, as the subject of a sentence: "Changing `a.b` from `x` to `y`"."""
    action = effect.source
    if action is None:
        return f"The statement ({effect.action})"
    definition: Any = action.definition
    table = effect.table.name if effect.table else action.table
    column = f"`{table}.{action.name}`"
    if action.kind is Kind.ALTER_TYPE:
        old = effect.table.columns[action.name or ""].type if effect.table and action.name in effect.table.columns else None
        if old == definition["type"]:
            return f"Changing the collation or character set of {column}"
        return f"Changing {column}{f' from `{old}`' if old else ''} to `{definition['type']}`"
    if action.kind is Kind.ADD_CONSTRAINT:
        what = definition.type if "key" in definition.type else f"{definition.type} constraint"
        name = f"`{action.name}`" if action.name else f"on {listed(f'{table}.{column}' for column in definition.columns)}"
        return f"Adding the {what} {name}" + (f" to `{definition.references}`" if definition.references else "")
    if action.kind is Kind.CREATE_INDEX:
        kind = f"{definition.method} " if definition.method in ("fulltext", "spatial") else ""
        return f"Building the {kind}index `{(action.name or '…').rpartition('.')[2]}`"
    words = {
        Kind.ADD_COLUMN: f"Adding {column}",
        Kind.DROP_COLUMN: f"Dropping {column}",
        Kind.RENAME_COLUMN: f"Renaming {column}",
        Kind.SET_NOT_NULL: f"Making {column} NOT NULL",
        Kind.DROP_NOT_NULL: f"Making {column} nullable",
        Kind.SET_EXPRESSION: f"Changing the expression of the generated column {column}",
        Kind.DROP_CONSTRAINT: f"Dropping the constraint `{action.name}`",
        Kind.DROP_INDEX: f"Dropping the index `{(action.name or '').rpartition('.')[2]}`",
        Kind.CONVERT: f"Converting the character set of `{table}`",
        Kind.SET_OPTIONS: f"Changing options of `{table}`",
        Kind.OPTIMIZE: "`OPTIMIZE TABLE`",
    }
    return words.get(action.kind, f"The statement ({action.kind})")


def unchecked_key(ways: Ways, table: str, key: Any) -> str:
    """A RunSQL that adds a foreign key on MySQL while the session's checks are off."""
    name, sql = ways.foreign_key(table, key)
    lines = [
        '"SET SESSION foreign_key_checks = 0",',
        f"{literal(sql)},",
        '"SET SESSION foreign_key_checks = 1",',
    ]
    back = literal(f"ALTER TABLE {ways.quoted(table)} DROP FOREIGN KEY {ways.quoted(name)}")
    inner = textwrap.indent("\n".join(lines), " " * 8)
    return f"migrations.RunSQL(\n    [\n{inner}\n    ],\n    reverse_sql={back},\n),"


def orphans(ways: Ways, table: str, key: Any) -> str:
    """The query for rows that refer to what is not there."""
    pairs = list(zip(key.columns, key.referenced_columns or ("id",) * len(key.columns), strict=False))
    joined = " AND ".join(f"parent.{ways.quoted(there)} = child.{ways.quoted(here)}" for here, there in pairs)
    given = " AND ".join(f"child.{ways.quoted(here)} IS NOT NULL" for here, _ in pairs)
    return (
        f"SELECT child.* FROM {ways.quoted(table)} AS child LEFT JOIN {ways.quoted(key.references)} AS parent ON {joined}\n"
        f"WHERE {given} AND parent.{ways.quoted(pairs[0][1])} IS NULL;"
    )


def explicit(statement: Statement, effect: Effect) -> str:
    """The statement with the algorithm and the lock that are counted on, so that it fails where the server cannot keep that."""
    sql = statement.sql.strip().rstrip(";")
    asked = effect.source.traits if effect.source else frozenset()
    clauses = [f"{word.upper()}={value}" for word, value in (("algorithm", effect.algorithm), ("lock", effect.lock))]
    left = [clause for clause in clauses if clause.replace("=", " ").lower() not in asked]
    if CREATE_INDEX.match(sql) or not ALTER_TABLE.match(sql):
        return " ".join([sql, *left])
    return ", ".join([sql, *left])


def with_explicit(impact: Impact, effects: Iterable[tuple[Statement, Effect]]) -> str:
    """All that the operation sends, with these statements made explicit, and the operation itself for the state."""
    chosen = {id(statement): effect for statement, effect in effects}
    sent = [
        run_sql(explicit(each, chosen[id(each)]) if id(each) in chosen else each.sql, reversed_or_none(impact, each))
        for each in impact.statements
    ]
    if isinstance(impact.step.operation, migrations.RunSQL):
        return "\n".join(sent)
    return separate(sent, [operation(impact.step.operation)])


def reversed_or_none(impact: Impact, statement: Statement) -> str | None:
    return NOOP if all(action.kind is Kind.UPDATE for action in statement.actions) else ways(impact).reversed_sql(statement)


def alter_clause(sql: str) -> str | None:
    """What comes after ALTER TABLE in a statement about a whole table; None where it cannot be said so."""
    text = sql.strip().rstrip(";")
    if found := ALTER_CLAUSE.match(text):
        return text[found.end() :]
    if found := INDEX_CLAUSE.match(text):
        return f"ADD {found[1].upper()} {found[2]} {text[found.end() :]}"
    return "FORCE" if OPTIMIZE.match(text) else None


def online_change(impact: Impact, statement: Statement, effect: Effect) -> str:
    """MySQL's tools that change a table while it is in use, with what keys forbid them. They do this statement alone."""
    table, clause = effect.relation or "", alter_clause(statement.sql)
    if clause is None:
        return "Do it when nobody writes to the table."
    children = [child.name for child, _ in impact.before.children(table) if child.name != table]
    if children or any(True for _ in impact.before.table(table).foreign_keys()):
        keys = " --alter-foreign-keys-method=rebuild_constraints" if children else ""
        tool = f"pt-online-schema-change --alter {shlex.quote(clause)}{keys} --execute D=DATABASE,t={table}"
        limit = (
            f"gh-ost refuses a table with foreign keys. pt-online-schema-change drops those of {listed(children)} to "
            f"`{table}` and adds them again, which copies each of these tables while nobody writes to it."
            if children
            else "gh-ost refuses a table with foreign keys. pt-online-schema-change puts `_` before the names of its own."
        )
    else:
        tool = f"gh-ost --database=DATABASE --table={table} --alter={shlex.quote(clause)} --execute"
        limit = "gh-ost needs row-based replication, and a table without triggers."
    if any(is_unique(action) for action in statement.actions):
        limit += " Rows that break the new unique key are left out of the copy without a word: look for them first."
    place = next((number for number, each in enumerate(impact.statements) if each is statement), 0)
    before, after = impact.statements[:place], impact.statements[place + 1 :]
    steps: list[str | tuple[str, str]] = []
    if before and not isinstance(impact.step.operation, migrations.RunSQL):
        steps.append(
            ("First what the operation sends before it, in a migration of its own:", "\n".join(run_sql(e.sql) for e in before))
        )
    steps.append((f"{'Then let' if steps else 'Let'} an online schema change tool do it, outside of `migrate`:", tool))
    if isinstance(impact.step.operation, migrations.RunSQL):
        steps.append(f"Take it out of the migration, or record that as applied with `migrate --fake`. {limit}")
    else:
        code = separate([run_sql(each.sql) for each in after], [operation(impact.step.operation)])
        steps.append((f"Tell Django that it is done{', and do the rest' if after else ''}:", code))
    return advice(*steps, note="" if isinstance(impact.step.operation, migrations.RunSQL) else limit)


def virtual_column(impact: Impact) -> str | None:
    """An index over an expression as one over a column without a place in the rows, which is built while the table is in use.

    None where the operation is not about one expression whose type Django knows.
    """
    thing = impact.step.operation
    over: Any = getattr(thing, "index", None) or getattr(thing, "constraint", None)
    expressions: tuple[Any, ...] = getattr(over, "expressions", ())
    if not isinstance(thing, migrations.AddIndex | migrations.AddConstraint) or len(expressions) != 1:
        return None
    expression = expressions[0]
    try:
        model = impact.step.state.after.apps.get_model(impact.step.migration.app_label, thing.model_name)
        output = without_index(expression.resolve_expression(Query(model)).output_field, checked=False)
    except Exception:  # an expression of the project's own may need what is not there
        return None
    name = "_".join([*list(sources(expression))[:1], type(expression).__name__.lower()])
    field = models.GeneratedField(expression=expression, output_field=output, db_persist=False)
    index = type(thing)(thing.model_name, type(over)(fields=[name], name=over.name))
    return advice(
        (
            "Give the expression a column, which is made in an instant:",
            call("migrations.AddField", model_name=repr(thing.model_name), name=repr(name), field=value(field)),
        ),
        ("Index that in the next migration, while the table stays in use:", operation(index)),
    )


def sources(expression: Any) -> Iterator[str]:
    """The fields that an expression names."""
    if isinstance(expression, models.F):
        yield str(expression.name)  # type: ignore[attr-defined]
    for part in getattr(expression, "get_source_expressions", list)():
        yield from sources(part)


def is_unique(action: Action) -> bool:
    definition: Any = action.definition
    if action.kind is Kind.CREATE_INDEX:
        return bool(definition.unique)
    return action.kind is Kind.ADD_CONSTRAINT and definition.type in ("unique", "primary key")


# Who waits until when.


def listed(words: Iterable[str]) -> str:
    """`a`, `b` and `c`."""
    names = [f"`{word}`" for word in dict.fromkeys(words)]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def until(migration: MigrationImpact, statement: Statement) -> str:
    if statement.transaction is None:
        return "until it is done"
    return "until the migration commits" if migration.migration.atomic else "until the operation's transaction commits"


def waiting(migration: MigrationImpact, statement: Statement, effects: Iterable[Effect]) -> str:
    """`every read and write of a and every write of b`, by what the transaction has locked by then."""
    blocked: dict[Blocks, list[str]] = {}
    for effect in effects:
        if migration.used_table(effect) and effect.relation:
            blocked.setdefault(migration.blocked(statement, effect), []).append(effect.relation)
    phrases = [
        f"every {'read and write' if level >= Blocks.EVERYTHING else 'write'} of {listed(tables)}"
        for level, tables in sorted(blocked.items(), reverse=True)
        if level >= Blocks.WRITES
    ]
    return " and ".join(phrases)
