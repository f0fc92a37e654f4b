"""The addresses of what the world and operators see of what is published, and how far it comes.

`/advisories/feed.atom` is a file that is served before these (`faces/web/published_urls.py`).
"""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from tidegate.faces.console.views.publications import (
    adoption,
    concerning,
    funnel,
    public,
    recipients,
)

_ADVISORY: Final = "advisories/<str:name>"
_ADOPTION: Final = "publications/<str:name>/adoption"
_KEYS: Final = "organisation/<str:key>/keys"

ADVISORIES: Final[list[URLPattern]] = [
    path("advisories", public.without_slash, name="advisories-without-slash"),
    path("advisories/", public.index, name="advisories"),
    path(_ADVISORY, public.show, name="advisory"),
    path("advisories/<str:identifier>/fixes/<path:name>", public.fix_file, name="advisory-fix"),
    path(_ADOPTION, adoption.show, name="adoption"),
    path(f"{_ADOPTION}.csv", adoption.save_csv, name="adoption-csv"),
    path(f"{_ADOPTION}.json", adoption.save_json, name="adoption-json"),
    path("funnel", funnel.show, name="funnel"),
    path("funnel.json", funnel.save_json, name="funnel-json"),
    path("published", concerning.show, name="published"),
    path(_KEYS, recipients.show, name="update-keys"),
    path(f"{_KEYS}/register", recipients.register, name="register-update-key"),
    path(f"{_KEYS}/revoke", recipients.revoke, name="revoke-update-key"),
]
