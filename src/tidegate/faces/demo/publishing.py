"""The demo's publication: one proven case goes from a fix that is tried to an approved advisory.

In two parts, because a fix climbs its ladder in the worker: it is offered first, and once its trial
has ended, the advisory is written by one coordinator and approved by the other. That it goes out is
done by the duties of `tidegate work` and `tidegate serve`, as for anybody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.cases.services import consenting, inviting, opening
from tidegate.desks.findings.models import Case
from tidegate.desks.publications.models import Fix, Publication, Trial
from tidegate.desks.publications.queries.detail import revision_record
from tidegate.desks.publications.services import approving, drafting, fixes
from tidegate.engines.formats.advisories.record import Decision, record_data
from tidegate.faces.demo import people

EXAMPLE: Final = "example-npm-minimist-cve-2021-44906"
"""The finding whose case is published; its finder's own name for it."""

FIXED: Final = "1.2.6"
"""The release that is tried. The ones before it stop the first proof, and not its variants."""


def chosen() -> Case | None:
    """Return the case that is published; None where its finding was not handed in or not proven."""
    cases = Case.objects.filter(findings__reference=EXAMPLE, merged_into=None)
    return cases.order_by("pk").first()


def offer(case: Case, at: datetime) -> Fix:
    """Let the maintainer offer the release that mends it; offering it again changes nothing."""
    found = Fix.objects.filter(case=case).first()
    if found is not None:
        return found
    ada, mo = people.actor(people.COORDINATOR), people.actor(people.MAINTAINER)
    vendor = people.key_of(people.MAINTAINER)
    if not Coordination.objects.filter(case=case).exists():
        opening.open_coordination(ada, case.key, at=at)
        inviting.invite(ada, case.key, vendor, Participant.Part.VENDOR, at=at)
        consenting.accept(mo, case.key, vendor, at=at)
    words = "Keys are compared after they were split, `constructor.prototype` is left alone."
    return fixes.offer(mo, case.key, release=FIXED, words=words, at=at)


def publish(fix: Fix, at: datetime) -> Publication | None:
    """Write the advisory and have it approved, once the fix has climbed; None before that.

    A publication that is there already is left as it is.
    """
    case = fix.case
    found = Publication.objects.filter(case=case).first()
    if found is not None:
        return found
    if not Trial.objects.filter(fix=fix, state=Trial.State.DONE, why_not="").exists():
        return None
    ada, eli = people.actor(people.COORDINATOR), people.actor(people.SECOND_COORDINATOR)
    mo = people.actor(people.MAINTAINER)
    fixes.look(mo, fix.key, accepts=True, words="It is on the branch that is maintained.", at=at)
    made = drafting.begin(ada, case.key, at=at)
    _decide(ada, made, at)
    approving.submit(ada, made.identifier, at=at)
    revision = made.revisions.get(number=1)
    approving.approve(eli, made.identifier, digest=revision.digest, at=at)
    return made


def _decide(ada: Actor, made: Publication, at: datetime) -> None:
    """Let the coordinator say what an operator's deadline asks, where no feed has said it."""
    revision = made.revisions.get(number=1)
    record = revision_record(ada, made.identifier, 1, at=at)
    values = (("Automatable", "no"), ("Technical Impact", "total"))
    own = Decision("River Coordination", values, "by what the proof shows", at)
    data = record_data(replace(record, decisions=(*record.decisions, own)))
    drafting.edit(
        ada, made.identifier, data, edits=revision.edits, words="First publication.", at=at
    )
