"""What linters of migrations are known to miss, to report for nothing, or to fail on, with what is right; all rules run."""

from __future__ import annotations

import pytest

from migration_lint import Finding, Severity
from migration_lint.rules import find_rules
from migration_lint.testing import findings_of, impacts_of

RULES = find_rules()
# The way back and the loss of rows are matters of their own.
LEFT_OUT = {"irreversible-operation", "dropped-data"}
MARIADB, MYSQL, SQLITE = "mariadb@10.11", "mysql@8.4", "sqlite@3.45"
IMPORTS = """
from functools import partial, wraps
from uuid import uuid4
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Func
from django.db.models.functions import Now
class RandomUUID(Func):
    template = "gen_random_uuid()"
    output_field = models.UUIDField()
class ClockTimestamp(Func):
    template = "clock_timestamp()"
    output_field = models.DateTimeField()
"""
CHECK = 'models.CheckConstraint(condition=models.Q(stock__gte=0), name="ok")'
NEW = 'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField())]),'


def all_findings(source: str, target: str = "postgresql@16") -> list[Finding]:
    text = source if "operations = [" in source else f"operations = [{source}]"
    return [finding for finding in findings_of(RULES, IMPORTS + text, target) if finding.rule not in LEFT_OUT]


def told(source: str, target: str = "postgresql@16", least: Severity = Severity.NOTE) -> set[str]:
    return {
        rule
        for finding in all_findings(source, target)
        if finding.severity >= least
        for rule in (finding.rule, *finding.also)
    } - LEFT_OUT  # fmt: skip


def sql(*texts: str) -> str:
    return ", ".join(f"migrations.RunSQL({text!r}, migrations.RunSQL.noop)" for text in texts) + ","


def function(body: str, more: str = "", atomic: bool = True, before: str = "", call: str = "change") -> str:
    run = f"migrations.RunPython({call}, migrations.RunPython.noop)"
    return f"{before}\ndef change(apps, schema_editor):\n    {body}\n\natomic = {atomic}\noperations = [{more}{run}]\n"


