"""What is published of cases, the fixes that are offered, and how far they have come."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from typing import Final

from tests.desks.access import oracle_publications as oracle
from tests.desks.access.world import BEFORE, NOW, World, new_mark
from tidegate.desks.access.words import Act, Label
from tidegate.desks.cases.models import Coordination, Sealed
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import (
    Adoption,
    Audience,
    CveId,
    Fix,
    Publication,
    Revision,
    Trial,
    UpdateRecipient,
)
from tidegate.desks.publications.queries.records import purpose_of
from tidegate.desks.publications.states.drafts import digest_of
from tidegate.engines.formats.advisories.record import (
    Basis,
    Evidence,
    Product,
    Publisher,
    Record,
    RevisionNote,
    Span,
    record_data,
)

_LATER: Final = NOW + timedelta(days=1)
_OUT: Final = (None, BEFORE, BEFORE, _LATER)


def furnish_publications(world: World, draw: random.Random) -> None:
    """Publish some cases of a world, or prepare to, and offer fixes for them."""
    for number, coordination in enumerate(world.coordinations):
        _publication(world, draw, coordination, number)
        _fix(world, draw, coordination)
        _cve_id(world, coordination, number)
    for organisation in world.organisations:
        _recipient(world, organisation)
    for asset in world.assets:
        _adoption(world, draw, asset.organisation)


def _publication(
    world: World, draw: random.Random, coordination: Coordination, number: int
) -> None:
    # The first ones are of every kind that there is.
    is_first = number < len(_OUT)
    published_at = _OUT[number] if is_first else draw.choice(_OUT)
    tlp = Label.CLEAR if number == 1 else draw.choice((Label.CLEAR, Label.GREEN, Label.AMBER))
    title, draft = new_mark(), new_mark()
    made = Publication.objects.create(
        case=coordination.case,
        coordination=coordination,
        tlp=tlp,
        began_by="somebody",
        began_at=BEFORE,
        shared_at=BEFORE if number % 2 == 0 else None,
        title=title if published_at else "",
        published_at=published_at,
        modified_at=published_at,
    )
    audience = []
    if published_at and tlp == Label.AMBER:
        named = draw.sample(world.organisations, 2)
        audience = [one.key for one in named]
        for one in named:
            Audience.objects.create(
                publication=made, organisation=one, added_by="somebody", added_at=BEFORE
            )
    if published_at:
        _revision(made, 1, title, audience, published_at)
    _revision(made, 2 if published_at else 1, draft, audience, None)
    world.publications.append(made)
    world.show(lambda reader: oracle.publication(reader, Act.READ, made), title)
    world.show(lambda reader: oracle.publication(reader, Act.EXAMINE, made), draft)


def _revision(
    publication: Publication,
    number: int,
    mark: str,
    audience: list[str],
    published_at: datetime | None,
) -> None:
    record = _record(publication, number, mark)
    made = Revision(
        publication=publication,
        number=number,
        state="published" if published_at else "draft",
        digest=digest_of(record, audience, None),
        audience=audience,
        words="What changed.",
        made_at=BEFORE,
        published_at=published_at,
    )
    raw = json.dumps(record_data(record)).encode()
    made.record = _sealed(publication.coordination, purpose_of(made), raw)
    made.save()


def _record(publication: Publication, number: int, mark: str) -> Record:
    notes = tuple(RevisionNote(one, BEFORE, "What changed.") for one in range(1, number + 1))
    evidence = Evidence(Basis.VOUCHED, "somebody")
    return Record(
        identifier=publication.identifier,
        title=mark,
        summary=f"{mark}.",
        description=f"About {mark}.",
        label=publication.tlp,
        publisher=Publisher("A publisher", "https://example.org", "https://example.org"),
        revisions=notes,
        products=(
            Product(
                "somebody",
                "a-package",
                "pkg:npm/a-package",
                affected=(Span("1.0.0", "1.2.0", is_fixed=True, evidence=evidence),),
            ),
        ),
    )


def _sealed(coordination: Coordination, purpose: str, raw: bytes) -> Sealed:
    return seal(coordination, purpose, raw, BEFORE)


def _fix(world: World, draw: random.Random, coordination: Coordination) -> None:
    words, diff, receipt = new_mark(), new_mark(), new_mark()
    made = Fix(
        case=coordination.case,
        coordination=coordination,
        kind=Fix.Kind.PATCH,
        purl="pkg:npm/a-package",
        version="1.0.0",
        sha256="0" * 64,
        words=words,
        offered_by="somebody",
        offered_at=BEFORE,
        withdrawn_at=BEFORE if draw.random() < 0.2 else None,
    )
    raw = f"--- a/{diff}\n+++ b/{diff}\n@@ -1 +1 @@\n-{diff}\n+0\n".encode()
    made.diff = _sealed(coordination, f"fix:{made.key}", raw)
    made.save()
    Trial.objects.create(
        fix=made,
        number=1,
        state=Trial.State.FAILED,
        asked_by="somebody",
        asked_at=BEFORE,
        ended_at=BEFORE,
        reason=receipt,
    )
    world.fixes.append(made)
    world.show(lambda reader: oracle.fix(reader, Act.READ, made), made.key, words, receipt)
    world.show(lambda reader: oracle.fix(reader, Act.READ_PROOF, made), diff)


def _cve_id(world: World, coordination: Coordination, number: int) -> None:
    cna = new_mark()
    made = CveId.objects.create(
        number=f"CVE-2026-{90000 + number}",
        case=coordination.case,
        cna=cna,
        is_ours=False,
        by="somebody",
        at=BEFORE,
    )
    world.cve_ids.append(made)
    world.show(lambda reader: oracle.cve_id(reader, Act.READ, made), cna)


def _recipient(world: World, organisation: Organisation) -> None:
    name, key = new_mark(), new_mark()
    made = UpdateRecipient.objects.create(
        organisation=organisation,
        recipient=f"age1{key}",
        name=name,
        added_by="somebody",
        added_at=BEFORE,
    )
    world.recipients.append(made)
    heading = organisation.key, organisation.name.partition(" ")[0]
    world.show(lambda reader: oracle.recipient(reader, Act.READ, made), name, key, *heading)


def _adoption(world: World, draw: random.Random, organisation: Organisation) -> None:
    out = [one for one in world.publications if one.published_at == BEFORE]
    if not out:
        return
    reference = new_mark()
    made = Adoption.objects.create(
        publication=draw.choice(out),
        organisation=organisation,
        stage="seen",
        reference=reference,
        basis="said",
        happened_at=BEFORE,
        recorded_at=BEFORE,
        said_by="somebody",
    )
    world.adoptions.append(made)
    world.show(lambda reader: reader.operated.adoption(Act.READ, made), reference)
