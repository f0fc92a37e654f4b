"""Which face answers which address."""

from __future__ import annotations

from django.urls import include, path, re_path

from tidegate.faces.api import api
from tidegate.faces.api.problems import no_route

urlpatterns = [
    path("api/v1/", api.urls),
    re_path("^api/", no_route),
    path("account/", include("tidegate.faces.web.sign_in.urls")),
    path("ledger/", include("tidegate.faces.web.ledger")),
    path("feeds/", include("tidegate.faces.web.feeds")),
    path("figures/", include("tidegate.faces.web.figures")),
    path("", include("tidegate.faces.web.published_urls")),
    path("", include("tidegate.faces.console.urls")),
]
