"""What is published, for everybody: the list of advisories, and each of them as people read it.

Whoever has not signed in is shown what is out under TLP:CLEAR, and nothing else. Whoever has is
shown besides what is for them, within the console; and that they have opened an advisory is kept
for the operators that they work for. What is not there and what is not for them is one answer.
"""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import conditional_page, require_safe

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OPERATING
from tidegate.desks.findings.queries.errors import NotHereError
from tidegate.desks.publications.queries import advisories, public
from tidegate.desks.publications.services import adoption
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.publications import advisory_shown, documents
from tidegate.faces.console.views.showing import P, View, asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of
from tidegate.faces.web.refused import note
from tidegate.instance.publisher import NOWHERE, public_url, publisher

SECTION: Final = "advisories"
FOR_A_MINUTE: Final = "public, max-age=60"
"""How long anybody may keep what is everybody's: a withdrawal must be seen soon."""
_DOCUMENT: Final = ".json"


def _publicly(view: View[P]) -> View[P]:
    """Answer what cannot be found with 404; whoever has not signed in, on a public page."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (NotFoundError, NotHereError) as error:
            actor = actor_of(request)
            if actor.person is not None:
                raise
            note(request, error)
            return _page(request, actor, "publications/public_missing", status=HTTPStatus.NOT_FOUND)

    return asking(answered)


@require_safe
def without_slash(_: HttpRequest) -> HttpResponse:
    """Lead to the list."""
    return HttpResponseRedirect("/advisories/")


@require_safe
@conditional_page
@_publicly
def index(request: HttpRequest) -> HttpResponse:
    """Show what is published, what changed last first."""
    if (address := lists.cleaned(request)) is not None:
        return HttpResponseRedirect(address)
    actor, now = actor_of(request), timezone.now()
    text, after = request.GET.get("text", "").strip(), request.GET.get("after", "")
    if actor.person is None:
        found = public.list_public(text=text, after=after, limit=lists.LIMIT, at=now)
    else:
        found = advisories.list_advisories(actor, text=text, after=after, limit=lists.LIMIT, at=now)
    return _page(
        request,
        actor,
        "publications/public",
        found=found,
        text=text,
        chips=lists.chips(request, {"text": "Text"}),
        next=lists.turned(request, found.next),
        first="/advisories/" if after and not text else "",
        site=site(),
        publisher=publisher(),
    )


@require_safe
@conditional_page
@_publicly
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one advisory; or hand out one of its documents, which is what it ends with `.json`."""
    actor, now = actor_of(request), timezone.now()
    if name.endswith(_DOCUMENT):
        identifier, _, word = name.removesuffix(_DOCUMENT).partition(".")
        return documents.document(actor, identifier, word, at=now)
    if actor.person is None:
        found = public.public_page(name, at=now)
        changes = public.public_changes(name, at=now)
    else:
        found = advisories.advisory_page(actor, name, at=now)
        changes = advisories.advisory_changes(actor, name, at=now)
        if request.method == "GET":
            adoption.seen(actor, found.row.identifier, at=now)
    return _page(
        request,
        actor,
        "publications/public_advisory",
        **advisory_shown.shown(found, changes),
        site=site(),
        operates=bool(actor.of_kind(OPERATING)),
    )


@require_safe
@conditional_page
@_publicly
def fix_file(request: HttpRequest, identifier: str, name: str) -> HttpResponse:
    """Hand out a file of a fix: its diff, or the receipt of its trial."""
    return documents.fix_file(actor_of(request), identifier, name, at=timezone.now())


def site() -> str:
    """Return where everybody reads what is published; empty where nobody has said it."""
    address = public_url()
    return "" if address == NOWHERE else address


def _page(request: HttpRequest, actor: Actor, template: str, **context: Any) -> HttpResponse:
    is_inside = actor.person is not None
    answer = page(
        request,
        template,
        SECTION,
        frame="console/base.html" if is_inside else "console/publications/public_frame.html",
        is_inside=is_inside,
        now=timezone.now(),
        **context,
    )
    patch_vary_headers(answer, ["Cookie"])
    answer.headers["Cache-Control"] = "no-store" if is_inside else FOR_A_MINUTE
    return answer
