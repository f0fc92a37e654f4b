"""An organisation's own sign-in: its OpenID Connect provider, and whom that may vouch for.

A provider could say of anybody that it is they who sign in. So those who run the instance set it,
with the domains whose addresses it speaks for; it vouches only for people who have a place in its
organisation, or were invited there; and whoever signs in through it stands in that organisation
alone (`queries.actors`).

Of an organisation that takes part in reviews or runs systems, those who run the instance may learn
nothing, so they may not choose who vouches for its people. There its own administrators set the
provider, for the domain of their own address, as long as nobody else here has an address in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount, SocialApp
from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may_with_instance
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, Role
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.administrators import is_of_its_own
from tidegate.desks.parties.queries.invitations import usable_invitations
from tidegate.desks.parties.queries.providers import KIND, purpose_of
from tidegate.desks.parties.sealed import sealed
from tidegate.desks.parties.services.joining import join
from tidegate.desks.parties.services.persons import make_person
from tidegate.desks.parties.services.refusals import NotPossibleError

_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_LONGEST: Final = 191
"""Of a client's id. From: `SocialApp.client_id`."""
_SHOWN: Final = 40
"""Of an organisation's name. From: `SocialApp.name`."""


def set_provider(
    actor: Actor,
    organisation: str,
    *,
    issuer: str,
    client_id: str,
    secret: str,
    domains: Iterable[str],
    at: datetime,
) -> SocialApp:
    """Set the provider through which an organisation's people sign in.

    Args:
        actor: who runs the instance, and administers the organisation; one of its own
            administrators, if it takes part in reviews or runs systems.
        organisation: its key.
        issuer: the provider's address, such as `https://id.example.org`.
        client_id: what the provider calls this instance.
        secret: what this instance shows to the provider; kept sealed.
        domains: whose addresses the provider speaks for, such as `example.org`.
        at: now.

    Raises:
        NotFoundError: it is not for them to set.
        NotPossibleError: an address, the id or a domain cannot be used, or is not theirs to name.
    """
    with transaction.atomic():
        rows = Organisation.objects.select_for_update()
        of = find(actor, rows, Act.ADMINISTER, key=as_written(organisation))
        if not (keeps_to_itself := is_of_its_own(of)):
            _require_runs_instance(actor, of)
        address, named = _kept_issuer(issuer), _kept_domains(domains)
        if not 1 <= len(client_id) <= _LONGEST or not secret:
            raise NotPossibleError("give the client's id and secret as the provider shows them")
        if keeps_to_itself:
            _require_own(actor, of, named)
        app, _ = SocialApp.objects.update_or_create(
            provider=KIND,
            provider_id=of.key,
            defaults={
                "name": of.name[:_SHOWN],
                "client_id": client_id,
                # The column has too little room for a sealed one, and nothing reads it.
                "secret": "",
                "settings": {
                    "server_url": address,
                    "domains": named,
                    "sealed_secret": sealed(secret, purpose_of(of.key)),
                    "oauth_pkce_enabled": True,
                },
            },
        )
        # Whom another provider called so may be somebody else to this one.
        SocialAccount.objects.filter(provider=of.key).delete()
        append(
            "provider-set",
            at=at,
            actor=actor,
            organisation=of.key,
            issuer=address,
            client=client_id,
            domains=named,
        )
        return app


def remove_provider(actor: Actor, organisation: str, *, at: datetime) -> None:
    """Take an organisation's provider away; its people sign in by other means.

    Raises:
        NotFoundError: it is not for them to set.
        NotPossibleError: it has none.
    """
    with transaction.atomic():
        of = find(actor, Organisation.objects.all(), Act.ADMINISTER, key=as_written(organisation))
        if not is_of_its_own(of):
            _require_runs_instance(actor, of)
        removed, _ = SocialApp.objects.filter(provider=KIND, provider_id=of.key).delete()
        if not removed:
            raise NotPossibleError(f"{of.name} has no provider of its own")
        SocialAccount.objects.filter(provider=of.key).delete()
        append("provider-removed", at=at, actor=actor, organisation=of.key)


