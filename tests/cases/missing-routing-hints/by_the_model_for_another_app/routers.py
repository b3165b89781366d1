class Split:
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        if app_label == "sales":
            return (db == "other") is (model_name == "sale")
        return db == "default"
