"""The form in which terms are edited: from a version to its fields, and from them to a document.

Names in braces, such as `{purposes}`, stand for settings; they are filled in where a clause is
shown. A clause whose text is emptied is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeVar

from django.http import HttpRequest, QueryDict

from tidegate.desks.reviews.frameworks.framework import (
    Action,
    Clause,
    Heading,
    Kept,
    Settings,
    Terms,
)
from tidegate.desks.reviews.frameworks.terms import to_document
from tidegate.desks.reviews.queries.terms import TermsPage
from tidegate.faces.console.views.doing import Refusal, UnreadableError, text_of
from tidegate.faces.console.views.reviews.answering import days_of, lines_of, listed

_W = TypeVar("_W", Kept, Heading)

_DAY: Final = timedelta(days=1)
_MOST_CLAUSES: Final = 200
_NEW: Final = "new"
"""In the names of the fields of a clause that is added."""


@dataclass(frozen=True, slots=True)
class ClauseField:
    """A clause, as its fields hold it."""

    name: str
    heading: str
    text: str
    plain: str


@dataclass(frozen=True, slots=True)
class TermsForm:
    """What the form holds: as the version says it, or as it was written before a refusal."""

    title: str
    content: str
    watermark: bool
    proven_calls: bool
    addresses: str
    two_persons: tuple[str, ...]
    break_glass: bool
    longest_grant: str
    vetting: bool
    transcripts_destroyed_after: str
    certificate_due_after: str
    confidential_until: str
    purposes: str
    reporting: str
    clauses: tuple[ClauseField, ...]
    added: ClauseField


def form_of(found: TermsPage, refusal: Refusal | None) -> TermsForm:
    """Return the form of the version that a page shows."""
    terms = found.terms
    assert terms is not None
    if refusal is not None and refusal.form == "terms":
        return _as_written(refusal.written, terms)
    said = terms.settings
    return TermsForm(
        title=terms.title,
        content=said.content,
        watermark=said.watermark,
        proven_calls=said.proven_calls,
        addresses="\n".join(said.addresses),
        two_persons=tuple(said.two_persons),
        break_glass=said.break_glass,
        longest_grant=_days(said.longest_grant),
        vetting=said.vetting,
        transcripts_destroyed_after=_days(said.transcripts_destroyed_after),
        certificate_due_after=_days(said.certificate_due_after),
        confidential_until=said.confidential_until,
        purposes="\n".join(said.purposes),
        reporting=said.reporting,
        clauses=tuple(
            ClauseField(one.name, one.heading, one.text, one.plain) for one in terms.clauses
        ),
        added=ClauseField("", Heading.USE, "", ""),
    )


def document_of(request: HttpRequest, terms: Terms) -> bytes:
    """Return the document that the form holds; what it does not ask for is as in `terms`.

    Raises:
        UnreadableError: a field holds what cannot be read.
        TermsError: it is no terms.
    """
    clauses = [_clause(request, one) for one in terms.clauses[:_MOST_CLAUSES]]
    if text_of(request, f"text-{_NEW}"):
        clauses.append(_added(request))
    written = replace(
        terms,
        title=text_of(request, "title"),
        clauses=tuple(one for one in clauses if one.text),
        settings=_settings(request, terms.settings),
    )
    return to_document(written)


def _settings(request: HttpRequest, before: Settings) -> Settings:
    return Settings(
        content=_one_of(Kept, request, "content", "what is kept of calls"),
        watermark=bool(text_of(request, "watermark")),
        proven_calls=bool(text_of(request, "proven_calls")),
        addresses=listed(request, "addresses"),
        two_persons=frozenset(
            Action(word) for word in request.POST.getlist("two_persons") if word in tuple(Action)
        )
        | (before.two_persons & {Action.BREAK_GLASS}),
        break_glass=bool(text_of(request, "break_glass")),
        longest_grant=days_of(request, "longest_grant", "the longest grant"),
        vetting=bool(text_of(request, "vetting")),
        transcripts_destroyed_after=days_of(
            request, "transcripts_destroyed_after", "when transcripts are destroyed"
        ),
        certificate_due_after=days_of(
            request, "certificate_due_after", "when certificates are due"
        ),
        confidential_until=text_of(request, "confidential_until"),
        purposes=lines_of(request, "purposes"),
        reporting=text_of(request, "reporting"),
    )


def _clause(request: HttpRequest, before: Clause) -> Clause:
    return replace(
        before,
        text=_lined(text_of(request, f"text-{before.name}")),
        plain=_lined(text_of(request, f"plain-{before.name}")),
    )


def _added(request: HttpRequest) -> Clause:
    return Clause(
        name=text_of(request, f"name-{_NEW}"),
        heading=_one_of(Heading, request, f"heading-{_NEW}", "the heading of the new clause"),
        text=_lined(text_of(request, f"text-{_NEW}")),
        plain=_lined(text_of(request, f"plain-{_NEW}")),
    )


def _one_of(known: type[_W], request: HttpRequest, name: str, what: str) -> _W:
    said = text_of(request, name)
    if said not in tuple(known):
        raise UnreadableError(f"{what}, {said[:40]!r}, is not known; choose {', '.join(known)}")
    return known(said)


def _as_written(written: QueryDict, terms: Terms) -> TermsForm:
    def held(name: str) -> str:
        return str(written.get(name, ""))

    return TermsForm(
        title=held("title"),
        content=held("content"),
        watermark=bool(held("watermark")),
        proven_calls=bool(held("proven_calls")),
        addresses=held("addresses"),
        two_persons=tuple(str(one) for one in written.getlist("two_persons")),
        break_glass=bool(held("break_glass")),
        longest_grant=held("longest_grant"),
        vetting=bool(held("vetting")),
        transcripts_destroyed_after=held("transcripts_destroyed_after"),
        certificate_due_after=held("certificate_due_after"),
        confidential_until=held("confidential_until"),
        purposes=held("purposes"),
        reporting=held("reporting"),
        clauses=tuple(
            ClauseField(one.name, one.heading, held(f"text-{one.name}"), held(f"plain-{one.name}"))
            for one in terms.clauses
        ),
        added=_field(written, _NEW),
    )


def _field(written: Mapping[str, object], name: str) -> ClauseField:
    return ClauseField(
        *(str(written.get(f"{part}-{name}", "")) for part in ("name", "heading", "text", "plain"))
    )


def _lined(text: str) -> str:
    """Return a text with the line ends that documents have, not those that browsers send."""
    return text.replace("\r\n", "\n")


def _days(span: timedelta) -> str:
    return f"{span / _DAY:g}"
