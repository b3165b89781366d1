"""Operations that MariaDB, MySQL, SQLite and Oracle carry out each in its own way: a start schema, what comes before, what is measured.

Django keeps what it works out on the fields that it is given: each call makes the operations anew.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any, NamedTuple

import django
from django.db import migrations as m
from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.models import F, Q
from django.db.models.functions import Lower, Now


class Scenario(NamedTuple):
    """`before` is committed earlier."""

    id: str
    operations: list[Operation]
    before: list[Operation] = []


def char(length: int, **options: Any) -> models.CharField[Any, Any]:
    return models.CharField(max_length=length, **options)


def integer(**options: Any) -> models.IntegerField[Any, Any]:
    return models.IntegerField(**options)


def key(to: str, on_delete: Any = models.CASCADE, **options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(f"app.{to}", on_delete, **options)


def doubled(stored: bool) -> models.GeneratedField:
    return models.GeneratedField(expression=F("nn_int") * 2, output_field=integer(), db_persist=stored)


def check(condition: Q, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=condition, name=name)


def add(name: str, field: models.Field[Any, Any], **options: Any) -> Operation:
    return m.AddField("T", name, field, **options)


def alter(name: str, field: models.Field[Any, Any], **options: Any) -> Operation:
    return m.AlterField("T", name, field, **options)


def start() -> list[Operation]:
    """The schema that every scenario begins with; each table has rows."""
    return [
        m.CreateModel(
            "Parent", [("id", models.BigAutoField(primary_key=True)), ("name", char(50)), ("code", integer(unique=True))]
        ),
        m.CreateModel("Parent32", [("id", models.AutoField(primary_key=True)), ("name", char(50))]),
        m.CreateModel(
            "T",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("n_int", integer(null=True)),
                ("nn_int", integer()),
                ("sm", models.SmallIntegerField()),
                ("big", models.BigIntegerField()),
                ("c50", char(50)),
                ("cn50", char(50, null=True)),
                ("c63", char(63)),
                ("c31", char(31)),
                ("c100", char(100)),
                ("c200", char(200)),
                ("ci50", char(50, db_index=True)),
                ("dig", char(20)),
                ("txt", models.TextField()),
                ("txtn", models.TextField(null=True)),
                ("dec", models.DecimalField(max_digits=8, decimal_places=2)),
                ("ix", integer(db_index=True)),
                ("uq", integer(unique=True)),
                ("plain_uq", integer()),
                ("flag", models.BooleanField()),
                ("dt", models.DateTimeField()),
                ("d", models.DateField()),
                ("flt", models.FloatField()),
                ("dbd", integer(db_default=5)),
                ("pos", models.PositiveIntegerField()),
                ("js", models.JSONField(null=True)),
                ("u", models.UUIDField()),
                ("bin", models.BinaryField(null=True)),
                ("fk", key("Parent")),
                ("fk0", key("Parent", db_constraint=False, related_name="+")),
                ("big_ref", models.BigIntegerField(null=True)),
                ("gv", models.GeneratedField(expression=F("nn_int") + 1, output_field=integer(), db_persist=False)),
                ("gs", models.GeneratedField(expression=F("nn_int") + 2, output_field=integer(), db_persist=True)),
                ("a", integer()),
                ("b", integer()),
            ],
            options={
                "indexes": [models.Index(fields=["a", "b"], name="t_ab_idx")],
                "constraints": [check(Q(a__gte=0), "t_a_chk"), models.UniqueConstraint(fields=["b"], name="t_b_uniq")],
            },
        ),
        m.CreateModel("Child", [("id", models.BigAutoField(primary_key=True)), ("t", key("T")), ("x", integer())]),
        m.CreateModel("Auto32", [("id", models.AutoField(primary_key=True)), ("v", integer())]),
        m.CreateModel("Auto32Child", [("id", models.AutoField(primary_key=True)), ("p", key("Auto32")), ("v", integer())]),
        m.CreateModel("Code", [("code", char(20, primary_key=True)), ("v", integer())]),
        m.CreateModel("CodeRef", [("id", models.BigAutoField(primary_key=True)), ("c", key("Code")), ("v", integer())]),
        m.CreateModel(
            "UT",
            [("id", models.BigAutoField(primary_key=True)), ("a", integer()), ("b", integer()), ("p", key("Parent"))],
            options={"unique_together": {("p", "a")}},
        ),
        m.CreateModel("M2", [("id", models.BigAutoField(primary_key=True)), ("ps", models.ManyToManyField("app.Parent"))]),
    ]


def scenarios(collation: str) -> list[Scenario]:
    """`collation` is one that the database has, and that is not its default."""
    return [
        Scenario("create_model", [m.CreateModel("New", [("id", models.BigAutoField(primary_key=True)), ("x", integer())])]),
        Scenario("create_model_fk", [m.CreateModel("New", [("id", models.BigAutoField(primary_key=True)), ("p", key("T"))])]),
        Scenario("delete_model", [m.DeleteModel("UT")]),
        Scenario("delete_model_referenced", [m.RemoveField("Child", "t"), m.DeleteModel("Child"), m.DeleteModel("T")]),
        Scenario("rename_model", [m.RenameModel("UT", "UT2")]),
        Scenario("rename_model_related", [m.RenameModel("Parent", "Guardian")]),
        Scenario("alter_model_table", [m.AlterModelTable("UT", "ut_custom")]),
        Scenario("alter_model_table_m2m", [m.AlterModelTable("M2", "m2_custom")]),
        Scenario("alter_model_options", [m.AlterModelOptions("T", {"verbose_name": "x"})]),
        Scenario("alter_model_managers", [m.AlterModelManagers("T", [])]),
        Scenario("alter_table_comment", [m.AlterModelTableComment("T", "hello")]),
        Scenario("alter_order_wrt", [m.AlterOrderWithRespectTo("UT", "p")]),
        Scenario(
            "alter_order_wrt_remove", [m.AlterOrderWithRespectTo("UT", None)], before=[m.AlterOrderWithRespectTo("UT", "p")]
        ),
        Scenario("add_null", [add("z", integer(null=True))]),
        Scenario("add_null_char", [add("z", char(30, null=True))]),
        Scenario("add_null_default", [add("z", integer(null=True, default=7))]),
        Scenario("add_notnull_default", [add("z", integer(default=7))]),
        Scenario("add_notnull_default_char", [add("z", char(30, default="x"))]),
        Scenario("add_notnull_blank_char", [add("z", char(30, blank=True))]),
        Scenario("add_notnull_nodefault", [add("z", integer())]),
        Scenario("add_notnull_callable", [add("z", models.UUIDField(default=uuid.uuid4))]),
        Scenario("add_notnull_callable_unique", [add("z", models.UUIDField(default=uuid.uuid4, unique=True))]),
        Scenario(
            "add_auto_now_add",
            [add("z", models.DateTimeField(auto_now_add=True, default=datetime.datetime(2024, 1, 1)), preserve_default=False)],
        ),
        Scenario("add_bool_default", [add("z", models.BooleanField(default=False))]),
        Scenario("add_db_default_const", [add("z", integer(db_default=7))]),
        Scenario("add_db_default_null", [add("z", integer(null=True, db_default=7))]),
        Scenario("add_db_default_now", [add("z", models.DateTimeField(db_default=Now()))]),
        Scenario("add_text_null", [add("z", models.TextField(null=True))]),
        Scenario("add_text_default_empty", [add("z", models.TextField(default=""))]),
        Scenario("add_text_blank", [add("z", models.TextField(blank=True))]),
        Scenario("add_text_default", [add("z", models.TextField(default="abc"))]),
        Scenario("add_binary_default", [add("z", models.BinaryField(default=b""))]),
        Scenario("add_json_null", [add("z", models.JSONField(null=True))]),
        Scenario("add_json_default", [add("z", models.JSONField(default=dict))]),
        Scenario("add_positive_default", [add("z", models.PositiveIntegerField(default=0))]),
        Scenario("add_positive_null", [add("z", models.PositiveIntegerField(null=True))]),
        Scenario("add_generated_stored", [add("z", doubled(True))]),
        Scenario("add_generated_virtual", [add("z", doubled(False))]),
        Scenario("add_fk_null", [add("z", key("Parent", null=True, related_name="+"))]),
        Scenario("add_fk_default", [add("z", key("Parent", default=1, related_name="+"))]),
        Scenario("add_fk_noconstraint", [add("z", key("Parent", null=True, db_constraint=False, related_name="+"))]),
        Scenario(
            "add_fk_noconstraint_noindex",
            [add("z", key("Parent", null=True, db_constraint=False, db_index=False, related_name="+"))],
        ),
        Scenario("add_fk_self", [add("z", key("T", null=True, related_name="+"))]),
        Scenario("add_o2o_null", [add("z", models.OneToOneField("app.Parent", models.CASCADE, null=True, related_name="+"))]),
        Scenario("add_unique_null", [add("z", integer(null=True, unique=True))]),
        Scenario("add_unique_default", [add("z", integer(default=0, unique=True))]),
        Scenario("add_index_null", [add("z", integer(null=True, db_index=True))]),
        Scenario("add_index_default", [add("z", integer(default=0, db_index=True))]),
        Scenario("add_collation", [add("z", char(10, null=True, db_collation=collation))]),
        Scenario("add_comment", [add("z", integer(null=True, db_comment="hi"))]),
        Scenario("add_m2m", [add("z", models.ManyToManyField("app.Parent", related_name="+"))]),
        Scenario("remove_plain", [m.RemoveField("T", "nn_int")], before=[m.RemoveField("T", "gv"), m.RemoveField("T", "gs")]),
        Scenario("remove_plain_last", [m.RemoveField("T", "dt")]),
        Scenario("remove_text", [m.RemoveField("T", "txtn")]),
        Scenario("remove_used_by_generated", [m.RemoveField("T", "nn_int")]),
        Scenario("remove_indexed", [m.RemoveField("T", "ix")]),
        Scenario("remove_unique", [m.RemoveField("T", "uq")]),
        Scenario(
            "remove_in_multiindex",
            [m.RemoveIndex("T", "t_ab_idx"), m.RemoveConstraint("T", "t_b_uniq"), m.RemoveField("T", "b")],
        ),
        Scenario("remove_in_multiindex_direct", [m.RemoveField("T", "b")], before=[m.RemoveConstraint("T", "t_b_uniq")]),
        Scenario("remove_in_check", [m.RemoveField("T", "a")], before=[m.RemoveIndex("T", "t_ab_idx")]),
        Scenario("remove_fk", [m.RemoveField("T", "fk")]),
        Scenario("remove_fk_noconstraint", [m.RemoveField("T", "fk0")]),
        Scenario("remove_positive", [m.RemoveField("T", "pos")]),
        Scenario("remove_json", [m.RemoveField("T", "js")]),
        Scenario("remove_generated_stored", [m.RemoveField("T", "gs")]),
        Scenario("remove_generated_virtual", [m.RemoveField("T", "gv")]),
        Scenario("remove_m2m", [m.RemoveField("M2", "ps")]),
        Scenario("rename_field", [m.RenameField("T", "c50", "c50x")]),
        Scenario("rename_indexed", [m.RenameField("T", "ix", "ixx")]),
        Scenario("rename_fk", [m.RenameField("T", "fk", "fkk")]),
        Scenario("rename_positive", [m.RenameField("T", "pos", "poss")]),
        Scenario("rename_used_by_generated", [m.RenameField("T", "nn_int", "nnx")]),
        Scenario("rename_in_check", [m.RenameField("T", "a", "aa")]),
        Scenario("rename_pk_referenced", [m.RenameField("Code", "code", "codex")]),
        Scenario("rename_db_column", [m.RenameField("T", "c50", "c50x"), m.AlterField("T", "c50x", char(50, db_column="c50"))]),
        Scenario("alter_null_to_notnull", [alter("n_int", integer(default=0), preserve_default=False)]),
        Scenario("alter_null_to_notnull_nodefault", [alter("n_int", integer())]),
        Scenario("alter_null_to_notnull_dbdefault", [alter("n_int", integer(db_default=0))]),
        Scenario("alter_char_null_to_notnull", [alter("cn50", char(50, default=""))]),
        Scenario("alter_text_null_to_notnull", [alter("txtn", models.TextField(default=""))]),
        Scenario("alter_notnull_to_null", [alter("big", models.BigIntegerField(null=True))]),
        Scenario("alter_char_notnull_to_null", [alter("c50", char(50, null=True))]),
        Scenario("alter_fk_notnull_to_null", [alter("fk", key("Parent", null=True))]),
        Scenario("alter_fk_null_to_notnull", [alter("fk", key("Parent"))], before=[alter("fk", key("Parent", null=True))]),
        Scenario("varchar_50_60", [alter("c50", char(60))]),
        Scenario("varchar_50_63", [alter("c50", char(63))]),
        Scenario("varchar_50_64", [alter("c50", char(64))]),
        Scenario("varchar_50_100", [alter("c50", char(100))]),
        Scenario("varchar_31_100", [alter("c31", char(100))]),
        Scenario("varchar_63_64", [alter("c63", char(64))]),
        Scenario("varchar_100_200", [alter("c100", char(200))]),
        Scenario("varchar_200_300", [alter("c200", char(300))]),
        Scenario("varchar_100_50", [alter("c100", char(50))]),
        Scenario("varchar_100_5_truncate", [alter("c100", char(5))]),
        Scenario("varchar_indexed_50_63", [alter("ci50", char(63, db_index=True))]),
        Scenario("varchar_indexed_50_100", [alter("ci50", char(100, db_index=True))]),
        Scenario("varchar_to_text", [alter("c50", models.TextField())]),
        Scenario("varchar_indexed_to_text", [alter("ci50", models.TextField(db_index=True))]),
        Scenario("text_to_varchar", [alter("txt", char(200))]),
        Scenario(
            "int_to_bigint",
            [alter("nn_int", models.BigIntegerField())],
            before=[m.RemoveField("T", "gv"), m.RemoveField("T", "gs")],
        ),
        Scenario("int_to_bigint_generated", [alter("nn_int", models.BigIntegerField())]),
        Scenario("smallint_to_int", [alter("sm", integer())]),
        Scenario("bigint_to_int", [alter("big", integer())]),
        Scenario("int_to_positive", [alter("b", models.PositiveIntegerField())]),
        Scenario("char_to_int", [alter("dig", integer())]),
        Scenario("char_to_int_bad", [alter("c50", integer())]),
        Scenario("int_to_char", [alter("big", char(20))]),
        Scenario("decimal_widen_prec", [alter("dec", models.DecimalField(max_digits=12, decimal_places=2))]),
        Scenario("decimal_widen_9_8", [alter("dec", models.DecimalField(max_digits=9, decimal_places=2))]),
        Scenario("decimal_scale", [alter("dec", models.DecimalField(max_digits=10, decimal_places=4))]),
        Scenario("decimal_shrink", [alter("dec", models.DecimalField(max_digits=6, decimal_places=2))]),
        Scenario("float_to_decimal", [alter("flt", models.DecimalField(max_digits=12, decimal_places=2))]),
        Scenario("date_to_datetime", [alter("d", models.DateTimeField())]),
        Scenario("text_to_json", [alter("txtn", models.JSONField(null=True))]),
        Scenario("bool_to_int", [alter("flag", integer())]),
        Scenario("uuid_to_char", [alter("u", char(36))]),
        Scenario("alter_default", [alter("nn_int", integer(default=3))]),
        Scenario("alter_choices", [alter("c50", char(50, choices=[("a", "a")], help_text="h"))]),
        Scenario("alter_db_default_change", [alter("dbd", integer(db_default=6))]),
        Scenario("alter_db_default_add", [alter("nn_int", integer(db_default=6))]),
        Scenario("alter_db_default_remove", [alter("dbd", integer())]),
        Scenario("alter_add_unique", [alter("plain_uq", integer(unique=True))]),
        Scenario("alter_add_unique_dups", [alter("sm", models.SmallIntegerField(unique=True))]),
        Scenario("alter_remove_unique", [alter("uq", integer())]),
        Scenario("alter_add_index", [alter("nn_int", integer(db_index=True))]),
        Scenario("alter_remove_index", [alter("ix", integer())]),
        Scenario("alter_text_add_index", [alter("txt", models.TextField(db_index=True))]),
        Scenario("alter_text_add_unique", [alter("txt", models.TextField(unique=True))]),
        Scenario("alter_fk_on_delete", [alter("fk", key("Parent", on_delete=models.PROTECT))]),
        *(
            [Scenario("alter_fk_db_on_delete", [alter("fk", key("Parent", on_delete=models.DB_CASCADE))])]
            if django.VERSION >= (6, 1)
            else []
        ),
        Scenario("alter_fk_related_name", [alter("fk", key("Parent", related_name="zz"))]),
        Scenario("alter_fk_drop_constraint", [alter("fk", key("Parent", db_constraint=False))]),
        Scenario("alter_fk_add_constraint", [alter("fk0", key("Parent", related_name="+"))]),
        Scenario("alter_fk_target", [alter("fk", key("M2"))]),
        Scenario("alter_fk_target_type", [alter("fk", key("Parent32"))]),
        Scenario("alter_int_to_fk", [alter("big_ref", key("Parent", null=True, db_column="big_ref", related_name="+"))]),
        Scenario("alter_fk_to_o2o", [m.AlterField("Child", "t", models.OneToOneField("app.T", models.CASCADE))]),
        Scenario("alter_collation", [alter("c50", char(50, db_collation=collation))]),
        Scenario("alter_collation_indexed", [alter("ci50", char(50, db_index=True, db_collation=collation))]),
        Scenario("alter_comment", [alter("c50", char(50, db_comment="hi"))]),
        Scenario("alter_comment_int", [alter("big", models.BigIntegerField(db_comment="hi"))]),
        Scenario("alter_db_column", [alter("c50", char(50, db_column="other"))]),
        Scenario("auto_to_bigauto", [m.AlterField("Parent32", "id", models.BigAutoField(primary_key=True))]),
        Scenario("auto_to_bigauto_refs", [m.AlterField("Auto32", "id", models.BigAutoField(primary_key=True))]),
        Scenario("charpk_widen_refs", [m.AlterField("Code", "code", char(40, primary_key=True))]),
        Scenario(
            "alter_generated_expr",
            [alter("gs", models.GeneratedField(expression=F("nn_int") + 9, output_field=integer(), db_persist=True))],
        ),
        Scenario("add_index", [m.AddIndex("T", models.Index(fields=["nn_int"], name="t_nn"))]),
        Scenario("add_index_multi", [m.AddIndex("T", models.Index(fields=["nn_int", "-c50"], name="t_nn"))]),
        Scenario("add_index_text", [m.AddIndex("T", models.Index(fields=["txt"], name="t_txt"))]),
        Scenario("add_index_func", [m.AddIndex("T", models.Index(Lower("c50"), name="t_low"))]),
        Scenario("add_index_partial", [m.AddIndex("T", models.Index(fields=["nn_int"], condition=Q(a__gt=1), name="t_part"))]),
        Scenario("add_index_covering", [m.AddIndex("T", models.Index(fields=["nn_int"], include=["c50"], name="t_cov"))]),
        Scenario("add_index_generated", [m.AddIndex("T", models.Index(fields=["gv"], name="t_gv"))]),
        Scenario("remove_index", [m.RemoveIndex("T", "t_ab_idx")]),
        Scenario(
            "remove_index_fkonly",
            [m.RemoveIndex("UT", "ut_pb")],
            before=[m.AddIndex("UT", models.Index(fields=["p", "b"], name="ut_pb"))],
        ),
        Scenario("rename_index", [m.RenameIndex("T", new_name="t_ab_idx2", old_name="t_ab_idx")]),
        Scenario("add_check", [m.AddConstraint("T", check(Q(nn_int__gte=-1), "t_nn_chk"))]),
        Scenario("add_check_violated", [m.AddConstraint("T", check(Q(nn_int__lt=-1), "t_nn_chk"))]),
        Scenario("remove_check", [m.RemoveConstraint("T", "t_a_chk")]),
        Scenario("add_unique", [m.AddConstraint("T", models.UniqueConstraint(fields=["plain_uq", "c50"], name="t_pu"))]),
        Scenario("add_unique_dups", [m.AddConstraint("T", models.UniqueConstraint(fields=["sm"], name="t_pu"))]),
        Scenario("add_unique_expr", [m.AddConstraint("T", models.UniqueConstraint(Lower("c50"), name="t_pu"))]),
        Scenario(
            "add_unique_cond",
            [m.AddConstraint("T", models.UniqueConstraint(fields=["plain_uq"], condition=Q(a__gt=1), name="t_pu"))],
        ),
        Scenario(
            "add_unique_deferrable",
            [
                m.AddConstraint(
                    "T", models.UniqueConstraint(fields=["plain_uq"], deferrable=models.Deferrable.DEFERRED, name="t_pu")
                )
            ],
        ),
        Scenario(
            "add_unique_include",
            [m.AddConstraint("T", models.UniqueConstraint(fields=["plain_uq"], include=["c50"], name="t_pu"))],
        ),
        Scenario("remove_unique_c", [m.RemoveConstraint("T", "t_b_uniq")]),
        Scenario(
            "alter_constraint_noop",
            [
                m.AlterConstraint(
                    "T", "t_b_uniq", models.UniqueConstraint(fields=["b"], name="t_b_uniq", violation_error_message="x")
                )
            ],
        ),
        Scenario("unique_together_add", [m.AlterUniqueTogether("UT", {("p", "a"), ("a", "b")})]),
        Scenario("unique_together_remove", [m.AlterUniqueTogether("UT", set())]),
        Scenario("limit_unique_768", [add("z", char(768, null=True, unique=True))]),
        Scenario("limit_unique_769", [add("z", char(769, null=True, unique=True))]),
        Scenario("limit_index_769", [add("z", char(769, null=True, db_index=True))]),
        Scenario("limit_varchar_16383", [add("z", char(16383, null=True))]),
        Scenario("limit_varchar_16384", [add("z", char(16384, null=True))]),
        Scenario("limit_varchar_12000", [add("z", char(12000, null=True))]),
        Scenario("limit_table_name_65", [m.AlterModelTable("UT", "x" * 65)]),
        Scenario("limit_column_65", [add("z" * 65, integer(null=True))]),
        Scenario("limit_index_name_31", [m.AddIndex("T", models.Index(fields=["nn_int"], name="i" * 30))]),
    ]
