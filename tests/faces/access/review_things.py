"""Questions about engagements and what belongs to them; `things` asks about all else.

Each names the engagement first, as the addresses do, and what is asked about in it second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import review_sentences as may
from tests.faces.access import sentences
from tests.faces.access.questions import Asked, Part, each, knows, named
from tests.faces.access.sentences import May
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.reviews.models import Engagement, Partner, Party

Things = Callable[[World, Reader], Iterable[Asked]]

_NO_DIGEST: Final = "0" * 64
_NO_NUMBER: Final = "91827"


def of_engagement(judge: May) -> Things:
    """Return the questions about each engagement."""
    return each("engagements", judge)  # type: ignore[no-any-return]


def listed(letter: str, rows: str, judge: May, *, of: May = may.SEE) -> Things:
    """Return the questions that list what belongs to an engagement: what of it they may know."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for about in world.engagements:
            inside = (row for row in getattr(world, rows) if row.engagement_id == about.pk)
            keys = frozenset(row.key for row in inside if judge(reader, row))
            yield Asked((_engagement(reader, about, of(reader, about)),), (letter, keys))

    return asked


def inside(rows: str, judge: May, name: str, *, of: Callable[[Any], bool] = bool) -> Things:
    """Return the questions about each of the rows that belong to engagements."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for row in filter(of, getattr(world, rows)):
            allowed = judge(reader, row)
            first = _engagement(reader, row.engagement, allowed or may.SEE(reader, row.engagement))
            yield Asked((first, named(name, row, allowed, knows(reader, row))))

    return asked


def of_party(judge: May) -> Things:
    """Return the questions about each organisation's part; of several, one that they may is one."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for about, organisation, parts in _organisations(world):
            yield Asked(_party(reader, about, organisation, any(judge(reader, p) for p in parts)))

    return asked


def of_person(judge: May) -> Things:
    """Return the questions about somebody else in an organisation's part."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for about, organisation, parts in _organisations(world):
            allowed = any(judge(reader, part) for part in parts)
            for person in _others(world, reader, organisation):
                pair = _party(reader, about, organisation, allowed)
                yield Asked((*pair, named("person", person, True, True)))

    return asked


def themselves(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about oneself in a part: whoever sees it is told what comes of it."""
    for about, organisation, parts in _organisations(world):
        if all(part.ended_at is None for part in parts):
            allowed = any(may.SEE_PARTY(reader, part) for part in parts)
            pair = _party(reader, about, organisation, allowed)
            yield Asked((*pair, named("person", reader.person, True, True)))


def of_partner(judge: Callable[[Reader, Partner], bool]) -> Things:
    """Return the questions about each trusted partner that has no other part there."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for partner in world.partners:
            part = partner.party
            same = [
                one
                for one in world.parties
                if one.engagement_id == part.engagement_id
                and one.organisation_id == part.organisation_id
            ]
            if len(same) == 1:
                allowed, known = judge(reader, partner), reads_record(reader, partner)
                yield Asked(_party(reader, part.engagement, part.organisation, allowed, known))

    return asked


def reads_record(reader: Reader, partner: Partner) -> bool:
    """Say whether somebody reads a partner's record."""
    papers = (one for one in reader.world.agreements if one.party_id == partner.party_id)
    return any(may.READ_AGREEMENT(reader, one) for one in papers)


def of_version(judge: Callable[[Reader, Any], bool]) -> Things:
    """Return the questions about each version of an engagement's own terms, by its number."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for row in world.agreements:
            if row.party is None:
                allowed = judge(reader, row)
                first = allowed or may.SEE(reader, row.engagement)
                yield Asked(
                    (
                        _engagement(reader, row.engagement, first),
                        Part("number", str(row.number), allowed, _NO_NUMBER),
                    )
                )

    return asked


def of_digest(judge: Callable[[Reader, Any], bool]) -> Things:
    """Return the questions about each document that is signed, by its digest."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for row in world.agreements:
            allowed = judge(reader, row)
            first = allowed or may.SEE(reader, row.engagement)
            known = may.READ_AGREEMENT(reader, row)
            yield Asked(
                (
                    _engagement(reader, row.engagement, first),
                    Part("sha256", row.sha256, allowed, _NO_DIGEST, known),
                )
            )

    return asked


def signs(reader: Reader, agreement: Any) -> bool:
    """Say whether somebody reads a document and leads a party: for whom it waits is told then."""
    return may.READ_AGREEMENT(reader, agreement) and may.sign(reader, agreement.engagement)


def acknowledges(reader: Reader, agreement: Any) -> bool:
    """Say whether somebody reads terms."""
    return agreement.kind == "terms" and may.READ_AGREEMENT(reader, agreement)


