"""What the routes about publications and fixes ask of the plain model, by short names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.desks.access import oracle_publications as oracle
from tests.desks.access.oracle import Reader
from tests.desks.access.world import NOW
from tests.faces.access import sentences
from tests.faces.access.sentences import May
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import Fix, Publication, UpdateRecipient


def _may(judge: Callable[[Any, Act, Any], bool], act: Act) -> May:
    return lambda reader, row: judge(reader, act, row)


READ_PUBLICATION: Final = _may(oracle.publication, Act.READ)
EXAMINE_PUBLICATION: Final = _may(oracle.publication, Act.EXAMINE)
"""Read its drafts."""
WRITE_PUBLICATION: Final = _may(oracle.publication, Act.COORDINATE)
REJECT_CVE: Final = _may(oracle.cve_id, Act.COORDINATE)
SEE_CVE: Final = _may(oracle.cve_id, Act.SEE)
READ_FIX: Final = _may(oracle.fix, Act.READ)
READ_DIFF: Final = _may(oracle.fix, Act.READ_PROOF)
SEE_RECIPIENT: Final = _may(oracle.recipient, Act.SEE)


def respond_to_fix(reader: Reader, fix: Fix) -> bool:
    """Say whether somebody has a fix tried, and says what they think of it."""
    return oracle.fix(reader, Act.RESPOND, fix) or oracle.fix(reader, Act.COORDINATE, fix)


def withdraw_fix(reader: Reader, fix: Fix) -> bool:
    """Say whether somebody withdraws a fix: those of a world are of no organisation."""
    return oracle.fix(reader, Act.COORDINATE, fix)


def is_out(publication: Publication) -> bool:
    """Say whether a publication has gone out."""
    return publication.published_at is not None and publication.published_at <= NOW


def read_what_is_out(reader: Reader, publication: Publication) -> bool:
    """Say whether somebody reads a publication, and it has gone out."""
    return is_out(publication) and READ_PUBLICATION(reader, publication)


def read_curve(reader: Reader, publication: Publication) -> bool:
    """Say whether somebody is shown how far a publication has come, in counts."""
    if not read_what_is_out(reader, publication):
        return False
    return reader.reads_as_coordinator or any(
        part.role == "vendor" for part in reader.parts(publication.case_id)
    )


def read_groups(reader: Reader, publication: Publication) -> bool:
    """Say whether somebody is shown the same by sector and by scope."""
    return reader.reads_as_coordinator and read_what_is_out(reader, publication)


def read_funnel(reader: Reader) -> bool:
    """Say whether somebody reads the funnel of the instance in full."""
    return reader.reads_as_coordinator


def revoke_recipient(reader: Reader, recipient: UpdateRecipient) -> bool:
    """Say whether somebody revokes a key of an organisation's."""
    return oracle.recipient(reader, Act.REVOKE, recipient)


def register_recipient(reader: Reader, organisation: Organisation) -> bool:
    """Say whether somebody registers a key of an organisation's."""
    return sentences.ADMINISTER(reader, organisation)
