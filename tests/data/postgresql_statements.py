"""Statements that people write into RunSQL, by id; the tables are those of postgresql_scenarios."""

from __future__ import annotations

from typing import NamedTuple


class Statements(NamedTuple):
    """`before` is committed earlier; `since` is the first PostgreSQL that takes the statements."""

    sql: tuple[str, ...]
    before: tuple[str, ...] = ()
    atomic: bool = True
    since: int = 0
    extensions: tuple[str, ...] = ()


def one(sql: str, *before: str, atomic: bool = True, since: int = 0, extensions: tuple[str, ...] = ()) -> Statements:
    return Statements((sql,), before, atomic, since, extensions)


MOOD = ("CREATE TYPE mood AS ENUM ('a')", "ALTER TABLE shop_book ADD m mood")
NO_NULLS = "UPDATE shop_book SET maybe = 0 WHERE maybe IS NULL"
BARE = "CREATE TABLE shop_nopk AS SELECT i AS id FROM generate_series(1, 3000) i"
INDEX = "CREATE INDEX ix ON shop_book (qty)"
PARTITIONED = (
    "CREATE TABLE ev (id bigint, d date NOT NULL) PARTITION BY RANGE (d)",
    "CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    "INSERT INTO ev SELECT i, '2020-01-01'::date + i % 300 FROM generate_series(1, 3000) i",
)
APART = (
    "CREATE TABLE ev2 (id bigint, d date NOT NULL)",
    "INSERT INTO ev2 SELECT i, '2021-01-01'::date + i % 300 FROM generate_series(1, 3000) i",
)
BOUNDS = "ALTER TABLE ev2 ADD CONSTRAINT k CHECK (d >= '2021-01-01' AND d < '2022-01-01')"
ATTACH = "ALTER TABLE ev ATTACH PARTITION ev2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')"
REST = ("CREATE TABLE evd PARTITION OF ev DEFAULT", "INSERT INTO ev SELECT i, '2030-01-01' FROM generate_series(1, 3000) i")
FUNCTION = "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
TRIGGER = (FUNCTION, "CREATE TRIGGER tg BEFORE INSERT ON shop_book FOR EACH ROW EXECUTE FUNCTION tf()")
STOCK = ("CREATE MATERIALIZED VIEW mv AS SELECT id, qty FROM shop_book", "CREATE UNIQUE INDEX mvu ON mv (id)")
KEY = "ALTER TABLE shop_book ADD CONSTRAINT c FOREIGN KEY (plain_int) REFERENCES shop_review (id)"
CHECK = "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (qty >= 0)"
PROOF = "ALTER TABLE shop_book ADD CONSTRAINT c CHECK (maybe IS NOT NULL)"
VIEW = "CREATE VIEW v AS SELECT id FROM shop_book"

