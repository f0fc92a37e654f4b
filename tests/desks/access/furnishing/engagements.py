"""Engagements in all their states: who is in them, whom they have named, what was released."""

from __future__ import annotations

import random
from datetime import timedelta
from importlib import resources
from typing import Final

from tests.desks.access.furnishing.agreements import furnish_agreements
from tests.desks.access.furnishing.determinations import furnish_determinations
from tests.desks.access.furnishing.grants import furnish_grants
from tests.desks.access.world import BEFORE, NOW, World, new_mark
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.reviews.models import (
    Engagement,
    LoadedFramework,
    NamedPerson,
    Partner,
    Party,
    Release,
)
from tidegate.desks.reviews.queries.frameworks import newest

_WINDOWS: Final = ((None, None), (None, None), (-2, 5), (-2, 5), (-2, -1), (-2, -1), (1, 5))
"""Days from now on which a window opens and ends."""
_PARTS: Final = ("reviewer", "determining", "partner")
_STANDING: Final = (
    (2, "developer", ((3, "lead"),)),
    (1, "reviewer", ((1, "evaluator"),)),
    (0, "determining", ((0, "official"),)),
)
"""The first engagement of every world: organisations, their parts, and people whom they have named.
Its terms hold, its window is open, it has a trusted partner, and nobody has recused themselves: so
every rule meets somebody whom it lets in. The second one is the same but for one of `_SPOILT`. Only
the fourth one and those after it may have their own developer look at the model, which nobody can
ask for."""
_PARTNER: Final = 3
"""The organisation that is a trusted partner in the first two."""
_SPOILT: Final = ("plug", "closed", "withdrawn", "before", "over", "noted", "suspended")


def furnish_engagements(world: World, draw: random.Random, engagements: int) -> None:
    """Make engagements, and all that belongs to each; and a framework that was loaded."""
    _framework(world)
    for number in range(engagements):
        stands = number < 2
        about = _engagement(world, draw, stands, draw.choice(_SPOILT) if number == 1 else "")
        if stands:
            _standing_parties(world, draw, about)
        else:
            _parties(world, draw, about, itself=number > 2)
        furnish_agreements(world, draw, about)
        _release(world, draw, about)
        furnish_grants(world, draw, about)
        furnish_determinations(world, draw, about)


def _framework(world: World) -> None:
    name, sign = new_mark(), b'"name": "eo-14409"'
    shipped = resources.files("tidegate.desks.reviews.frameworks") / "shipped" / "eo-14409.json"
    document = shipped.read_bytes()
    assert sign in document
    made = LoadedFramework.objects.create(
        name=name,
        version=newest().version,
        sha256="0" * 64,
        document=document.replace(sign, f'"name": "{name}"'.encode()),
        loaded_by="somebody",
        loaded_at=BEFORE,
    )
    world.frameworks.append(made)
    world.show(lambda reader: reader.framework(Act.READ, made), name)


def _engagement(world: World, draw: random.Random, stands: bool, spoilt: str) -> Engagement:
    model, version, build, reach, by = (new_mark() for _ in range(5))
    framework = newest()
    developer = _developer(world, draw, stands, spoilt)
    opens, ends = (-2, 5) if stands else draw.choice(_WINDOWS)
    opens, ends = {"before": (1, 5), "over": (-2, -1)}.get(spoilt, (opens, ends))
    agreed = stands or opens is not None or draw.random() < 0.3

    def once_in(times: float) -> bool:
        return not stands and draw.random() < 1 / times

    withdrawn, closed = once_in(5) or spoilt == "withdrawn", once_in(8) or spoilt == "closed"
    state = "window-open" if opens is not None else ("terms-agreed" if agreed else "proposed")
    made = Engagement.objects.create(
        developer=developer,
        asks="coverage" if once_in(4) else "access",
        model=model,
        version=version,
        build=build,
        reach=reach,
        planned_release_at=NOW + timedelta(days=20),
        framework=framework.name,
        framework_version=framework.version,
        framework_sha256=framework.sha256,
        state="withdrawn" if withdrawn else "closed" if closed else state,
        opened_by=by,
        opened_at=BEFORE,
        proposed_at=BEFORE,
        agreed_at=BEFORE if agreed else None,
        window_opens_at=None if opens is None else NOW + timedelta(days=opens),
        window_ends_at=None if ends is None else NOW + timedelta(days=ends),
        window_ended_at=BEFORE if spoilt == "noted" or (ends and once_in(8)) else None,
        access_off_at=BEFORE if once_in(8) or spoilt == "plug" else None,
        closed_at=BEFORE if closed else None,
        withdrawn_at=BEFORE if withdrawn else None,
    )
    world.engagements.append(made)
    # Who may only see that it is there is told whose it is, but not of which model.
    heading = (made.key, developer.key, developer.name.partition(" ")[0])
    world.show(lambda reader: reader.engaged.engagement(Act.SEE, made), *heading)
    world.show(
        lambda reader: reader.engaged.engagement(Act.READ, made), model, version, build, reach, by
    )
    return made


