MIGRATION_MODULES = {"shop": "shop.moved"}  # expect: broken-graph (no line)
