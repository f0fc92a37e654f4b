"""Who is told of what happens in engagements; `kinds` puts it together with the rest.

No program is told: what an organisation's webhooks receive is read by people whom nobody has named.
Those who may only see that there is an engagement (LEADS, TOLD, HOLDER, APPOINTED, PARTNERS) are
told what is theirs to answer, and not how far it has come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tidegate.desks.notices.audiences import NOBODY, Audience, Telling

_DEVELOPER: Final = (Audience.DEVELOPER,)
_READERS: Final = (Audience.DEVELOPER, Audience.NAMED)
_SIGNERS: Final = (Audience.DEVELOPER, Audience.LEADS)

_TOLD: Final[Mapping[str, Telling]] = {
    # Its course.
    "engagement-opened": Telling(_DEVELOPER, "An engagement was opened"),
    "engagement-changed": Telling(_READERS, "The engagement, or its dates, were said anew"),
    "engagement-proposed": Telling((Audience.LEADS,), "An engagement to answer"),
    "window-opened": Telling(_READERS, "A window of access is open, or planned", by="ends_at"),
    "window-moved": Telling(_READERS, "The window ends at another time", by="ends_at"),
    "window-ended": Telling(_READERS, "The window has ended"),
    "evaluation-begun": Telling(_DEVELOPER, "The model is being looked at"),
    "engagement-withdrawn": Telling(
        (Audience.DEVELOPER, Audience.TOLD), "The engagement was withdrawn; all access has ended"
    ),
    "model-released": Telling(_READERS, "A release was put on record"),
    "engagement-closed": Telling(
        (Audience.DEVELOPER, Audience.TOLD), "The engagement was closed; all access has ended"
    ),
    # Its parties and their people.
    "party-asked": Telling((Audience.LEADS,), "An engagement to answer"),
    "party-ended": Telling(_SIGNERS, "A part in the engagement has ended"),
    "person-named": Telling((Audience.APPOINTED,), "You were named in an engagement"),
    "person-unnamed": Telling((Audience.APPOINTED,), "You are not named any more"),
    "vetting-attested": Telling(_DEVELOPER, "A party has attested a vetting"),
    "person-recused": Telling(_SIGNERS, "Somebody has stepped back from the engagement"),
    "recipient-set": Telling(_SIGNERS, "What is kept is encrypted to another key"),
    # What is signed.
    "terms-proposed": Telling(_SIGNERS, "Terms to read and sign"),
    "terms-taken-back": Telling(_SIGNERS, "Proposed terms were taken back"),
    "terms-signed": Telling(_SIGNERS, "A side has signed"),
    "terms-agreed": Telling((*_SIGNERS, Audience.NAMED), "Terms are signed by both sides"),
    "terms-acknowledged": NOBODY,
    # Access.
    "endpoint-added": Telling(_DEVELOPER, "The model has another endpoint"),
    "endpoint-changed": Telling(_DEVELOPER, "An endpoint has another credential"),
    "endpoint-ended": Telling(_DEVELOPER, "An endpoint was taken away"),
    "grant-asked": Telling(_DEVELOPER, "A grant to issue or to decline"),
    "grant-issued": Telling((Audience.HOLDER,), "A grant to take up"),
    "grant-declined": Telling((Audience.HOLDER,), "A grant was declined"),
    "grant-taken-up": Telling(_DEVELOPER, "A grant was taken up"),
    "grant-ended": Telling((Audience.HOLDER, Audience.DEVELOPER), "A grant was ended"),
    "grant-lapsed": Telling((Audience.HOLDER,), "The time of a grant is over"),
    "break-glass-asked": Telling(_READERS, "Break-glass access was asked for"),
    "break-glass-used": Telling(
        (Audience.DEVELOPER, Audience.NAMED, Audience.HOLDER), "Break-glass access was given"
    ),
    "plug-pulled": Telling(_READERS, "All access was switched off"),
    "plug-put-back": Telling(_READERS, "Access can be given again"),
    "two-person-asked": Telling(
        (Audience.NAMED, Audience.PARTNERS), "Something takes a second person"
    ),
    "two-person-seconded": Telling(
        (Audience.NAMED, Audience.PARTNERS), "A second person has agreed"
    ),
    "transcript-read": Telling(_DEVELOPER, "A transcript was handed out"),
    # Calls come by the thousand; the developer sees them live.
    "model-called": NOBODY,
    "model-answered": NOBODY,
    "call-refused": NOBODY,
    "access-refused": Telling(_READERS, "Somebody asked for what is not theirs, and was refused"),
    # What is weighed and decided.
    "evidence-added": Telling((Audience.OFFICIALS,), "There is more evidence"),
    "evidence-set-aside": Telling((Audience.OFFICIALS,), "Evidence was set aside"),
    "evidence-read": NOBODY,
    "body-consulted": NOBODY,
    "body-answered": Telling((Audience.OFFICIALS,), "A consulted body has answered"),
    "model-determined": Telling(_READERS, "A determination to read"),
    "determination-reasoned": NOBODY,
    "dissent-recorded": Telling((Audience.OFFICIALS,), "Somebody dissents from a determination"),
    # Trusted partners.
    "partner-proposed": Telling(_SIGNERS, "The record of a trusted partner to read and sign"),
    "partner-declined": Telling(_SIGNERS, "A proposed partner was declined"),
    "partner-agreed": Telling(
        (*_SIGNERS, Audience.NAMED), "The record of a trusted partner is signed by both sides"
    ),
    "partner-early": Telling(_SIGNERS, "The access of a trusted partner may begin early"),
    "partner-ended": Telling(_SIGNERS, "The access of a trusted partner has ended"),
    # What is left.
    "findings-reported": Telling(_DEVELOPER, "Findings made with the model to read"),
    "destruction-certified": Telling(_DEVELOPER, "A party has certified a destruction"),
    "certificate-due": Telling(_SIGNERS, "A certificate of destruction is due", by="due_at"),
    "content-destroyed": Telling(_DEVELOPER, "What was kept was destroyed, as the terms say"),
}

REVIEWS: Final[Mapping[str, Telling]] = {
    kind: replace(telling, for_programs=False) if telling.audiences else telling
    for kind, telling in _TOLD.items()
}
