"""How far a published fix has come: a curve from notified to verified, with the day due drawn in.

Coordinators are shown counts of at least five organisations, by sector and by scope, coarse and a
day late; a vendor of the case the counts of all; an operator its own assets, in full. What is said
stands apart from what inventories show that are here. The picture, the table beside it
and the files hold the same numbers.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may_with_instance
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.queries.operators import my_operators
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import Publication
from tidegate.desks.publications.queries.adoption import By, Curve, Group, curve
from tidegate.desks.publications.queries.adoption_own import OwnAdoption, own_adoption
from tidegate.desks.publications.queries.advisories import advisory_page
from tidegate.desks.publications.queries.detail import readable
from tidegate.desks.publications.states.adoption import SHOWN_HERE, Stage
from tidegate.engines.formats.advisories.record import Remedy
from tidegate.faces.console.adoption_words import STAGES, group_name
from tidegate.faces.console.charts.adoption import Moment, draw_adoption
from tidegate.faces.console.views.doing import SAVED_HEADERS, time_zone
from tidegate.faces.console.views.exposure.shown import OPERATOR, choices_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.console.words import Look
from tidegate.faces.web.acting import actor_of_request as actor_of

SECTION: Final = "published"
_OF_COORDINATORS: Final = "publications"
_SMALL: Final = 110
"""Height of a group's plot among others, in pixels."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula. From: OWASP, CSV Injection."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage, and how many have come to it."""

    look: Look
    stage: Stage
    number: int
    share: int | None
    """In percent of all."""
    here: int | None = None
    """Of how many inventories show it that are here; None of a stage that none can show."""


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group, its picture and its numbers."""

    name: str
    group: Group
    picture: SafeString
    now: tuple[StageRow, ...]


@require_GET
@asking
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show how far a publication has come."""
    actor, now = actor_of(request), timezone.now()
    identifier, by = as_written(name), _by(request)
    whole = None if OPERATOR in request.GET else _whole(actor, identifier, by, now)
    if whole is None:
        return _own(request, actor, identifier, now)
    publication = readable(actor, identifier, at=now)
    may_group = may_with_instance(actor, Act.READ)
    grouped = curve(actor, identifier, by, at=now) if by else None
    all_of_them = next(iter(whole.groups), None)
    return page(
        request,
        "publications/adoption",
        _OF_COORDINATORS,
        **_above(request, publication, now),
        curve=whole,
        may_group=may_group,
        coordinates=may_group,
        by=by.value if by else "",
        all=_shown(whole, all_of_them) if all_of_them else None,
        points=_points(all_of_them.points) if all_of_them else [],
        groups=[_shown(grouped, one, _SMALL) for one in grouped.groups] if grouped else [],
        has_own=bool(my_operators(actor, at=now)),
    )


@require_GET
@asking
def save_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out what the page shows as CSV (RFC 4180)."""
    data = _data(request, name)
    out = io.StringIO()
    written = csv.writer(out)
    here = [f"{stage}_shown_here" for stage in SHOWN_HERE]
    written.writerow(["group", "at", "of", *Stage, *here])
    for group in data["groups"]:
        for point in group["points"]:
            numbers = [point["reached"][stage] for stage in Stage]
            numbers += [point["shown_here"][stage] for stage in SHOWN_HERE]
            written.writerow([_cell(group["name"]), point["at"], group["of"], *numbers])
    return _file(out.getvalue().encode(), "text/csv; charset=utf-8", data, "csv")


@require_GET
@asking
def save_json(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out what the page shows as JSON."""
    data = _data(request, name)
    return _file(
        json.dumps(data, ensure_ascii=False, indent=2).encode(), "application/json", data, "json"
    )


def _own(request: HttpRequest, actor: Actor, identifier: str, now: datetime) -> HttpResponse:
    found = _own_of(request, actor, identifier, now)
    publication = readable(actor, identifier, at=now)
    moments = [Moment(one.at, one.reached, one.shown_here) for one in found.points]
    choices = choices_of(request, actor, now)
    counted = found.counted.get(Stage.NOTIFIED, 0)
    return page(
        request,
        "publications/adoption_own",
        SECTION,
        **_above(request, publication, now),
        own=found,
        choices=choices,
        many=False,
        operator_name=next((one.name for one in choices if one.key == found.organisation), ""),
        operator=found.organisation,
        picture=draw_adoption(moments, found.assets, found.deadlines, unit="assets")
        if found.assets
        else None,
        stages=_stages(found.points[-1].reached, found.assets, found.points[-1].shown_here),
        points=_points(found.points),
        counted=_stages(found.counted, counted) if found.counted else (),
        rows=[(one, STAGES[one.stage], _steps(one.stages)) for one in found.rows],
        late=sum(one.is_late for one in found.rows),
        open=sum(one.is_open for one in found.rows),
        remedies=_remedies(actor, identifier, now),
        today=now.astimezone(UTC).date(),
        has_curve=OPERATOR in request.GET and _whole(actor, identifier, None, now) is not None,
    )


