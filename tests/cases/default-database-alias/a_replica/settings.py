DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop"},
    "replica": {"ENGINE": "django.db.backends.sqlite3", "NAME": "other", "TEST": {"MIRROR": "default"}},
}
