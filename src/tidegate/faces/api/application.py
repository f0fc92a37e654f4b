"""The API put together: `path("api/v1/", api.urls)` mounts it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from tidegate.faces.api import errors, problems
from tidegate.faces.api.guard import guarded
from tidegate.faces.api.pages import PlainPage
from tidegate.faces.api.routes import cases, deliveries, events, findings, overview, receipts

_DESCRIPTION: Final = """\
From a suspected vulnerability to a fix that has been seen to work where it was needed.

Lists are paged by cursor: follow `next`, in the body or in the `Link` header (RFC 8288). Errors
are `application/problem+json` (RFC 9457). Bodies are JSON, but for documents, which are sent as
they are to POST /deliveries.
"""


class Api(NinjaAPI):
    """An API whose every route, and whatever is no route, answers as `guard` and `problems` say."""

    def _get_urls(self) -> list[Any]:
        urls = super()._get_urls()
        for pattern in urls:
            if isinstance(pattern, URLPattern):
                if pattern.name == "api-root":
                    # It stands for the prefix of all routes, and is none itself.
                    pattern.callback = problems.no_route
                takes_documents = pattern.name == "hand_in"
                # No cookie is read here, so there is nothing that a token could protect.
                pattern.callback = csrf_exempt(guarded(pattern.callback, document=takes_documents))
        return [*urls, re_path("", guarded(problems.no_route), name="no-route")]


def _made() -> Api:
    made = Api(
        title="Tidegate",
        version=version("tidegate"),
        description=_DESCRIPTION,
        docs=PlainPage(),
        docs_url="/docs",
        openapi_url="/openapi.json",
        urls_namespace="api-1",
    )
    errors.register(made)
    made.add_router("/deliveries", deliveries.router)
    made.add_router("/findings", findings.router)
    made.add_router("/cases", cases.router)
    made.add_router("", cases.links_router)
    made.add_router("/receipts", receipts.router)
    made.add_router("/overview", overview.router)
    made.add_router("/events", events.router)
    return made


api: Final = _made()
"""The one of this process."""
