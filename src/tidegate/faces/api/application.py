"""The API put together: `path("api/v1/", api.urls)` mounts it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from tidegate.faces.api import described, errors, problems
from tidegate.faces.api.guard import (
    DIFF_TYPES,
    DOCUMENT_TYPES,
    INVENTORY_TYPES,
    REPORT_TYPES,
    SHEET_TYPES,
    STATEMENT_TYPES,
    guarded,
)
from tidegate.faces.api.pages import PlainPage
from tidegate.faces.api.routes import (
    cases,
    coordination,
    deliveries,
    embargoes,
    events,
    exposure_assets,
    exposure_change_notices,
    exposure_compliance,
    exposure_directives,
    exposure_exceptions,
    exposure_exposures,
    exposure_feeds,
    exposure_inventories,
    exposure_operators,
    exposure_statements,
    exposure_tables,
    exposure_triage,
    findings,
    ledger,
    messages,
    notices,
    overview,
    participants,
    parties,
    publication_adoption,
    publication_approving,
    publication_cve,
    publication_fixes,
    publication_publications,
    publication_recipients,
    publication_records,
    receipts,
    relaying,
    review_access,
    review_decisions,
    review_frameworks,
    review_grants,
    review_partners,
    review_people,
    review_terms,
    reviews,
    waiting,
)

_DESCRIPTION: Final = """\
From a suspected vulnerability to a fix that has been seen to work where it was needed.

Lists are paged by cursor: follow `next`, in the body or in the `Link` header (RFC 8288). Errors
are `application/problem+json` (RFC 9457). Bodies are JSON, but for documents, which are sent as
they are to POST /deliveries, /inventories, /statements, /assets/import, /cases/{key}/fixes/diff
and /adoption/reports.
"""

_DOCUMENTS: Final = {
    "hand_in": DOCUMENT_TYPES,
    "hand_in_inventory": INVENTORY_TYPES,
    "load_statements": STATEMENT_TYPES,
    "import_sheet": SHEET_TYPES,
    "offer_diff": DIFF_TYPES,
    "take_report": REPORT_TYPES,
}
"""What the bodies of those routes may be called that take documents, by the function's name."""


class Api(NinjaAPI):
    """An API whose every route, and whatever is no route, answers as `guard` and `problems` say."""

    def _get_urls(self) -> list[Any]:
        urls = super()._get_urls()
        for pattern in urls:
            if isinstance(pattern, URLPattern):
                if pattern.name == "api-root":
                    # It stands for the prefix of all routes, and is none itself.
                    pattern.callback = problems.no_route
                types = _DOCUMENTS.get(pattern.name or "", ())
                # `signed_in` asks for the token of whoever shows a cookie, and answers in our form.
                pattern.callback = csrf_exempt(guarded(pattern.callback, document=types))
        return [*urls, re_path("", guarded(problems.no_route), name="no-route")]

    def get_openapi_schema(self, **how: Any) -> OpenAPISchema:
        """Return the OpenAPI document, whole."""
        document = super().get_openapi_schema(**how)
        described.complete(document)
        return document


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
    made.add_router("/cases", coordination.router)
    made.add_router("/findings", coordination.findings_router)
    made.add_router("/cases", embargoes.router)
    made.add_router("/cases", participants.router)
    made.add_router("/cases", relaying.router)
    made.add_router("/cases", messages.router)
    made.add_router("/attachments", messages.attachments_router)
    made.add_router("", waiting.router)
    made.add_router("/organisations", parties.router)
    made.add_router("", parties.own_router)
    made.add_router("/receipts", receipts.router)
    made.add_router("/overview", overview.router)
    made.add_router("/events", events.router)
    made.add_router("/ledger", ledger.router)
    made.add_router("/notices", notices.router)
    made.add_router("/webhooks", notices.webhooks_router)
    # Where a word stands for a thing that has a key of its own, before what is in an engagement.
    for words in (review_frameworks.router, review_grants.own_router, review_access.own_router):
        made.add_router("/reviews", words)
    made.add_router("/reviews", review_decisions.own_router)
    for inside in (
        reviews,
        review_people,
        review_terms,
        review_access,
        review_grants,
        review_decisions,
        review_partners,
    ):
        made.add_router("/reviews", inside.router)
    _add_exposure(made)
    _add_publications(made)
    return made


def _add_exposure(made: NinjaAPI) -> None:
    made.add_router("/assets", exposure_assets.router)
    made.add_router("/inventories", exposure_inventories.router)
    made.add_router("/exposures", exposure_exposures.router)
    made.add_router("/exposures", exposure_triage.router)
    made.add_router("/exposures", exposure_exceptions.of_exposures)
    made.add_router("/exceptions", exposure_exceptions.router)
    made.add_router("/vulnerabilities", exposure_feeds.vulnerabilities_router)
    made.add_router("/feeds", exposure_feeds.router)
    made.add_router("/directives", exposure_directives.router)
    made.add_router("/policy-sets", exposure_directives.policy_sets_router)
    made.add_router("/docket", exposure_directives.docket_router)
    made.add_router("/compliance", exposure_compliance.router)
    made.add_router("/due", exposure_compliance.due_router)
    made.add_router("/tables", exposure_tables.router)
    made.add_router("/decide", exposure_tables.decide_router)
    made.add_router("/statements", exposure_statements.router)
    made.add_router("/change-notices", exposure_change_notices.router)
    made.add_router("/cases", exposure_change_notices.of_cases)
    made.add_router("/operators", exposure_operators.router)
    made.add_router("/delegations", exposure_operators.delegations_router)


def _add_publications(made: NinjaAPI) -> None:
    made.add_router("/cases", publication_fixes.of_cases)
    made.add_router("/fixes", publication_fixes.router)
    made.add_router("/publications", publication_publications.router)
    made.add_router("/publications", publication_records.router)
    made.add_router("/publications", publication_approving.router)
    made.add_router("/publications", publication_adoption.of_publications)
    made.add_router("/adoption", publication_adoption.router)
    made.add_router("/funnel", publication_adoption.funnel_router)
    made.add_router("/cve-ids", publication_cve.router)
    made.add_router("/cases", publication_cve.of_cases)
    made.add_router("/update-keys", publication_recipients.router)


api: Final = _made()
"""The one of this process."""
