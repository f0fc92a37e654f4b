"""What the history of a record says of earlier revisions to those who read it now.

What was said of a revision that only some have may be for these alone. So whoever reads a later
one, and had not the earlier one, learns that there was one, and when, and no word of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from tidegate.desks.access.words import Label
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.states.labels import FREE
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.record import RevisionNote

FOR_ITS_AUDIENCE: Final = "For its audience only."
"""What stands in place of words that are not for whoever reads a record now."""


def history_for(
    publication: Publication, notes: Sequence[RevisionNote], label: str, audience: Collection[str]
) -> tuple[RevisionNote, ...]:
    """Return the lines of the history, each with its words if these were for as many as `label` is.

    Args:
        publication: whose history it is.
        notes: of revisions that are out.
        label: of the revision that tells it.
        audience: keys of the organisations that it goes to, where it is not for everybody.
    """
    rows = publication.revisions.filter(state=RevisionState.PUBLISHED).select_related("record__key")
    out = {one.number: one for one in rows}
    told = []
    for note in notes:
        revision = out[note.number]
        revision.publication = publication
        is_told = _is_for(revision, label, audience)
        told.append(replace(note, words=revision.words if is_told else FOR_ITS_AUDIENCE))
    return tuple(told)


def _is_for(revision: Revision, label: str, audience: Collection[str]) -> bool:
    """Say whether whoever reads a revision under a label may read the words of an earlier one."""
    if label not in FREE and revision.audience:
        return set(audience) <= set(revision.audience)
    own = record_of(revision).label
    return own == Label.CLEAR or (own in FREE and label != Label.CLEAR)
