"""What each scenario comes to on MariaDB and MySQL: (worst algorithm, stops writes, rebuilds) → scenarios.

`other` is a statement that is no ALTER TABLE, `none` is no statement; `rows` are row locks of an UPDATE. MariaDB 10.11 carried the
scenarios out; what stands for MySQL comes from its manual.
"""

Outcome = tuple[str, str, str]

MARIADB_10_11: dict[Outcome, str] = {
    ("COPY", "yes", "no"): """
        alter_null_to_notnull_nodefault varchar_100_5_truncate char_to_int_bad text_to_json alter_text_add_unique
        add_check_violated
    """,
    ("COPY", "yes", "yes"): """
        create_model_fk rename_model_related add_generated_stored add_fk_null add_fk_default add_fk_self add_o2o_null
        add_m2m remove_unique rename_fk alter_null_to_notnull alter_null_to_notnull_dbdefault alter_char_null_to_notnull
        alter_text_null_to_notnull alter_fk_notnull_to_null alter_fk_null_to_notnull varchar_50_64 varchar_50_100
        varchar_63_64 varchar_100_50 varchar_indexed_50_100 varchar_to_text varchar_indexed_to_text text_to_varchar
        int_to_bigint int_to_bigint_generated smallint_to_int bigint_to_int int_to_positive char_to_int int_to_char
        decimal_widen_prec decimal_widen_9_8 decimal_scale decimal_shrink float_to_decimal date_to_datetime bool_to_int
        uuid_to_char alter_fk_add_constraint alter_fk_target alter_fk_target_type alter_int_to_fk alter_fk_to_o2o
        auto_to_bigauto auto_to_bigauto_refs charpk_widen_refs add_check limit_unique_769
    """,
    ("INPLACE", "no", "yes"): """
        add_notnull_callable_unique add_unique_null add_unique_default remove_in_multiindex_direct alter_notnull_to_null
        alter_char_notnull_to_null limit_unique_768
    """,
    ("INSTANT", "no", "no"): """
        alter_table_comment alter_order_wrt alter_order_wrt_remove add_null add_null_char add_null_default
        add_notnull_default add_notnull_default_char add_notnull_blank_char add_notnull_nodefault add_notnull_callable
        add_auto_now_add add_bool_default add_db_default_const add_db_default_null add_db_default_now add_text_null
        add_text_blank add_text_default add_json_null add_json_default add_positive_default add_positive_null
        add_generated_virtual add_fk_noconstraint_noindex add_collation add_comment remove_plain remove_plain_last
        remove_text remove_used_by_generated remove_in_check remove_positive remove_json remove_generated_stored
        remove_generated_virtual rename_field rename_indexed rename_positive rename_used_by_generated rename_in_check
        rename_pk_referenced rename_db_column varchar_50_60 varchar_50_63 varchar_31_100 varchar_100_200 varchar_200_300
        varchar_indexed_50_63 alter_db_default_change alter_db_default_add alter_db_default_remove alter_remove_index
        alter_fk_drop_constraint alter_collation alter_comment alter_comment_int alter_db_column remove_index
        remove_index_fkonly rename_index remove_check limit_varchar_16383 limit_varchar_16384 limit_varchar_12000
        limit_column_65
    """,
    ("INSTANT", "rows", "no"): """
        add_text_default_empty add_binary_default
    """,
    ("NOCOPY", "no", "no"): """
        delete_model_referenced add_fk_noconstraint add_index_null add_index_default remove_indexed remove_in_multiindex
        remove_fk remove_fk_noconstraint alter_add_unique alter_add_unique_dups alter_remove_unique alter_add_index
        alter_text_add_index alter_collation_indexed add_index add_index_multi add_index_text add_index_partial
        add_index_covering add_index_generated add_unique add_unique_dups remove_unique_c unique_together_add
        unique_together_remove limit_index_769 limit_index_name_31
    """,
    ("none", "no", "no"): """
        alter_model_options alter_model_managers alter_default alter_choices alter_fk_on_delete alter_fk_related_name
        alter_generated_expr add_index_func add_unique_expr add_unique_cond add_unique_deferrable add_unique_include
        alter_constraint_noop
    """,
    ("other", "no", "no"): """
        create_model delete_model rename_model alter_model_table alter_model_table_m2m remove_m2m limit_table_name_65
    """,
}

