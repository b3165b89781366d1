INSTALLED_APPS = ["migration_lint", "shop"]
MIGRATION_MODULES = {"shop": "shop.schema"}
