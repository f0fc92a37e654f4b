"""Who is told of what happens to publications, fixes and identifiers.

Drafts are told of to those who write and approve what is published, and to no program: a webhook is
read by people whom nobody has named. Of what is out the parties of its case are told, and the
administrators of the organisations that a restricted release goes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tidegate.desks.notices.audiences import NOBODY, Audience, Telling

_DESK: Final = (Audience.PUBLISHERS,)
_CASE: Final = (Audience.TEAM, Audience.COORDINATORS)
_ORGANISATION: Final = (Audience.ADMINISTRATORS,)


def _draft(waits: str) -> Telling:
    return Telling(_DESK, waits, for_programs=False)


PUBLICATIONS: Final[Mapping[str, Telling]] = MappingProxyType(
    {
        # Drafts.
        "publication-begun": NOBODY,
        "publication-edited": NOBODY,
        "publication-recomposed": NOBODY,
        "publication-addressed": NOBODY,
        "publication-scheduled": NOBODY,
        "publication-revised": NOBODY,
        "publication-moved": NOBODY,
        "publication-dropped": _draft("A revision of a publication was dropped"),
        "publication-withdrawal-begun": _draft("A publication is going to be withdrawn"),
        "publication-submitted": _draft("A publication to approve"),
        "publication-given-back": _draft("A publication was given back to be written on"),
        "publication-approved": _draft("A publication was approved"),
        "publication-called-back": _draft("The approval of a publication was withdrawn"),
        "publication-held": _draft("A publication is due, and something keeps it"),
        "publication-shared": Telling(_CASE, "The draft of what is published can be read"),
        "publication-unshared": NOBODY,
        # What is out.
        "publication-released": Telling(
            (*_CASE, Audience.PUBLISHERS), "It is published", for_programs=False
        ),
        "publication-received": Telling(
            _ORGANISATION, "A restricted release for the organisation", for_programs=False
        ),
        "publication-distributed": NOBODY,
        "publication-overtaken": NOBODY,
        "publication-not-held": Telling(
            (Audience.INSTANCE,), "The updates had lost what is published; it goes out anew"
        ),
        "update-keys-made": Telling((Audience.INSTANCE,), "The updates have a new online key"),
        "update-documents-adopted": Telling(
            (Audience.INSTANCE,), "Other keys may sign the updates from now on"
        ),
        # CVE identifiers.
        "cve-id-asked": NOBODY,
        "cve-id-not-asked": NOBODY,
        "cve-id-reserved": NOBODY,
        "cve-id-assigned": NOBODY,
        "cve-id-rejecting": NOBODY,
        "cve-id-rejected": NOBODY,
        "cve-record-published": NOBODY,
        # Fixes.
        "fix-offered": Telling(_CASE, "A fix was offered"),
        "fix-tried": Telling(_CASE, "A fix was tried"),
        "fix-looked-at": Telling((Audience.COORDINATORS,), "Somebody has looked at a fix"),
        "fix-withdrawn": Telling(_CASE, "A fix was withdrawn"),
        "fix-trial-asked": NOBODY,
        # What operators say of how far they have come, and the keys that they have.
        "adoption-reported": NOBODY,
        "recipient-registered": Telling(
            _ORGANISATION, "Restricted releases are encrypted to another key, too"
        ),
        "recipient-revoked": Telling(
            _ORGANISATION, "Restricted releases are encrypted to a key no more"
        ),
    }
)
"""Every kind that this desk appends."""