MYSQL_8_0_12: dict[Outcome, str] = {
    ("COPY", "yes", "yes"): """
        create_model_fk rename_model_related add_positive_default add_positive_null add_generated_stored add_fk_null
        add_fk_default add_fk_self add_o2o_null add_m2m rename_fk rename_positive alter_fk_notnull_to_null
        alter_fk_null_to_notnull varchar_50_64 varchar_50_100 varchar_31_100 varchar_63_64 varchar_100_50
        varchar_100_5_truncate varchar_indexed_50_100 varchar_to_text varchar_indexed_to_text text_to_varchar int_to_bigint
        int_to_bigint_generated smallint_to_int bigint_to_int int_to_positive char_to_int char_to_int_bad int_to_char
        decimal_widen_prec decimal_widen_9_8 decimal_scale decimal_shrink float_to_decimal date_to_datetime text_to_json
        bool_to_int uuid_to_char alter_fk_db_on_delete alter_fk_add_constraint alter_fk_target alter_fk_target_type
        alter_int_to_fk alter_fk_to_o2o alter_collation alter_collation_indexed auto_to_bigauto auto_to_bigauto_refs
        charpk_widen_refs add_check add_check_violated
    """,
    ("INPLACE", "no", "no"): """
        alter_table_comment add_fk_noconstraint add_index_null add_index_default rename_field rename_indexed
        rename_used_by_generated rename_in_check rename_pk_referenced rename_db_column varchar_50_60 varchar_50_63
        varchar_100_200 varchar_200_300 varchar_indexed_50_63 alter_add_unique alter_add_unique_dups alter_remove_unique
        alter_add_index alter_remove_index alter_text_add_index alter_text_add_unique alter_fk_drop_constraint
        alter_db_column add_index add_index_multi add_index_text add_index_func add_index_partial add_index_covering
        add_index_generated remove_index remove_index_fkonly rename_index add_unique add_unique_dups add_unique_expr
        remove_unique_c unique_together_add unique_together_remove limit_index_769 limit_index_name_31
    """,
    ("INPLACE", "no", "yes"): """
        delete_model_referenced alter_order_wrt_remove add_notnull_callable_unique add_db_default_now add_text_default
        add_json_default add_unique_null add_unique_default remove_plain remove_plain_last remove_text
        remove_used_by_generated remove_indexed remove_unique remove_in_multiindex remove_in_multiindex_direct
        remove_in_check remove_fk remove_fk_noconstraint remove_positive remove_json remove_generated_stored
        alter_null_to_notnull_nodefault alter_notnull_to_null alter_char_notnull_to_null limit_unique_768 limit_unique_769
    """,
    ("INPLACE", "rows", "yes"): """
        alter_null_to_notnull alter_null_to_notnull_dbdefault alter_char_null_to_notnull alter_text_null_to_notnull
    """,
    ("INSTANT", "no", "no"): """
        rename_model alter_model_table alter_model_table_m2m alter_order_wrt add_null add_null_char add_null_default
        add_notnull_default add_notnull_default_char add_notnull_blank_char add_notnull_nodefault add_notnull_callable
        add_auto_now_add add_bool_default add_db_default_const add_db_default_null add_text_null add_text_blank
        add_json_null add_generated_virtual add_fk_noconstraint_noindex add_collation add_comment remove_generated_virtual
        alter_db_default_change alter_db_default_add alter_db_default_remove remove_check limit_varchar_16383
        limit_varchar_16384 limit_varchar_12000 limit_table_name_65 limit_column_65
    """,
    ("INSTANT", "rows", "no"): """
        add_text_default_empty add_binary_default
    """,
    ("none", "no", "no"): """
        alter_model_options alter_model_managers alter_default alter_choices alter_fk_on_delete alter_fk_related_name
        alter_generated_expr add_unique_cond add_unique_deferrable add_unique_include alter_constraint_noop
    """,
    ("other", "no", "no"): """
        create_model delete_model remove_m2m alter_comment alter_comment_int
    """,
}

