"""The public addresses of what is published; included at the root, before the console's."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from tidegate.faces.web.published import public_file, single_file, update_file

_WELL_KNOWN: Final = {"folder": ".well-known/csaf"}
_CSAF: Final = {"folder": "csaf"}
_OSV: Final = {"folder": "osv"}

urlpatterns: Final[list[URLPattern]] = [
    path(".well-known/security.txt", single_file, {"file": ".well-known/security.txt"}),
    path(".well-known/csaf/", public_file, _WELL_KNOWN),
    path(".well-known/csaf/<path:name>", public_file, _WELL_KNOWN),
    path("csaf/", public_file, _CSAF),
    path("csaf/<path:name>", public_file, _CSAF),
    path("osv/", public_file, _OSV),
    path("osv/<path:name>", public_file, _OSV),
    path("updates/<path:name>", update_file),
    path("advisories/feed.atom", single_file, {"file": "advisories/feed.atom"}),
]
