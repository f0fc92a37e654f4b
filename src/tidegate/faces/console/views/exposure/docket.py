"""The docket: orders, directives, the clearinghouse's milestones, filings, each with its clock.

It is for everybody, and needs no signing in: it holds days that are the same for all, and nothing
of anybody's own. Whoever has signed in gets it within the console.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.views.decorators.http import conditional_page, require_safe

from tidegate.desks.exposure.queries.directives import public_docket
from tidegate.engines.directives import DocketEntry, EntryKind, EntryState, of_docket
from tidegate.engines.rules.policies import Source
from tidegate.faces.console import directive_words as words
from tidegate.faces.console.charts.docket import Mark, draw_docket
from tidegate.faces.console.coordination_words import look_in
from tidegate.faces.console.views.showing import page
from tidegate.faces.web.acting import actor_of_request as actor_of

FOR_MINUTES: Final = "public, max-age=300"
"""How long anybody may keep what is everybody's."""

_GRAVEST: Final = (
    EntryKind.BINDING,
    EntryKind.REVOKED,
    EntryKind.REQUIREMENT,
    EntryKind.REPORT,
    EntryKind.EFFECTIVE,
    EntryKind.ISSUED,
    EntryKind.ORDERED,
    EntryKind.MILESTONE,
    EntryKind.FILING,
)
"""Of what lies on one day of one directive, the picture shows the first of these."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry, and how it is referred to."""

    ident: str
    entry: DocketEntry
    sources: str
    """Where in the page its sources are listed."""


@dataclass(frozen=True, slots=True)
class Read:
    """Sources that several entries have in common."""

    ident: str
    citation: str
    sources: tuple[Source, ...]
    is_of_one: bool
    """Whether they are those of a single entry, such as a milestone."""


@require_safe
@conditional_page
def show(request: HttpRequest) -> HttpResponse:
    """Show the docket."""
    now = timezone.now()
    every = public_docket(now)
    of = request.GET.get("of", "")
    cited = {one.directive: one.citation for one in every}
    entries = [one for one in every if one.directive == of] if of in cited else list(every)
    rows, read = with_sources(entries)
    is_inside = actor_of(request).person is not None
    answer = page(
        request,
        "exposure/docket",
        "docket",
        frame="console/base.html" if is_inside else "console/public.html",
        is_inside=is_inside,
        today=now.astimezone(UTC).date(),
        ahead=[one for one in rows if one.entry.state is not EntryState.PAST],
        past=[one for one in reversed(rows) if one.entry.state is EntryState.PAST],
        read=read,
        picture=picture_of(entries, now.astimezone(UTC).date()),
        legend=_legend(entries),
        cited=sorted(cited.items(), key=lambda one: one[1]),
        of=of if of in cited else "",
        all=len(every),
        all_shown=len(entries),
        second_hand=sum(one.is_second_hand for one in entries),
    )
    patch_vary_headers(answer, ["Cookie"])
    if not is_inside:
        answer.headers["Cache-Control"] = FOR_MINUTES
    return answer


def picture_of(entries: Sequence[DocketEntry], today: date) -> SafeString | None:
    """Return the entries as a time line; None where nothing lies within sight."""
    marks = [_mark(one) for one in sorted(entries, key=lambda one: _GRAVEST.index(one.kind))]
    return draw_docket(marks, today)


def ident_of(entry: DocketEntry) -> str:
    """Return how an entry is referred to within the page."""
    return f"on-{of_docket(entry).uid[:13]}"


def with_sources(entries: Sequence[DocketEntry]) -> tuple[list[Shown], list[Read]]:
    """Return entries as they are shown, and the sources that they refer to, each list once."""
    having: dict[tuple[Source, ...], list[DocketEntry]] = {}
    for one in sorted(entries, key=lambda one: (one.citation, one.on)):
        having.setdefault(one.sources, []).append(one)
    idents = {sources: f"read-{number}" for number, sources in enumerate(having, 1)}
    read = [
        Read(idents[sources], of[0].citation, sources, len(of) == 1)
        for sources, of in having.items()
    ]
    return [Shown(ident_of(one), one, idents[one.sources]) for one in entries], read


def _mark(entry: DocketEntry) -> Mark:
    look = look_in(words.ENTRIES, entry.kind)
    return Mark(entry.on, entry.citation, look.tone, look.shape, f"{look.label}: {entry.words}")


def _legend(entries: Sequence[DocketEntry]) -> list[str]:
    there = {one.kind for one in entries}
    return [kind for kind in EntryKind if kind in there]
