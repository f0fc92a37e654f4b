"""Which face answers which address."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("tidegate.faces.console.urls")),
]
