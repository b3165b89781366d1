DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "OPTIONS": {"options": "-c statement_timeout=0 --lock-timeout=2000"},
    }
}
