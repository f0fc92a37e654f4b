"""Why was a repository not followed? What happened, what it means, and what to do.

A pull that fails closed is only of use if whoever reads it knows what to do next: a mirror that
stands still is an errand for Monday, a signature by another key is a call to the coordinator now.
So each refusal has a word of its own, and python-tuf's errors are brought to these words here.

From: TUF specification 1.0, 1.5.2 (the attacks), 5 (the client's workflow).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from tuf.api import exceptions as tuf_errors

from tidegate.engines.formats.documents import shown


class Cause(StrEnum):
    """What was wrong with what came."""

    EXPIRED = "expired"
    """Signed data is past its day: the place stands still, or somebody holds it still (freeze)."""
    ROLLED_BACK = "rolled-back"
    """It is older than what is known here."""
    NOT_SIGNED = "not-signed"
    """Too few of the keys that may sign it did."""
    MIXED = "mixed"
    """Parts do not belong together: of different times, or not the bytes that were signed."""
    TOO_LARGE = "too-large"
    """More came than was promised or is ever read (endless data)."""
    TOO_SLOW = "too-slow"
    """It took longer than it may (slow retrieval)."""
    UNREACHABLE = "unreachable"
    """Nothing came."""
    MALFORMED = "malformed"
    """It was signed, and is not what the layout says."""
    CLOCK = "clock"
    """This machine's clock cannot be right, so 'expired' cannot be judged."""
    ROOT = "root"
    """The root that was given at the beginning is none."""


class FollowError(Exception):
    """A repository was not followed; what was known before is as it was."""

    def __init__(self, cause: Cause, what: str, place: str = "") -> None:
        super().__init__(what)
        self.cause = cause
        self.what = what
        """What happened, with the file's name."""
        self.place = place
        """The mirror that it happened at; empty where it is none's."""

    @property
    def means(self) -> str:
        """What that means."""
        return _MEANS[self.cause]

    @property
    def mend(self) -> str:
        """What to do."""
        return _MENDS[self.cause]

    def at(self, place: str) -> FollowError:
        """Return the same refusal, with the mirror that it happened at."""
        return FollowError(self.cause, self.what, place)


_MEANS: Final = {
    Cause.EXPIRED: (
        "The repository or this mirror was not renewed in time, or somebody keeps news from you."
    ),
    Cause.ROLLED_BACK: "Somebody serves you an older state, or a mirror was restored from a copy.",
    Cause.NOT_SIGNED: "Somebody else made it, or keys were changed without the signatures of the"
    " old ones. Nothing of it was used.",
    Cause.MIXED: "A mirror is half copied, or somebody put parts together that were never"
    " published together. Nothing of it was used.",
    Cause.TOO_LARGE: "A mirror is broken, or somebody wants to fill this disk.",
    Cause.TOO_SLOW: "The network or the mirror is slow, or somebody keeps the connection busy.",
    Cause.UNREACHABLE: "Nothing was learned, neither good nor bad.",
    Cause.MALFORMED: "The publisher made a mistake, or this client is older than the repository.",
    Cause.CLOCK: "With a wrong clock, old data looks fresh or fresh data looks old.",
    Cause.ROOT: "Nothing can be trusted without it.",
}

_MENDS: Final = {
    Cause.EXPIRED: (
        "Pull again later or from another mirror; carry a newer copy into a closed network. If it"
        " lasts longer than a day, ask the coordinator on another way than this network."
    ),
    Cause.ROLLED_BACK: (
        "Use another mirror, and tell the coordinator. Do not delete what is kept here: it is how"
        " this was seen."
    ),
    Cause.NOT_SIGNED: (
        "Call the coordinator on a number that you know. Only if they say that all root keys were"
        " replaced, begin anew with `tidegate-operator init --again` and compare the fingerprint."
    ),
    Cause.MIXED: "Pull again in some minutes, or use another mirror; tell the mirror's keeper.",
    Cause.TOO_LARGE: "Use another mirror, and tell the coordinator.",
    Cause.TOO_SLOW: "Pull again, or use another mirror or a carried folder.",
    Cause.UNREACHABLE: "Look at the address, the proxy, the certificate and the folder.",
    Cause.MALFORMED: "Update this client; if it is the newest, tell the coordinator.",
    Cause.CLOCK: "Set this machine's clock, then pull again.",
    Cause.ROOT: "Get root.json from the coordinator again, and compare its fingerprint by phone.",
}


def refusal(error: Exception, now: str = "") -> FollowError:
    """Return python-tuf's error, or the machine's, in the words of this module.

    Args:
        error: as it was raised.
        now: the machine's time, to be said beside 'expired'.
    """
    match error:
        case FollowError():
            return error
        case tuf_errors.ExpiredMetadataError():
            clock = f" (this machine's clock says {now})" if now else ""
            return FollowError(Cause.EXPIRED, f"{_said(error)}{clock}")
        case tuf_errors.UnsignedMetadataError():
            return FollowError(Cause.NOT_SIGNED, _said(error))
        case tuf_errors.BadVersionNumberError():
            is_back = _BACK.search(str(error)) is not None
            return FollowError(Cause.ROLLED_BACK if is_back else Cause.MIXED, _said(error))
        case tuf_errors.LengthOrHashMismatchError():
            return FollowError(Cause.MIXED, f"{_said(error)}: not the bytes that were signed")
        case tuf_errors.DownloadLengthMismatchError():
            return FollowError(Cause.TOO_LARGE, _said(error))
        case tuf_errors.SlowRetrievalError():
            return FollowError(Cause.TOO_SLOW, _said(error))
        case tuf_errors.DownloadHTTPError():
            return FollowError(Cause.UNREACHABLE, _said(error))
        case tuf_errors.DownloadError() if _WRAPPED.search(str(error)):
            return FollowError(Cause.UNREACHABLE, _said(_innermost(error)))
        case tuf_errors.DownloadError() | OSError():
            return FollowError(Cause.UNREACHABLE, _said(error))
        case tuf_errors.RepositoryError() if _VANISHED.search(str(error)):
            return FollowError(Cause.ROLLED_BACK, _said(error))
        case _:
            return FollowError(Cause.MALFORMED, _said(error))


# From: tuf.ngclient's trusted_metadata_set; the tests of the attacks hold these words to it.
_BACK = re.compile(r"^New (timestamp|snapshot) version|^Expected \S+\.json version")
_WRAPPED = re.compile(r"^Failed to download ")
_VANISHED = re.compile(r"^New snapshot is missing info")


def _said(error: BaseException) -> str:
    words = str(error) or type(error).__name__
    # Some of it comes from whoever answered, and ends on a terminal.
    return words if words.isascii() and words.isprintable() and len(words) < 300 else shown(words)


def _innermost(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error
