INSTALLED_APPS = ["migration_lint", "items", "shop"]
SHOP_ITEM_MODEL = "items.Item"
