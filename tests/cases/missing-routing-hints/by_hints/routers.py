class Split:
    def allow_migrate(self, db, app_label, **hints):
        if "tenant" in hints:
            return db == hints["tenant"]
        return None
