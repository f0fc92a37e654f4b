"""The application that a web server is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.asgi import get_asgi_application

from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.faces.web.door import Application


def _opened() -> Application:
    open_instance()
    # The routes ask for the tables, which are known only now.
    from tidegate.faces.gateway.application import Gateway, mounted
    from tidegate.faces.web.door import Door
    from tidegate.faces.web.proxied import behind
    from tidegate.faces.web.refused import REFUSALS

    REFUSALS.begin()
    return mounted(behind(Door(get_asgi_application()), settings.REACH), Gateway())


application = _opened()
