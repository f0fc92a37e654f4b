"""Writing a revision: its form, what it would look like in each format, and how it differs.

Two who write at once see each other: whoever comes second is shown what differs, keeps what they
have written in the form, and decides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.parties.models import Person
from tidegate.desks.publications.queries import detail, differences
from tidegate.desks.publications.queries.composing import FROM_DESKS
from tidegate.desks.publications.queries.detail import PublicationPage, RevisionShown
from tidegate.desks.publications.queries.differences import Difference, differences_of
from tidegate.desks.publications.queries.previews import Preview, checked, previews
from tidegate.desks.publications.services import drafting
from tidegate.desks.publications.states.drafts import draft_of
from tidegate.engines.formats.advisories.record import RecordError, record_data
from tidegate.faces.console import publication_words as words
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    done,
    text_of,
)
from tidegate.faces.console.views.publications.answering import SECTION, above
from tidegate.faces.console.views.publications.course import at_work
from tidegate.faces.console.views.publications.publication import edits_of
from tidegate.faces.console.views.publications.record_form import (
    fields_of,
    record_of_form,
    record_of_text,
)
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_LONGEST_SHOWN: Final = 60_000
"""Signs of a document that a page shows beside others; its own page has all of them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A document beside the form."""

    preview: Preview
    text: str
    is_cut: bool


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def edit(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show the form of the revision that is worked on; or keep what it holds."""
    if request.method != "POST":
        return edit_page(request, identifier)
    one, _ = _working(request, identifier)

    def work(actor: Actor, at: datetime) -> None:
        if request.POST.get("as") == "whole":
            made = record_of_text(request.POST.get("record", ""))
        else:
            base = record_data(detail.revision_record(actor, one.identifier, at=at))
            made, problem = record_of_form(request.POST, base)
            if problem and edits_of(request) == _edits(actor, one.identifier, at):
                raise UnreadableError(problem)
        drafting.edit(
            actor,
            one.identifier,
            made,
            edits=edits_of(request),
            words=text_of(request, "words"),
            at=at,
        )

    return done(
        request,
        "edit",
        work,
        then=f"/publications/{one.identifier}/edit?done=edited",
        again=lambda refusal: edit_page(request, identifier, refusal),
    )


def edit_page(
    request: HttpRequest, identifier: str, refusal: Refusal | None = None
) -> HttpResponse:
    """Return the page on which a revision is written.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
    """
    actor, now = actor_of(request), timezone.now()
    one, working = _working(request, identifier)
    if working is None:
        return page(
            request,
            "publications/nothing_at_work",
            SECTION,
            **above(request, now, refusal),
            one=one,
            working=None,
            view="edit",
        )
    record = detail.revision_record(actor, one.identifier, at=now)
    kept = record_data(record)
    written = refusal.written if refusal and refusal.form == "edit" else None
    data = record_of_form(written, kept)[0] if written and written.get("as") != "whole" else kept
    overtaken = written is not None and written.get("edits") != str(working.edits)
    person = request.user.name if isinstance(request.user, Person) else ""
    return page(
        request,
        "publications/edit",
        SECTION,
        **above(request, now, refusal),
        one=one,
        working=working,
        view="edit",
        form=fields_of(data, person=person),
        words=written.get("words", "") if written else working.words,
        overtaken=_overtaken(record, data) if overtaken else None,
        whole=written.get("record") if written and "record" in written else _indented(kept),
        previews=[_shown(each) for each in previews(actor, one.identifier, at=now)],
        faults=checked(actor, one.identifier, at=now),
        since=_since_last(actor, one, working, now),
        known=_known_now(actor, one, now),
        parts=FROM_DESKS,
        **_choices(),
    )


@require_POST
@asking
def recompose(request: HttpRequest, identifier: str) -> HttpResponse:
    """Take over what the desks know now, in the parts that are ticked."""
    one, _ = _working(request, identifier)

    def work(actor: Actor, at: datetime) -> None:
        parts = [str(part) for part in request.POST.getlist("part")]
        if not parts:
            raise UnreadableError("nothing is ticked; tick the parts that are to be taken over")
        drafting.recompose(actor, one.identifier, edits=edits_of(request), parts=parts, at=at)

    return done(
        request,
        "recompose",
        work,
        then=f"/publications/{one.identifier}/edit?done=recomposed",
        again=lambda refusal: edit_page(request, identifier, refusal),
    )


def _working(request: HttpRequest, identifier: str) -> tuple[PublicationPage, RevisionShown | None]:
    """Return a publication and its revision at work, for whoever may write it."""
    one = detail.publication_page(actor_of(request), identifier, at=timezone.now())
    if not one.coordinates:
        raise NotFoundError("publication", identifier)
    return one, at_work(one)


def _edits(actor: Actor, identifier: str, at: datetime) -> int:
    working = at_work(detail.publication_page(actor, identifier, at=at))
    return working.edits if working else -1


def _overtaken(record: Any, mine: dict[str, Any]) -> tuple[Difference, ...]:
    """Return where what is kept now differs from what somebody has just written."""
    try:
        return differences_of(record, draft_of(mine))
    except RecordError:
        return ()


def _since_last(
    actor: Actor, one: PublicationPage, working: RevisionShown, at: datetime
) -> tuple[Difference, ...] | None:
    if working.number == 1:
        return None
    return differences.between(actor, one.identifier, working.number - 1, working.number, at=at)


def _known_now(
    actor: Actor, one: PublicationPage, at: datetime
) -> list[tuple[str, list[Difference]]]:
    """Return what the desks know now and the draft does not say, by parts of the record."""
    found: dict[str, list[Difference]] = {}
    for each in differences.since_composed(actor, one.identifier, at=at):
        found.setdefault(each.place.partition(" ")[0], []).append(each)
    return list(found.items())


def _shown(found: Preview) -> Shown:
    return Shown(found, found.text[:_LONGEST_SHOWN], len(found.text) > _LONGEST_SHOWN)


def _indented(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


def _choices() -> dict[str, Any]:
    return {
        "remedy_kinds": [(str(word), said) for word, said in words.REMEDIES.items()],
        "credit_kinds": [(str(word), said) for word, said in words.CREDITS.items()],
        "reference_kinds": words.REFERENCES,
        "ends": tuple(words.ENDS.items()),
        "bases": [(str(word), said) for word, said in words.BASES.items() if str(word) != "run"],
    }
