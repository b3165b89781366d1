from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    # The user table is referenced from everywhere; its key has not been widened yet.
    default_auto_field = "django.db.models.AutoField"
