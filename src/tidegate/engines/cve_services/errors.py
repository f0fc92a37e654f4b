"""What can go wrong with CVE Services, in words, with what to do about it."""

from __future__ import annotations

from typing import Final

UNREACHABLE: Final = "UNREACHABLE"
UNREADABLE: Final = "UNREADABLE"
REFUSED_HERE: Final = "REFUSED_HERE"
"""Not asked at all: what was to be asked cannot be right."""


class CveServicesError(Exception):
    """The service did not do it; the message names the request, the reason and the mend."""

    def __init__(self, message: str, *, word: str, is_passing: bool) -> None:
        super().__init__(message)
        self.word = word
        """The service's own word, such as `EXCEEDED_ID_QUOTA`, or one of the words above."""
        self.is_passing = is_passing
        """Whether the same request may succeed later, with nothing mended."""


def answered(request: str, status: int, word: str, said: str) -> CveServicesError:
    """Return the error for an answer that is none of success.

    Args:
        request: what was asked, such as `POST cve-id`.
        status: of HTTP.
        word: the service's word for it; empty if it gave none.
        said: its words, safe to show.
    """
    told = f"CVE Services: {request}: {status} {word}".rstrip()
    reason = f": {said}" if said else ""
    is_passing = word in _PASSING or status in _PASSING_STATUSES
    mend = _MENDS.get(word) or _MENDS_OF_STATUSES.get(status)
    if mend is None:
        mend = "try again later" if is_passing else "mend what was sent"
    return CveServicesError(f"{told}{reason}; {mend}", word=word, is_passing=is_passing)


# From: CVEProject/cve-services, `error.js` of the controllers of ids and of records.
_PASSING: Final = frozenset(
    {
        "CONNECTION_ERROR",
        "INTERNAL_SERVER_ERROR",
        "RESERVATION_IN_PROGRESS",
        "SERVICE_NOT_AVAILABLE",
        "TOO_MANY_REQUESTS",
    }
)
_PASSING_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504})
_OWNED: Final = "check the id, and that it belongs to this CNA"
_MENDS: Final = {
    "CANNOT_RESERVE_FOR_YEAR": "choose a year that is open",
    "CVEID_DNE": _OWNED,
    "CVE_ID_NOT_FOUND": _OWNED,
    "CVE_RECORD_DNE": "publish the record first",
    "CVE_RECORD_EXISTS": "send it as an update",
    "EXCEEDED_ID_QUOTA": "publish or reject ids that are reserved, or ask for a higher quota",
    "INVALID_JSON_SCHEMA": "mend the record where the details point",
    "INVALID_JSON_SCHEMA_ERROR": "mend the record where the details point",
    "NOT_FOUND": _OWNED,
    "ORG_CANNOT_RESERVE_FOR_OTHER": "reserve for this CNA's own short name",
    "RESERVATION_IN_PROGRESS": "try again in a minute",
    "TOO_MANY_REQUESTS": "try again in a minute",
    "UNAUTHORIZED": "check the CNA's short name, the user and the API key",
    "YEAR_RANGE_FULL": "choose another year, or ask the CVE Program",
}
_MENDS_OF_STATUSES: Final = {
    401: "check the CNA's short name, the user and the API key",
    403: "check the rights of the user at the CVE Program",
    404: _OWNED,
}