def _developer(world: World, draw: random.Random, stands: bool, spoilt: str) -> Organisation:
    if spoilt == "suspended":
        developer = world.organisations[-1]
        developer.suspended_at = BEFORE
        developer.save(update_fields=["suspended_at"])
        return developer
    return world.organisations[2] if stands else draw.choice(world.organisations)


def _standing_parties(world: World, draw: random.Random, about: Engagement) -> None:
    for place, part, names in _STANDING:
        is_developers = part == "developer"
        organisation = about.developer if is_developers else world.organisations[place]
        one = _party(world, about, organisation, part)
        for person, duty in names:
            if person < len(world.persons):
                _name(world, one, world.persons[person], duty)
    _named_party(world, draw, about, world.organisations[_PARTNER], "partner", told=True)


def _parties(world: World, draw: random.Random, about: Engagement, *, itself: bool) -> None:
    _named_party(world, draw, about, about.developer, "developer")
    for organisation in world.organisations:
        # One organisation may have several parts.
        if itself or organisation != about.developer:
            for part in draw.sample(_PARTS, draw.choice((0, 1, 1, 2))):
                _named_party(world, draw, about, organisation, part)


def _named_party(
    world: World,
    draw: random.Random,
    about: Engagement,
    organisation: Organisation,
    part: str,
    *,
    told: bool = False,
) -> None:
    ended = part != "developer" and not told and draw.random() < 0.15
    told = told or part == "developer" or draw.random() < 0.85
    one = _party(world, about, organisation, part, told=told, ended=ended)
    if part == "partner":
        _partner(world, draw, one)
    places = {m.person_id for m in world.memberships if m.organisation_id == organisation.pk}
    for person in world.persons:
        if draw.random() < (0.75 if person.pk in places else 0.1):
            duty = draw.choice(NamedPerson.Duty.values)
            recused = draw.random() < 0.12
            ended = draw.random() < (0.5 if recused else 0.12)
            _name(world, one, person, duty, recused=recused, ended=ended)


def _party(
    world: World,
    about: Engagement,
    organisation: Organisation,
    part: str,
    *,
    told: bool = True,
    ended: bool = False,
) -> Party:
    by, recipient = new_mark(), new_mark()
    made = Party.objects.create(
        engagement=about,
        organisation=organisation,
        part=part,
        invited_by=by,
        invited_at=BEFORE if told else None,
        recipient=recipient,
        ended_at=BEFORE if ended else None,
    )
    world.parties.append(made)
    name = organisation.name.partition(" ")[0]
    world.show(
        lambda reader: reader.engaged.party(Act.READ, made), by, recipient, name, organisation.key
    )
    return made


def _name(
    world: World,
    part: Party,
    person: Person,
    duty: str,
    *,
    recused: bool = False,
    ended: bool = False,
) -> None:
    title, by, vetting, why = (new_mark() for _ in range(4))
    made = NamedPerson.objects.create(
        party=part,
        person=person,
        duty=duty,
        title=title,
        named_by=by,
        named_at=BEFORE,
        vetting=vetting,
        vetted_by=by,
        vetted_at=BEFORE,
        recused_at=BEFORE if recused else None,
        recused_why=why if recused else "",
        ended_at=BEFORE if ended else None,
    )
    world.named.append(made)
    name = person.name.partition(" ")[0]
    world.show(
        lambda reader: reader.engaged.of_party(Act.READ, made),
        *(title, by, vetting, why),
        *(name, person.key),
    )


def _partner(world: World, draw: random.Random, part: Party) -> None:
    identity, scope, hardening, by = (new_mark() for _ in range(4))
    begins, ends = draw.choice(((-1, 1), (-1, 1), (-2, -1), (1, 2)))
    made = Partner.objects.create(
        party=part,
        proposed_by_side=draw.choice(Partner.Side.values),
        proposed_by=by,
        proposed_at=BEFORE,
        identity=identity,
        scope=scope,
        hardening=hardening,
        attested_by=by,
        attested_at=BEFORE,
        begins_at=NOW + timedelta(days=begins),
        ends_at=NOW + timedelta(days=ends),
        early=draw.random() < 0.5,
        declined_at=BEFORE if draw.random() < 0.1 else None,
    )
    world.partners.append(made)
    world.show(
        lambda reader: reader.engaged.of_party(Act.READ, made), identity, scope, hardening, by
    )


def _release(world: World, draw: random.Random, about: Engagement) -> None:
    if draw.random() < 0.5:
        words, by = new_mark(), new_mark()
        Release.objects.create(
            engagement=about,
            to=draw.choice(Release.To.values),
            released_at=BEFORE,
            words=words,
            recorded_by=by,
            recorded_at=BEFORE,
        )
        world.show(lambda reader: reader.engaged.engagement(Act.READ, about), words, by)
