"""The messages of a case: read, written, and what came with them, as files to be saved.

A page that shows messages is how they are read: a receipt is kept for their authors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Message
from tidegate.desks.cases.queries.addressees import Addressees, addressees_of
from tidegate.desks.cases.queries.headings import heading_of
from tidegate.desks.cases.queries.messages import MOST, Messages, messages_of
from tidegate.desks.cases.queries.permitted import permitted_in
from tidegate.desks.cases.services import messages
from tidegate.desks.cases.services.attaching import (
    KINDS,
    LARGEST_FILE,
    LARGEST_TOGETHER,
    MOST_FILES,
    OPAQUE,
    File,
)
from tidegate.desks.cases.services.messages import LONGEST_TEXT
from tidegate.desks.findings.queries.errors import NotHereError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.faces.console import coordination_words as words
from tidegate.faces.console.views.coordination import above
from tidegate.faces.console.views.doing import Refusal, UnreadableError, answered, telling, text_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_AT_ONCE: Final = 100
"""Messages on a page, unless all are asked for."""
_ALL: Final = "all"

_NO_FURTHER: Final = {
    # Nothing of it is run or shown, whatever a browser makes of the name.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen in the composer."""

    value: str
    label: str
    chosen: bool
    note: str = ""


@require_http_methods(["GET", "POST"])
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show the messages of a case, the newest first; send one."""
    if request.method == "GET":
        return _page(request, key)
    return answered(
        request,
        "message",
        lambda: _send(request, key),
        then=lambda: f"/cases/{key}/messages?done=sent",
        again=lambda refusal: _page(request, key, refusal),
    )


@require_GET
@asking
def save_attachment(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out an attachment, as bytes that no browser opens; that it was read is kept."""
    named, content = messages.read_attachment(actor_of(request), key, at=timezone.now())
    disposition = content_disposition_header(as_attachment=True, filename=named.name)
    assert disposition is not None
    headers = {**_NO_FURTHER, "Content-Disposition": disposition}
    return HttpResponse(content, content_type=OPAQUE, headers=headers)


def _send(request: HttpRequest, key: str) -> None:
    audience = _audience(request)
    to_some = audience == Message.Audience.SOME
    messages.send(
        actor_of(request),
        key,
        request.POST.get("text", ""),
        tlp=_label(request),
        audience=audience,
        parties=request.POST.getlist("parties") if to_some else (),
        persons=[*request.POST.getlist("persons"), *_others(request)] if to_some else (),
        files=_files(request),
        at=timezone.now(),
    )


def _page(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    heading = heading_of(actor, key, at=now)
    if not heading.coordinated:
        raise NotHereError(f"{heading.row.key} is not coordinated yet; there are no messages")
    permitted = permitted_in(actor, key, at=now)
    whole = request.GET.get("show") == _ALL
    shown = _read(request, actor, key, MOST if whole else _AT_ONCE, now)
    base = above(request, actor, heading, permitted, now)
    draft = request.POST if refusal is not None else None
    return page(
        request,
        "coordination_messages",
        "cases",
        **base,
        **telling(request, refusal),
        shown=shown.shown[::-1],
        earlier=shown.earlier,
        whole=whole,
        before=request.GET.get("before", ""),
        most=MOST,
        **(_composer(actor, key, base["terms"].tlp, draft, now) if permitted.write else {}),
    )


def _read(request: HttpRequest, actor: Actor, key: str, most: int, now: datetime) -> Messages:
    """Return messages, and keep that they are before the reader, if somebody looks at the page."""
    before = request.GET.get("before", "")
    # A browser that fetches a page in advance shows it to nobody.
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return messages_of(actor, key, before=before, most=most, at=now)
    return messages.read(actor, key, before=before, most=most, at=now)


def _composer(actor: Actor, key: str, tlp: str, draft: Any, now: datetime) -> dict[str, Any]:
    """Return what a new message can be: its labels, whom it can be for, what can go with it."""
    there = addressees_of(actor, key, at=now)
    label = draft.get("tlp", tlp) if draft is not None else tlp
    audience = draft.get("audience", "all") if draft is not None else "all"
    return {
        "labels": [
            Choice(one.value, one.value, one.value == label, words.LABELS[one])
            for one in _no_wider_than(tlp)
        ],
        "audiences": [
            Choice(word, said, word == audience)
            for word, said in (
                (Message.Audience.ALL, "all parties"),
                (Message.Audience.SOME, "some parties or persons"),
                (Message.Audience.COORDINATORS, "the coordinators alone"),
            )
        ],
        "to_parties": _chosen(there, "parties", draft),
        "to_persons": _chosen(there, "persons", draft),
        "draft": draft or {},
        "longest_text": LONGEST_TEXT,
        "most_files": MOST_FILES,
        "largest_file": LARGEST_FILE,
        "largest_together": LARGEST_TOGETHER,
        "endings": ",".join(f".{ending}" for ending in KINDS),
    }


def _chosen(there: Addressees, name: str, draft: Any) -> list[Choice]:
    chosen = set(draft.getlist(name)) if draft is not None else set()
    return [Choice(one.key, one.name, one.key in chosen, one.party) for one in getattr(there, name)]


def _no_wider_than(tlp: str) -> Sequence[Label]:
    labels = tuple(Label)
    return labels[: labels.index(Label(tlp)) + 1]


def _label(request: HttpRequest) -> Label | None:
    said = text_of(request, "tlp")
    if said and said not in tuple(Label):
        raise UnreadableError(f"{said[:40]!r} is no label; choose one of {', '.join(Label)}")
    return Label(said) if said else None


def _audience(request: HttpRequest) -> Message.Audience:
    said = text_of(request, "audience") or Message.Audience.ALL.value
    if said not in Message.Audience.values:
        known = ", ".join(Message.Audience.values)
        raise UnreadableError(f"{said[:40]!r} is no audience; choose one of {known}")
    return Message.Audience(said)


def _others(request: HttpRequest) -> list[str]:
    """Return the keys of persons that were written out."""
    return text_of(request, "others").replace(",", " ").split()


def _files(request: HttpRequest) -> list[File]:
    """Return the files that came, none of which is read before their number and sizes are known.

    Raises:
        NotPossibleError: they are too many, or too large.
    """
    came = [one for one in request.FILES.getlist("files") if isinstance(one, UploadedFile)]
    if len(came) > MOST_FILES:
        raise NotPossibleError(f"{len(came)} files are attached; attach at most {MOST_FILES}")
    if sum(one.size or 0 for one in came) > LARGEST_TOGETHER:
        raise NotPossibleError(f"send at most {LARGEST_TOGETHER} bytes of files a message")
    return [File(one.name or "file", one.read(), one.content_type or OPAQUE) for one in came]
