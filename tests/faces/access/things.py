"""Questions about more than one thing: a party of a case, a place in an organisation, a search.

Every face asks some of them, by other addresses; what they are about is said here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.desks.access.oracle import Reader
from tests.desks.access.world import MARK, World
from tests.faces.access import sentences as may
from tests.faces.access.questions import (
    Asked,
    is_coordinated,
    knows,
    marked,
    named,
    of_party,
    part_of,
    secret,
)
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Clock


def searched(rows: str, judge: may.May, mark: Callable[[Any], str]) -> Any:
    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for row in getattr(world, rows):
            yield Asked((marked("mark", mark(row), judge(reader, row)),))

    return asked


def of_a_case(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that narrow a list to a case: it may be seen, and so be named."""
    for case in world.cases:
        yield Asked((named("key", case, reader.case(Act.SEE, case)),))


def merged(world: World, reader: Reader) -> Iterator[Asked]:
    for case, other in zip(world.cases, world.cases[1:], strict=False):
        yield Asked(
            (
                named("key", case, may.COORDINATE(reader, case), knows(reader, case)),
                named("other", other, may.COORDINATE(reader, other), knows(reader, other)),
            )
        )


def nominated(world: World, reader: Reader) -> Iterator[Asked]:
    read = [one for one in world.nominations if may.READ_RELATION(reader, one)]
    yield Asked(told=("F", frozenset(f.key for one in read for f in (one.earlier, one.later))))


def parties(world: World, reader: Reader) -> Iterator[Asked]:
    for case in world.cases:
        parts = (part_of(world, case, one) for one in world.organisations)
        seen = (one for one in parts if one and reader.participant(Act.READ, one))
        keys = frozenset(one.organisation.key for one in seen)
        yield Asked((named("key", case, may.READ_CASE(reader, case)),), ("O", keys))


def messages(world: World, reader: Reader) -> Iterator[Asked]:
    for case in world.cases:
        read = (one for one in world.messages if one.coordination.case_id == case.pk)
        keys = frozenset(one.key for one in read if may.READ_MESSAGE(reader, one))
        yield Asked((named("key", case, may.SEE_CASE(reader, case)),), ("M", keys))


def to_a_party(world: World, reader: Reader) -> Iterator[Asked]:
    for asked in of_party(may.WRITE_CASE, may.READ_PARTY)(world, reader):
        if any(is_coordinated(one) for one in world.cases if one.key == asked.names["key"]):
            yield asked


def to_an_organisation(world: World, reader: Reader) -> Iterator[Asked]:
    for case in world.cases:
        for organisation in world.organisations:
            yield Asked(
                (
                    named("key", case, may.COORDINATE(reader, case), knows(reader, case)),
                    named(
                        "organisation",
                        organisation,
                        may.SEE_ORGANISATION(reader, organisation),
                        knows(reader, organisation),
                    ),
                )
            )