MYSQL_8_0_29: dict[Outcome, str] = {
    ("COPY", "yes", "yes"): """
        create_model_fk rename_model_related add_positive_default add_positive_null add_generated_stored add_fk_null
        add_fk_default add_fk_self add_o2o_null add_m2m rename_fk rename_positive alter_fk_notnull_to_null
        alter_fk_null_to_notnull varchar_50_64 varchar_50_100 varchar_31_100 varchar_63_64 varchar_100_50
        varchar_100_5_truncate varchar_indexed_50_100 varchar_to_text varchar_indexed_to_text text_to_varchar int_to_bigint
        int_to_bigint_generated smallint_to_int bigint_to_int int_to_positive char_to_int char_to_int_bad int_to_char
        decimal_widen_prec decimal_widen_9_8 decimal_scale decimal_shrink float_to_decimal date_to_datetime text_to_json
        bool_to_int uuid_to_char alter_fk_db_on_delete alter_fk_add_constraint alter_fk_target alter_fk_target_type
        alter_int_to_fk alter_fk_to_o2o alter_collation alter_collation_indexed auto_to_bigauto auto_to_bigauto_refs
        charpk_widen_refs add_check add_check_violated
    """,
    ("INPLACE", "no", "no"): """
        delete_model_referenced alter_table_comment add_fk_noconstraint add_index_null add_index_default
        remove_in_multiindex remove_fk varchar_50_60 varchar_50_63 varchar_100_200 varchar_200_300 varchar_indexed_50_63
        alter_add_unique alter_add_unique_dups alter_remove_unique alter_add_index alter_remove_index alter_text_add_index
        alter_text_add_unique alter_fk_drop_constraint add_index add_index_multi add_index_text add_index_func
        add_index_partial add_index_covering add_index_generated remove_index remove_index_fkonly rename_index add_unique
        add_unique_dups add_unique_expr remove_unique_c unique_together_add unique_together_remove limit_index_769
        limit_index_name_31
    """,
    ("INPLACE", "no", "yes"): """
        add_notnull_callable_unique add_db_default_now add_text_default add_json_default add_unique_null add_unique_default
        remove_generated_stored alter_null_to_notnull_nodefault alter_notnull_to_null alter_char_notnull_to_null
        limit_unique_768 limit_unique_769
    """,
    ("INPLACE", "rows", "yes"): """
        alter_null_to_notnull alter_null_to_notnull_dbdefault alter_char_null_to_notnull alter_text_null_to_notnull
    """,
    ("INSTANT", "no", "no"): """
        rename_model alter_model_table alter_model_table_m2m alter_order_wrt alter_order_wrt_remove add_null add_null_char
        add_null_default add_notnull_default add_notnull_default_char add_notnull_blank_char add_notnull_nodefault
        add_notnull_callable add_auto_now_add add_bool_default add_db_default_const add_db_default_null add_text_null
        add_text_blank add_json_null add_generated_virtual add_fk_noconstraint_noindex add_collation add_comment
        remove_plain remove_plain_last remove_text remove_used_by_generated remove_indexed remove_unique
        remove_in_multiindex_direct remove_in_check remove_fk_noconstraint remove_positive remove_json
        remove_generated_virtual rename_field rename_indexed rename_used_by_generated rename_in_check rename_pk_referenced
        rename_db_column alter_db_default_change alter_db_default_add alter_db_default_remove alter_comment
        alter_comment_int alter_db_column remove_check limit_varchar_16383 limit_varchar_16384 limit_varchar_12000
        limit_table_name_65 limit_column_65
    """,
    ("INSTANT", "rows", "no"): """
        add_text_default_empty add_binary_default
    """,
    ("none", "no", "no"): """
        alter_model_options alter_model_managers alter_default alter_choices alter_fk_on_delete alter_fk_related_name
        alter_generated_expr add_unique_cond add_unique_deferrable add_unique_include alter_constraint_noop
    """,
    ("other", "no", "no"): """
        create_model delete_model remove_m2m
    """,
}
