"""Settings under which there is no desk but this one: its tables are made in a moment."""

from tidegate.instance import home

SECRET_KEY = "of a test"
INSTALLED_APPS = ["tidegate.desks.ledger"]
DATABASES = {"default": home.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
