"""What is weighed and decided in an engagement, and what is left: certificates and reports."""

from __future__ import annotations

import hashlib
import random

from tests.desks.access.world import BEFORE, World, new_mark
from tidegate.desks.access.words import Act
from tidegate.desks.reviews.models import (
    Certificate,
    Consultation,
    Determination,
    Dissent,
    Engagement,
    Evidence,
    Report,
)
from tidegate.desks.reviews.sealing import CONSULTED, DISSENT, REASONS, keep, sealed_text


def furnish_determinations(world: World, draw: random.Random, about: Engagement) -> None:
    """Make evidence, a consultation, a determination with a dissent, certificates, a report."""
    evidence = _evidence(world, about)
    consultation = _consultation(world, about)
    _determination(world, draw, about, evidence, consultation)
    for part in [one for one in world.parties if one.engagement_id == about.pk]:
        if about == world.engagements[0] or draw.random() < 0.4:
            _certificate(world, draw, about, part.organisation_id)
    _report(world, draw, about)


def _evidence(world: World, about: Engagement) -> Evidence:
    name, content, by = (new_mark() for _ in range(3))
    raw = content.encode()
    made = Evidence(
        engagement=about,
        kind=Evidence.Kind.DOCUMENT,
        name=f"{name}.txt",
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        added_by=by,
        added_at=BEFORE,
    )
    made.document = keep(raw, f"evidence:{made.key}", BEFORE)
    made.save()
    world.evidence.append(made)
    world.show(
        lambda reader: reader.engaged.weighed(Act.EXAMINE, made), made.key, name, content, by
    )
    return made


def _consultation(world: World, about: Engagement) -> Consultation:
    body, words, by = (new_mark() for _ in range(3))
    made = Consultation.objects.create(
        engagement=about,
        body=body,
        asked_by=by,
        asked_at=BEFORE,
        view=Consultation.View.CONCURS,
        words=sealed_text(words, CONSULTED),
        answered_at=BEFORE,
    )
    world.consultations.append(made)
    world.show(lambda reader: reader.engaged.weighed(Act.EXAMINE, made), body, words, by)
    return made


def _determination(
    world: World,
    draw: random.Random,
    about: Engagement,
    evidence: Evidence,
    consultation: Consultation,
) -> None:
    words, reasons, dissent = (new_mark() for _ in range(3))
    official, dissenter = draw.choice(world.persons), draw.choice(world.persons)
    made = Determination.objects.create(
        engagement=about,
        number=1,
        decision=draw.choice(Determination.Decision.values),
        words=words,
        reasons=sealed_text(reasons, REASONS),
        official=official,
        weighed=[{"name": evidence.name, "sha256": evidence.sha256}],
        consulted=[{"body": consultation.body, "view": consultation.view}],
        decided_at=BEFORE,
    )
    Dissent.objects.create(
        determination=made, person=dissenter, words=sealed_text(dissent, DISSENT), at=BEFORE
    )
    world.determinations.append(made)
    name = official.name.partition(" ")[0]
    world.show(
        lambda reader: reader.engaged.determination(Act.READ, made), words, name, official.key
    )
    # Evidence and bodies that are named here are those of the engagement, for the same people.
    other = dissenter.name.partition(" ")[0]
    world.show(
        lambda reader: reader.engaged.determination(Act.EXAMINE, made),
        *(reasons, dissent, other, dissenter.key),
    )


def _certificate(world: World, draw: random.Random, about: Engagement, organisation: int) -> None:
    what = new_mark()
    person = draw.choice(world.persons)
    made = Certificate.objects.create(
        engagement=about,
        organisation_id=organisation,
        person=person,
        what=what,
        destroyed_at=BEFORE,
        sha256="0" * 64,
        certified_at=BEFORE,
    )
    world.certificates.append(made)
    one = next(o for o in world.organisations if o.pk == organisation)
    names = (one.key, one.name.partition(" ")[0], person.key, person.name.partition(" ")[0])
    world.show(lambda reader: reader.engaged.certificate(Act.READ, made), what, *names)


def _report(world: World, draw: random.Random, about: Engagement) -> None:
    reported = {one.delivery_id for one in world.reports}
    left = [one for one in world.deliveries if one.pk not in reported]
    parts = [one for one in world.parties if one.engagement_id == about.pk]
    owners = {one.organisation_id for one in parts if one.part != "developer"}
    # Mostly something of one of the parties.
    theirs = [one for one in left if one.finder.organisation_id in owners] or left
    if not theirs:
        return
    delivery, person = draw.choice(theirs), draw.choice(world.persons)
    made = Report.objects.create(
        engagement=about, delivery=delivery, person=person, reported_at=BEFORE
    )
    world.reports.append(made)
    world.show(
        lambda reader: reader.engaged.report(Act.READ, made),
        *(delivery.key, person.key, person.name.partition(" ")[0]),
    )