STATEMENTS: dict[str, Statements] = {
    "enum_add_value": one("ALTER TYPE mood ADD VALUE 'z'", *MOOD),
    "enum_rename_value": one("ALTER TYPE mood RENAME VALUE 'a' TO 'b'", *MOOD),
    "unique_using_index": one(
        "ALTER TABLE shop_book ADD CONSTRAINT c UNIQUE USING INDEX uq", "CREATE UNIQUE INDEX uq ON shop_book (qty)"
    ),
    "pk_using_index_notnull": one(
        "ALTER TABLE shop_nopk ADD CONSTRAINT c PRIMARY KEY USING INDEX uq",
        BARE,
        "ALTER TABLE shop_nopk ALTER id SET NOT NULL",
        "CREATE UNIQUE INDEX uq ON shop_nopk (id)",
    ),
    "pk_using_index_nullable": one(
        "ALTER TABLE shop_nopk ADD CONSTRAINT c PRIMARY KEY USING INDEX uq", BARE, "CREATE UNIQUE INDEX uq ON shop_nopk (id)"
    ),
    "pk_add": one("ALTER TABLE shop_nopk ADD PRIMARY KEY (id)", BARE),
    "set_not_null": one("ALTER TABLE shop_book ALTER maybe SET NOT NULL", NO_NULLS),
    "set_not_null_checked": one(
        "ALTER TABLE shop_book ALTER maybe SET NOT NULL",
        NO_NULLS,
        f"{PROOF} NOT VALID",
        "ALTER TABLE shop_book VALIDATE CONSTRAINT c",
    ),
    "set_not_null_notvalid_check": one("ALTER TABLE shop_book ALTER maybe SET NOT NULL", NO_NULLS, f"{PROOF} NOT VALID"),
    "set_not_null_drop_check": one("ALTER TABLE shop_book ALTER maybe SET NOT NULL, DROP CONSTRAINT c", NO_NULLS, PROOF),
    "set_not_null_already": one("ALTER TABLE shop_book ALTER qty SET NOT NULL"),
    "drop_not_null": one("ALTER TABLE shop_book ALTER qty DROP NOT NULL"),
    "add_notnull_notvalid": one("ALTER TABLE shop_book ADD CONSTRAINT c NOT NULL maybe NOT VALID", since=18),
    "validate_notnull": one(
        "ALTER TABLE shop_book VALIDATE CONSTRAINT c",
        NO_NULLS,
        "ALTER TABLE shop_book ADD CONSTRAINT c NOT NULL maybe NOT VALID",
        since=18,
    ),
    "create_index": one(INDEX),
    "create_index_ine": one("CREATE INDEX IF NOT EXISTS ix ON shop_book (qty)", INDEX),
    "create_unique_index": one("CREATE UNIQUE INDEX ix ON shop_book (qty)"),
    "create_index_conc": one("CREATE INDEX CONCURRENTLY ix ON shop_book (qty)", atomic=False),
    "drop_index": one("DROP INDEX ix", INDEX),
    "drop_index_conc": one("DROP INDEX CONCURRENTLY ix", INDEX, atomic=False),
    "vacuum": one("VACUUM shop_book", atomic=False),
    "vacuum_full": one("VACUUM FULL shop_book", atomic=False),
    "analyze": one("ANALYZE shop_book"),
    "cluster": one("CLUSTER shop_book USING shop_book_pkey"),
    "cluster_all": one("CLUSTER", atomic=False),
    "reindex_index": one("REINDEX INDEX shop_book_pkey"),
    "reindex_table": one("REINDEX TABLE shop_book"),
    "reindex_table_conc": one("REINDEX TABLE CONCURRENTLY shop_book", atomic=False),
    "reindex_index_conc": one("REINDEX INDEX CONCURRENTLY shop_book_pkey", atomic=False),
    "truncate": one("TRUNCATE shop_review"),
    "truncate_cascade": one("TRUNCATE shop_author CASCADE"),
    "drop_table": one("DROP TABLE shop_review"),
    "drop_table_cascade": one("DROP TABLE shop_author CASCADE"),
    "attach": one(ATTACH, *PARTITIONED, *APART),
    "attach_check": one(ATTACH, *PARTITIONED, *APART, BOUNDS),
    "attach_default": one(ATTACH, *PARTITIONED, *APART, *REST, BOUNDS),
    "create_partition_of": one(
        "CREATE TABLE ev3 PARTITION OF ev FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')", *PARTITIONED
    ),
    "create_partition_of_default": one(
        "CREATE TABLE ev3 PARTITION OF ev FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')", *PARTITIONED, *REST
    ),
    "detach": one("ALTER TABLE ev DETACH PARTITION ev1", *PARTITIONED),
    "detach_conc": one("ALTER TABLE ev DETACH PARTITION ev1 CONCURRENTLY", *PARTITIONED, atomic=False),
    "index_partitioned": one("CREATE INDEX ix ON ev (id)", *PARTITIONED),
    "index_partitioned_only": one("CREATE INDEX ix ON ONLY ev (id)", *PARTITIONED),
    "partitioned_add_column": one("ALTER TABLE ev ADD COLUMN x integer", *PARTITIONED),
    "partitioned_add_column_random": one("ALTER TABLE ev ADD COLUMN x double precision DEFAULT random()", *PARTITIONED),
    "partitioned_add_check": one("ALTER TABLE ev ADD CONSTRAINT k CHECK (id > 0)", *PARTITIONED),
    "partitioned_add_primary_key": one("ALTER TABLE ev ADD PRIMARY KEY (id, d)", *PARTITIONED),
    "partitioned_add_unique": one("ALTER TABLE ev ADD UNIQUE (id, d)", *PARTITIONED),
    "partitioned_type": one("ALTER TABLE ev ALTER id TYPE numeric", *PARTITIONED),
    "partitioned_set_not_null": one("ALTER TABLE ev ALTER id SET NOT NULL", *PARTITIONED),
    "partitioned_set_default": one("ALTER TABLE ev ALTER id SET DEFAULT 1", *PARTITIONED),
    "partitioned_drop_column": one("ALTER TABLE ev DROP COLUMN id", *PARTITIONED),
    "partitioned_rename_column": one("ALTER TABLE ev RENAME COLUMN id TO number", *PARTITIONED),
    "partitioned_rename": one("ALTER TABLE ev RENAME TO happening", *PARTITIONED),
    "partitioned_truncate": one("TRUNCATE ev", *PARTITIONED),
    "partitioned_foreign_key": one("ALTER TABLE ev ADD FOREIGN KEY (id) REFERENCES shop_book (id)", *PARTITIONED),
    "partitioned_statistics": one("ALTER TABLE ev ALTER id SET STATISTICS 500", *PARTITIONED),
    "partitioned_trigger": one(
        "CREATE TRIGGER tg BEFORE INSERT ON ev FOR EACH ROW EXECUTE FUNCTION tf()", FUNCTION, *PARTITIONED
    ),
    "partitioned_drop_index": one("DROP INDEX ix", *PARTITIONED, "CREATE INDEX ix ON ev (id)"),
    "partitioned_comment": one("COMMENT ON TABLE ev IS 'x'", *PARTITIONED),
    "create_trigger": one(TRIGGER[1], FUNCTION),
    "create_or_replace_trigger": one(
        "CREATE OR REPLACE TRIGGER tg BEFORE INSERT ON shop_book FOR EACH ROW EXECUTE FUNCTION tf()", *TRIGGER
    ),
    "drop_trigger": one("DROP TRIGGER tg ON shop_book", *TRIGGER),
    "disable_trigger": one("ALTER TABLE shop_book DISABLE TRIGGER tg", *TRIGGER),
    "enable_trigger": one("ALTER TABLE shop_book ENABLE TRIGGER tg", *TRIGGER, "ALTER TABLE shop_book DISABLE TRIGGER tg"),
    "disable_trigger_all": one("ALTER TABLE shop_book DISABLE TRIGGER ALL", *TRIGGER),
    "create_function": one(
        "CREATE OR REPLACE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", *TRIGGER
    ),
    "set_unlogged_leaf": one("ALTER TABLE shop_review SET UNLOGGED"),
    "set_logged": one("ALTER TABLE shop_review SET LOGGED", "ALTER TABLE shop_review SET UNLOGGED"),
    "set_tablespace_same": one("ALTER TABLE shop_book SET TABLESPACE pg_default"),
    "set_statistics": one("ALTER TABLE shop_book ALTER qty SET STATISTICS 500"),
    "set_storage": one("ALTER TABLE shop_book ALTER notes SET STORAGE EXTERNAL"),
    "set_fillfactor": one("ALTER TABLE shop_book SET (fillfactor=70)"),
    "set_autovacuum": one("ALTER TABLE shop_book SET (autovacuum_vacuum_scale_factor=0.01)"),
    "set_access_method": one("ALTER TABLE shop_book SET ACCESS METHOD heap", since=15),
    "set_schema": one("ALTER TABLE shop_review SET SCHEMA s2", "CREATE SCHEMA s2"),
    "owner": one("ALTER TABLE shop_book OWNER TO CURRENT_USER"),
    "owner_change": one("ALTER TABLE shop_book OWNER TO pg_monitor"),
    "grant": one("GRANT SELECT ON shop_book TO pg_monitor"),
    "enable_rls": one("ALTER TABLE shop_book ENABLE ROW LEVEL SECURITY"),
    "create_policy": one("CREATE POLICY p ON shop_book USING (true)"),
    "replica_identity_full": one("ALTER TABLE shop_book REPLICA IDENTITY FULL"),
    "create_publication": one("CREATE PUBLICATION pb FOR TABLE shop_book"),
    "create_rule": one("CREATE RULE r AS ON DELETE TO shop_book DO INSTEAD NOTHING"),
    "create_statistics": one("CREATE STATISTICS st ON qty, big FROM shop_book"),
    "update_all": one("UPDATE shop_book SET qty=qty+1"),
    "update_where": one("UPDATE shop_book SET qty=qty+1 WHERE id<=10"),
    "update_all_indexed": one("UPDATE shop_book SET idx_int=idx_int+1"),
    "delete_all": one("DELETE FROM shop_review"),
    "insert_select": one("INSERT INTO shop_review(book_id, body) SELECT id, 'y' FROM shop_book"),
    "select_for_update": one("SELECT * FROM shop_book FOR UPDATE"),
    "select": one("SELECT count(*) FROM shop_book"),
    "lock_table": one("LOCK TABLE shop_book"),
    "lock_table_share": one("LOCK TABLE shop_book IN SHARE MODE"),
    "create_matview": one(STOCK[0]),
    "refresh_matview": one("REFRESH MATERIALIZED VIEW mv", *STOCK),
    "refresh_matview_conc": one("REFRESH MATERIALIZED VIEW CONCURRENTLY mv", *STOCK),
    "fk_add": one(KEY),
    "fk_add_notvalid": one(f"{KEY} NOT VALID"),
    "fk_validate": one("ALTER TABLE shop_book VALIDATE CONSTRAINT c", f"{KEY} NOT VALID"),
    "fk_drop": one("ALTER TABLE shop_book DROP CONSTRAINT c", KEY),
    "fk_alter_deferrable": one("ALTER TABLE shop_book ALTER CONSTRAINT c DEFERRABLE", KEY),
    "fk_add_column_inline": one("ALTER TABLE shop_book ADD COLUMN t_id bigint REFERENCES shop_tag(id)"),
    "fk_add_column_inline_default": one("ALTER TABLE shop_book ADD COLUMN t_id bigint DEFAULT 1 REFERENCES shop_tag(id)"),
    "fk_add_column_inline_default_null": one(
        "ALTER TABLE shop_book ADD COLUMN t_id bigint DEFAULT NULL REFERENCES shop_tag(id)"
    ),
    "check_add": one(CHECK),
    "check_notvalid": one(f"{CHECK} NOT VALID"),
    "check_validate": one("ALTER TABLE shop_book VALIDATE CONSTRAINT c", f"{CHECK} NOT VALID"),
    "rename_constraint": one("ALTER TABLE shop_book RENAME CONSTRAINT c TO c2", CHECK),
    "rename_column": one("ALTER TABLE shop_book RENAME qty TO q2"),
    "rename_table": one("ALTER TABLE shop_book RENAME TO b2"),
    "rename_index": one("ALTER INDEX ix RENAME TO ix2", INDEX),
    "rename_index_via_table": one("ALTER TABLE ix RENAME TO ix2", INDEX),
    "create_view": one(VIEW),
    "replace_view": one("CREATE OR REPLACE VIEW v AS SELECT id, qty FROM shop_book", VIEW),
    "drop_view": one("DROP VIEW v", VIEW),
    "alter_sequence": one("ALTER SEQUENCE shop_book_id_seq RESTART WITH 100000"),
    "alter_sequence_type": one("ALTER SEQUENCE shop_legacy_id_seq AS bigint"),
    "setval": one("SELECT setval('shop_book_id_seq', 100000)"),
    "comment_table": one("COMMENT ON TABLE shop_book IS 'x'"),
    "comment_column": one("COMMENT ON COLUMN shop_book.qty IS 'x'"),
    "add_col": one("ALTER TABLE shop_book ADD COLUMN x int"),
    "add_col_ine": one("ALTER TABLE shop_book ADD COLUMN IF NOT EXISTS qty int"),
    "add_col_default": one("ALTER TABLE shop_book ADD COLUMN x int NOT NULL DEFAULT 1"),
    "add_col_now": one("ALTER TABLE shop_book ADD COLUMN x timestamptz NOT NULL DEFAULT now()"),
    "add_col_clock": one("ALTER TABLE shop_book ADD COLUMN x timestamptz DEFAULT clock_timestamp()"),
    "add_col_random": one("ALTER TABLE shop_book ADD COLUMN x float DEFAULT random()"),
    "add_col_serial": one("ALTER TABLE shop_book ADD COLUMN x bigserial"),
    "add_col_identity": one("ALTER TABLE shop_book ADD COLUMN x bigint GENERATED BY DEFAULT AS IDENTITY"),
    "add_col_generated": one("ALTER TABLE shop_book ADD COLUMN x bigint GENERATED ALWAYS AS (qty+1) STORED"),
    "add_col_virtual": one("ALTER TABLE shop_book ADD COLUMN x bigint GENERATED ALWAYS AS (qty+1) VIRTUAL", since=18),
    "add_col_check": one("ALTER TABLE shop_book ADD COLUMN x int CHECK (x>0)"),
    "add_col_default_check": one("ALTER TABLE shop_book ADD COLUMN x int DEFAULT 1 CHECK (x>0)"),
    "add_col_unique": one("ALTER TABLE shop_book ADD COLUMN x int UNIQUE"),
    "add_col_domain": one("ALTER TABLE shop_book ADD COLUMN x posint DEFAULT 1", "CREATE DOMAIN posint AS int CHECK (VALUE>0)"),
    "drop_col": one("ALTER TABLE shop_book DROP COLUMN qty"),
    "drop_col_cascade": one(
        "ALTER TABLE shop_book DROP COLUMN qty CASCADE", "CREATE VIEW v_book AS SELECT id, qty FROM shop_book"
    ),
    "drop_col_in_index": one("ALTER TABLE shop_book DROP COLUMN qty", "CREATE INDEX ix2 ON shop_book(qty, title)"),
    "set_default": one("ALTER TABLE shop_book ALTER qty SET DEFAULT 3"),
    "drop_default": one("ALTER TABLE shop_book ALTER qty DROP DEFAULT"),
    "type_widen": one("ALTER TABLE shop_book ALTER title TYPE varchar(200)"),
    "type_widen_using": one("ALTER TABLE shop_book ALTER title TYPE varchar(200) USING title::varchar(200)"),
    "type_widen_using_bad": one("ALTER TABLE shop_book ALTER title TYPE varchar(200) USING title||''"),
    "type_citext": one("ALTER TABLE shop_book ALTER sku TYPE citext", extensions=("citext",)),
    "type_text_indexed": one("ALTER TABLE shop_book ALTER sku TYPE text"),
    "type_numeric_unconstrained": one("ALTER TABLE shop_book ALTER price TYPE numeric"),
    "type_int_oid": one("ALTER TABLE shop_book ALTER qty TYPE int"),
    "type_varbit": one("ALTER TABLE shop_book ALTER created TYPE timestamptz(3)"),
    "multi_add": one("ALTER TABLE shop_book ADD x int, ADD y int DEFAULT 1, ALTER qty DROP NOT NULL"),
    "exclusion_add": one("ALTER TABLE shop_book ADD CONSTRAINT c EXCLUDE USING gist (qty WITH =)", extensions=("btree_gist",)),
    "unique_add": one("ALTER TABLE shop_book ADD CONSTRAINT c UNIQUE (qty)"),
    "drop_constraint_unique": one("ALTER TABLE shop_book DROP CONSTRAINT shop_book_isbn_key"),
    "create_table_like": one("CREATE TABLE n (LIKE shop_book INCLUDING ALL)"),
    "create_table_as": one("CREATE TABLE n AS SELECT * FROM shop_book"),
    "create_table_inherits": one("CREATE TABLE n () INHERITS (shop_review)"),
    "copy_from_program": one("DO $$ BEGIN UPDATE shop_book SET qty=qty; END $$"),
    "set_lock_timeout": one("SET LOCAL lock_timeout='2s'"),
    "timestamp_tz_utc": Statements(("SET LOCAL timezone='UTC'", "ALTER TABLE shop_book ALTER created TYPE timestamp")),
    "timestamp_tz_local": Statements(
        ("SET LOCAL timezone='Europe/Paris'", "ALTER TABLE shop_book ALTER created TYPE timestamp")
    ),
}
