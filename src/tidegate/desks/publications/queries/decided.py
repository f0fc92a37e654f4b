"""What others have decided about a vulnerability, as a record carries it to those who act by it.

An operator's deadline asks whether it is known to be exploited, whether an attack can be automated,
and what it gives. Each is somebody's word: CISA's catalogue, CISA's values in Vulnrichment. Where
no feed was loaded nothing is said; whoever writes the record may add decisions of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidegate.desks.exposure.models import Assertion
from tidegate.desks.exposure.queries.circumstances import KEV, catalogue
from tidegate.engines.formats.advisories.record import Decision

KEV_TABLE: Final = "CISA Known Exploited Vulnerabilities"
SSVC_TABLE: Final = "CISA Vulnrichment"

_POINTS: Final = (
    ("exploitation", "Exploitation"),
    ("automatable", "Automatable"),
    ("technical_impact", "Technical Impact"),
)
"""Of SSVC, as an assertion has them, and by their names."""


def decisions_of(names: Sequence[str]) -> tuple[Decision, ...]:
    """Return what CISA says of a vulnerability, by the names that it has: a CVE id, aliases."""
    said = Assertion.objects.filter(vulnerability__name__in=names, ended_at=None)
    made: list[Decision] = []
    kev = catalogue()
    if kev.edition is not None and any(name.startswith("CVE-") for name in names):
        listed = said.filter(kind=Assertion.Kind.KEV, source__startswith=KEV).exists()
        at = kev.edition.said_at or kev.edition.fetched_at
        made.append(Decision(KEV_TABLE, (("In KEV", "yes" if listed else "no"),), kev.words, at))
    values = said.filter(kind=Assertion.Kind.SSVC, source__startswith="vulnrichment")
    if row := values.order_by("-since", "-pk").first():
        chosen = [(name, str(row.value[word])) for word, name in _POINTS if row.value.get(word)]
        at = row.said_at or row.since
        made.append(Decision(SSVC_TABLE, tuple(chosen), f"values of {row.source}", at))
    return tuple(made)