def of_call(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about what is kept of each call."""
    for row in world.transcripts:
        allowed = may.READ_TRANSCRIPT(reader, row)
        about = row.call.engagement
        yield Asked(
            (
                _engagement(reader, about, allowed or may.SEE(reader, about)),
                named("call", row.call, allowed, may.READ_CALL(reader, row.call)),
            )
        )


def to_ask_for_call(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about asking a second person for what is kept of a call."""
    for row in world.transcripts:
        about = row.call.engagement
        works = may.ask_for_call(reader, row.call)
        reads = may.READ_TRANSCRIPT(reader, row)
        known = may.READ_CALL(reader, row.call)
        yield Asked(
            (_engagement(reader, about, works), named("call", row.call, works and reads, known))
        )


def to_read(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about saying that one has read the terms of a grant."""
    for row in world.grants:
        party = row.named.party if row.named.party.part == "partner" else None
        own = (one for one in world.agreements if one.engagement_id == row.engagement_id)
        for terms in own:
            if terms.kind == "terms" and terms.party == party:
                allowed, reads = may.READ_GRANT(reader, row), may.READ_AGREEMENT(reader, terms)
                yield Asked(
                    (
                        named("key", row, allowed, allowed),
                        Part("sha256", terms.sha256, reads, _NO_DIGEST, reads),
                    )
                )


def of_determination(judge: May) -> Things:
    """Return the questions about the first determination of each engagement."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for about in world.engagements:
            allowed = judge(reader, about)
            yield Asked(
                (_engagement(reader, about, allowed), Part("number", "1", True, _NO_NUMBER, True))
            )

    return asked


def of_consultation(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about what a body has answered."""
    for row in world.consultations:
        allowed = may.work_for_government(reader, row.engagement)
        known = may.READ_EVIDENCE(reader, row)
        yield Asked(
            (
                _engagement(reader, row.engagement, allowed),
                Part("mark", row.body, allowed, "zq0000000x", known),
            )
        )


def takes_back(reader: Reader, agreement: Any) -> bool:
    """Say whether somebody leads a party that signs the terms; what is another's, they are told."""
    return may.propose_terms(reader, agreement.engagement)


def to_end(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about ending a part: whoever runs the engagement is told of any."""
    for about, organisation, _ in _organisations(world):
        allowed = may.RUN(reader, about)
        yield Asked(
            (
                _engagement(reader, about, allowed),
                named("organisation", organisation, True, True),
            )
        )


def runs(reader: Reader, row: Any) -> bool:
    """Say whether somebody runs the engagement that something belongs to."""
    return may.RUN(reader, row.engagement)


def is_break_glass(grant: Any) -> bool:
    """Say whether a grant waits for a second person."""
    return bool(grant.break_glass)


def first_of_partner(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about the first record of each partner."""
    for asked in of_partner(reads_record)(world, reader):
        yield Asked((*asked.parts, Part("number", "1", True, _NO_NUMBER, True)))


def parties(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that list the parties of an engagement."""
    for about in world.engagements:
        seen = (one for one in may.parts_of(reader, about) if may.SEE_PARTY(reader, one))
        keys = frozenset(one.organisation.key for one in seen)
        yield Asked((_engagement(reader, about, may.SEE(reader, about)),), ("O", keys))


def with_terms(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about the terms of an engagement, to whom they are put."""
    for about in world.engagements:
        own = (one for one in world.agreements if one.engagement_id == about.pk and not one.party)
        reads = any(may.READ_AGREEMENT(reader, one) for one in own)
        first = reads or may.SEE(reader, about)
        yield Asked((_engagement(reader, about, first),))


def signs_record(reader: Reader, partner: Partner) -> bool:
    """Say whether somebody reads a partner's record and leads a party."""
    return reads_record(reader, partner) and may.sign(reader, partner.party.engagement)


def entries(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about each entry of the ledger that is about an engagement."""
    by_key = {one.key: one for one in world.engagements}
    for entry in world.entries:
        if entry.engagement:
            about = by_key[entry.engagement]
            yield Asked(
                (
                    _engagement(reader, about, may.SEE(reader, about)),
                    named("index", entry, sentences.READ_ENTRY(reader, entry)),
                )
            )


def _engagement(reader: Reader, about: Engagement, allowed: bool) -> Part:
    return named("key", about, allowed, knows(reader, about))


def _party(
    reader: Reader,
    about: Engagement,
    organisation: Organisation,
    allowed: bool,
    known: bool = False,
) -> tuple[Part, Part]:
    sees = known or any(
        may.SEE_PARTY(reader, part)
        for part in may.parts_of(reader, about)
        if part.organisation_id == organisation.pk
    )
    return (
        _engagement(reader, about, allowed or may.SEE(reader, about)),
        named("organisation", organisation, allowed, sees),
    )


def _organisations(world: World) -> Iterator[tuple[Engagement, Organisation, list[Party]]]:
    """Yield each organisation that has a part in an engagement, with its parts there."""
    for about in world.engagements:
        for organisation in world.organisations:
            parts = [
                one
                for one in world.parties
                if one.engagement_id == about.pk and one.organisation_id == organisation.pk
            ]
            if parts:
                yield about, organisation, parts


def _others(world: World, reader: Reader, organisation: Organisation) -> list[Person]:
    """Return somebody else who has a place in an organisation, or anybody else."""
    others = [one for one in world.persons if one.pk != reader.person.pk]
    there = {one.person_id for one in world.memberships if one.organisation_id == organisation.pk}
    return [one for one in others if one.pk in there][:1] or others[:1]
