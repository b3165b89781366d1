class Split:
    def db_for_write(self, model, **hints):
        return "other" if model._meta.app_label == "shop" else "default"

    def allow_migrate(self, db, app_label, **hints):
        return (db == "other") == (app_label == "shop")
