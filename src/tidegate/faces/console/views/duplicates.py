"""Possible duplicates: two findings side by side, and a person's decision for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.findings.models import LinkKind
from tidegate.desks.findings.queries.finding_detail import FindingDetail, get_finding
from tidegate.desks.findings.queries.nominations import list_nominations
from tidegate.desks.findings.queries.relations import NominationRow
from tidegate.desks.findings.services import linking
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.faces.console.texts import differing
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

MOST_PAIRS: Final = 5
"""Nominations that are laid side by side at once; the others follow when these are decided."""

KINDS: Final = (
    (LinkKind.DUPLICATE, "the same bug (one case)"),
    (LinkKind.VARIANT, "a variant (two bugs, related)"),
    (LinkKind.INCOMPLETE_FIX, "an incomplete fix (two bugs, related)"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A nomination with both findings, and their texts with the differing words marked."""

    nomination: NominationRow
    earlier: FindingDetail
    later: FindingDetail
    titles: tuple[SafeString, SafeString]
    texts: tuple[SafeString, SafeString]

    @property
    def both(self) -> tuple[FindingDetail, FindingDetail]:
        """The earlier finding and the later one."""
        return self.earlier, self.later


def pairs_of(actor: Actor, nominations: Sequence[NominationRow]) -> list[Pair]:
    """Lay the first few nominations side by side."""
    return [_pair(actor, one) for one in nominations[:MOST_PAIRS]]


def _pair(actor: Actor, nomination: NominationRow) -> Pair:
    earlier, later = get_finding(actor, nomination.earlier), get_finding(actor, nomination.later)
    return Pair(
        nomination,
        earlier,
        later,
        titles=differing(earlier.row.title, later.row.title),
        texts=differing(earlier.description, later.description),
    )


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the open nominations, the likeliest first."""
    return _queue(request)


def _queue(request: HttpRequest, refusal: str = "") -> HttpResponse:
    found = list_nominations(actor_of(request), cursor=request.GET.get("after"), limit=lists.LIMIT)
    return page(
        request,
        "duplicates",
        "duplicates",
        status=409 if refusal else 200,
        pairs=pairs_of(actor_of(request), found.rows),
        waiting=found.rows[MOST_PAIRS:],
        next=lists.turned(request, found.next),
        previous=lists.turned(request, found.previous),
        kinds=KINDS,
        refusal=refusal,
        draft=request.POST.get("reason", ""),
    )


@require_POST
@asking
def decide(request: HttpRequest, nomination: int) -> HttpResponse:
    """Accept or decline a nomination, and lead back to where it was decided."""
    reason = request.POST.get("reason", "")
    declined = request.POST.get("decision") == "decline"
    try:
        if declined:
            linking.decline(actor_of(request), nomination, reason=reason)
        else:
            kind = _kind(request.POST.get("kind", LinkKind.DUPLICATE))
            linking.accept(actor_of(request), nomination, reason=reason, kind=kind)
    except NotPossibleError as error:
        return _queue(request, str(error))
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or "?" in back:
        back = "/duplicates"
    return redirect(f"{back}?done={'declined' if declined else 'accepted'}")


def _kind(word: str) -> LinkKind:
    try:
        return LinkKind(word)
    except ValueError:
        known = ", ".join(kind.value for kind in LinkKind)
        raise NotPossibleError(f"{word[:40]!r} is no kind of link; known are {known}") from None
