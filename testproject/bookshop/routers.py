class AnalyticsRouter:
    """Keeps `reporting` in the analytics database, and everything else out of it."""

    app_label = "reporting"
    alias = "analytics"

    def db_for_read(self, model, **hints):
        return self.alias if model._meta.app_label == self.app_label else None

    def db_for_write(self, model, **hints):
        return self.alias if model._meta.app_label == self.app_label else None

    def allow_relation(self, obj1, obj2, **hints):
        sides = {obj1._meta.app_label == self.app_label, obj2._meta.app_label == self.app_label}
        return False if len(sides) == 2 else None

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        if app_label == self.app_label:
            return db == self.alias
        return False if db == self.alias else None