MISSED = {
    "volatile database default": ('migrations.AddField("book", "t", models.DateTimeField(db_default=ClockTimestamp())),', "table-rewrite"),
    "a foreign key that is checked from now on": (
        (
            'migrations.AddField("review", "tag", models.ForeignKey("shop.Tag", models.CASCADE, null=True, db_constraint=False)),'
            'migrations.AlterField("review", "tag", models.ForeignKey("shop.Tag", models.CASCADE, null=True)),'
        ),
        "blocking-foreign-key-check",
    ),
    "the parent of a new foreign key": (
        'migrations.AddField("book", "editor", models.ForeignKey("shop.Author", models.CASCADE, null=True, related_name="+")),',
        "referenced-table-locked",
    ),
    "an upper-case drop in lower case": (sql("alter table shop_book drop column notes"), "dropped-column-in-use"),
    "a setting before a drop": (sql("SET lock_timeout = '2s'; DROP TABLE shop_review"), "dropped-table-in-use"),
    "TRUNCATE and LOCK TABLE": (sql("TRUNCATE shop_review; LOCK TABLE shop_book IN ACCESS EXCLUSIVE MODE"), "blocking-maintenance"),
    "an update of every row": (sql("UPDATE shop_book SET stock = 1"), "whole-table-update"),
    "a delete of every row": (sql("DELETE FROM shop_review"), "whole-table-update"),
    "VACUUM FULL": (f"atomic = False\noperations = [{sql('VACUUM FULL shop_book')}]", "blocking-maintenance"),
    "CLUSTER": (sql("CLUSTER shop_book USING shop_book_pkey"), "blocking-maintenance"),
    "REFRESH MATERIALIZED VIEW": (
        sql("REFRESH MATERIALIZED VIEW prices"),
        "blocking-maintenance",
    ),
    "a primary key by hand": (sql("ALTER TABLE shop_book ADD CONSTRAINT p PRIMARY KEY (sku)"), "index-build-under-exclusive-lock"),
    "rows under the lock of an earlier column": (
        function(
            "apps.get_model('shop', 'Book').objects.update(x=1)",
            'migrations.AddField("book", "x", models.IntegerField(null=True)), ',
        ),
        "work-under-exclusive-lock",
    ),
    "rows in one statement though not atomic": (
        function("apps.get_model('shop', 'Book').objects.update(stock=1)", atomic=False),
        "whole-table-update",
    ),
    "a loop over all rows": (
        function("for book in apps.get_model('shop', 'Book').objects.all():\n        book.save()"),
        "unbatched-loop",
    ),
    "models of another app": (function("apps.get_model('auth', 'Group').objects.first()"), "unknown-historical-model"),
    "a model by the registry of today": (
        function("from django.apps import apps as real\n    real.get_model('auth', 'Group').objects.first()"),
        "direct-model-import",
    ),
    "a user model": (
        function("from django.contrib.auth import get_user_model\n    get_user_model().objects.first()"),
        "direct-model-import",
    ),
    "an import in a helper": (
        function("helper()", before="def helper():\n    from django.contrib.auth.models import Group\n    Group.objects.first()\n"),
        "direct-model-import",
    ),
    "a comment above an import": (
        function(
            "# Group = apps.get_model('auth', 'Group')\n    from django.contrib.auth.models import Group\n    Group.objects.first()"
        ),
        "direct-model-import",
    ),
    "a function inside of SeparateDatabaseAndState": (
        function("from django.contrib.auth.models import Group\n    Group.objects.first()")
        .replace("[migrations.RunPython", "[migrations.SeparateDatabaseAndState(database_operations=[migrations.RunPython")
        .replace("noop)]", "noop)])]"),
        "direct-model-import",
    ),
}  # fmt: skip
ELSEWHERE = {
    "MODIFY to a nullable bigint": (sql("ALTER TABLE shop_book MODIFY stock bigint NULL"), MYSQL, "copying-alter"),
    "MODIFY to a shorter varchar": (sql("ALTER TABLE shop_book MODIFY title varchar(10) NULL"), MARIADB, "copying-alter"),
    "CONVERT TO CHARACTER SET": (sql("ALTER TABLE shop_book CONVERT TO CHARACTER SET latin1"), MYSQL, "copying-alter"),
    "50 to 100 characters, over the border of 255 bytes": (
        'migrations.AlterField("tag", "name", models.CharField(max_length=100)),',
        MARIADB,
        "copying-alter",
    ),
    "20 to 100 characters, over the border of 255 bytes from under 128": (
        sql("ALTER TABLE shop_tag ADD x varchar(20) NULL, ALGORITHM=INSTANT", "ALTER TABLE shop_tag MODIFY x varchar(100) NULL"),
        MARIADB,
        "",
    ),
    "an expression as default that is instant": (
        'migrations.AddField("book", "t", models.DateTimeField(db_default=Now())),',
        MARIADB,
        "",
    ),
    "an expression as default that is not": (sql("ALTER TABLE shop_book ADD x varchar(36) DEFAULT (uuid())"), MARIADB, "copying-alter"),
    "a table is dropped beside one that is made": (NEW + 'migrations.DeleteModel("Review"),', SQLITE, "dropped-table-in-use"),
}  # fmt: skip
SAFE = {
    "literal database default": 'migrations.AddField("book", "n", models.IntegerField(db_default=1)),',
    "now() as default": 'migrations.AddField("book", "t", models.DateTimeField(db_default=Now())),',
    "a nullable default after a database default": (
        'migrations.AddField("book", "y", models.IntegerField(db_default=1)),'
        'migrations.AddField("book", "n", models.IntegerField(null=True, default=5)),'
    ),
    "a column of a new table": NEW + 'migrations.AddField("b", "m", models.IntegerField(default=1)),',
    "an index of another kind on a new table": (
        'migrations.CreateModel("B", [("id", models.BigAutoField(primary_key=True)), ("n", models.JSONField())]),'
        'migrations.AddIndex("b", GinIndex(fields=["n"], name="b_n")),'
    ),
    "words in a comment": sql("-- ALTER TABLE shop_book DROP COLUMN notes\nSELECT 1 /* NOT NULL */"),
    "words in a string": sql("SELECT 'ALTER TABLE shop_book DROP COLUMN notes; CREATE INDEX i ON shop_book (id)'"),
    "a view is dropped": sql("CREATE VIEW v AS SELECT 1", "DROP VIEW v"),
    "a value of an enum": sql("ALTER TYPE mood ADD VALUE 'calm'"),
    "a concurrent index": (
        'atomic = False\noperations = [AddIndexConcurrently("book", models.Index(fields=["stock"], name="i"))]'
    ),
    "state alone": (
        'migrations.SeparateDatabaseAndState(state_operations=[migrations.AlterField("book", "stock", models.IntegerField(default=1))]),'
    ),
    "REINDEX CONCURRENTLY": f"atomic = False\noperations = [{sql('REINDEX TABLE CONCURRENTLY shop_book')}]",
    "get_model in a loop": function(
        "for label in ('shop.Book', 'shop.Tag'):\n        Model = apps.get_model(label)\n        Model.objects.filter(pk=0).first()"
    ),
    "get_model under another name": function(
        "M=apps.get_model\n    Book, Tag = M('shop', 'Book'), M('shop', 'Tag')\n    Book.objects.first(), Tag.objects.first()"
    ),
    "other names for the arguments": (
        "def change(apps, _):\n    apps.get_model('shop', 'Book').objects.first()\n"
        "operations = [migrations.RunPython(change, migrations.RunPython.noop)]"
    ),
    "a partial function": function("pass", call="partial(change)"),
    "a lambda": "migrations.RunPython(lambda apps, schema_editor: None, migrations.RunPython.noop),",
    "a static method": (
        "class Steps:\n    @staticmethod\n    def run(apps, schema_editor): pass\n    def bound(self, apps, schema_editor): pass\n"
        "operations = [migrations.RunPython(Steps.run, migrations.RunPython.noop), "
        "migrations.RunPython(Steps().bound, migrations.RunPython.noop)]"
    ),
    "a decorated function": (
        "def logged(f):\n    @wraps(f)\n    def inner(*args, **kwargs):\n        return f(*args, **kwargs)\n    return inner\n"
        "@logged\ndef change(apps, schema_editor): pass\n"
        "operations = [migrations.RunPython(change, migrations.RunPython.noop)]"
    ),
}  # fmt: skip
# What is not dangerous for the reason that others name.
NOT_FOR_THAT = {
    "widened": ('migrations.AlterField("book", "title", models.CharField(max_length=200)),', "table-rewrite"),
    "a database default keeps the running release working": (
        (
            'migrations.AddField("book", "n", models.IntegerField(null=True, db_default=1)),'
            'migrations.AlterField("book", "n", models.IntegerField(db_default=1)),'
        ),
        "required-column-without-default",
    ),
    "a comment on a column": (
        'migrations.AlterField("book", "stock", models.IntegerField(db_comment="NOT NULL in 2.0")),',
        "not-null-scan",
    ),
    "an index before the lock on another table": (
        (
            'migrations.AddIndex("book", models.Index(fields=["stock"], name="i")),'
            'migrations.AddField("author", "x", models.IntegerField(null=True)),'
        ),
        "index-build-under-exclusive-lock",
    ),
    "a callable default": ('migrations.AddField("book", "u", models.UUIDField(default=uuid4)),', "table-rewrite"),
    "USING INDEX builds nothing": (
        sql("ALTER TABLE shop_book ADD CONSTRAINT u UNIQUE USING INDEX shop_book_u"),
        "index-build-under-exclusive-lock",
    ),
    "a table remade on SQLite": ('migrations.AlterField("book", "title", models.CharField(max_length=200)),', "required-column-without-default"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISSED)
def test_what_others_miss(name: str) -> None:
    source, rule = MISSED[name]
    found = told(source)
    assert rule in found, found


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_others_miss_on_other_databases(name: str) -> None:
    source, target, rule = ELSEWHERE[name]
    found = told(source, target)
    assert (rule in found) if rule else "copying-alter" not in found, found


@pytest.mark.parametrize("name", SAFE)
def test_what_others_report_for_nothing(name: str) -> None:
    assert told(SAFE[name], least=Severity.WARNING) == set()


@pytest.mark.parametrize("name", NOT_FOR_THAT)
def test_what_others_report_for_the_wrong_reason(name: str) -> None:
    source, rule = NOT_FOR_THAT[name]
    assert rule not in told(source, SQLITE if "SQLite" in name else "postgresql@16")


def test_one_operation_says_what_it_is() -> None:
    """A type that is rewritten and one that is not are told apart."""
    wide, other = "models.CharField(max_length=200)", "models.CharField(max_length=50)"
    assert told(f'migrations.AlterField("book", "title", {wide}),', least=Severity.WARNING) == set()
    assert "table-rewrite" in told(f'migrations.AlterField("book", "title", {other}),')


LOCKS = {
    "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > 0)": {"shop_book": "ACCESS EXCLUSIVE"},
    "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (stock > 0) NOT VALID": {"shop_book": "ACCESS EXCLUSIVE"},
    "ALTER TABLE shop_review DROP CONSTRAINT shop_review_book_id_44c4d8d9_fk_shop_book_id": {
        "shop_review": "ACCESS EXCLUSIVE",
        "shop_book": "ACCESS EXCLUSIVE",
    },
    "DROP TABLE shop_review": {"shop_review": "ACCESS EXCLUSIVE", "shop_book": "ACCESS EXCLUSIVE"},
    "CREATE TABLE other (book_id bigint REFERENCES shop_book)": {"shop_book": "SHARE ROW EXCLUSIVE"},
}


@pytest.mark.parametrize("statement", LOCKS)
def test_locks_that_others_have_wrong(statement: str) -> None:
    (migration,) = impacts_of(f"operations = [{sql(statement)}]", "postgresql@15")
    effects = {effect.relation: effect.lock for _, sent in migration.timeline for effect in sent.effects}
    assert {relation: effects.get(relation) for relation in LOCKS[statement]} == LOCKS[statement]


CRASHES = {
    "parameters as a list": 'migrations.RunSQL([("UPDATE shop_book SET stock = %s WHERE id = %s", [1, 2])]),',
    "parameters as a tuple": 'migrations.RunSQL([("UPDATE shop_book SET title = %s WHERE id = 1", ("100 %",))]),',
    "parameters that are None": 'migrations.RunSQL([("UPDATE shop_book SET stock = 1 WHERE id = 1", None)]),',
    "a percent sign without parameters": "migrations.RunSQL(\"UPDATE shop_book SET title = '100 %' WHERE id = 1\"),",
    "a callable instance": "class Steps:\n    def __call__(self, apps, editor): pass\noperations = [migrations.RunPython(Steps())]",
    "a partial of a lambda": "migrations.RunPython(partial(lambda apps, editor: None)),",
    "a function without a source": "scope = {}\nexec('def f(apps, editor): pass', scope)\noperations = [migrations.RunPython(scope['f'])]",
    "a builtin": "migrations.RunPython(print),",
    "a concurrent index in a transaction": 'AddIndexConcurrently("book", models.Index(fields=["stock"], name="i")),',
}


@pytest.mark.parametrize("target", ["postgresql@16", MYSQL, MARIADB, SQLITE, "oracle@19"])
@pytest.mark.parametrize("name", CRASHES)
def test_what_others_crash_on(name: str, target: str) -> None:
    """`findings_of` raises whatever a rule or the collecting fails on."""
    found = told(CRASHES[name], target)
    if name == "a concurrent index in a transaction" and target.startswith("postgresql"):
        assert "concurrently-in-transaction" in found


def test_parameters_reach_the_statement() -> None:
    (migration,) = impacts_of(f"operations = [{CRASHES['parameters as a list']}]")
    assert [statement.sql for _, statement in migration.timeline] == ["UPDATE shop_book SET stock = 1 WHERE id = 2"]
