"""What of an engagement's model may be used: endpoints, grants, requests, calls, transcripts."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from tests.desks.access.world import BEFORE, NOW, World, new_mark
from tidegate.desks.access.words import Act
from tidegate.desks.parties.digests import digest_of, new_secret
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models import (
    Call,
    Endpoint,
    Engagement,
    Grant,
    NamedPerson,
    Party,
    Refusal,
    Transcript,
    TwoPersonRequest,
)
from tidegate.desks.reviews.sealing import CREDENTIAL, sealed_text

_STATES: Final = ("asked", "issued", "in-use", "in-use", "in-use", "ended", "over", "ahead")


def furnish_grants(world: World, draw: random.Random, about: Engagement) -> None:
    """Make an endpoint, grants for most of those who were named, and what they did with them."""
    endpoint = _endpoint(world, about)
    _request(world, draw, about)
    for named in [one for one in world.named if one.party.engagement_id == about.pk]:
        if about in world.engagements[:2]:
            if named.duty == NamedPerson.Duty.EVALUATOR:
                _grant(world, draw, endpoint, named, "in-use")
                _grant(world, draw, endpoint, named, draw.choice(_STATES))
                _break_glass(world, _grant(world, draw, endpoint, named, "asked"))
            elif named.party.part == "partner":
                _grant(world, draw, endpoint, named, "in-use")
        elif draw.random() < 0.7:
            _grant(world, draw, endpoint, named, draw.choice(_STATES))


def _endpoint(world: World, about: Engagement) -> Endpoint:
    name, host, model, by = (new_mark() for _ in range(4))
    made = Endpoint.objects.create(
        engagement=about,
        name=name,
        protocol=Endpoint.Protocol.OPENAI,
        url=f"https://{host}.example.org/v1",
        model=model,
        credential=sealed_text("sk-secret", CREDENTIAL),
        made_by=by,
        made_at=BEFORE,
    )
    world.endpoints.append(made)
    world.show(lambda reader: reader.engaged.endpoint(Act.SEE, made), name, made.key)
    world.show(lambda reader: reader.engaged.endpoint(Act.READ, made), host, model, by)
    return made


def _grant(
    world: World, draw: random.Random, endpoint: Endpoint, named: NamedPerson, state: str
) -> Grant:
    purpose, why = new_mark(), new_mark()
    begins, ends = {"over": (-2, -1), "ahead": (1, 2)}.get(state, (-1, 1))
    issued, taken_up = state != "asked", state not in ("asked", "issued")
    secret = new_secret("tg-grant-")
    made = Grant.objects.create(
        engagement=endpoint.engagement,
        named=named,
        purpose=purpose,
        endpoints=[endpoint.name],
        operations=["chat"],
        calls_a_minute=10,
        begins_at=NOW + timedelta(days=begins),
        ends_at=NOW + timedelta(days=ends),
        asked_by=named.person,
        asked_at=BEFORE,
        issued_by=draw.choice(world.persons) if issued else None,
        issued_at=BEFORE if issued else None,
        digest=digest_of(secret) if taken_up else None,
        taken_up_at=BEFORE if taken_up else None,
        ended_at=BEFORE if state == "ended" else None,
        ended_by="somebody" if state == "ended" else "",
        ended_why=why if state == "ended" else "",
        lapse_noted_at=BEFORE if draw.randrange(8) == 0 else None,
    )
    world.grants.append(made)
    world.secrets[made.key] = secret
    # Of a grant: which endpoint it is for, who asked for it and who issued it.
    people: list[Person | None] = [made.asked_by, made.issued_by]
    names = [text for one in people if one for text in (one.key, one.name.partition(" ")[0])]
    world.show(
        lambda reader: reader.engaged.grant(Act.READ, made),
        *(made.key, purpose, why, endpoint.name, *names),
    )
    if taken_up:
        _call(world, draw, made, endpoint)
    return made


def _break_glass(world: World, grant: Grant) -> None:
    """Let a grant wait for a second person."""
    grant.break_glass = True
    grant.save(update_fields=["break_glass"])
    _keep_request(world, grant.engagement, "break-glass", grant.key, grant.asked_by, None)


def _call(world: World, draw: random.Random, grant: Grant, endpoint: Endpoint) -> None:
    reason, answered, content = (new_mark() for _ in range(3))
    made = Call.objects.create(
        engagement=grant.engagement,
        grant=grant,
        endpoint=endpoint,
        operation="chat",
        address="192.0.2.7",
        began_at=BEFORE,
        request_sha256="0" * 64,
        request_bytes=10,
        outcome=Call.Outcome.FAILED,
        fault="endpoint",
        reason=reason,
        status=503,
        response_id=answered,
        tokens_in=3,
        tokens_out=4,
        ended_at=BEFORE,
    )
    world.calls.append(made)
    who = grant.named.person
    world.show(
        lambda reader: reader.engaged.call(Act.READ, made),
        *(made.key, reason, answered, who.key, who.name.partition(" ")[0]),
    )
    kept = Transcript.objects.create(
        call=made,
        content=content.encode(),
        kept_for=[],
        for_holder=draw.random() < 0.5,
        kept_at=BEFORE,
    )
    world.transcripts.append(kept)
    world.show(lambda reader: reader.engaged.transcript(Act.READ, kept), content)
    Refusal.objects.create(
        engagement=grant.engagement,
        grant=grant,
        reason="rate",
        address="192.0.2.7",
        minute=BEFORE,
        count=3,
    )


def _request(world: World, draw: random.Random, about: Engagement) -> None:
    by, second = draw.choice(world.persons), draw.choice([*world.persons, None])
    action = draw.choice(("read-transcripts", "determine"))
    _keep_request(world, about, action, new_mark(), by, second)
    for part in [one for one in world.parties if one.engagement_id == about.pk]:
        if part.part == "partner":
            by, second = draw.choice(world.persons), draw.choice([*world.persons, None])
            _keep_request(world, about, "read-transcripts", new_mark(), by, second, party=part)


def _keep_request(
    world: World,
    about: Engagement,
    action: str,
    subject: str,
    by: Person,
    second: Person | None,
    *,
    party: Party | None = None,
) -> None:
    reason = new_mark()
    made = TwoPersonRequest.objects.create(
        engagement=about,
        party=party,
        action=action,
        subject=subject,
        reason=reason,
        asked_by=by,
        asked_at=BEFORE,
        expires_at=NOW + timedelta(hours=1),
        seconded_by=second,
        seconded_at=BEFORE if second else None,
    )
    world.requests.append(made)
    names = [text for one in (by, second) if one for text in (one.key, one.name.partition(" ")[0])]
    world.show(
        lambda reader: reader.engaged.request(Act.READ, made), made.key, reason, subject, *names
    )
