"""Organisations of which directives ask something, and what they have on record, by services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.desks.exposure.rooms import install, make_asset, make_coordinate, make_exposure
from tests.desks.findings.makers import make_case, make_finding, make_reproduction
from tests.faces.signing_in import person_of
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.cases.services import embargoes, opening
from tidegate.desks.exposure.models import ChangeNotice, Delegation, Edition, Excepted, FeedState
from tidegate.desks.exposure.services import change_notices, delegating, operators
from tidegate.desks.exposure.services.exceptions import except_requirement
from tidegate.desks.exposure.services.fulfilling import fulfil, say_happened
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of

NOW: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
"""When the pages are looked at: BOD 26-04 does not bind yet."""
HOSTILE: Final = '"><script>alert(1)</script>'
PRODUCT: Final = "the ticket shop"
INCIDENT: Final = "CVE-2026-31337"


@dataclass(frozen=True)
class World:
    """Who is there, and what they have."""

    officer: Person
    """Administers the agency."""
    engineer: Person
    """A member of the agency."""
    auditor: Person
    """Reads what the agency may read."""
    operator: Person
    """Administers an operator of critical infrastructure."""
    provider: Person
    """Administers a vendor, which acts for the operator."""
    finder: Person
    """Has nothing to do with any of it."""
    coordinator: Person
    chief: Person
    """Administers the coordination, and so runs the instance."""
    case: Case
    """Under an embargo, with a proven range; a notice of it was released to the agency."""
    notice: ChangeNotice
    exception: Excepted
    delegation: Delegation

    def actor(self, who: str) -> Actor:
        """Return one of them as who asks."""
        return actor_of(getattr(self, who))

    def key(self, who: str) -> str:
        """Return the key of somebody's organisation."""
        return key_of(getattr(self, who))


def key_of(person: Person) -> str:
    """Return the key of the organisation of a person."""
    return Organisation.objects.get(memberships__person=person).key


def fill(now: datetime) -> World:
    """Make all of it, as it stands at `now`."""
    people = _people()
    act = {name: actor_of(person) for name, person in people.items()}
    agency, operator = key_of(people["officer"]), key_of(people["operator"])
    before = now - timedelta(days=3)
    operators.settle(act["officer"], agency, zone="America/New_York", at=before)
    operators.settle(
        act["operator"], operator, scope="critical-infrastructure", sector="energy", at=before
    )
    make_asset(Organisation.objects.get(key=operator), "feeder 7", scope="critical-infrastructure")
    exception = _record(act, agency, key_of(people["provider"]), now)
    delegation = delegating.delegate(
        act["operator"], operator, key_of(people["provider"]), at=before
    )
    _feeds(now)
    case = _case(act["chief"], now)
    shop = _shop(Organisation.objects.get(key=agency), now)
    for number in range(3):
        make_exposure(
            shop,
            f"CVE-2026-000{number}",
            policy_set="cisa",
            due_on=(now + timedelta(days=number - 1)).date(),
            due_at=now + timedelta(days=number - 0.5),
            needs_triage=number == 0,
        )
    _shop(Organisation.objects.get(key=operator), now)
    (notice,) = change_notices.release(
        act["chief"],
        case.key,
        f"{PRODUCT} {HOSTILE}",
        now + timedelta(days=9),
        "high",
        organisations=[agency],
        words="A window of two hours is enough.",
        at=now - timedelta(hours=2),
    )
    return World(**people, case=case, notice=notice, exception=exception, delegation=delegation)


def _people() -> dict[str, Person]:
    harbour, grid = "Harbour Commission", "Tidal Grid"
    agency, operator = OrganisationKind.AGENCY, OrganisationKind.OPERATOR
    people = {
        "officer": person_of(harbour, agency),
        "engineer": person_of(harbour, agency, Role.MEMBER),
        "auditor": person_of(harbour, agency, Role.READER),
        "operator": person_of(grid, operator),
        "provider": person_of("Lighthouse Services", OrganisationKind.VENDOR),
        "finder": person_of("North Finders", OrganisationKind.FINDER),
        "coordinator": person_of("The Coordination", OrganisationKind.COORDINATOR, Role.MEMBER),
        "chief": person_of("The Coordination", OrganisationKind.COORDINATOR),
    }
    Organisation.objects.filter(key=key_of(people["officer"])).update(
        scope=Organisation.AgencyScope.FCEB
    )
    for name, person in people.items():
        person.name, person.time_zone = f"{name.title()} Okafor", "Europe/Berlin"
        person.save()
    return people


def _record(act: dict[str, Actor], agency: str, vendor: str, now: datetime) -> Excepted:
    fulfil(
        act["engineer"],
        agency,
        "bod-26-02",
        "inventory",
        done_at=now - timedelta(days=250),
        words=f"Kept in the asset register, sheet 4. {HOSTILE}",
        at=now - timedelta(hours=1),
    )
    say_happened(
        act["provider"],
        vendor,
        "cra-article-14",
        "exploitation-known",
        INCIDENT,
        now - timedelta(hours=30),
        at=now - timedelta(hours=29),
    )
    return except_requirement(
        act["officer"],
        agency,
        "bod-26-02",
        "decommission",
        f"Two gates wait for their vendor. {HOSTILE}",
        "M. Castellane, CISO",
        now + timedelta(days=40),
        at=now - timedelta(hours=1),
    )


def _feeds(now: datetime) -> None:
    """Have KEV of yesterday, an old EPSS, and a refused edition of KEV."""
    kev = _edition("kev", "2026.11.26", now - timedelta(days=1), now)
    FeedState.objects.create(name="kev", is_followed=True, edition=kev, checked_at=now)
    old = _edition("epss", "v2026.10.01", now - timedelta(days=40), now)
    FeedState.objects.create(name="epss", edition=old, place="https://mirror.example.org/epss")
    _edition(
        "kev",
        "2026.11.27",
        now,
        now,
        outcome="refused",
        words="It has 600 records and the one before had 1,404; it is refused.",
    )


def _edition(feed: str, version: str, said_at: datetime, at: datetime, **columns: Any) -> Edition:
    return Edition.objects.create(
        **{
            "feed": feed,
            "version": version,
            "said_at": said_at,
            "fetched_at": at,
            "came_from": "https://secret.example.org/where",
            "sha256": "a" * 64,
            "size": 1_900_000,
            "records": 1404,
            "outcome": "taken",
            **columns,
        }
    )


def _case(chief: Actor, now: datetime) -> Case:
    """Make a case under an embargo whose runs showed that `minimist` before 1.2.6 is affected."""
    finding = make_finding(verdict="reproduced", package="minimist", purl="pkg:npm/minimist@1.2.0")
    make_reproduction(finding)
    made = make_case(
        finding, opened_at=now - timedelta(days=5), package_type="npm", package="minimist"
    )
    at = now - timedelta(days=2)
    opening.open_coordination(chief, made.key, at=at)
    embargoes.propose(chief, made.key, now + timedelta(days=25), at=at)
    embargoes.accept(chief, made.key, at=at)
    return made


def _shop(organisation: Organisation, now: datetime) -> Any:
    asset = make_asset(organisation, f"web-1 {HOSTILE}", owner="shop team", system="tickets")
    affected = make_coordinate("npm", "minimist", "1.2.5")
    install(asset, affected, received_at=now - timedelta(days=9))
    return asset
