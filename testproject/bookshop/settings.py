"""Settings of the bookshop.

Production runs PostgreSQL, and the app `orders` migrates there only: it builds indexes concurrently
and adds constraints NOT VALID. SQLite is enough for the other apps, and for linting.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("BOOKSHOP_SECRET_KEY", "only-for-development")
DEBUG = os.environ.get("BOOKSHOP_DEBUG", "") == "1"
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "migration_lint",
    "accounts",
    "catalog",
    "inventory",
    "orders",
    "reporting",
    "reviews",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]

ROOT_URLCONF = "bookshop.urls"


def database(prefix, sqlite_name):
    engine = os.environ.get(f"{prefix}_ENGINE", "django.db.backends.sqlite3")
    if engine == "django.db.backends.sqlite3":
        return {
            "ENGINE": engine,
            "NAME": os.environ.get(f"{prefix}_NAME", BASE_DIR / sqlite_name),
            # The migrations of `orders` need PostgreSQL; the models do not.
            "TEST": {"MIGRATE": False},
        }
    return {
        "ENGINE": engine,
        "NAME": os.environ.get(f"{prefix}_NAME", prefix.lower()),
        "HOST": os.environ.get(f"{prefix}_HOST", ""),
        "PORT": os.environ.get(f"{prefix}_PORT", ""),
        "USER": os.environ.get(f"{prefix}_USER", ""),
        "PASSWORD": os.environ.get(f"{prefix}_PASSWORD", ""),
    }


DATABASES = {
    "default": database("BOOKSHOP", "db.sqlite3"),
    "analytics": database("ANALYTICS", "analytics.sqlite3"),
}
DATABASE_ROUTERS = ["bookshop.routers.AnalyticsRouter"]

# `accounts` still overrides this in its AppConfig.
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

SILENCED_SYSTEM_CHECKS = [
    # Comments on columns and tables are for production; SQLite has none.
    "fields.W163",
    "models.W046",
]

MIGRATION_LINT = {"targets": ["postgresql@16", "mariadb@10.11"]}
