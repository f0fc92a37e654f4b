"""How long each step of the funnel took, in order: one question of the database for each step.

What came to a step is grouped before it is joined. Asked for case by case, the same takes minutes
on some thousand cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Sum

from tidegate.desks.cases.models import Coordination, Occurrence, Participant
from tidegate.desks.cases.states.vulnerabilities import CaseEvent
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.publications.models import Adoption, AdoptionFigure, Fix, Publication, Trial
from tidegate.desks.publications.states.adoption import Stage, from_here_on
from tidegate.desks.publications.states.figures import Figure
from tidegate.engines.reproduction.verdicts import Word

_MICROSECOND: Final = timedelta(microseconds=1)
_CASE: Final = Case._meta.db_table  # noqa: SLF001 - the framework publishes it so
_FINDING: Final = Finding._meta.db_table  # noqa: SLF001
_COORDINATION: Final = Coordination._meta.db_table  # noqa: SLF001
_PARTICIPANT: Final = Participant._meta.db_table  # noqa: SLF001
_OCCURRENCE: Final = Occurrence._meta.db_table  # noqa: SLF001
_PUBLICATION: Final = Publication._meta.db_table  # noqa: SLF001
_FIX: Final = Fix._meta.db_table  # noqa: SLF001
_TRIAL: Final = Trial._meta.db_table  # noqa: SLF001
_ADOPTION: Final = Adoption._meta.db_table  # noqa: SLF001

_DISCLOSED: Final = (
    "SELECT case_id, MIN(at) AS at FROM ("  # noqa: S608 - names of our own tables
    f" SELECT c.case_id, p.invited_at AS at FROM {_PARTICIPANT} p"
    f" JOIN {_COORDINATION} c ON c.id = p.coordination_id WHERE p.role = %s"
    f" UNION ALL SELECT case_id, published_at FROM {_PUBLICATION}"
    ") AS told WHERE at IS NOT NULL GROUP BY case_id"
)
"""When a vendor was invited to a case, or it was published."""
_FIXED: Final = (
    "SELECT case_id, MIN(at) AS at FROM ("  # noqa: S608
    f" SELECT f.case_id, t.ended_at AS at FROM {_TRIAL} t JOIN {_FIX} f ON f.id = t.fix_id"
    " WHERE t.state = %s AND t.why_not = '' AND f.withdrawn_at IS NULL"
    f" UNION ALL SELECT c.case_id, o.happened_at FROM {_OCCURRENCE} o"
    f" JOIN {_COORDINATION} c ON c.id = o.coordination_id WHERE o.event IN (%s, %s)"
    ") AS mended GROUP BY case_id"
)
"""When a fix had climbed the ladder and may be published, or a vendor said that one is ready."""
_READY: Final = (CaseEvent.FIX_READY.value, CaseEvent.FIX_DEPLOYED.value)


class Durations:
    """How long each took, the shortest first."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def at(self, share: float) -> timedelta | None:
        """Return the smallest one that this share does not exceed (the nearest rank)."""
        if not self._rows:
            return None
        took = self._rows[max(0, ceil(len(self._rows) * share) - 1)]
        # SQLite has no durations; Django counts microseconds there.
        found = took if isinstance(took, timedelta) else took * _MICROSECOND
        # Where a later step is on record before an earlier one, it took no time.
        return max(found, timedelta(0))


def proven(until: datetime) -> Durations:
    """From when a finding came in to when its proof was judged."""
    words = [word.value for word in Word if word.affected]
    return _asked(
        "judged_at",
        "received_at",
        f"{_FINDING} WHERE verdict IN ({_places(words)}) AND received_at < %s AND judged_at < %s",
        [*words, _moment(until), _moment(until)],
    )


