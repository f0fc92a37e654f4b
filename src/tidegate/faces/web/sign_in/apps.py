"""How Django knows the sign-in; it listens to what allauth tells of."""

from __future__ import annotations

from django.apps import AppConfig


class SignInConfig(AppConfig):
    """The sign-in of the console and the API."""

    name = "tidegate.faces.web.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        """Listen."""
        from tidegate.faces.web.sign_in import told

        told.listen()
