"""The plain model of what is published: who reads drafts, who reads what is out, and the fixes.

It is written from the policy's sentences, as `oracle` is, and shares no code with its conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.desks.access.world import NOW
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.publications.models import Audience

_SEE: Final = (Act.SEE, Act.READ)
_FREE: Final = ("TLP:GREEN", "TLP:CLEAR")


def reads_drafts(reader: Any, one: Any) -> bool:
    """Say whether they coordinate, or are of a party that the drafts are shown to."""
    shown = one.shared_at is not None and reader.reads_as_party(one.case_id)
    return bool(reader.reads_as_coordinator or shown)


def reads_what_is_out(reader: Any, one: Any) -> bool:
    """Say whether it is out, and they are among those whom it is for."""
    if one.published_at is None or one.published_at > NOW:
        return False
    if one.tlp in _FREE:
        return bool(reader.places)
    named = Audience.objects.filter(publication=one, removed_at=None)
    return any(place in reader.places for place in named.values_list("organisation", flat=True))


def publication(reader: Any, act: Act, one: Any) -> bool:
    if act is Act.COORDINATE:
        return bool(reader.coordinates)
    if act is Act.EXAMINE:
        return reads_drafts(reader, one)
    return act in _SEE and (reads_drafts(reader, one) or reads_what_is_out(reader, one))


def cve_id(reader: Any, act: Act, _: Any) -> bool:
    if act is Act.COORDINATE:
        return bool(reader.coordinates)
    return act in _SEE and bool(reader.reads_as_coordinator)


def fix(reader: Any, act: Act, one: Any) -> bool:
    party = reader.reads_as_party(one.case_id)
    if act in _SEE:
        return bool(reader.reads_as_coordinator or party)
    if act is Act.READ_PROOF:
        return bool(reader.coordinates or party)
    if act is Act.RESPOND:
        return bool(party and reader.works())
    return act is Act.COORDINATE and bool(reader.coordinates)


def recipient(reader: Any, act: Act, one: Any) -> bool:
    if act in _SEE:
        return bool(reader.reads_as_coordinator or one.organisation_id in reader.places)
    return act is Act.REVOKE and bool(reader.leads or reader.administers(one.organisation_id))


JUDGED_OF_PUBLICATIONS: Final[dict[Kind, tuple[str, Callable[[Any, Act, Any], bool]]]] = {
    Kind.PUBLICATION: ("publications", publication),
    Kind.CVE_ID: ("cve_ids", cve_id),
    Kind.FIX: ("fixes", fix),
    Kind.RECIPIENT: ("recipients", recipient),
}
"""Where the objects of a kind are in a world, and who says what may be done with one."""