def disclosed(until: datetime) -> Durations:
    """From when a case was opened to when it was disclosed."""
    return _asked(
        "d.at",
        "c.opened_at",
        f"{_CASE} c JOIN ({_DISCLOSED}) AS d ON d.case_id = c.id"
        " WHERE c.merged_into_id IS NULL AND c.opened_at < %s AND d.at < %s",
        [Participant.Part.VENDOR.value, _moment(until), _moment(until)],
    )


def fixed(until: datetime) -> Durations:
    """From when a case was disclosed to when there was a fix; without a disclosure it is none."""
    return _asked(
        "f.at",
        "d.at",
        f"{_CASE} c JOIN ({_DISCLOSED}) AS d ON d.case_id = c.id"
        f" JOIN ({_FIXED}) AS f ON f.case_id = c.id"
        " WHERE c.merged_into_id IS NULL AND c.opened_at < %s AND d.at < %s AND f.at < %s",
        [
            Participant.Part.VENDOR.value,
            Trial.State.DONE.value,
            *_READY,
            *[_moment(until)] * 3,
        ],
    )


def shown(until: datetime) -> Mapping[str, int]:
    """Return how many organisations the curves show together, by the name of the figure.

    An organisation counts once for each publication that it was told of.
    """
    rows = AdoptionFigure.objects.filter(at__lt=until)
    later = rows.filter(
        publication=OuterRef("publication"),
        sector=OuterRef("sector"),
        scope=OuterRef("scope"),
        name=OuterRef("name"),
        at__gt=OuterRef("at"),
    )
    names = (Figure.ORGANISATIONS, Figure.APPLIED, Figure.VERIFIED)
    standing = rows.filter(~Exists(later), name__in=names).order_by()
    return dict(standing.values_list("name").annotate(number=Sum("shown")))


def applied(until: datetime) -> Durations:
    """From when an organisation was told to when it had applied the fix."""
    return _of_step("applied_at", "told_at", until)


def verified(until: datetime) -> Durations:
    """From when one had applied the fix to when that was verified."""
    return _of_step("verified_at", "applied_at", until)


def _of_step(ended: str, began: str, until: datetime) -> Durations:
    rows, values = _of_organisations(until)
    came = f"({rows}) AS whole WHERE {ended} IS NOT NULL AND {began} IS NOT NULL"
    return _asked(ended, began, came, values)


def _of_organisations(until: datetime) -> tuple[str, list[Any]]:
    """Return a row for each publication and organisation: the last of its assets decides."""
    further = from_here_on(Stage.APPLIED), from_here_on(Stage.VERIFIED)
    first = (
        "SELECT publication_id, organisation_id, MIN(happened_at) AS told_at,"  # noqa: S608
        f" MIN(CASE WHEN stage IN ({_places(further[0])}) THEN happened_at END) AS applied_at,"
        f" MIN(CASE WHEN stage IN ({_places(further[1])}) THEN happened_at END) AS verified_at"
        f" FROM {_ADOPTION} WHERE happened_at < %s AND (asset_id IS NOT NULL OR reference <> '')"
        " GROUP BY publication_id, organisation_id, asset_id, reference"
    )
    whole = (
        "SELECT organisation_id, MIN(told_at) AS told_at,"  # noqa: S608
        " CASE WHEN COUNT(applied_at) = COUNT(*) THEN MAX(applied_at) END AS applied_at,"
        " CASE WHEN COUNT(verified_at) = COUNT(*) THEN MAX(verified_at) END AS verified_at"
        f" FROM ({first}) AS assets GROUP BY publication_id, organisation_id"
    )
    return whole, [*further[0], *further[1], _moment(until)]


def _asked(ended: str, began: str, rows: str, values: Sequence[Any]) -> Durations:
    difference, _ = connection.ops.subtract_temporals("DateTimeField", (ended, ()), (began, ()))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {difference} AS took FROM {rows} ORDER BY took", values)  # noqa: S608
        return Durations([took for (took,) in cursor.fetchall()])


def _places(words: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(words))


def _moment(until: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(until)
