"""From what somebody wrote into the field of a search to the findings that it means.

A key means what has it; everything else is looked for in the words of findings. A search looks at
the newest matches alone, so that it never costs more than those; where there are more, the page
says so. Its pages look at the same matches, whatever comes in meanwhile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed, visible
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.findings import search
from tidegate.desks.findings.keys import as_written
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.findings.queries.errors import CursorError
from tidegate.desks.findings.queries.narrowing import among

MOST_MATCHES: Final = 10_000
"""How many of the newest matches a search looks at."""

# Dashes may be missing at the places where people drop them; a word is no key by accident.
_KEY = re.compile(r"\s*[CDF]-[0-9A-Z]{5}-?[0-9A-Z]{5}\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Matches:
    """Which findings a text means."""

    where: Q = field(default_factory=Q)
    """A condition on findings; an empty one holds for all."""
    newest: str = ""
    """Key of the newest of them, for the cursors of this search; empty where nothing bounds it."""
    note: str = ""
    """For people: that there are more than were looked at."""


def matches(actor: Actor, text: str, *, newest: str = "") -> Matches:
    """Return which findings a text means; `newest` is what the search's first page said.

    Nothing is looked at but what `actor` may read.

    Raises:
        CursorError: `newest` is not here.
    """
    if not text.strip():
        return Matches()
    readable = visible(actor, Act.READ, Kind.FINDING)
    if _KEY.fullmatch(text):
        return Matches(readable & _named(actor, as_written(text)))
    asked = search.question_of(text)
    if asked is None:
        return Matches(Q(id__in=[]))
    within = Finding.objects.filter(readable) if readable else None
    up_to = _id_of(newest, readable) if newest else None
    found = search.newest_matches(asked, MOST_MATCHES + 1, up_to=up_to, within=within)
    note = ""
    if len(found) > MOST_MATCHES:
        found.pop()
        note = (
            f"More than {MOST_MATCHES:,} findings match; these are of the newest {MOST_MATCHES:,}."
            " Add a word or a filter to see the others."
        )
    if found and not newest:
        newest = Finding.objects.values_list("key", flat=True).get(id=found[0])
    return Matches(among(found), newest, note)


def _named(actor: Actor, key: str) -> Q:
    """Return the condition of what a key names: a finding, those of a case, or of a delivery."""
    if key[0] == "C":
        return Q(case__in=narrowed(actor, Case.objects.filter(key=key), Act.SEE))
    return Q(key=key) if key[0] == "F" else Q(delivery__key=key)


def _id_of(newest: str, readable: Q) -> int:
    found = Finding.objects.filter(readable, key=newest).values_list("id", flat=True).first()
    if found is None:
        raise CursorError("the search of this cursor is not known; leave the cursor out")
    return found
