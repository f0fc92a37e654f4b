"""An organisation's compliance as files: CSV for spreadsheets, JSON for programs.

They hold what the page holds. What a table's clock is for is one row for each requirement, with the
numbers of its exposures; these have lists, and files, of their own.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from tidegate.desks.exposure.queries.compliance import Compliance, as_report, compliance
from tidegate.engines.directives import to_csv
from tidegate.faces.console.views.doing import SAVED_HEADERS
from tidegate.faces.console.views.showing import asking
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_GET
@asking
def save_csv(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out a report as CSV (RFC 4180)."""
    now = timezone.now()
    found = compliance(actor_of(request), key, at=now)
    return _file(to_csv(as_report(found)).encode(), "text/csv; charset=utf-8", found, now, "csv")


@require_GET
@asking
def save_json(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out a report as JSON."""
    now = timezone.now()
    found = compliance(actor_of(request), key, at=now)
    written = json.dumps(_record(found, now), ensure_ascii=False, indent=2)
    return _file(written.encode(), "application/json", found, now, "json")


def _record(found: Compliance, now: datetime) -> dict[str, Any]:
    return {
        "organisation": {"key": found.organisation.key, "name": found.organisation.name},
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "zone": found.zone,
        "whom": list(found.whom),
        "duties": [row.record() for row in found.rows],
        "by_table": [
            {
                "directive": one.directive.citation,
                "requirement": one.requirement.id,
                "words": one.requirement.words,
                "force": one.force.value if one.force else None,
                "late": one.late,
                "due": one.due,
                "excepted": one.excepted,
                "done": one.done,
                "cleared": one.cleared,
            }
            for one in found.tables
        ],
        "not_applicable": [row.record() for row in found.not_applicable],
    }


def _file(content: bytes, kind: str, found: Compliance, now: datetime, ending: str) -> HttpResponse:
    name = f"compliance-{found.organisation.key}-{now.astimezone(UTC):%Y-%m-%d}.{ending}"
    named = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=kind, headers={**SAVED_HEADERS, "Content-Disposition": named or ""}
    )
