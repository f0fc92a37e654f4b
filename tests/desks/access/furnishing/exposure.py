"""What operators run, what exposes them, who acts for them, and what they were told to plan."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tests.desks.access.furnishing.parties import give_place
from tests.desks.access.furnishing.records import keep_entry
from tests.desks.access.world import BEFORE, NOW, World, new_mark
from tidegate.desks.access.words import Act, OrganisationKind, Role
from tidegate.desks.exposure.models import (
    Asset,
    ChangeNotice,
    Coordinate,
    Delegation,
    Excepted,
    Exposure,
    Fulfilment,
    Installed,
    Inventory,
    NotUnderstood,
    Package,
    RemedySaid,
    Statement,
    Tag,
    TriageDecision,
    TriageItem,
    Unplaced,
    Vulnerability,
)
from tidegate.desks.exposure.sealing import sealed
from tidegate.desks.exposure.services.rewrapping import purpose_of
from tidegate.desks.parties.models import Organisation, Person

_ALWAYS: Final = 3
"""The organisation that is an operator in every world, and never suspended; those after it are
operators or agencies, and some are of another kind as well."""
_FINDER: Final = 1
_PROVIDER: Final = 2
"""The vendor; it acts for that operator in every world."""
_LEADER: Final = 5
"""The person who administers that operator, where there are so many; never suspended."""
_DELEGATED: Final = ((None, None), (None, None), (1, None), (-1, None), (None, -1), (1, -1))
"""Days from now until which a delegation lasts, and on which it was ended."""


def furnish_exposure(world: World, draw: random.Random, assets: int) -> None:
    """Make operators of some organisations of a world, and all that belongs to each."""
    operators = _operators(world, draw)
    # One that was an operator once: nobody acts for it any more.
    _delegate(world, world.organisations[_FINDER], world.organisations[_PROVIDER])
    for operator in operators:
        _delegations(world, draw, operator)
        furnish_operator(world, draw, operator, assets)


def furnish_operator(
    world: World, draw: random.Random, operator: Organisation, assets: int
) -> None:
    """Make what belongs to one operator."""
    for _ in range(assets):
        _asset(world, draw, operator)
    _exceptions(world, operator)
    _statement(world, draw, operator)
    _fulfilment(world, operator)
    _notices(world, draw, operator)
    with transaction.atomic():
        _entries(world, draw, operator)


def _operators(world: World, draw: random.Random) -> list[Organisation]:
    operators = world.organisations[_ALWAYS:]
    for one in operators:
        kind = draw.choice((OrganisationKind.OPERATOR, OrganisationKind.AGENCY))
        _operate(one, OrganisationKind.OPERATOR if one == operators[0] else kind)
    vendor = world.organisations[_PROVIDER]
    if draw.random() < 0.25:
        _operate(vendor, OrganisationKind.OPERATOR)
        operators.append(vendor)
    operators[0].suspended_at = None
    operators[0].save(update_fields=["suspended_at"])
    if len(world.persons) > _LEADER:
        leader = world.persons[_LEADER]
        leader.is_active, leader.suspended_at = True, None
        leader.save(update_fields=["is_active", "suspended_at"])
        give_place(world, operators[0], leader, Role.ADMINISTRATOR)
    return operators


def _operate(organisation: Organisation, kind: OrganisationKind) -> None:
    organisation.kinds = list(dict.fromkeys([*organisation.kinds, kind.value]))
    if kind is OrganisationKind.AGENCY:
        organisation.scope = Organisation.AgencyScope.FCEB
    organisation.save(update_fields=["kinds", "scope"])


def _delegations(world: World, draw: random.Random, operator: Organisation) -> None:
    stands = world.organisations[_ALWAYS], world.organisations[_PROVIDER]
    for provider in world.organisations:
        if (operator, provider) == stands:
            _delegate(world, operator, provider)
        elif provider != operator and draw.random() < 0.5:
            until, ended = draw.choice(_DELEGATED)
            _delegate(world, operator, provider, until=_day(until), ended=_day(ended))


def _day(number: int | None) -> datetime | None:
    return None if number is None else NOW + timedelta(days=number)


def _delegate(
    world: World,
    operator: Organisation,
    provider: Organisation,
    *,
    until: datetime | None = None,
    ended: datetime | None = None,
) -> None:
    """Let a provider act for an operator."""
    made = Delegation.objects.create(
        organisation=operator, provider=provider, given_at=BEFORE, until=until, ended_at=ended
    )
    world.delegations.append(made)
    names = [text for one in (operator, provider) for text in (one.key, one.name.partition(" ")[0])]
    world.show(lambda reader: reader.operated.delegation(Act.READ, made), made.key, *names)


def _asset(world: World, draw: random.Random, operator: Organisation) -> None:
    name, owner, system, environment, word = (new_mark() for _ in range(5))
    made = Asset.objects.create(
        organisation=operator,
        name=name,
        owner=owner,
        system=system,
        environment=environment,
        scope="other",
        made_at=BEFORE,
        changed_at=BEFORE,
        retired_at=BEFORE if draw.random() < 0.2 else None,
    )
    Tag.objects.create(asset=made, word=word)
    world.assets.append(made)
    heading = operator.key, operator.name.partition(" ")[0]
    world.show(
        lambda reader: reader.operated.asset(Act.READ, made),
        *(made.key, name, owner, system, environment, word, *heading),
    )
    _inventory(world, draw, made)
    for _ in range(2):
        _exposure(world, made)


def _inventory(world: World, draw: random.Random, asset: Asset) -> None:
    name, tool, content, place, line, component, package = (new_mark() for _ in range(7))
    by = draw.choice(world.persons)
    made = Inventory(
        asset=asset,
        name=f"{name}.json",
        format="cyclonedx",
        format_version="1.6",
        tool=tool,
        sha256="0" * 64,
        size=10,
        handed_in_by=by,
        received_at=BEFORE,
        components=3,
        repeated=0,
        placed=1,
        not_understood=1,
    )
    made.document, wrapped = sealed(content.encode(), purpose_of(made))
    made.wrapped, made.wrapped_by = wrapped.content, wrapped.by
    made.save()
    NotUnderstood.objects.create(inventory=made, place=place, words=f"no version in {line}")
    Unplaced.objects.create(
        inventory=made, asset=asset, component=component, reason="no-version", words="no version"
    )
    coordinate = Coordinate.objects.create(
        package=Package.objects.create(ecosystem="npm", name=package), version="1", sort_key=b"1"
    )
    Installed.objects.create(asset=asset, inventory=made, coordinate=coordinate)
    world.inventories.append(made)
    world.show(
        lambda reader: reader.operated.inventory(Act.READ, made),
        *(made.key, name, tool, content, place, line, component, package),
        *(by.key, by.name.partition(" ")[0]),
    )


def _exposure(world: World, asset: Asset) -> None:
    vulnerability, done, item, system, collector, decided, by = (new_mark() for _ in range(7))
    made = Exposure.objects.create(
        organisation=asset.organisation,
        asset=asset,
        vulnerability=Vulnerability.objects.create(name=f"CVE-2026-{vulnerability}"),
        certainty="affected",
        detected_at=BEFORE,
    )
    RemedySaid.objects.create(
        exposure=made, remedy="mitigated", done_at=BEFORE, words=done, by_name=by, at=BEFORE
    )
    TriageItem.objects.create(
        exposure=made,
        item=item,
        system=system,
        collected_at=BEFORE,
        collector=collector,
        at=BEFORE,
    )
    TriageDecision.objects.create(
        exposure=made,
        outcome="no-evidence",
        words=decided,
        decided_at=BEFORE,
        by_name=by,
        at=BEFORE,
    )
    world.exposures.append(made)
    # The name is everybody's; that this asset has it is not.
    world.show(
        lambda reader: reader.operated.exposure(Act.READ, made),
        *(made.key, vulnerability, done, item, system, collector, decided, by),
        *(asset.key, asset.name),
    )


def _exceptions(world: World, operator: Organisation) -> None:
    """Except the operator's first exposure, and a requirement."""
    excepted = next((one for one in world.exposures if one.organisation == operator), None)
    for exposure in (excepted, None):
        reason, approver = new_mark(), new_mark()
        made = Excepted.objects.create(
            organisation=operator,
            exposure=exposure,
            directive="" if exposure else "bod-26-04",
            requirement="" if exposure else "remediate",
            reason=reason,
            approver=approver,
            until=NOW + timedelta(days=20),
            at=BEFORE,
        )
        world.exceptions.append(made)
        _show_exception(world, made, reason, approver)


