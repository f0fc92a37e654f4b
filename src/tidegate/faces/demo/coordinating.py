"""What the demo's people have done by the time somebody looks: one embargo, one invitation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Coordination, Message, Participant, ProductStatus
from tidegate.desks.cases.services import (
    consenting,
    embargoes,
    inviting,
    messages,
    opening,
    vendors,
)
from tidegate.desks.cases.services.attaching import File
from tidegate.desks.cases.services.messages import send
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Person
from tidegate.faces.demo import people, publishing

_EMBARGO: Final = timedelta(days=45)
_PATCH: Final = b"""\
--- a/index.js
+++ b/index.js
@@ -68,5 +68,6 @@ function setKey (obj, keys, value) {
     var o = obj;
     for (var i = 0; i < keys.length-1; i++) {
         var key = keys[i];
+        if (key === '__proto__' || key === 'constructor') return;
         if (o[key] === undefined) o[key] = {};
"""


def coordinate(at: datetime) -> list[Coordination]:
    """Let the demo's people work on the two most urgent cases; returns what is coordinated.

    A case that is coordinated already is left as it is, so that doing this again changes nothing.
    """
    published = publishing.chosen()
    cases = list(
        Case.objects.filter(merged_into=None)
        .exclude(pk__in=[published.pk] if published else [])
        .order_by("-finders_count", "-priority", "pk")
    )
    for case, work in zip(cases, (_with_an_embargo, _with_an_invitation), strict=False):
        if not Coordination.objects.filter(case=case).exists():
            work(case, at)
    secret = Coordination.objects.exclude(case=published) if published else Coordination.objects
    return list(secret.select_related("case").order_by("pk"))


def _with_an_embargo(case: Case, at: datetime) -> None:
    """Let a case be kept secret, by everybody's consent, and talked about."""
    ada, mo, lin = (people.actor(one) for one in _THREE)
    vendor, finder = people.key_of(people.MAINTAINER), people.key_of(people.FINDER)
    ends_at = at + _EMBARGO
    opening.open_coordination(ada, case.key, at=at)
    embargoes.propose(ada, case.key, ends_at, words="No hint in commits or changelogs.", at=at)
    for key, part in ((vendor, Participant.Part.VENDOR), (finder, Participant.Part.FINDER)):
        inviting.invite(ada, case.key, key, part, at=at)
    for party, key in ((mo, vendor), (lin, finder)):
        consenting.accept(party, case.key, key, terms=ends_at, at=at)
    embargoes.accept(ada, case.key, at=at)
    product = f"pkg:{case.package_type}/{case.package}"
    vendors.say_status(mo, case.key, vendor, product, ProductStatus.Status.AFFECTED, at=at)
    for step in ("validate", "accept"):
        vendors.handle_report(mo, case.key, vendor, step, at=at)
    vendors.record_progress(mo, case.key, vendor, "fix-ready", at=at)
    _talk(case, ada, mo, lin, at)


def _talk(case: Case, ada: Actor, mo: Actor, lin: Actor, at: datetime) -> None:
    send(
        ada,
        case.key,
        "Welcome. The proof runs in our sandbox on every release of the affected range; the receipt"
        " is under the finding. Please say by Friday whether the date holds for you.",
        at=at,
    )
    patch = File("fix.patch", _PATCH, "text/x-patch")
    send(mo, case.key, "A fix, for review. It is on no public branch yet.", files=[patch], at=at)
    send(
        mo,
        case.key,
        "Between us: we are one person this month. Two weeks more would help.",
        audience=Message.Audience.COORDINATORS,
        at=at,
    )
    send(
        lin,
        case.key,
        "A variant that the first fix would have missed; for your eyes only.",
        tlp=Label.RED,
        audience=Message.Audience.SOME,
        persons=[Person.objects.get(email=people.MAINTAINER.email).key],
        at=at,
    )
    messages.mark_read(ada, case.key, at=at)


def _with_an_invitation(case: Case, at: datetime) -> None:
    """Ask a maintainer who has not answered yet: they are shown the terms and no more."""
    ada = people.actor(people.COORDINATOR)
    opening.open_coordination(ada, case.key, policy="project-zero", at=at)
    embargoes.propose(ada, case.key, at + 2 * _EMBARGO, at=at)
    inviting.invite(ada, case.key, people.key_of(people.MAINTAINER), Participant.Part.VENDOR, at=at)


_THREE: Final = (people.COORDINATOR, people.MAINTAINER, people.FINDER)