def _above(request: HttpRequest, publication: Publication, now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "zone": time_zone(request),
        "publication": publication,
        "query": request.META.get("QUERY_STRING", ""),
        "looks": STAGES,
        "here": [STAGES[stage] for stage in SHOWN_HERE],
    }


def _by(request: HttpRequest) -> By | None:
    said = request.GET.get("by", "")
    if said and said not in tuple(By):
        raise FilterError(
            f"organisations are grouped by {' or '.join(By)}, not by {said[:40]!r}", parameter="by"
        )
    return By(said) if said else None


def _whole(actor: Actor, identifier: str, by: By | None, now: datetime) -> Curve | None:
    """Return the curve of all; None if it is not theirs, or not grouped so."""
    try:
        if by is not None:
            curve(actor, identifier, by, at=now)
        return curve(actor, identifier, at=now)
    except NotFoundError:
        return None


def _own_of(request: HttpRequest, actor: Actor, identifier: str, now: datetime) -> OwnAdoption:
    operators = my_operators(actor, at=now)
    asked = request.GET.get(OPERATOR, "").strip()
    if not asked and not operators:
        raise NotFoundError("publication", identifier)
    return own_adoption(actor, identifier, organisation=asked or operators[0].key, at=now)


def _shown(of: Curve, group: Group, height: int = 240) -> GroupShown:
    moments = [Moment(one.at, one.reached, one.shown_here) for one in group.points]
    return GroupShown(
        name=group_name(group.name),
        group=group,
        picture=draw_adoption(
            moments, group.organisations, of.deadlines, unit="organisations", height=height
        ),
        now=_stages(group.points[-1].reached, group.organisations, group.points[-1].shown_here),
    )


def _stages(reached: Any, whole: int, here: Any = None) -> tuple[StageRow, ...]:
    return tuple(
        StageRow(
            STAGES[stage],
            stage,
            reached.get(stage, 0),
            round(100 * reached.get(stage, 0) / whole) if whole else None,
            (here or {}).get(stage),
        )
        for stage in Stage
    )


def _points(points: Sequence[Any]) -> list[tuple[datetime, list[int]]]:
    """Return the points as rows, the newest first; of equal ones that follow, the first alone."""
    rows: list[tuple[datetime, list[int]]] = []
    for one in points:
        numbers = [one.reached.get(stage, 0) for stage in Stage]
        numbers += [one.shown_here.get(stage, 0) for stage in SHOWN_HERE]
        if not rows or rows[-1][1] != numbers:
            rows.append((one.at, numbers))
    return rows[::-1]


def _steps(stages: Any) -> list[tuple[Look, datetime, str]]:
    return [(STAGES[stage], *stages[stage]) for stage in Stage if stage in stages]


def _remedies(actor: Actor, identifier: str, now: datetime) -> tuple[Remedy, ...]:
    try:
        return advisory_page(actor, identifier, at=now).record.remedies
    except NotFoundError:  # It is theirs by now, and its revision was for others.
        return ()


def _data(request: HttpRequest, name: str) -> dict[str, Any]:
    actor, now = actor_of(request), timezone.now()
    identifier, by = as_written(name), _by(request)
    whole = None if OPERATOR in request.GET else _whole(actor, identifier, by, now)
    said: dict[str, Any] = {"advisory": identifier, "at": _instant(now)}
    if whole is None:
        own = _own_of(request, actor, identifier, now)
        return said | {
            "unit": "assets",
            "organisation": own.organisation,
            "deadlines": [day.isoformat() for day in own.deadlines],
            "counted": dict(own.counted),
            "groups": [_group("", own.assets, own.points)],
            "assets": [
                {
                    "key": one.key,
                    "name": one.name,
                    "stage": one.stage,
                    "is_open": one.is_open,
                    "is_late": one.is_late,
                    "due_on": one.due_on.isoformat() if one.due_on else None,
                    "receipt_sha256": one.receipt_sha256,
                    "stages": {
                        stage: {"at": _instant(when), "basis": basis}
                        for stage, (when, basis) in one.stages.items()
                    },
                }
                for one in own.rows
            ],
        }
    found = curve(actor, identifier, by, at=now) if by else whole
    return said | {
        "unit": "organisations",
        "by": by,
        "smallest": found.smallest,
        "is_hidden": found.is_hidden,
        "deadlines": [day.isoformat() for day in found.deadlines],
        "groups": [
            _group(one.name, one.organisations, one.points)
            | {"late": one.late, "unanswered": one.unanswered}
            for one in found.groups
        ],
    }


def _group(name: str, of: int, points: Sequence[Any]) -> dict[str, Any]:
    return {
        "name": name,
        "of": of,
        "points": [
            {
                "at": _instant(one.at),
                "reached": {stage: one.reached.get(stage, 0) for stage in Stage},
                "shown_here": {stage: one.shown_here.get(stage, 0) for stage in SHOWN_HERE},
            }
            for one in points
        ],
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _file(content: bytes, kind: str, data: dict[str, Any], ending: str) -> HttpResponse:
    name = f"adoption-{data['advisory']}-{data['at'][:10]}.{ending}"
    named = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=kind, headers={**SAVED_HEADERS, "Content-Disposition": named or ""}
    )
