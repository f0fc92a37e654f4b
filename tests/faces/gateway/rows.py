"""What the house of the tests is asked to do with its tables: makers, acts, and what is on record.

These run in the house's own process (`house`); what they take and give is plain data.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.desks.reviews import making
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.digests import new_secret
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.frameworks.framework import Kept
from tidegate.desks.reviews.models import (
    Call,
    Engagement,
    Grant,
    NamedPerson,
    Party,
    Refusal,
    Transcript,
)
from tidegate.desks.reviews.services import endpoints, grants, withdrawing

_DAY = timedelta(days=1)


def make(
    *,
    endpoint: str,
    credential: str = "sk-scripted-endpoint",
    names: dict[str, str] | None = None,
    settings: dict[str, Any] | None = None,
    grant: dict[str, Any] | None = None,
    read: bool = True,
    recipients: dict[str, str] | None = None,
) -> dict[str, str]:
    """Make an engagement with endpoints and a grant; return keys, and the grant's secret.

    Args:
        endpoint: address of the scripted endpoint, without a path.
        credential: of the endpoint.
        names: of the endpoints, with their protocols.
        settings: of the terms.
        grant: columns of the grant.
        read: whether its person has read the terms.
        recipients: public keys of `developer` and `reviewer`.
    """
    now = timezone.now()
    window = (now - _DAY, now + 20 * _DAY)
    made = making.engagement(state="window-open", window=window, at=now - 2 * _DAY)
    chosen: dict[str, Any] = {"content": "none", "watermark": False, "proven_calls": False}
    chosen |= {"vetting": False, **(settings or {})}
    chosen["content"] = Kept(chosen["content"])
    agreement = making.agree(made, making.terms_of(made, **chosen), at=now - 2 * _DAY)
    for side, who in (("developer", made.developer), ("reviewer", made.government)):
        party = making.party_of(made.row, who)
        party.recipient = (recipients or {}).get(side, "")
        party.save()
    named = making.named(made.row, made.government, at=now - 2 * _DAY)
    for name, protocol in (names or {"the-model": "openai", "the-other": "anthropic"}).items():
        making.endpoint(
            made.row,
            name,
            protocol=protocol,
            url=endpoint + ("/v1" if protocol == "openai" else ""),
            model="scripted-1",
            credential=credential,
            at=now - 2 * _DAY,
        )
    secret = new_secret("tg-grant-")
    columns: dict[str, Any] = {
        "begins_at": now - _DAY,
        "ends_at": now + 10 * _DAY,
        "endpoints": ("the-model", "the-other"),
        "calls_a_minute": 600,
        **(grant or {}),
    }
    row = making.grant(named, secret=secret, at=now - _DAY, **columns)
    if read:
        making.acknowledged(agreement, named.person, at=now - _DAY)
    return {
        "engagement": made.key,
        "grant": row.key,
        "secret": secret,
        "person": named.person.key,
        "developer": made.developer.person.key,
    }


def another_grant(engagement: str, **columns: Any) -> dict[str, str]:
    """Make a grant of another person in the same engagement."""
    now = timezone.now()
    row = Engagement.objects.get(key=engagement)
    party = Party.objects.get(engagement=row, part=Party.Part.REVIEWER)
    side = making.Side(party.organisation, making.person_in(party.organisation))
    named = making.named(row, side, person=side.person, at=now - _DAY)
    secret = new_secret("tg-grant-")
    grant = making.grant(
        named,
        secret=secret,
        at=now - _DAY,
        **{
            "begins_at": now - _DAY,
            "ends_at": now + _DAY,
            "endpoints": ("the-model", "the-other"),
            "calls_a_minute": 600,
            **columns,
        },
    )
    making.acknowledged(row.agreements.get(), named.person, at=now - _DAY)
    return {"grant": grant.key, "secret": secret}


def change_grant(key: str, **columns: Any) -> None:
    """Change a grant past the services."""
    Grant.objects.filter(key=key).update(**columns)


def revoke(key: str) -> float:
    """Have the developer end a grant; return when that was committed."""
    grant = Grant.objects.get(key=key)
    grants.revoke_grant(_developer(grant.engagement), key, at=timezone.now())
    return timezone.now().timestamp()


def take_up_again(key: str) -> str:
    """Have a grant's person take it up anew; return the new secret."""
    grant = Grant.objects.select_related("named__person").get(key=key)
    return grants.take_up(actor_of(grant.named.person), key, at=timezone.now())


def end_endpoint(engagement: str, name: str) -> None:
    """Have the developer end an endpoint."""
    row = Engagement.objects.get(key=engagement)
    endpoint = row.endpoints.get(name=name)
    endpoints.end_endpoint(_developer(row), endpoint.key, at=timezone.now())


def pull_the_plug(engagement: str) -> float:
    """Have the developer pull the plug; return when that was committed."""
    row = Engagement.objects.get(key=engagement)
    grants.pull_the_plug(_developer(row), engagement, at=timezone.now())
    return timezone.now().timestamp()


def withdraw(engagement: str) -> float:
    """Have the developer withdraw; return when that was committed."""
    row = Engagement.objects.get(key=engagement)
    withdrawing.withdraw(_developer(row), engagement, at=timezone.now())
    return timezone.now().timestamp()


def suspend(person: str) -> None:
    """Suspend a person past the services."""
    Person.objects.filter(key=person).update(is_active=False)


def unname(grant: str) -> None:
    """Take back that a grant's person was named, past the services."""
    named = Grant.objects.get(key=grant).named_id
    NamedPerson.objects.filter(pk=named).update(ended_at=timezone.now())


def calls(grant: str) -> list[dict[str, Any]]:
    """Return the calls of a grant as they are on record, the first one first."""
    rows = Call.objects.filter(grant__key=grant).order_by("pk")
    return [
        {field.attname: getattr(row, field.attname) for field in Call._meta.fields} for row in rows
    ]


def refusals(grant: str) -> dict[str, int]:
    """Return how often calls of a grant were refused, by reason."""
    found: dict[str, int] = {}
    for row in Refusal.objects.filter(grant__key=grant):
        found[row.reason] = found.get(row.reason, 0) + row.count
    return found


def refused_from(grant: str) -> list[str]:
    """Return the addresses from which calls of a grant were refused."""
    return sorted(Refusal.objects.filter(grant__key=grant).values_list("address", flat=True))


def entries(engagement: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the ledger's entries of an engagement: kind and text."""
    rows = Entry.objects.filter(engagement=engagement).order_by("index")
    return [(row.kind, dict(row.said)) for row in rows]


def count_entries() -> int:
    """Return how many entries the ledger has."""
    return Entry.objects.count()


def transcript(call: str) -> dict[str, Any] | None:
    """Return what is kept of a call."""
    row = Transcript.objects.filter(call__key=call).first()
    if row is None:
        return None
    return {"content": bytes(row.content), "whole": row.whole, "for_holder": row.for_holder}


def state(engagement: str) -> str:
    """Return how far an engagement has come."""
    return str(Engagement.objects.get(key=engagement).state)


def tokens(grant: str) -> int:
    """Return how many tokens a grant has used."""
    return int(Grant.objects.get(key=grant).used_tokens)


def marked(text: str) -> list[str]:
    """Return the keys of the grants whose mark is in a text."""
    from tidegate.faces.gateway.marking import marked_in

    return sorted(marked_in(text, Grant.objects.values_list("key", flat=True)))


def _developer(row: Engagement) -> Any:
    lead = row.developer.memberships.get(role="administrator").person
    return actor_of(lead)
