"""The application that a web server is given."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

from tidegate.instance.opening import open_instance

open_instance()
application = get_asgi_application()