def _require_runs_instance(actor: Actor, organisation: Organisation) -> None:
    """Refuse whoever administers the organisation alone, as if it were not there."""
    if not may_with_instance(actor, Act.ADMINISTER):
        raise NotFoundError("organisation", organisation.key)


def _require_own(actor: Actor, organisation: Organisation, domains: Sequence[str]) -> None:
    """Refuse a provider that is not chosen from within, or could vouch for somebody elsewhere."""
    person = Person.objects.filter(pk=actor.person or 0).first()
    if person is None or organisation.pk not in actor.with_role(Role.ADMINISTRATOR):
        raise NotPossibleError(
            f"{organisation.name} takes part in reviews or runs systems, so one of its own"
            " administrators sets its provider; invite the first one, and leave it to them"
        )
    own = person.email.rpartition("@")[2]
    if list(domains) != [own]:
        raise NotPossibleError(
            f"you can name the domain of your own address alone; give {own} as the only domain"
        )
    elsewhere = Membership.objects.filter(left_at=None, person__email__endswith=f"@{own}")
    if elsewhere.exclude(organisation=organisation).exists():
        raise NotPossibleError(
            f"people of other organisations have addresses in {own}, too, and a provider could"
            " sign in as them; use an address in a domain that is your organisation's alone"
        )


def admit(organisation: str, *, email: str, subject: str, name: str, at: datetime) -> Person | None:
    """Return whom a provider vouches for, if they may sign in through it; else None.

    They have a place in the organisation, or its invitation, which is accepted by this. The first
    time, what the provider calls them is kept: an address that the provider gives to somebody else
    later opens nothing.

    Args:
        organisation: the key of the provider's.
        email: an address that the provider says is verified, in a domain that it speaks for.
        subject: what the provider calls them, for good.
        name: as the provider writes it; for somebody new.
        at: now.
    """
    with transaction.atomic():
        of = Organisation.objects.filter(key=organisation, suspended_at=None).first()
        if of is None:
            return None
        person = Person.objects.select_for_update().filter(email=email).first()
        if person is not None and not person.is_active:
            return None
        if not _is_the_same(of.key, person, subject):
            return None
        invitation = None
        if person is None or not _stands(of, person):
            rows = usable_invitations(at).select_for_update(of=("self",))
            invitation = rows.filter(organisation=of, email=email).first()
            if invitation is None:
                return None
            if person is None:
                shown = name if name.strip() and name.isprintable() else email
                person = make_person(email, shown[:200], None, verified=True, at=at)
            elif Membership.objects.filter(organisation=of, person=person, left_at=None).exists():
                return None
        SocialAccount.objects.get_or_create(provider=of.key, uid=subject, user=person)
        if invitation is not None:
            join(invitation, person, at=at)
        return person


def _is_the_same(organisation: str, person: Person | None, subject: str) -> bool:
    """Say whether the provider has called this person so before, or neither of the two is known."""
    accounts = SocialAccount.objects.filter(provider=organisation)
    if person is None:
        return not accounts.filter(uid=subject).exists()
    known = accounts.filter(user=person).first()
    if known is not None:
        return bool(known.uid == subject)
    return not accounts.filter(uid=subject).exists()


def _stands(organisation: Organisation, person: Person) -> bool:
    return Membership.objects.filter(
        organisation=organisation, person=person, left_at=None, suspended_at=None
    ).exists()


def _kept_issuer(text: str) -> str:
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.username is not None:
        raise NotPossibleError(
            f"{text[:200]!r} is not the address of a provider; write it as https://id.example.org"
        )
    return address


def _kept_domains(domains: Iterable[str]) -> list[str]:
    kept = sorted({domain.strip().lower().removeprefix("@") for domain in domains})
    if wrong := [domain for domain in kept if not _DOMAIN.fullmatch(domain)]:
        raise NotPossibleError(f"{wrong[0][:200]!r} is not a domain; write it as example.org")
    if not kept:
        raise NotPossibleError("name the domains whose addresses the provider speaks for")
    return kept