def _show_exception(world: World, made: Excepted, *texts: str) -> None:
    named = made.exposure.key if made.exposure else ""
    world.show(lambda reader: reader.operated.exception(Act.READ, made), made.key, named, *texts)


def _statement(world: World, draw: random.Random, operator: Organisation) -> None:
    product, words, by = (new_mark() for _ in range(3))
    made = Statement.objects.create(
        organisation=operator,
        vulnerability=draw.choice(
            [one for one in world.exposures if one.organisation == operator]
        ).vulnerability,
        product=product,
        status=Statement.Status.NOT_AFFECTED,
        justification="component_not_present",
        words=words,
        said_by=by,
        document="0" * 64,
        at=BEFORE,
    )
    world.statements.append(made)
    vulnerability = made.vulnerability.name.removeprefix("CVE-2026-")
    world.show(
        lambda reader: reader.operated.asset(Act.READ, made),
        *(made.key, product, words, by, vulnerability),
    )


def _fulfilment(world: World, operator: Organisation) -> None:
    words, by = new_mark(), new_mark()
    Fulfilment.objects.create(
        organisation=operator,
        directive="bod-26-04",
        requirement="remediate",
        done_at=BEFORE,
        words=words,
        by_name=by,
        at=BEFORE,
    )
    world.show(lambda reader: reader.organisation(Act.EXAMINE, operator), words, by)


