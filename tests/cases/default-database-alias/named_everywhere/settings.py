DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop"},
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": "other"},
}
