"""Light or dark, and the page that shows every component."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.findings.queries.filters import SEVERITIES, STAGES, VERDICTS
from tidegate.engines.reproduction.ranges import NOT_TESTED
from tidegate.faces.console.charts.locks import Stage, draw_locks
from tidegate.faces.console.charts.marks import Release
from tidegate.faces.console.charts.releases import draw_releases
from tidegate.faces.console.charts.series import Series, draw_series
from tidegate.faces.console.texts import differing
from tidegate.faces.console.views.showing import page

_YEAR: Final = 365 * 24 * 3600


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice in a cookie and lead back to where they were."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in ("light", "dark"):
        response.set_cookie("theme", chosen, max_age=_YEAR, samesite="Lax")
    return response


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Show every component of the design, with made-up contents."""
    start = date(2026, 11, 1)
    counts = [3, 5, 0, 8, 13, 9, 4, 2, 6, 11, 17, 12, 5, 7]
    days = tuple((start + timedelta(days=index), count) for index, count in enumerate(counts))
    return page(
        request,
        "style",
        "style",
        verdicts=VERDICTS,
        stages=STAGES,
        severities=SEVERITIES,
        words=differing(
            "Keys named __proto__ reach Object.prototype in setKey",
            "Keys named constructor reach Object.prototype in setKey()",
        ),
        hostile="photo_\u202egnp.exe and a\u200bdmin",
        chambers=draw_locks(
            [
                Stage("Received", 1000, "/findings"),
                Stage("With a proof", 620, "/findings"),
                Stage("Judged", 240, "/findings"),
                Stage("Reproduced", 31, "/findings"),
            ]
        ),
        series=draw_series([Series("Received", "received", days)]),
        picture=draw_releases(_RELEASES, package="example", ident="example"),
        dated=draw_releases(_dated(), package="example", ident="dated"),
    )


def _dated() -> list[Release]:
    """Return two lines side by side in time: the older one is mended later."""
    start = datetime(2023, 2, 1, tzinfo=UTC)
    return [
        Release(
            f"{line}.{minor}.0",
            str(line),
            "not-reproduced" if minor >= fixed else "reproduced",
            inferred=minor not in (0, fixed - 1, fixed, 8),
            published=start + timedelta(days=410 * (line - 1) + 130 * minor),
        )
        for line, fixed in ((1, 8), (2, 4))
        for minor in range(9)
    ]


_RELEASES: Final = (
    Release("1.0.0", "1", "reproduced"),
    Release("1.0.1", "1", "reproduced", inferred=True),
    Release("1.1.0", "1", "flaky"),
    Release("1.1.1", "1", "not-reproduced"),
    Release("1.2.0", "1", "not-reproduced", inferred=True),
    Release("2.0.0-rc.1", "2", "reproduced", prerelease=True),
    Release("2.0.0", "2", "reproduced", yanked=True),
    Release("2.0.1", "2", "inconclusive"),
    Release("2.1.0", "2", NOT_TESTED),
    Release("2.1.1", "2", "not-reproduced"),
)