def again(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about inviting anew, of organisations that were invited before."""
    for asked in of_party(may.COORDINATE)(world, reader):
        key, organisation = asked.names["key"], asked.names["organisation"]
        case = next(one for one in world.cases if one.key == key)
        if part_of(world, case, next(o for o in world.organisations if o.key == organisation)):
            yield asked


def team(world: World, reader: Reader) -> Iterator[Asked]:
    for asked in of_party(may.SEE_CASE, may.staff)(world, reader):
        for person in world.persons:
            yield Asked((*asked.parts, named("person", person, True, True)))


def places(judge: may.May) -> Any:
    """Return the questions about the places in organisations."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for place in world.memberships:
            if place.left_at is None:
                allowed = judge(reader, place)
                known = knows(reader, place.organisation)
                yield Asked(
                    (
                        named("key", place.organisation, allowed, known),
                        named("person", place.person, allowed, known),
                    )
                )

    return asked


def members(world: World, reader: Reader) -> Iterator[Asked]:
    for organisation in world.organisations:
        places = (one for one in world.memberships if one.organisation_id == organisation.pk)
        keys = frozenset(one.person.key for one in places if one.left_at is None)
        sees = may.SEE_ORGANISATION(reader, organisation)
        yield Asked((named("key", organisation, sees),), ("P", keys))


def everybody(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the question that lists people: those of the places that somebody sees."""
    places = (one for one in world.memberships if one.left_at is None)
    keys = frozenset(one.person.key for one in places if may.SEE_PLACE(reader, one))
    yield Asked(told=("P", keys))


def invitations(world: World, reader: Reader) -> Iterator[Asked]:
    for organisation in world.organisations:
        own = (one for one in world.invitations if one.organisation_id == organisation.pk)
        waiting = (one for one in own if may.waits(one))
        keys = frozenset(one.key for one in waiting if may.SEE_INVITATION(reader, one))
        sees = may.SEE_ORGANISATION(reader, organisation)
        yield Asked((named("key", organisation, sees),), ("I", keys))


def webhooks_of(world: World, reader: Reader) -> Iterator[Asked]:
    for organisation in world.organisations:
        keys = {one.key for one in world.webhooks if one.organisation_id == organisation.pk}
        leads = may.ADMINISTER(reader, organisation)
        yield Asked((named("key", organisation, leads),), ("W", frozenset(keys)))


def entries_of(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that narrow the ledger to a case: to whom it shows something of it."""
    for case in world.cases:
        about = [one for one in world.entries if one.case == case.key]
        shown = any(may.READ_ENTRY(reader, one) for one in about)
        yield Asked((named("key", case, shown),))


def of_a_finder(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that narrow findings to a finder; some may be read for their case."""
    for finder in {finding.finder for finding in world.findings}:
        about = [finding for finding in world.findings if finding.finder_id == finder.pk]
        read = any(may.READ_FINDING(reader, finding) for finding in about)
        yield Asked((marked("mark", finder.name, read),))


def of_a_package(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that narrow cases to a package; a merged one has that of another."""
    for package in {case.package for case in world.cases}:
        about = [case for case in world.cases if case.package == package]
        read = any(may.READ_CASE(reader, case) for case in about)
        yield Asked((marked("mark", package, read),))


def of_a_title(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that narrow the board to a case by its title."""
    for case in filter(may.is_standing, world.cases):
        yield Asked((marked("mark", case.title.partition(" ")[0], may.READ_CASE(reader, case)),))


def of_an_organisation(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that narrow organisations to one by its name."""
    for one in world.organisations:
        allowed = may.SEE_ORGANISATION(reader, one)
        yield Asked((marked("mark", one.name.partition(" ")[0], allowed),))


def due(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the question that narrows the board to what is due: to who works on a case."""
    standing = (one.case for one in world.coordinations if may.is_standing(one.case))
    within = (
        case for case in standing if reader.reads_as_coordinator or reader.reads_as_party(case.pk)
    )
    yield Asked(told=("C", frozenset(case.key for case in within)))


def entries_with_proofs(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about an entry as one of a case."""
    for entry in world.entries:
        for case in world.cases:
            if entry.case == case.key:
                yield Asked(
                    (
                        named("key", case, may.READ_CASE(reader, case)),
                        named("index", entry, may.READ_ENTRY(reader, entry)),
                    )
                )


def clocks(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about the clocks of cases."""
    for clock in world.clocks:
        if clock.state == Clock.State.SET_ASIDE:
            case = clock.coordination.case
            allowed, known = may.COORDINATE(reader, case), knows(reader, case)
            yield Asked(
                (
                    named("key", case, allowed, known),
                    named("number", clock, allowed, known),
                )
            )


def links(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about links, on the page of a case that one of the findings is in."""
    for link in world.links:
        for case in world.cases:
            allowed = may.RELATE(reader, link)
            yield Asked(
                (named("key", case, may.READ_CASE(reader, case)), named("link", link, allowed))
            )


def own_invitations(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions of whoever has an invitation's link."""
    for invitation in world.invitations:
        stands = not (invitation.revoked_at or invitation.organisation.suspended_at)
        texts = (invitation.organisation.name, invitation.email, invitation.invited_by)
        yield Asked(
            (secret("secret", world.secrets[invitation.key], may=stands),),
            shown=frozenset(MARK.findall(" ".join(texts))),
        )


def own_feeds(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions of whoever has the address of a feed: their own, and one that ended."""
    person = reader.person.key
    yield Asked((secret("secret", world.secrets[f"feed of {person}"], may=True),))
    yield Asked((secret("secret", world.secrets[f"ended feed of {person}"], may=False),))


def revocable(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about an organisation's invitations, on its page."""
    for invitation in world.invitations:
        yield Asked(
            (
                named("key", invitation.organisation, True),
                named("invitation", invitation, may.REVOKE_INVITATION(reader, invitation)),
            )
        )
