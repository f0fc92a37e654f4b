"""The API alone, at the address that the installation gives it."""

from __future__ import annotations

from django.urls import path

from tidegate.faces.api.application import api

urlpatterns = [path("api/v1/", api.urls)]