def _notices(world: World, draw: random.Random, operator: Organisation) -> None:
    """Release a notice, and one that was withdrawn."""
    for ended_at in (None, BEFORE):
        product, words, by = (new_mark() for _ in range(3))
        made = ChangeNotice.objects.create(
            case=draw.choice(world.cases),
            organisation=operator,
            product=product,
            before=NOW + timedelta(days=9),
            severity=ChangeNotice.Severity.HIGH,
            words=words,
            released_by=by,
            released_at=BEFORE,
            ended_at=ended_at,
        )
        on = [one for one in world.assets if one.organisation == operator]
        made.assets.set(on)
        world.change_notices.append(made)
        _show_notice(world, made, on, product, words, by)


def _show_notice(world: World, made: ChangeNotice, on: list[Asset], *texts: str) -> None:
    # Whoever coordinates sees whom a notice is for, and has worded it; not which assets it is on.
    heading = made.organisation.key, made.organisation.name.partition(" ")[0]
    world.show(
        lambda reader: reader.operated.change_notice(Act.SEE, made), made.key, *texts, *heading
    )
    world.show(
        lambda reader: reader.operated.change_notice(Act.READ, made),
        *(text for one in on for text in (one.key, one.name, one.owner, one.system)),
        *(one.environment for one in on),
    )


def _entries(world: World, draw: random.Random, operator: Organisation) -> None:
    """Append what the house, one of an operator's people and somebody else have done for it."""
    keep_entry(world, organisation=operator.key, only_for=operator.key)
    people = {one.person_id for one in world.memberships if one.organisation_id == operator.pk}
    own = [one for one in world.persons if one.pk in people]
    by: list[Person] = [draw.choice(own or world.persons), draw.choice(world.persons)]
    for person in by:
        keep_entry(world, by=person, organisation=operator.key, only_for=operator.key)
