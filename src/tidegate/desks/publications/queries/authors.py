"""Whose work a revision is: those who may not approve it, however little of it is theirs."""

from __future__ import annotations

from tidegate.desks.parties.models import Person
from tidegate.desks.publications.models import Revision


def authors_of(revision: Revision) -> tuple[Person, ...]:
    """Return who has written, addressed or timed a revision since it was begun, or handed it in.

    Whoever came first is named first. What somebody else did after them changes nothing: their
    words, their audience or their time may still stand in it.
    """
    rows = revision.authors.select_related("person").order_by("pk")
    named = {one.person_id: one.person for one in rows}
    for person in (revision.edited_by, revision.submitted_by):
        if person is not None:
            named.setdefault(person.pk, person)
    return tuple(named.values())
