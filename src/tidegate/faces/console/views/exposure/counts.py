"""What coordinators learn of all operators: counts, and nothing of what anybody runs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.exposure.queries.counts import counts
from tidegate.faces.console.views.exposure import shown
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_GET
@asking
def show(request: HttpRequest) -> HttpResponse:
    """Show how many assets and exposures operators have, and how many are late."""
    now = timezone.now()
    return page(
        request,
        "exposure/counts",
        shown.SECTION,
        **shown.above(request, now),
        counts=counts(actor_of(request), at=now),
    )
