DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "OPTIONS": {"options": "-c lock_timeout=2s"}}
}
