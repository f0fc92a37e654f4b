"""The first page: how far everything has come, what is stuck, what deserves attention."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tidegate.desks.findings.queries.cases import list_cases
from tidegate.desks.findings.queries.counting import Count
from tidegate.desks.findings.queries.filters import FindingFilter
from tidegate.desks.findings.queries.findings import list_findings
from tidegate.desks.findings.queries.overview import Day, Funnel, Stuck, overview
from tidegate.desks.findings.states import Stage
from tidegate.faces.console.charts.locks import Stage as LockStage
from tidegate.faces.console.charts.locks import draw_locks
from tidegate.faces.console.charts.series import Series, draw_series
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_CASES: Final = 8
_WORKING: Final = 6


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that does not go on by itself, and where to see to it."""

    count: Count
    one: str
    many: str
    mend: str
    address: str

    @property
    def said(self) -> str:
        """What it is, in the number that fits."""
        return self.one if self.count.number == 1 else self.many


@require_GET
@asking
def show(request: HttpRequest) -> HttpResponse:
    """Show the whole desk in a few numbers."""
    seen = overview(actor_of(request))
    return page(
        request,
        "overview",
        "overview",
        totals=seen.totals,
        chambers=draw_locks(_stages(seen.funnel)),
        obstacles=[one for one in _obstacles(seen.stuck) if one.count.number],
        series=draw_series(_series(seen.series)),
        days=list(reversed(seen.series)),
        cases=list_cases(actor_of(request), limit=_CASES),
        working=list_findings(
            actor_of(request), FindingFilter(stage=Stage.WORKING), limit=_WORKING
        ),
    )


@require_GET
@asking
def working_now(request: HttpRequest) -> HttpResponse:
    """Show what is being run at this moment; the first page asks for it again and again."""
    found = list_findings(actor_of(request), FindingFilter(stage=Stage.WORKING), limit=_WORKING)
    return page(request, "parts/working", "", working=found)


def _stages(funnel: Funnel) -> list[LockStage]:
    steps = (
        ("Received", funnel.received, "everything handed in"),
        ("With a proof", funnel.with_proof, "something that can be run"),
        ("Judged", funnel.run, "has a verdict"),
        ("Reproduced", funnel.proven, "seen in every run"),
    )
    stages = [
        LockStage(name, step.number, _findings(step.filter), note) for name, step, note in steps
    ]
    return [*stages, LockStage("Cases", funnel.cases, "/cases", "distinct bugs")]


def _obstacles(stuck: Stuck) -> list[Obstacle]:
    return [
        Obstacle(
            stuck.set_aside,
            "finding set aside",
            "findings set aside",
            "The runs ended the worker again and again. Try once more, or leave it.",
            _findings(stuck.set_aside_filter),
        ),
        Obstacle(
            stuck.nominations,
            "pair may be one bug",
            "pairs may be one bug",
            "They look alike. A person decides.",
            "/duplicates",
        ),
        Obstacle(
            stuck.inconclusive,
            "finding inconclusive",
            "findings inconclusive",
            "Nothing can be said, which is not the same as safe.",
            _findings(stuck.inconclusive_filter),
        ),
        Obstacle(
            stuck.waiting_long,
            "finding has waited for a day",
            "findings have waited for a day",
            "No worker has begun it. Is one running?",
            _findings(stuck.waiting_filter),
        ),
        Obstacle(
            stuck.unread,
            "delivery not read to its end",
            "deliveries not read to their end",
            "A worker goes on where reading stopped.",
            "/deliveries?state=stored",
        ),
    ]


def _series(days: tuple[Day, ...]) -> list[Series]:
    return [
        Series("Received", "received", tuple((one.day, one.received) for one in days)),
        Series("Reproduced", "proven", tuple((one.day, one.proven) for one in days)),
        Series("Cases opened", "cases", tuple((one.day, one.cases) for one in days)),
    ]


def _findings(asked: FindingFilter) -> str:
    words = {name: word for name, word in asdict(asked).items() if word}
    return f"/findings?{urlencode(words, safe=',')}" if words else "/findings"
