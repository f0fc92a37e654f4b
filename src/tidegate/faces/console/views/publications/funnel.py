"""From found to verified: how many come how far, and how long it takes, for coordinators.

Beside it stands the number that this is to be measured by: what was patched of what Project
Glasswing had disclosed. Its source is named; it is somebody else's figure, and counted otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from tidegate.desks.publications.queries.funnel import Funnel, Step, StepName, funnel
from tidegate.faces.console.adoption_words import STEPS, UNITS
from tidegate.faces.console.charts.funnel import draw_share
from tidegate.faces.console.views.doing import SAVED_HEADERS
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "funnel"


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step, its share as a bar, and how long it took."""

    step: Step
    name: str
    meaning: str
    unit: str
    percent: str
    """Empty where nothing could have come."""
    picture: SafeString
    is_new_unit: bool
    """Whether it counts something else than the step before."""


@require_GET
@asking
def show(request: HttpRequest) -> HttpResponse:
    """Show the funnel of this instance, beside somebody else's."""
    now = timezone.now()
    found = funnel(actor_of(request), at=now)
    fixed = next(one for one in found.steps if one.name is StepName.FIXED)
    other = found.reference
    said = f"{other.fixed} of {other.disclosed}"
    return page(
        request,
        "publications/funnel",
        SECTION,
        now=now,
        funnel=found,
        steps=list(_steps(found)),
        fixed=fixed,
        fixed_percent=_percent(fixed.share),
        own_picture=draw_share(fixed.share, f"Here: {fixed.number} of {fixed.of}"),
        other=other,
        other_percent=_percent(other.share),
        other_picture=draw_share(other.share, f"{other.name}: {said}", kind="other"),
        other_host=urlsplit(other.source).hostname,
    )


@require_GET
@asking
def save_json(request: HttpRequest) -> HttpResponse:
    """Hand out the funnel as JSON."""
    found = funnel(actor_of(request), at=timezone.now())
    at = found.until.astimezone(UTC)
    data: dict[str, Any] = {
        "until": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "cases": found.cases,
        "steps": [
            {
                "name": one.name,
                "unit": one.unit,
                "number": one.number,
                "of": one.of,
                "share": one.share,
                "median_seconds": _seconds(one.median),
                "p95_seconds": _seconds(one.tail),
            }
            for one in found.steps
        ],
        "reference": {
            "name": found.reference.name,
            "on": found.reference.on.isoformat(),
            "disclosed": found.reference.disclosed,
            "fixed": found.reference.fixed,
            "source": found.reference.source,
        },
    }
    named = content_disposition_header(as_attachment=True, filename=f"funnel-{at:%Y-%m-%d}.json")
    return HttpResponse(
        json.dumps(data, ensure_ascii=False, indent=2),
        content_type="application/json",
        headers={**SAVED_HEADERS, "Content-Disposition": named or ""},
    )


def _steps(found: Funnel) -> Iterator[StepShown]:
    before = None
    for one in found.steps:
        name, meaning = STEPS[one.name]
        percent = "" if one.name is StepName.FOUND else _percent(one.share)
        share = one.share if one.name is not StepName.FOUND else 1.0 if one.number else None
        yield StepShown(
            step=one,
            name=name,
            meaning=meaning,
            unit=UNITS[one.unit],
            percent=percent,
            picture=draw_share(share, f"{name}: {one.number} of {one.of} {UNITS[one.unit]}"),
            is_new_unit=before is not None and before != one.unit,
        )
        before = one.unit


def _percent(share: float | None) -> str:
    if share is None:
        return ""
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())
