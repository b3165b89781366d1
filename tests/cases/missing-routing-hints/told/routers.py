class Split:
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return (db == "other") is (model_name == "sale")
