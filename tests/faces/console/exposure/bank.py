"""A bank that runs a few things, and what everybody says of what is installed on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from tests.desks.exposure import sources
from tests.desks.exposure.rooms import (
    NOW,
    Room,
    day,
    delegated,
    make_asset,
    make_operator,
    make_other,
    room,
    sbom,
)
from tests.faces.signing_in import signed_in
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Asset, Exposure
from tidegate.desks.exposure.services import assets, inventories

LATER: Final = day(3)
"""When the pages are looked at."""
KNOWN: Final = "CVE-2026-1"
"""Listed in KEV, with CISA's values; on an asset whose exposure nobody has said at first."""
UNSURE: Final = "CVE-2026-2"
"""Listed in KEV, and nobody has published a value."""
PLAIN: Final = "CVE-2026-3"
"""Not listed, and nobody has published a value."""
SECRET_NAME: Final = "vault-door-controller"


@dataclass(frozen=True)
class Bank:
    """Who is there, and what they run."""

    own: Room
    member: Room
    provider: Room
    other: Room
    """Another operator."""
    coordinator: Room
    web: Asset
    hmi: Asset
    """Operational technology, with components of which nothing can be said."""
    bare: Asset
    """Nothing was handed in of it."""

    def exposure(self, name: str, asset: Asset | None = None) -> Exposure:
        """Return the exposure of an asset, or of the first one, to a vulnerability."""
        rows = Exposure.objects.filter(vulnerability__name=name)
        if asset is not None:
            rows = rows.filter(asset=asset)
        found = rows.order_by("pk").first()
        assert found is not None
        return found


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def fill() -> Bank:
    """Fill the desk: a catalogue, three vulnerabilities, a bank with three assets."""
    own = make_operator("Harbour Savings Bank", scope="fceb", zone="America/New_York")
    provider = make_other(OrganisationKind.VENDOR, name="Quay Managed Services")
    delegated(own, provider)
    web = make_asset(own, "web-shop", owner="Channels", system="Online banking", tags=("pci",))
    hmi = make_asset(own, SECRET_NAME, exposed="no", is_operational_technology=True)
    bare = make_asset(own, "atm-fleet", exposed="yes")
    sources.catalogue()
    sources.published(KNOWN)
    sources.published(UNSURE, "core", fixed="")
    sources.published(PLAIN, "tool")
    document = sbom("pkg:pypi/web@1.5", "pkg:pypi/core@1.0", "pkg:pypi/tool@1.0")
    inventories.hand_in(own.actor, web.key, document, "web.cdx.json", at=NOW)
    odd = sbom(
        "pkg:pypi/tool@1.0",
        "pkg:generic/firmware@7",
        "pkg:pypi/nothing",
        more=({"type": "library", "name": "blob", "bom-ref": "x"},),
    )
    inventories.hand_in(own.actor, hmi.key, odd, "hmi.cdx.json", at=NOW)
    sources.listed(UNSURE, "2026-12-08", "2026-12-29", at=day(1))
    sources.decided(KNOWN, at=day(1))
    sources.listed(KNOWN, "2026-12-09", "2026-12-30", at=day(1.5))
    assets.change_assets(own.actor, [web.key], exposed="yes", at=day(2))
    return Bank(
        own=own,
        member=own.colleague(Role.MEMBER),
        provider=provider,
        other=make_operator("Lighthouse Cooperative"),
        coordinator=_coordinator(),
        web=web,
        hmi=hmi,
        bare=bare,
    )


def browser_of(who: Room) -> Client:
    """Return a client that has signed in."""
    found: Client = signed_in(Client(), who.person)
    return found


def local(moment: datetime) -> str:
    """Return an instant as a field for one holds it, in UTC."""
    return f"{moment:%Y-%m-%dT%H:%M}"


def a_file(name: str, content: bytes) -> SimpleUploadedFile:
    """Return a file that a form sends."""
    return SimpleUploadedFile(name, content)


def _coordinator() -> Room:
    made: Any = make_other(OrganisationKind.COORDINATOR, name="River Coordination")
    return room(made.organisation, Role.MEMBER)
