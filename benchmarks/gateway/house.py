"""The processes that the gateway is measured with: `serve` answers, `desk` keeps the grants.

    python -m benchmarks.gateway.house desk ENDPOINT    makes an engagement and grants, then obeys
    python -m benchmarks.gateway.house serve            the gateway behind a real server

Both work on the installation that TIDEGATE_HOME names. What they print is one JSON value a line.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from tidegate.instance.opening import open_instance

GRANTS: Final = 40
"""Of which one is called with, and the others are revoked."""
_CREDENTIAL: Final = "sk-scripted-endpoint"
_DAY: Final = timedelta(days=1)


def desk(endpoint: str) -> None:
    """Make what is called; then revoke a grant for each line that comes in, or time commits."""
    open_instance()
    from django.utils import timezone

    from tidegate.desks.parties.queries.actors import actor_of
    from tidegate.desks.reviews.services import grants

    developer, made = _make(endpoint)
    _say({"secrets": made})
    for line in sys.stdin:
        if line.strip() == "commits":
            _say({"milliseconds": _commits()})
            continue
        grants.revoke_grant(actor_of(developer), line.strip(), at=timezone.now())
        _say({"committed": time.monotonic_ns()})


def serve() -> None:
    """Answer until ended; the address is said first."""
    open_instance()
    import uvicorn

    from tidegate.faces.gateway.application import Gateway
    from tidegate.faces.web.serving import listen

    bound = listen("127.0.0.1", 0)
    bound.listen(2048)
    host, port = bound.getsockname()[:2]
    _say({"address": f"http://{host}:{port}"})
    config = uvicorn.Config(
        Gateway(allowed_hosts={"127.0.0.1"}),
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        access_log=False,
    )
    uvicorn.Server(config).run(sockets=[bound])


def _make(endpoint: str) -> tuple[Any, dict[str, str]]:
    """Make an engagement under the shipped framework, and grants for one evaluator each."""
    from django.utils import timezone

    from tidegate.desks.access.words import OrganisationKind, Role
    from tidegate.desks.parties.digests import digest_of, new_secret
    from tidegate.desks.parties.models import Membership, Organisation, Person
    from tidegate.desks.reviews.frameworks.framework import Kept
    from tidegate.desks.reviews.frameworks.loading import shipped_frameworks
    from tidegate.desks.reviews.frameworks.terms import default_terms, to_document
    from tidegate.desks.reviews.models import (
        Acknowledgement,
        Agreement,
        Endpoint,
        Engagement,
        Grant,
        NamedPerson,
        Party,
    )
    from tidegate.desks.reviews.sealing import CREDENTIAL, sealed_text

    now = timezone.now()
    organisations = [
        Organisation.objects.create(name=name, kinds=[kind.value], made_at=now)
        for name, kind in (
            ("Developer", OrganisationKind.MODEL_DEVELOPER),
            ("Reviewer", OrganisationKind.REVIEWER),
        )
    ]
    people = [
        Person.objects.create(email=f"p{number}@example.org", name=f"P {number}", joined_at=now)
        for number in range(GRANTS + 1)
    ]
    for number, person in enumerate(people):
        Membership.objects.create(
            organisation=organisations[min(number, 1)],
            person=person,
            role=Role.MEMBER if number else Role.ADMINISTRATOR,
            since=now,
        )
    framework = shipped_frameworks()[-1]
    row = Engagement.objects.create(
        developer=organisations[0],
        asks=Engagement.Asks.ACCESS,
        model="measured",
        planned_release_at=now + 25 * _DAY,
        framework=framework.name,
        framework_version=framework.version,
        framework_sha256=framework.sha256,
        state="under-evaluation",
        opened_by="somebody",
        opened_at=now,
        proposed_at=now,
        agreed_at=now,
        window_opens_at=now - _DAY,
        window_ends_at=now + 20 * _DAY,
    )
    parties = [
        Party.objects.create(
            engagement=row, organisation=one, part=part, invited_by="somebody", invited_at=now
        )
        for one, part in zip(
            organisations, (Party.Part.DEVELOPER, Party.Part.REVIEWER), strict=True
        )
    ]
    terms = default_terms(
        framework, title="Terms", developer="Developer", counterpart="Reviewer", model="measured"
    )
    settings = replace(
        terms.settings,
        content=Kept.NONE,
        watermark=False,
        proven_calls=False,
        vetting=False,
        addresses=(),
    )
    document = to_document(replace(terms, settings=settings, engagement=row.key, number=1))
    agreement = Agreement.objects.create(
        engagement=row,
        kind=Agreement.Kind.TERMS,
        number=1,
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
        proposed_for=organisations[0],
        proposed_by="somebody",
        proposed_at=now,
        agreed_at=now,
    )
    Endpoint.objects.create(
        engagement=row,
        name="measured",
        protocol=Endpoint.Protocol.OPENAI,
        url=f"{endpoint}/v1",
        model="scripted-1",
        credential=sealed_text(_CREDENTIAL, CREDENTIAL),
        made_by="somebody",
        made_at=now,
    )
    made: dict[str, str] = {}
    for person in people[1:]:
        named = NamedPerson.objects.create(
            party=parties[1],
            person=person,
            duty=NamedPerson.Duty.EVALUATOR,
            named_by="somebody",
            named_at=now,
        )
        Acknowledgement.objects.create(agreement=agreement, person=person, at=now)
        secret = new_secret("tg-grant-")
        grant = Grant.objects.create(
            engagement=row,
            named=named,
            purpose="evaluation",
            endpoints=["measured"],
            operations=["chat"],
            calls_a_minute=1_000_000,
            begins_at=now - _DAY,
            ends_at=now + _DAY,
            asked_by=person,
            asked_at=now,
            issued_by=people[0],
            issued_at=now,
            digest=digest_of(secret),
            taken_up_at=now,
        )
        made[grant.key] = secret
    return people[0], made


def _commits() -> list[float]:
    """Return how long it takes to commit a row and nothing else, a hundred times."""
    from django.db import connection

    taken = []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS benchmark (number INTEGER)")
        for number in range(100):
            began = time.monotonic()
            cursor.execute("INSERT INTO benchmark VALUES (%s)", [number])
            taken.append((time.monotonic() - began) * 1000)
    return taken


def _say(value: Any) -> None:
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        desk(sys.argv[2])
