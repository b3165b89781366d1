DATABASES = {"default": {"ENGINE": "django.db.backends.oracle", "NAME": "shop"}}
