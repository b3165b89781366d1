INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "migration_lint",
    "people",
    "shop",
]
AUTH_USER_MODEL = "people.User"
