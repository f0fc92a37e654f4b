"""Operators, assets and what is installed on them, for tests of this desk, past the services."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from tests.desks.parties.makers import make_organisation, make_person, make_place
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import (
    Advisory,
    AffectedPackage,
    AffectedSlice,
    Asset,
    Coordinate,
    Delegation,
    Exposure,
    Installed,
    Inventory,
    Operator,
    Package,
    Tag,
    Vulnerability,
)
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.packages import HIGHEST, LOWEST
from tidegate.engines.matching.versions import version_key

NOW: Final = datetime(2026, 12, 10, 12, tzinfo=UTC)
"""When the tests of this desk begin."""

_numbers = itertools.count(1)


def day(number: float) -> datetime:
    """Return the instant so many days after the tests begin."""
    return NOW + timedelta(days=number)


@dataclass(frozen=True)
class Room:
    """An organisation, and one of its people: its administrator, unless it is a colleague."""

    organisation: Organisation
    person: Person

    @property
    def key(self) -> str:
        """The organisation's key."""
        return self.organisation.key

    @property
    def actor(self) -> Actor:
        """The person, as they stand now."""
        return actor_of(self.person)

    def colleague(self, role: Role = Role.MEMBER) -> Room:
        """Return another person of the same organisation."""
        return room(self.organisation, role)


def room(organisation: Organisation, role: Role = Role.ADMINISTRATOR) -> Room:
    """Make a person with a place in an organisation."""
    person = make_person()
    make_place(organisation, role, person=person)
    return Room(organisation, person)


def make_operator(
    name: str | None = None,
    *,
    scope: str = "",
    zone: str = "",
    kinds: tuple[OrganisationKind, ...] = (),
) -> Room:
    """Make an operator with an administrator.

    Args:
        name: of the organisation.
        scope: `fceb`, `nss` or `dow` makes it an agency; another one goes on its settings.
        zone: in which its days end; it has settings (`models.Operator`) where scope or zone is
            given.
        kinds: what it is, if not just an operator or an agency.
    """
    agency = {"fceb": "FCEB", "nss": "NSS", "dow": "DoW"}.get(scope, "")
    kind = OrganisationKind.AGENCY if agency else OrganisationKind.OPERATOR
    organisation = make_organisation(*(kinds or (kind,)), name=name)
    if agency:
        organisation.scope = agency
        organisation.save(update_fields=["scope"])
    if scope or zone:
        Operator.objects.create(
            organisation=organisation, scope=scope or "other", zone=zone or "UTC"
        )
    return room(organisation)


def make_other(*kinds: OrganisationKind, name: str | None = None) -> Room:
    """Make an organisation of other kinds, such as a vendor, with an administrator."""
    return room(make_organisation(*kinds, name=name))


def delegated(by: Room, to: Room, *, until: datetime | None = None) -> Delegation:
    """Make an operator delegate to a provider."""
    return Delegation.objects.create(
        organisation=by.organisation,
        provider=to.organisation,
        given_by=by.person,
        given_at=NOW,
        until=until,
    )


def make_asset(
    of: Room | Organisation, name: str | None = None, *, tags: tuple[str, ...] = (), **columns: Any
) -> Asset:
    """Make an asset of the scope that its operator's settings say, or another one."""
    organisation = of.organisation if isinstance(of, Room) else of
    settings = Operator.objects.filter(organisation=organisation).first()
    asset = Asset.objects.create(
        **{
            "organisation": organisation,
            "name": name or f"asset {next(_numbers)}",
            "scope": settings.scope if settings else "other",
            "made_at": NOW,
            "changed_at": NOW,
            **columns,
        }
    )
    Tag.objects.bulk_create(Tag(asset=asset, word=word) for word in tags)
    return asset


def make_coordinate(ecosystem: str, name: str, version: str) -> Coordinate:
    """Make a coordinate, such as of `PyPI`, `requests` and `2.31.0`; or return what is there."""
    known = ecosystem_named(ecosystem)
    assert known is not None, ecosystem
    package, _ = Package.objects.get_or_create(ecosystem=ecosystem, name=known.normal(name))
    coordinate, _ = Coordinate.objects.get_or_create(
        package=package,
        version=version,
        defaults={"sort_key": version_key(known.order, version)},
    )
    return coordinate


