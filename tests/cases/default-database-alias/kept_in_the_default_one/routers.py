class Split:
    def db_for_write(self, model, **hints):
        return "other" if model._meta.app_label == "stock" else "default"

    def allow_migrate(self, db, app_label, **hints):
        return (db == "default") == (app_label == "shop")
