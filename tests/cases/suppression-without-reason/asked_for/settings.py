MIGRATION_LINT = {"require_reason": True}
