"""Questions about publications, their fixes, identifiers and keys.

All faces ask them, by other addresses; what they are about is said here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import exposure_sentences, sentences
from tests.faces.access import publication_sentences as may
from tests.faces.access.questions import ABSENT_MARK, Asked, Part, knows, marked, named
from tests.faces.access.sentences import May
from tidegate.desks.publications.models import Publication

Things = Callable[[World, Reader], Iterable[Asked]]

LATER: Final = "2026-12-20T12:00:00Z"
AGE_KEY: Final = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
"""A public key. From: the age specification, README of age."""
_NO_PUBLICATION: Final = "TG-2026-aaaaaaaa"
_NO_CVE: Final = "CVE-2026-99999"


def of_publication(judge: May, *, of: Callable[[Publication], bool] = bool) -> Things:
    """Return the questions about each publication, by its identifier."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for one in filter(of, world.publications):
            yield Asked((publication(one, judge(reader, one), reader),))

    return asked


def publication(one: Publication, allowed: bool, reader: Reader) -> Part:
    """Return a publication as a part of a question."""
    known = may.READ_PUBLICATION(reader, one)
    return Part("key", one.identifier, allowed, _NO_PUBLICATION, known)


def titled(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that search publications by their titles, as they are out."""
    for one in world.publications:
        if one.title:
            yield Asked((marked("mark", one.title, may.READ_PUBLICATION(reader, one)),))


def of_their_case(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that narrow publications to a case."""
    for one in world.publications:
        allowed = may.EXAMINE_PUBLICATION(reader, one)
        yield Asked((named("key", one.case, allowed, knows(reader, one.case)),))


def for_operators(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about how far an operator itself has come with a publication."""
    for one in world.publications:
        for organisation in world.organisations:
            yield Asked(
                (
                    named(
                        "organisation",
                        organisation,
                        exposure_sentences.read_operator(reader, organisation),
                        knows(reader, organisation),
                    ),
                    publication(one, may.read_what_is_out(reader, one), reader),
                )
            )


def of_fix(judge: May) -> Things:
    """Return the questions about each fix."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for one in world.fixes:
            yield Asked((named("key", one, judge(reader, one), may.READ_FIX(reader, one)),))

    return asked


def fixes_of_case(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that list the fixes of a case."""
    for case in world.cases:
        own = (one for one in world.fixes if one.case_id == case.pk)
        keys = frozenset(one.key for one in own if may.READ_FIX(reader, one))
        yield Asked((named("key", case, sentences.READ_CASE(reader, case)),), ("R", keys))


def of_cve(judge: May) -> Things:
    """Return the questions about each CVE identifier."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for one in world.cve_ids:
            yield Asked((Part("key", one.number or "", judge(reader, one), _NO_CVE),))

    return asked


def of_recipient(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about revoking each organisation's key: `age1{mark}`."""
    for one in world.recipients:
        allowed, known = may.revoke_recipient(reader, one), may.SEE_RECIPIENT(reader, one)
        yield Asked(
            (
                named("organisation", one.organisation, True, True),
                Part("mark", one.recipient.removeprefix("age1"), allowed, ABSENT_MARK, known),
            )
        )


def of_organisation(judge: Callable[[Reader, Any], bool]) -> Things:
    """Return the questions about each organisation."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for one in world.organisations:
            yield Asked((named("organisation", one, judge(reader, one), knows(reader, one)),))

    return asked
