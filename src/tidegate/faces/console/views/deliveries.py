"""Deliveries: what was handed in, and which of its records were refused."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from tidegate.desks.findings.queries.deliveries import (
    DELIVERY_STATES,
    DeliveryFilter,
    get_delivery,
    list_deliveries,
)
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_CHIPS = {"finder": "Finder", "state": "State"}


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the deliveries that fit a filter, a page of them."""
    if address := lists.cleaned(request):
        return HttpResponseRedirect(address)
    asked = lists.filter_of(request, DeliveryFilter)
    found = list_deliveries(
        actor_of(request), asked, "-received", request.GET.get("after"), lists.LIMIT
    )
    return page(
        request,
        "deliveries",
        "deliveries",
        found=found,
        asked=asked,
        chips=lists.chips(request, _CHIPS),
        states=DELIVERY_STATES,
        next=lists.turned(request, found.next),
        previous=lists.turned(request, found.previous),
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one delivery and a page of its refused records."""
    detail = get_delivery(actor_of(request), key, request.GET.get("after"), lists.LIMIT)
    row = detail.row
    return page(
        request,
        "delivery",
        "deliveries",
        detail=detail,
        records=row.accepted + row.repeated + row.refused,
        new=request.GET.get("new") == "1",
        next=lists.turned(request, detail.refusals.next),
        previous=lists.turned(request, detail.refusals.previous),
    )
