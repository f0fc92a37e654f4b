"""What is known of an exposure that a deadline rests on, each fact with who says so.

Whether it is exploited is the catalogue's word; whether an attack can be automated and what it
gives, CISA's in Vulnrichment; whether the asset is exposed, its operator's. Nothing is guessed: a
catalogue that was never loaded says neither yes nor no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from tidegate.desks.exposure.models import Assertion, Edition, Exposure, FeedState
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.engines.rules import UNKNOWN, Circumstances, Input, Scope

KEV: Final = "kev"
"""The feed that is the authority's catalogue."""
_SSVC: Final = ("vulnrichment", "cve")
"""Feeds that carry CISA's values, the nearest to CISA first."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The edition of KEV that counts; None while none was loaded."""

    edition: Edition | None

    @property
    def words(self) -> str:
        """How it is named as a source."""
        if self.edition is None:
            return "CISA's KEV catalogue was never loaded"
        return f"CISA KEV catalogue {self.edition.version}".strip()


@dataclass(slots=True)
class Said:
    """What stands of one vulnerability, as far as a deadline asks."""

    kev: Mapping[str, Any] | None = None
    ssvc: Mapping[str, Any] = field(default_factory=dict)
    ssvc_source: str = ""


def catalogue() -> Catalogue:
    """Return the edition of KEV that counts now."""
    state = FeedState.objects.filter(name=KEV).select_related("edition").first()
    return Catalogue(state.edition if state else None)


def said_of(vulnerabilities: Iterable[int]) -> dict[int, Said]:
    """Return what the sources of deadlines say, by id of the vulnerability."""
    told: dict[int, Said] = {}
    for chunk in in_chunks(set(vulnerabilities)):
        rows = Assertion.objects.filter(
            vulnerability__in=chunk,
            kind__in=(Assertion.Kind.KEV, Assertion.Kind.SSVC),
            ended_at=None,
        )
        for row in rows.order_by("pk"):
            said = told.setdefault(row.vulnerability_id, Said())
            feed = row.source.partition(":")[0]
            if row.kind == Assertion.Kind.KEV and feed == KEV:
                said.kev = row.value
            elif row.kind == Assertion.Kind.SSVC and _is_nearer(feed, said.ssvc_source):
                said.ssvc, said.ssvc_source = row.value, row.source
    return told


def circumstances(exposure: Exposure, said: Said, kev: Catalogue) -> Circumstances:
    """Return what is known of an exposure; its asset and vulnerability are loaded with it."""
    asset = exposure.asset
    inputs = {
        "in_kev": _in_kev(said, kev),
        "publicly_exposed": Input(asset.exposed, f"asset {asset.key}, as its operator says"),
    }
    for name in ("automatable", "technical_impact"):
        value = said.ssvc.get(name)
        source = f"SSVC values in {said.ssvc_source}" if value else ""
        inputs[name] = Input(str(value) if value else UNKNOWN, source)
    listing = said.kev or {}
    return Circumstances(
        scope=Scope(asset.scope),
        inputs=inputs,
        detected_at=exposure.detected_at,
        listed_on=_day(listing.get("dateAdded")),
        authority_due_on=_day(listing.get("dueDate")),
        authority_asks_triage=_yes_or_no(listing.get("forensicTriage")),
    )


def _in_kev(said: Said, kev: Catalogue) -> Input:
    if kev.edition is None:
        return Input(UNKNOWN, kev.words)
    return Input("yes" if said.kev else "no", kev.words)


def _is_nearer(feed: str, than: str) -> bool:
    known = than.partition(":")[0]
    return feed in _SSVC and (known not in _SSVC or _SSVC.index(feed) < _SSVC.index(known))


def _day(written: Any) -> date | None:
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _yes_or_no(written: Any) -> bool | None:
    word = written.strip().lower() if isinstance(written, str) else written
    return {"yes": True, "no": False, True: True, False: False}.get(word)
