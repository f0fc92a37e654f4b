"""How a revision looks in a format, and how two of them differ."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.publications.queries import detail, differences
from tidegate.desks.publications.queries.previews import preview
from tidegate.faces.console.publication_words import FORMATS
from tidegate.faces.console.views.doing import SAVED_HEADERS
from tidegate.faces.console.views.publications.answering import SECTION, above
from tidegate.faces.console.views.publications.course import at_work
from tidegate.faces.console.views.publications.diff_lines import lines_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_GET
@asking
def show_differences(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show what differs between two revisions: field by field, and as text of a format."""
    actor, now = actor_of(request), timezone.now()
    one = detail.publication_page(actor, identifier, at=now)
    numbers = [each.number for each in one.revisions]
    newest = numbers[0] if numbers else 1
    before = _number(request, "from") or max(newest - 1, 1)
    after = _number(request, "to") or newest
    word = request.GET.get("format", "")
    found = differences.between(actor, one.identifier, before, after, at=now)
    text = differences.texts(actor, one.identifier, before, after, word, at=now) if word else ""
    return page(
        request,
        "publications/differences",
        SECTION,
        **above(request, now),
        one=one,
        working=at_work(one),
        view="differences",
        numbers=numbers,
        before=before,
        after=after,
        word=word,
        formats=tuple(FORMATS.items()),
        found=found,
        lines=lines_of(text),
    )


@require_GET
@asking
def show_document(request: HttpRequest, identifier: str, word: str) -> HttpResponse:
    """Show a revision in one format: as it went out, or as it would."""
    actor, now = actor_of(request), timezone.now()
    one = detail.publication_page(actor, identifier, at=now)
    number = _number(request, "revision")
    found = preview(actor, one.identifier, word, number=number, at=now)
    return page(
        request,
        "publications/document",
        SECTION,
        **above(request, now),
        one=one,
        working=at_work(one),
        view="documents",
        found=found,
        number=number or (one.revisions[0].number if one.revisions else 0),
        formats=tuple(FORMATS.items()),
    )


@require_GET
@asking
def save_document(request: HttpRequest, identifier: str, word: str) -> HttpResponse:
    """Hand out a revision in one format as a file."""
    actor, now = actor_of(request), timezone.now()
    number = _number(request, "revision")
    found = preview(actor, identifier, word, number=number, at=now)
    if not found.text:
        raise NotFoundError("document", word)
    one = detail.publication_page(actor, identifier, at=now)
    name = f"{one.identifier}.{word}.json"
    headers = {**SAVED_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.text.encode(), content_type="application/json", headers=headers)


def _number(request: HttpRequest, name: str) -> int | None:
    """Return the number of a revision that an address names; None where it names none."""
    written = request.GET.get(name, "")
    is_number = written.isascii() and written.isdecimal() and len(written) <= 9
    return int(written) if is_number else None
