MIGRATION_LINT = {
    "options": {
        "naming-pattern": {"index": "[a-z_]+_idx", "column": "[a-z_]+", "table": "[a-z_]+", "migration": "[0-9]{4}_[a-z_]+"}
    }
}
