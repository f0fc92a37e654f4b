"""What is out, for the pages of the world and of operators: advisories, and how far they came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.test import override_settings

from tests.desks.exposure.rooms import Room as Operator
from tests.desks.exposure.rooms import make_asset, make_operator
from tests.desks.parties.makers import make_organisation
from tests.desks.publications.rooms import NOW, Room, approve, published, working
from tests.desks.publications.trials import DIFF, let_climb, proven_room
from tests.faces.console.publications.desk import HOSTILE, change
from tidegate.desks.cases.models import Participant, ProductStatus
from tidegate.desks.exposure.models import Exposure, Vulnerability
from tidegate.desks.exposure.models import Operator as Settings
from tidegate.desks.publications.models import Adoption, Publication
from tidegate.desks.publications.services import adoption_showing, approving, drafting, fixes
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.desks.publications.states.adoption import Stage

CVE: Final = "CVE-2026-41777"
LATER: Final = NOW + timedelta(days=24)
"""When the pages are looked at."""
DUE: Final = NOW + timedelta(days=14)
WITHDRAWN_BECAUSE: Final = "The proof fired in our harness, and not in minimist-lite."


@dataclass(frozen=True)
class Outside:
    """What is there."""

    room: Room
    """Of the case whose advisory has two revisions, a fix, and many who run it."""
    main: Publication
    withdrawn: Publication
    green: Publication
    named: Publication
    """For one operator alone."""
    draft: Publication
    bank: Operator
    """Runs what `main` is about, and is named for `named`."""
    other: Operator
    """An operator that runs something else."""


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def fill(operators: int = 24) -> Outside:
    """Fill the desk; so many operators beside the two run what `main` is about."""
    room = proven_room(
        vectors=["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:L/SC:H/SI:H/SA:H"],
        references=["https://example.org/commit/63e7ed0", "https://example.org/advisory/1179"],
    )
    offered = fixes.offer(room.vendor.actor, room.key, patch=DIFF, at=NOW)
    let_climb(offered, NOW, tests_same="not-possible")
    fixes.look(room.vendor.actor, offered.key, accepts=True, words="It is in 1.2.6.", at=NOW)
    _state(
        room,
        "Quay Shipping",
        product="pkg:generic/quay-planner",
        status="not_affected",
        justification="vulnerable_code_cannot_be_controlled_by_adversary",
        statement="Arguments come from our own scheduler alone.",
    )
    _state(
        room,
        "Buoy Systems",
        product="pkg:generic/buoy-console",
        status="under_investigation",
    )
    main = drafting.begin(room.one.actor, room.key, at=NOW)
    change(room, main, NOW, **_written(main))
    _out(room, main, NOW)
    drafting.revise(
        room.one.actor, main.identifier, words="The first affected version was run.", at=day(3)
    )
    change(
        room,
        main,
        day(3),
        impact="Whoever controls an argument sets what every object of the program inherits.",
        exploited="Attempts were seen by two sensors since 3 November 2026.",
    )
    _out(room, main, day(3))
    bank = an_operator("Harbour Savings Bank", "financial-services")
    other = an_operator("Lighthouse Cooperative", "energy")
    made = Outside(
        room=room,
        main=main,
        withdrawn=_withdrawn(),
        green=_labelled("TLP:GREEN", "Path traversal in tar-streams", "tar-streams"),
        named=_labelled("TLP:AMBER", "Type confusion in quay-auth", "quay-auth", bank),
        draft=drafting.begin(
            (hidden := proven_room(title="Not out yet", package="hidden")).one.actor,
            hidden.key,
            at=NOW,
        ),
        bank=bank,
        other=other,
    )
    _adopt(made, operators)
    return made


def day(number: float) -> datetime:
    """Return the instant so many days after the desk begins."""
    return NOW + timedelta(days=number)


def _written(publication: Publication) -> dict[str, Any]:
    """Return what coordinators wrote, with what strangers asked for in it."""
    return {
        "cve": CVE,
        "title": "Prototype pollution in minimist through keys named __proto__",
        "summary": "Keys named __proto__ reach Object.prototype in minimist before 1.2.6.",
        "weaknesses": ["CWE-1321"],
        "description": "minimist sets a key of its result for each argument. It lets the key"
        " __proto__ through, and so an argument reaches Object.prototype.\n\nA program that hands"
        " arguments of strangers to it inherits what they set.",
        "credits": [
            {"name": "Ada Reef", "kind": "finder", "organisation": "Tidal Research", "url": ""},
            {"name": HOSTILE, "kind": "analyst", "organisation": HOSTILE, "url": ""},
        ],
        "references": [
            {"url": "https://example.org/commit/63e7ed0", "words": "The fix", "kind": "fix"},
        ],
    }


def _state(room: Room, vendor: str, **said: str) -> None:
    """Let a vendor say something of a product of its own in the case."""
    organisation = make_organisation(name=vendor)
    part = Participant.objects.create(
        coordination=room.coordination,
        organisation=organisation,
        role=Participant.Part.VENDOR,
        invited_by="somebody",
    )
    ProductStatus.objects.create(participant=part, said_by="somebody", said_at=NOW, **said)


def _out(room: Room, publication: Publication, at: datetime) -> None:
    approving.submit(room.one.actor, publication.identifier, at=at)
    approve(room, publication, at=at)
    assert publish_due(at) == 1, working(publication).held_because
    publication.refresh_from_db()


def _withdrawn() -> Publication:
    room = proven_room(title="A setter reaches Object.prototype", package="minimist-lite")
    made = published(room, at=day(1))
    drafting.withdraw(room.one.actor, made.identifier, reason=WITHDRAWN_BECAUSE, at=day(5))
    _out(room, made, day(5))
    return made


def _labelled(tlp: str, title: str, package: str, *to: Operator) -> Publication:
    room = proven_room(title=title, package=package)
    made = drafting.begin(room.one.actor, room.key, at=day(2))
    drafting.address(
        room.one.actor,
        made.identifier,
        tlp,
        [one.key for one in to],
        edits=working(made).edits,
        at=day(2),
    )
    change(room, made, day(2), title=title, summary=f"{title}.")
    _out(room, made, day(2))
    return made


def an_operator(name: str | None, sector: str, scope: str = "critical-infrastructure") -> Operator:
    """Make an operator that has said its sector and its scope."""
    made = make_operator(name)
    Settings.objects.create(organisation=made.organisation, sector=sector, scope=scope)
    return made


def _adopt(made: Outside, operators: int) -> None:
    """Let many operators have come more or less far, as a fix does."""
    vulnerability, _ = Vulnerability.objects.get_or_create(name=CVE)
    for number in range(operators):
        sector = ("financial-services", "energy", "healthcare-and-public-health")[number % 3]
        one = an_operator(None, sector, "other" if number % 5 == 4 else "critical-infrastructure")
        exposure(one, vulnerability, f"asset {number}")
        came(made.main, one, _steps(number))
    for number, name in enumerate(("online-banking", "branch-kiosks", "mail-gateway")):
        found = exposure(made.bank, vulnerability, name)
        came(made.main, made.bank, _steps(7 + 16 * number), asset=found)
    came(made.main, made.bank, [(Stage.NOTIFIED, 0.1)])
    adoption_showing.settle(LATER - timedelta(hours=1))


def _steps(number: int) -> Iterable[tuple[Stage, float]]:
    """Return the stages that the operator of a number has come to, and the day of each."""
    pace = 0.4 + (number * 7 % 11) / 5
    reached = (5, 5, 4, 5, 3, 5, 2, 4, 5, 1, 5)[number % 11]
    if number % 9 == 8:
        reached = 1
    return [(stage, 0.1 + pace * place * 2.2) for place, stage in enumerate(Stage)][:reached]


def exposure(of: Operator, vulnerability: Vulnerability, name: str) -> Exposure:
    """Expose an asset to a vulnerability, due on the day that all have."""
    return Exposure.objects.create(
        organisation=of.organisation,
        asset=make_asset(of, name),
        vulnerability=vulnerability,
        certainty="affected",
        detected_at=NOW,
        due_on=DUE.date(),
        due_at=DUE,
        is_determined=True,
    )


def came(
    publication: Publication,
    of: Operator,
    steps: Iterable[tuple[Stage, float]],
    asset: Exposure | None = None,
) -> None:
    """Let an operator, or one of its assets, have come to stages."""
    found = asset or Exposure.objects.filter(organisation=of.organisation).first()
    assert found is not None
    for stage, on in steps:
        if day(on) > LATER:
            return
        Adoption.objects.get_or_create(
            publication=publication,
            organisation=of.organisation,
            stage=stage,
            asset=found.asset,
            reference="",
            defaults={
                "basis": "inventory" if stage is Stage.VERIFIED else "said",
                "happened_at": day(on),
                "recorded_at": day(on),
                "said_by": "somebody",
            },
        )
        if stage is Stage.VERIFIED:
            found.cleared_at = day(on)
        elif stage is Stage.APPLIED:
            found.remedy, found.remedied_at = "remediated", day(on)
        found.save()
