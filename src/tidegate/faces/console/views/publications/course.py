"""How far a revision has come: written, handed in, approved, out, distributed; pure."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate.desks.publications.queries.detail import PublicationPage, RevisionShown
from tidegate.desks.publications.states.revisions import AT_WORK, RevisionState


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of the course of a revision."""

    name: str
    stand: str
    """`done`, `here`, `stuck` or `ahead`."""
    words: str


def at_work(one: PublicationPage) -> RevisionShown | None:
    """Return the revision that is worked on; None if there is none."""
    return next((each for each in one.revisions if each.state in AT_WORK), None)


def legs_of(revision: RevisionShown | None) -> list[Leg]:
    """Return how far a revision has come on its course."""
    if revision is None:
        return []
    order = ("draft", "submitted", "approved", "published")
    reached = order.index(revision.state) if revision.state in order else 0
    is_out = revision.state == RevisionState.PUBLISHED
    names = ("Written", "Handed in", "Approved", "Out")
    words = (
        f"by {revision.edited_by or revision.made_by}" if revision.made_by else "",
        f"by {revision.submitted_by}" if revision.submitted_by and reached >= 1 else "",
        f"by {_approver(revision)}" if _approver(revision) and reached >= 2 else "",
        "held" if revision.held_because else "",
    )
    legs = []
    for index, (name, said) in enumerate(zip(names, words, strict=True)):
        stand = "done" if index < reached or is_out else "here" if index == reached else "ahead"
        if index == 3 and revision.held_because:
            stand = "stuck"
        legs.append(Leg(name, stand, said))
    if not is_out:
        stand = "ahead"
    elif revision.distributed_at:
        stand = "done"
    else:
        stand = "stuck" if revision.waits_because else "here"
    return [*legs, Leg("Distributed", stand, "in the update repository" if is_out else "")]


def _approver(revision: RevisionShown) -> str:
    return next((one.by for one in reversed(revision.approvals) if one.stands), "")
