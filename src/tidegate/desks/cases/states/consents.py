"""Whether a participant has agreed to the embargo of a case: the machine, as a table.

From: Vultron, participant embargo consent (PEC). Consent is given to terms: those that are
proposed while something is proposed, else those in force. So whenever the terms on the table
change, every consent lapses until it is given again (`interactions.consent_after_embargo`).

Silence and refusal both end in `declined`, and are told apart by the event in the case's history.
Neither is the end: who declined may be invited anew. A participant that set the terms itself
signs them without an invitation.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Consent(StrEnum):
    """Where a participant stands to the embargo."""

    NO_EMBARGO = "no-embargo"
    """Not bound by any terms; it says nothing of an answer that is still to come."""
    INVITED = "invited"
    SIGNATORY = "signatory"
    """Has agreed to the terms on the table. The only state in which a participant is bound."""
    DECLINED = "declined"
    LAPSED = "lapsed"
    """Had agreed to other terms, or for a time that is over."""


class ConsentEvent(StrEnum):
    """What moves a participant's consent."""

    INVITE = "invite"
    SIGN = "sign"
    DECLINE = "decline"
    """Also what a signatory does that withdraws."""
    STAY_SILENT = "stay-silent"
    """The time for an answer has run out."""
    LAPSE = "lapse"
    """The terms have changed, or the time for which it was given is over."""
    EMBARGO_OVER = "embargo-over"
    """The embargo has ended, or its proposal was refused."""


CONSENTS: Final[Mapping[tuple[Consent, ConsentEvent], Consent]] = {
    (Consent.NO_EMBARGO, ConsentEvent.INVITE): Consent.INVITED,
    (Consent.NO_EMBARGO, ConsentEvent.SIGN): Consent.SIGNATORY,
    (Consent.NO_EMBARGO, ConsentEvent.DECLINE): Consent.DECLINED,
    (Consent.NO_EMBARGO, ConsentEvent.EMBARGO_OVER): Consent.NO_EMBARGO,
    (Consent.INVITED, ConsentEvent.SIGN): Consent.SIGNATORY,
    (Consent.INVITED, ConsentEvent.DECLINE): Consent.DECLINED,
    (Consent.INVITED, ConsentEvent.STAY_SILENT): Consent.DECLINED,
    (Consent.INVITED, ConsentEvent.EMBARGO_OVER): Consent.NO_EMBARGO,
    (Consent.SIGNATORY, ConsentEvent.DECLINE): Consent.DECLINED,
    (Consent.SIGNATORY, ConsentEvent.LAPSE): Consent.LAPSED,
    (Consent.SIGNATORY, ConsentEvent.EMBARGO_OVER): Consent.NO_EMBARGO,
    (Consent.DECLINED, ConsentEvent.INVITE): Consent.INVITED,
    (Consent.DECLINED, ConsentEvent.EMBARGO_OVER): Consent.NO_EMBARGO,
    (Consent.LAPSED, ConsentEvent.INVITE): Consent.INVITED,
    (Consent.LAPSED, ConsentEvent.SIGN): Consent.SIGNATORY,
    (Consent.LAPSED, ConsentEvent.DECLINE): Consent.DECLINED,
    (Consent.LAPSED, ConsentEvent.STAY_SILENT): Consent.DECLINED,
    (Consent.LAPSED, ConsentEvent.EMBARGO_OVER): Consent.NO_EMBARGO,
}

ANSWERS: Final = frozenset({ConsentEvent.SIGN, ConsentEvent.DECLINE})
"""What a participant does itself; the rest is done by a coordinator, a clock or the embargo."""
