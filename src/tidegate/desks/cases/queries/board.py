"""The board: cases by where their coordination is, and by age; for who may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act, Label
from tidegate.desks.cases.models import Clock, Participant
from tidegate.desks.cases.states.consents import Consent
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.queries.errors import FilterError

UNCOORDINATED: Final = "uncoordinated"
CLOSED: Final = "closed"

COLUMNS: Final = (UNCOORDINATED, *(str(state) for state in EmbargoState), CLOSED)
"""In the order of a case's way."""

MOST: Final = 200
"""Cases of one column that are shown at once."""

_COUNTED: Final = 10_000
"""Cases of one column are counted no further."""

DUE: Final = {"overdue": timedelta(0), "day": timedelta(days=1), "week": timedelta(days=7)}
"""How near the next date of a case may be asked for."""

_LONGEST_TEXT: Final = 200

SEVERITIES: Final = tuple(severity.word for severity in Severity)


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What narrows the board; an empty word narrows nothing."""

    text: str = ""
    """Part of a case's title or package, or its key."""
    tlp: str = ""
    severity: str = ""
    due: str = ""
    """A word of `DUE`: a clock runs out within that time, or has."""


@dataclass(frozen=True, slots=True)
class Card:
    """A case, as the board shows it."""

    key: str
    title: str
    package: str
    severity: str
    priority: int
    tlp: str
    """Empty while it is not coordinated."""
    since: datetime
    """When its coordination was opened, or the case itself."""
    age: timedelta
    ends_at: datetime | None
    parties: int
    """0, as what follows, for who reads the case for its label alone."""
    joined: int
    waiting: int
    """Parties that wait in a line."""
    known: tuple[str, ...]
    """What the world knows: `public`, `exploit-public`, `attacks-seen`."""
    asked: int
    """Parties that were invited."""
    agreed: int
    """Those of them whose consent to the terms on the table stands."""
    next_at: datetime | None
    """When the next of its clocks rings; reminders are left out."""
    next_kind: str
    """What follows then: a word of `Clock.Kind`; empty without a clock."""
    next_name: str
    """Of the policy's rule, or of what ends."""


@dataclass(frozen=True, slots=True)
class Column:
    """The cases of one state, the oldest first."""

    name: str
    count: int
    """At most ten thousand; then there are as many, or more."""
    cards: tuple[Card, ...]
    more: bool


def board(
    actor: Actor, asked: BoardFilter | None = None, *, at: datetime, most: int = 25
) -> tuple[Column, ...]:
    """Return every column, with the first cards of each.

    Raises:
        FilterError: `most` is out of bounds, or a word of the filter is not known.
    """
    return tuple(column(actor, name, asked, at=at, most=most) for name in COLUMNS)


def column(
    actor: Actor,
    name: str,
    asked: BoardFilter | None = None,
    *,
    at: datetime,
    most: int = MOST,
    after: int = 0,
) -> Column:
    """Return one column, from the card behind the first `after` ones.

    Raises:
        FilterError: there is no such column, or `most` or `after` is out of bounds, or a word of
            the filter is not known.
    """
    if name not in COLUMNS:
        raise FilterError(
            f"the board has no column {name[:40]!r}; it has {', '.join(COLUMNS)}",
            parameter="column",
        )
    if not 1 <= most <= MOST or not 0 <= after <= _COUNTED:
        raise FilterError(
            f"a column shows 1 to {MOST} cards, behind at most {_COUNTED} others", parameter="most"
        )
    rows = _fitting(actor, _cases(actor, name, at), asked or BoardFilter(), at)
    oldest = "opened_at" if name == UNCOORDINATED else "coordination__opened_at"
    ids = list(rows.order_by(oldest, "pk").values_list("pk", flat=True)[after : after + most + 1])
    shown = {case.pk: case for case in _loaded(actor, ids[:most], at)}
    return Column(
        name,
        rows.order_by()[:_COUNTED].count(),
        tuple(_card(shown[number], at) for number in ids[:most]),
        more=len(ids) > most,
    )


def _cases(actor: Actor, name: str, at: datetime) -> QuerySet[Case]:
    rows = narrowed(actor, Case.objects.filter(merged_into=None), at=at)
    if name == UNCOORDINATED:
        return rows.filter(coordination=None)
    if name == CLOSED:
        return rows.filter(coordination__closed_at__isnull=False)
    return rows.filter(coordination__closed_at=None, coordination__embargo=name)


