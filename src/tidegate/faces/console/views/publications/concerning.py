"""What was published that concerns an operator: how far it is with each, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.queries.operators import my_operators
from tidegate.desks.publications.queries.advisories import records_of
from tidegate.desks.publications.queries.concerning import Concern, concerning
from tidegate.desks.publications.states.adoption import Stage
from tidegate.engines.formats.advisories.record import Record, RemedyKind
from tidegate.faces.console.adoption_words import STAGES
from tidegate.faces.console.views.exposure import shown
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.console.words import Look
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "published"


@dataclass(frozen=True, slots=True)
class Row:
    """A publication, how far the operator is with it, and what to do."""

    one: Concern
    stages: tuple[tuple[Look, Stage, int, int], ...]
    """How a stage looks, how many assets have come to it, and their share in percent."""
    total: int
    to_do: str
    is_counted: bool
    """Whether these are counts that the operator has reported, without the assets."""


@require_GET
@asking
def show(request: HttpRequest) -> HttpResponse:
    """Show what was published that concerns an operator."""
    actor, now = actor_of(request), timezone.now()
    operators = my_operators(actor, at=now)
    asked = shown.chosen_of(request)
    if not operators:
        raise NotFoundError("organisation", asked or "of an operator")
    found = concerning(actor, organisation=asked or operators[0].key, at=now)
    records = records_of(actor, [one.identifier for one in found.rows], at=now)
    rows = [_row(one, records.get(one.identifier)) for one in found.rows]
    choices = shown.choices_of(request, actor, now)
    return page(
        request,
        "publications/concerning",
        SECTION,
        now=now,
        found=found,
        rows=rows,
        choices=choices,
        operator=found.organisation if len(choices) > 1 else "",
        today=now.astimezone(UTC).date(),
        late=sum(bool(row.one.late) for row in rows),
        open=sum(bool(row.one.open) for row in rows),
        unseen=sum(row.one.seen_at is None for row in rows),
        done_with=sum(row.one.is_done for row in rows),
    )


def _row(one: Concern, record: Record | None) -> Row:
    is_counted = not one.assets and bool(one.counted)
    said = one.counted if is_counted else one.reached
    total = one.counted.get(Stage.NOTIFIED, 0) if is_counted else one.assets
    return Row(
        one=one,
        stages=tuple(
            (STAGES[stage], stage, said.get(stage, 0), _share(said.get(stage, 0), total))
            for stage in Stage
        ),
        total=total,
        to_do=_to_do(one, record),
        is_counted=is_counted,
    )


def _share(number: int, total: int) -> int:
    return round(100 * number / total) if total else 0


def _to_do(one: Concern, record: Record | None) -> str:
    if one.withdrawn_at is not None:
        return "Nothing: it is withdrawn. Read why."
    if one.is_done:
        return "Nothing more: all that is known to be affected is verified."
    return _first_step(record) if record else ""


def _first_step(record: Record) -> str:
    """Return the first thing that a record says to do, in a sentence."""
    order = list(RemedyKind)
    remedies = sorted(record.remedies, key=lambda one: order.index(one.kind))
    fixes = [one.words for one in remedies if one.kind is RemedyKind.VENDOR_FIX]
    if fixes:
        return " ".join(fixes[:3])
    return remedies[0].words if remedies else "No remedy is known yet; the advisory will say so."
