"""An operator with one of everything, for tests that ask every operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.desks.exposure.rooms import Room, delegated, make_operator, make_other, sbom
from tests.desks.exposure.sources import decided, listed, published
from tidegate.desks.exposure.models import ChangeNotice, Exposure
from tidegate.desks.exposure.services import exceptions, inventories, remedies, statements, triage
from tidegate.desks.findings.models import Case

VEX = b"""{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x.example/1",
 "author": "ACME", "timestamp": "2026-11-01T00:00:00Z", "version": 1, "statements": [
 {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": "web-1"}],
  "status": "not_affected", "impact_statement": "it is not reached"}]}"""


@dataclass
class Furnished:
    """An operator's administrator, and keys of what is the operator's."""

    operator: Room
    paths: dict[str, dict[str, Any]]
    bodies: dict[str, Any]


def furnished(case: Case) -> Furnished:
    """Make an operator that is exposed to something, and is told of a case."""
    now = timezone.now()
    operator = make_operator(scope="fceb", zone="America/New_York")
    actor, key = operator.actor, operator.key
    published("CVE-2026-1", at=now)
    listed("CVE-2026-1", at=now)
    decided("CVE-2026-1", at=now)
    bill = sbom("pkg:pypi/web@1.5", "pkg:deb/debian/zlib1g@1.2")
    came = inventories.hand_in_for(actor, key, "web-1", bill, "bom.json", at=now)
    exposure = Exposure.objects.get()
    remedies.say_remedy(
        actor, [exposure.key], "mitigated", done_at=now, words="taken off the network", at=now
    )
    triage.collect(actor, exposure.key, "an image", "web-1", now, "R. Roe", at=now)
    later = now + timedelta(days=20)
    excepted = exceptions.except_exposure(
        actor, exposure.key, "it is replaced", "J. Doe", later, at=now
    )
    statements.load_vex(actor, key, VEX, "vex.json", at=now)
    delegation = delegated(operator, make_other())
    notice = ChangeNotice.objects.create(
        case=case, organisation=operator.organisation, product="the shop", before=later,
        severity="high", released_by="a coordinator", released_at=now,
    )  # fmt: skip
    notice.assets.set([exposure.asset])
    paths: dict[str, dict[str, Any]] = {
        "/assets": {"key": came.asset},
        "/inventories": {"key": came.key},
        "/exposures": {"key": exposure.key, "number": 1},
        "/exceptions": {"key": excepted.key},
        "/vulnerabilities": {"name": "CVE-2026-1"},
        "/feeds": {"name": "kev"},
        "/directives": {"name": "bod-26-04"},
        "/policy-sets": {"name": "cisa"},
        "/compliance": {"organisation": key},
        "/tables": {"name": "cisa-bod-26-04"},
        "/statements": {"key": operator.organisation.statements.get().key},
        "/change-notices": {"key": notice.key},
        "/operators": {"key": key},
        "/delegations": {"key": delegation.key},
    }
    bodies = {
        "organisation": key,
        "provider": make_other().key,
        "assets": [came.asset],
        "exposures": [exposure.key],
        "directive": "bod-26-02",
        "requirement": "update",
        "done_at": now.isoformat(),
        "collected_at": now.isoformat(),
        "happened_at": now.isoformat(),
        "until": later.isoformat(),
        "zone": "America/New_York",
        "table": "cisa-bod-26-04",
        "roles": ["role/fedramp-provider"],
    }
    return Furnished(operator, paths, bodies)