def _fitting(
    actor: Actor, rows: QuerySet[Case], asked: BoardFilter, at: datetime
) -> QuerySet[Case]:
    known = {"tlp": tuple(Label), "severity": SEVERITIES, "due": tuple(DUE)}
    for name, words in known.items():
        said = getattr(asked, name)
        if said and said not in words:
            raise FilterError(
                f"the {name} {said[:40]!r} is not known; known are {', '.join(words)}",
                parameter=name,
            )
    if asked.text:
        text = asked.text[:_LONGEST_TEXT]
        rows = rows.filter(
            Q(title__icontains=text) | Q(package__icontains=text) | Q(key=text.upper())
        )
    if asked.tlp:
        rows = rows.filter(coordination__tlp=asked.tlp)
    if asked.severity:
        rows = rows.filter(severity=Severity.of_word(asked.severity))
    if asked.due:
        coordinated = narrowed(actor, Case.objects.all(), Act.COORDINATE, at=at)
        within = narrowed(actor, Participant.objects.all(), at=at)
        clocks = _running(coordinated.values("pk"), within.values("coordination"))
        due = clocks.filter(due_at__lte=at + DUE[asked.due])
        rows = rows.filter(Exists(due.filter(coordination__case=OuterRef("pk"))))
    return rows


def _running(cases: Any, coordinations: Any) -> QuerySet[Clock]:
    """Return the clocks on which something is due; a reminder is of one of them.

    Those that are about one party are shown of the cases that one coordinates alone, and none of
    what one reads for its label: `coordinations` are those whose parties one sees.
    """
    running = Clock.objects.filter(state=Clock.State.RUNNING).exclude(kind=Clock.Kind.REMINDER)
    return running.filter(
        Q(coordination__case__in=cases) | Q(subject="", coordination__in=coordinations)
    )


def _loaded(actor: Actor, ids: list[int], at: datetime) -> QuerySet[Case]:
    cases, parties = Case.objects.filter(pk__in=ids), Participant.objects.all()
    coordinated = list(narrowed(actor, cases, Act.COORDINATE, at=at).values_list("pk", flat=True))
    seen = narrowed(actor, parties.filter(coordination__case__in=ids), at=at)
    within = list(seen.values_list("coordination", flat=True).distinct())
    parts = "coordination__participants"
    there = Q(**{f"{parts}__removed_at": None, f"{parts}__coordination__in": within})
    asked = there & Q(**{f"{parts}__invited_at__isnull": False})
    clocks = _running(coordinated, within).filter(coordination__case=OuterRef("pk"))
    first = clocks.order_by("due_at", "pk")
    return cases.select_related("coordination").annotate(
        parties=Count(parts, filter=there),
        joined=Count(parts, filter=there & Q(**{f"{parts}__joined_at__isnull": False})),
        waiting=Count(parts, filter=there & Q(**{f"{parts}__invited_at": None})),
        asked=Count(parts, filter=asked),
        agreed=Count(parts, filter=asked & Q(**{f"{parts}__consent": Consent.SIGNATORY})),
        next_at=Subquery(first.values("due_at")[:1]),
        next_kind=Subquery(first.values("kind")[:1]),
        next_name=Subquery(first.values("name")[:1]),
    )


def _card(case: Case, at: datetime) -> Card:
    row = getattr(case, "coordination", None)
    since = row.opened_at if row else case.opened_at
    counted = vars(case)
    known = {
        "public": row and row.public_at,
        "exploit-public": row and row.exploit_at,
        "attacks-seen": row and row.attacks_at,
    }
    return Card(
        key=case.key,
        title=case.title,
        package=case.package,
        severity=Severity(case.severity).word,
        priority=case.priority,
        tlp=row.tlp if row else "",
        since=since,
        age=at - since,
        ends_at=row.ends_at if row else None,
        parties=counted["parties"],
        joined=counted["joined"],
        waiting=counted["waiting"],
        known=tuple(word for word, moment in known.items() if moment),
        asked=counted["asked"],
        agreed=counted["agreed"],
        next_at=counted["next_at"],
        next_kind=counted["next_kind"] or "",
        next_name=counted["next_name"] or "",
    )
