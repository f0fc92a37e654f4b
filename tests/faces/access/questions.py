"""What can be asked about a world: which things a question names, and what its answer may tell.

A question names things: a finding, a case and an organisation. Of each it is said whether who asks
may do with it what the question asks, by the plain model of the policy. If they may with all of
them, they are not told that there is nothing. If not, they are told just what they would be told
of a thing that never was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.oracle_reviews import Engaged
from tests.desks.access.world import World
from tests.faces.access.faces import Command, Web
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Participant
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.models import Endpoint, Engagement, Evidence, Grant, TwoPersonRequest

ABSENT_NUMBER: Final = "918273645"
"""The number of nothing; it is no part of any page."""
_ABSENT: Final = "-00000-0000Z"
ABSENT_MARK: Final = "zq0000000x"
ABSENT_SECRET: Final = "c2VjcmV0-that-was-given-to-nobody-at-all"

May = Callable[[Reader, Any], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question names."""

    name: str
    """In the question, in braces."""
    value: str
    may: bool
    """Whether who asks may do with it what is asked."""
    absent: str
    """What would name nothing."""
    known: bool = False
    """Whether they may read of it anyway, whatever they may do with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the things that it names."""

    parts: tuple[Part, ...] = ()
    told: tuple[str, frozenset[str]] | None = None
    """Of a list: a letter, and exactly the keys with it that the answer holds."""
    shown: frozenset[str] = frozenset()
    """What else it shows to whoever knows how to ask: of an invitation to who has its link."""

    @property
    def may(self) -> bool:
        """Whether who asks may do it."""
        return all(part.may for part in self.parts)

    @property
    def names(self) -> dict[str, str]:
        """What the names in braces are filled with."""
        return {part.name: part.value for part in self.parts}

    def without(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the names with what is forbidden first replaced by nothing; and that, by it."""
        first = next(part for part in self.parts if not part.may)
        return {**self.names, first.name: first.absent}, {first.absent: first.value}


@dataclass(frozen=True, slots=True)
class Route:
    """One way to ask."""

    name: str
    """As it is found where routes are declared."""
    question: Web | Command | None
    """None for what tells nothing of what is kept; `why` says so."""
    asked: Callable[[World, Reader], Iterable[Asked]]
    changes: bool = False
    """It changes something for who may."""
    narrows: bool = False
    """It narrows a list: of what is not there, the list is empty."""
    redraws: bool = False
    """It is refused on the page that it was done from, to whoever may read that page."""
    worded_badly: bool = False
    """A refusal of it has the status of a form that is worded badly."""
    lets_nobody_in: bool = False
    """In no world may anybody do it with what it is asked about here."""
    is_there: bool = True
    """Whether there is something at its address in every world."""
    why: str = ""
    """Why it tells nothing of what is kept."""

    @property
    def has_outcomes(self) -> bool:
        """Whether it lets some in, and others not."""
        return self.asked not in (once, never)


def once(_: World, __: Reader) -> Iterator[Asked]:
    """Yield the one question that names nothing, and that everybody may ask."""
    yield Asked()


def never(_: World, __: Reader) -> Iterator[Asked]:
    """Yield nothing: there is nothing to ask."""
    yield from ()


def each(rows: str, may: May, *, name: str = "key", of: Callable[[Any], bool] = bool) -> Any:
    """Return the questions about each of some rows of a world.

    Args:
        rows: the name of them in a world.
        may: whether somebody may do it with one.
        name: of the part.
        of: which of them are asked about.
    """

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for row in getattr(world, rows):
            if of(row):
                yield Asked((named(name, row, may(reader, row), knows(reader, row)),))

    return asked


def every(letter: str, rows: str, may: May, *, of: Callable[[Any], bool] = bool) -> Any:
    """Return the question that lists rows of a world: exactly those with which somebody may."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        listed = (row for row in getattr(world, rows) if of(row) and may(reader, row))
        yield Asked(told=(letter, frozenset(row.key for row in listed)))

    return asked


def of_case(may: May, *, of: Callable[[Any], bool] = bool) -> Any:
    """Return the questions about each case."""
    return each("cases", may, of=of)


def of_party(
    may_with_case: May, may_with_party: Callable[[Reader, Participant], bool] | None = None
) -> Any:
    """Return the questions about each organisation's part in each case.

    Without `may_with_party` only the case is asked about: whoever may do it with the case is told
    that an organisation has no part in it, or what comes of it.
    """

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for case in world.cases:
            for organisation in world.organisations:
                part = part_of(world, case, organisation)
                may = may_with_party is None or (part is not None and may_with_party(reader, part))
                knows_case = knows(reader, case)
                reads_part = part is not None and reader.participant(Act.READ, part)
                knows_part = knows_case and (reads_part or knows(reader, organisation))
                yield Asked(
                    (
                        named("key", case, may_with_case(reader, case), knows_case),
                        named("organisation", organisation, may, knows_part),
                    )
                )

    return asked


def part_of(world: World, case: Case, organisation: Organisation) -> Participant | None:
    """Return what an organisation is to a case; None if it is nothing, or not any more."""
    for part in world.participants:
        if part.coordination.case_id == case.pk and part.organisation_id == organisation.pk:
            return None if part.removed_at else part
    return None


def is_coordinated(case: Case) -> bool:
    """Say whether a case is coordinated."""
    return hasattr(case, "coordination")


def only(may: Callable[[Reader], bool]) -> Any:
    """Return the question that names nothing, and that some may ask; to others it is not there."""

    def asked(_: World, reader: Reader) -> Iterator[Asked]:
        yield Asked((Part("nothing", "", may(reader), ""),))

    return asked


def named(name: str, row: Any, may: bool, known: bool = False) -> Part:
    """Return a row as a part of a question, by its key or its number."""
    key = getattr(row, "key", "")
    absent = f"{key[0]}{_ABSENT}" if key else ABSENT_NUMBER
    return Part(name, key or str(row.pk), may, absent, known)


def knows(reader: Reader, row: Any) -> bool:
    """Say whether somebody may see a thing that has a page of its own, if only its envelope."""
    if isinstance(row, Case):
        return reader.case(Act.SEE, row)
    if isinstance(row, Finding):
        return reader.finding(Act.READ, row)
    for kind, judge in _WITHIN_ENGAGEMENTS.items():
        if isinstance(row, kind):
            return judge(reader.engaged, Act.SEE, row)
    return isinstance(row, Organisation) and reader.organisation(Act.SEE, row)


_WITHIN_ENGAGEMENTS: Final[dict[type, Callable[[Engaged, Act, Any], bool]]] = {
    Engagement: Engaged.engagement,
    Endpoint: Engaged.endpoint,
    Grant: Engaged.grant,
    TwoPersonRequest: Engaged.request,
    Evidence: Engaged.weighed,
}


def marked(name: str, mark: str, may: bool) -> Part:
    """Return a word that is searched for as a part of a question."""
    return Part(name, mark, may, ABSENT_MARK)


def secret(name: str, value: str, *, may: bool) -> Part:
    """Return a secret that whoever asks has, as a part of a question."""
    return Part(name, value, may, ABSENT_SECRET)
