"""Organisations, people with their places, invitations, tokens, webhooks."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from allauth.socialaccount.models import SocialApp

from tests.desks.access.world import BEFORE, NOW, World, new_mark
from tidegate.desks.access.words import Act, OrganisationKind, Role, Scope
from tidegate.desks.notices.models import FeedToken, WebhookEndpoint
from tidegate.desks.notices.queries.webhooks import purpose_of
from tidegate.desks.parties.digests import digest_of, new_secret
from tidegate.desks.parties.models import (
    ApiToken,
    Invitation,
    Membership,
    Organisation,
    Person,
)
from tidegate.desks.parties.queries.providers import KIND
from tidegate.desks.parties.queries.providers import purpose_of as purpose_of_provider
from tidegate.desks.parties.sealed import sealed

_KINDS: Final = (
    [OrganisationKind.FINDER],
    [OrganisationKind.FINDER, OrganisationKind.MODEL_DEVELOPER],
    [OrganisationKind.VENDOR],
    [OrganisationKind.OPERATOR],
    [OrganisationKind.COORDINATOR],
    [OrganisationKind.TRUSTED_PARTNER],
    [OrganisationKind.REVIEWER],
)
_ALWAYS: Final = (
    [OrganisationKind.COORDINATOR],
    [OrganisationKind.FINDER],
    [OrganisationKind.VENDOR],
)
"""Kinds of the first organisations of every world; they are never suspended."""
_PLACED: Final = (
    (0, Role.ADMINISTRATOR),
    (1, Role.MEMBER),
    (0, Role.READER),
    (2, Role.ADMINISTRATOR),
    None,
)
"""Organisations and roles of the first persons of every world, who are never suspended; the last
one has no place anywhere."""


def furnish_parties(world: World, draw: random.Random, organisations: int, persons: int) -> None:
    """Make the parties of a world, and what is theirs alone."""
    for number in range(organisations):
        _organisation(world, draw, _ALWAYS[number] if number < len(_ALWAYS) else None)
    for number in range(persons):
        _person(world, draw, number)
    for number, organisation in enumerate(world.organisations):
        _invitation(world, organisation, revoked=number == 1 or draw.random() < 0.3)
        _webhook(world, draw, organisation)
    # Of the finder: its people sign in by their own provider.
    _provider(world, world.organisations[1])


def _organisation(
    world: World, draw: random.Random, kinds: Iterable[OrganisationKind] | None
) -> None:
    mark = new_mark()
    chosen, suspended = draw.choice(_KINDS), draw.random() < 0.1
    made = Organisation.objects.create(
        name=f"{mark} Ltd",
        kinds=[kind.value for kind in kinds or chosen],
        made_at=BEFORE,
        suspended_at=BEFORE if suspended and kinds is None else None,
        cases_a_week=draw.choice((None, 3)),
    )
    world.organisations.append(made)
    world.show(lambda reader: reader.organisation(Act.READ, made), mark, made.key)


def _person(world: World, draw: random.Random, number: int) -> None:
    name, address = new_mark(), new_mark()
    is_always_there = number < len(_PLACED)
    placed = _PLACED[number] if is_always_there else None
    suspended = draw.random() < 0.1 and not is_always_there
    person = Person.objects.create(
        email=f"{address}@example.org",
        name=f"{name} Doe",
        joined_at=BEFORE,
        is_active=not suspended,
        suspended_at=BEFORE if suspended else None,
    )
    world.persons.append(person)
    world.show(lambda reader: reader.person.pk == person.pk, name, address, person.key)
    places = [(world.organisations[placed[0]], placed[1])] if placed else []
    many = 0 if is_always_there and placed is None else draw.choice((0, 1, 1, 1, 2))
    for organisation in draw.sample(world.organisations, many):
        role = draw.choice(list(Role))
        if not any(there == organisation for there, _ in places):
            places.append((organisation, role))
    for place_number, (organisation, role) in enumerate(places):
        stands = placed is not None and place_number == 0
        gone, barred = draw.random() < 0.1, draw.random() < 0.1
        place = Membership.objects.create(
            organisation=organisation,
            person=person,
            role=role.value,
            since=BEFORE,
            suspended_at=BEFORE if barred and not stands else None,
            left_at=BEFORE if gone and not stands else None,
        )
        world.memberships.append(place)
        _show_place(world, place, name, address, person.key)
    _tokens(world, person)


def _show_place(world: World, place: Membership, *texts: str) -> None:
    world.show(lambda reader: reader.membership(Act.READ, place), *texts)


def give_place(world: World, organisation: Organisation, person: Person, role: Role) -> None:
    """Give somebody a place that stands, whichever they had there."""
    held = [
        one
        for one in world.memberships
        if (one.organisation_id, one.person_id) == (organisation.pk, person.pk)
    ]
    place = held[0] if held else Membership(organisation=organisation, person=person, since=BEFORE)
    place.role, place.suspended_at, place.left_at = role.value, None, None
    place.save()
    if not held:
        world.memberships.append(place)
        address = person.email.partition("@")[0]
        _show_place(world, place, person.name.partition(" ")[0], address, person.key)


def _tokens(world: World, person: Person) -> None:
    for scopes in ([*Scope], [Scope.READ]):
        mark, secret = new_mark(), new_secret("tg_")
        token = ApiToken.objects.create(
            person=person,
            name=mark,
            digest=digest_of(secret),
            scopes=[scope.value for scope in scopes],
            made_at=BEFORE,
            expires_at=NOW + timedelta(days=1),
            # It is noted to the minute; so nothing is noted while the tests ask.
            last_used_at=NOW,
        )
        world.tokens.append(token)
        world.secrets[token.key] = secret
        world.secrets.setdefault(person.key, secret)
        _show_token(world, token, mark)
    for name, ended in (("feed", None), ("ended feed", BEFORE)):
        feed = new_secret()
        FeedToken.objects.create(
            person=person, digest=digest_of(feed), made_at=BEFORE, revoked_at=ended
        )
        world.secrets[f"{name} of {person.key}"] = feed


def _show_token(world: World, token: ApiToken, mark: str) -> None:
    world.show(lambda reader: reader.token(Act.READ, token), mark, token.key)


def _invitation(world: World, organisation: Organisation, *, revoked: bool) -> None:
    address, by, secret = new_mark(), new_mark(), new_secret()
    made = Invitation.objects.create(
        organisation=organisation,
        email=f"{address}@example.org",
        role=Role.MEMBER.value,
        digest=digest_of(secret),
        invited_by=by,
        made_at=BEFORE,
        expires_at=NOW + timedelta(days=1),
        revoked_at=BEFORE if revoked else None,
    )
    world.invitations.append(made)
    world.secrets[made.key] = secret
    world.show(lambda reader: reader.invitation(Act.READ, made), address, by, made.key)


def _webhook(world: World, draw: random.Random, organisation: Organisation) -> None:
    path, by = new_mark(), new_mark()
    made = WebhookEndpoint(
        organisation=organisation,
        url=f"https://hooks.example.org/{path}",
        made_by=by,
        made_at=BEFORE,
        disabled_at=BEFORE if draw.random() < 0.2 else None,
    )
    made.secret = sealed("whsec_c2VjcmV0", purpose_of(made))
    made.save()
    world.webhooks.append(made)
    world.show(lambda reader: reader.webhook(made), path, by, made.key)


def _provider(world: World, organisation: Organisation) -> None:
    client, tenant = new_mark(), new_mark()
    SocialApp.objects.create(
        provider=KIND,
        provider_id=organisation.key,
        name="somebody",
        client_id=client,
        settings={
            "server_url": f"https://id.example.org/{tenant}",
            "domains": [f"{tenant}.example.org"],
            "sealed_secret": sealed("a secret", purpose_of_provider(organisation.key)),
        },
    )
    world.with_provider = organisation
    world.show(lambda reader: reader.organisation(Act.ADMINISTER, organisation), client, tenant)