def install(
    asset: Asset, *coordinates: Coordinate, part: str = "", received_at: datetime = NOW
) -> Inventory:
    """Make an inventory of an asset that names these; nothing of them is matched yet.

    Its document is not there; hand one in (`services.inventories.hand_in`) where that matters.
    """
    number = next(_numbers)
    inventory = Inventory.objects.create(
        asset=asset,
        part=part,
        name=f"inventory-{number}.json",
        format="cyclonedx-json",
        format_version="1.6",
        sha256=sha256(str(number).encode()).hexdigest(),
        size=1,
        wrapped=b"",
        wrapped_by="",
        document=b"",
        received_at=received_at,
        components=len(coordinates),
        repeated=0,
        placed=len(coordinates),
        not_understood=0,
    )
    Installed.objects.bulk_create(
        Installed(asset=asset, inventory=inventory, coordinate=one, purls=[]) for one in coordinates
    )
    return inventory


def make_advisory(
    vulnerability: str,
    ecosystem: str,
    name: str,
    introduced: str = "0",
    fixed: str = "",
    *,
    source: str = "osv-test",
    identifier: str = "",
) -> Advisory:
    """Make an advisory of one package and one range; nothing is matched yet.

    Args:
        vulnerability: such as `CVE-2026-0001`.
        ecosystem: OSV's word, with its release.
        name: of the package.
        introduced: the first affected version; `0` for all before.
        fixed: the first one that is not; empty for none.
        source: a feed's name.
        identifier: of the advisory; the vulnerability's, if nothing is said.
    """
    known = ecosystem_named(ecosystem)
    assert known is not None, ecosystem
    package, _ = Package.objects.get_or_create(ecosystem=ecosystem, name=known.normal(name))
    found, _ = Vulnerability.objects.get_or_create(name=vulnerability)
    advisory = Advisory.objects.create(
        source=source, identifier=identifier or vulnerability, digest="0" * 64
    )
    advisory.vulnerabilities.add(found)
    affected = AffectedPackage.objects.create(advisory=advisory, package=package)
    AffectedSlice.objects.create(
        affected=affected,
        package=package,
        lower=LOWEST if introduced == "0" else version_key(known.order, introduced),
        upper=version_key(known.order, fixed) if fixed else HIGHEST,
        introduced=introduced,
        ended=fixed,
        is_fixed=bool(fixed),
    )
    return advisory


def make_exposure(asset: Asset, vulnerability: str, **columns: Any) -> Exposure:
    """Make an asset exposed to a vulnerability, without grounds and without a computation."""
    found, _ = Vulnerability.objects.get_or_create(name=vulnerability)
    return Exposure.objects.create(
        **{
            "organisation": asset.organisation,
            "asset": asset,
            "vulnerability": found,
            "certainty": "affected",
            "detected_at": NOW,
            **columns,
        }
    )


def sbom(*purls: str, name: str = "web", more: tuple[dict[str, Any], ...] = ()) -> bytes:
    """Return a CycloneDX 1.6 document that lists components by their package URLs.

    Args:
        purls: such as `pkg:pypi/requests@2.31.0`; name and version are taken out of each.
        name: of what the document describes.
        more: components as they stand, such as one without a package URL.
    """
    listed = [_component(purl) for purl in purls]
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "timestamp": "2026-12-01T08:00:00Z",
                "component": {"type": "application", "name": name, "bom-ref": "the-subject"},
            },
            "components": [*listed, *more],
        }
    ).encode()


def _component(purl: str) -> dict[str, Any]:
    path, _, version = purl.partition("?")[0].rpartition("@")
    return {
        "type": "library",
        "bom-ref": purl,
        "name": (path or version).rpartition("/")[2],
        **({"version": version} if path else {}),
        "purl": purl,
    }
