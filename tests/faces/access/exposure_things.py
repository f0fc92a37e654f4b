"""Questions about what operators run, and documents that they are asked with.

All faces ask them, by other addresses; what they are about is said here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.desks.access.oracle import Reader
from tests.desks.access.world import World
from tests.faces.access import exposure_sentences as may
from tests.faces.access.questions import Asked, Part, each, knows, marked, named
from tests.faces.access.sentences import May
from tidegate.desks.exposure.models import Asset, Exposure
from tidegate.engines import feeds

Things = Callable[[World, Reader], Iterable[Asked]]

LATER: Final = "2026-12-20T12:00:00Z"
DIRECTIVE: Final = "bod-26-02"
REQUIREMENT: Final = "update"
"""One that asks for something once, by a day; of whom it asks nothing, there it is not."""
EVENTFUL: Final = "cra-article-14"
EVENT: Final = "exploitation-known"
FEEDS: Final = str(Path(feeds.__file__).parent / "schemas")
"""A folder that holds files called as feeds are."""


def of_organisation(judge: May, *, name: str = "organisation") -> Things:
    """Return the questions about each organisation."""
    return each("organisations", judge, name=name)  # type: ignore[no-any-return]


def of_operator(letter: str, rows: str, judge: May, *, of: Callable[[Any], bool] = bool) -> Things:
    """Return the questions that list rows of one operator's: those that somebody may read."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for organisation in world.organisations:
            mine = (row for row in getattr(world, rows) if _owner(row) == organisation.pk)
            keys = frozenset(row.key for row in mine if of(row) and judge(reader, row))
            part = named(
                "organisation",
                organisation,
                may.read_operator(reader, organisation),
                knows(reader, organisation),
            )
            yield Asked((part,), (letter, keys))

    return asked


def of_asset(letter: str, rows: str, judge: May, *, of: Callable[[Any], bool] = bool) -> Things:
    """Return the questions that list rows of one asset."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for asset in world.assets:
            mine = (row for row in getattr(world, rows) if row.asset_id == asset.pk and of(row))
            keys = frozenset(row.key for row in mine if judge(reader, row))
            yield Asked((named("key", asset, may.READ_ASSET(reader, asset)),), (letter, keys))

    return asked


def of_notices(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that list the notices of a case: to coordinators alone."""
    coordinates = reader.reads_as_coordinator
    for case in world.cases:
        of_it = (one for one in world.change_notices if one.case_id == case.pk)
        keys = frozenset(one.key for one in of_it if coordinates)
        yield Asked((named("key", case, coordinates, knows(reader, case)),), ("K", keys))


def called(of: Callable[[Asset], bool] = may.stands) -> Things:
    """Return the questions about assets by their names."""

    def asked(world: World, reader: Reader) -> Iterator[Asked]:
        for asset in filter(of, world.assets):
            yield Asked((marked("mark", asset.name, may.READ_ASSET(reader, asset)),))

    return asked


def of_system(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions that narrow assets to a system."""
    for asset in world.assets:
        yield Asked((marked("mark", asset.system, may.READ_ASSET(reader, asset)),))


def of_vulnerability(world: World, reader: Reader) -> Iterator[Asked]:
    """Yield the questions about a vulnerability, by the end of its name after `CVE-2026-`.

    Of those in a world no source says anything: so it is there for whom it exposes.
    """
    for exposure in world.exposures:
        yield Asked((vulnerability_of(exposure, may.READ_EXPOSURE(reader, exposure)),))


def vulnerability_of(exposure: Exposure, allowed: bool) -> Part:
    """Return the vulnerability of an exposure as a part of a question."""
    return marked("mark", exposure.vulnerability.name.removeprefix("CVE-2026-"), allowed)


def is_open(exposure: Exposure) -> bool:
    """Say whether an exposure has not cleared."""
    return exposure.cleared_at is None


def _owner(row: Any) -> int:
    """Return the id of the operator of whatever belongs to one."""
    asset = getattr(row, "asset", None)
    found: int = asset.organisation_id if asset is not None else row.organisation_id
    return found
