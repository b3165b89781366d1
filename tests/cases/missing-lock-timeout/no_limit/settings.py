DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "OPTIONS": {"options": "-c lock_timeout=0 -c statement_timeout=2s"},
    }
}
