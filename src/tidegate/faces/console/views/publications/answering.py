"""How what somebody does about fixes and publications is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest

from tidegate.faces.console.views import doing
from tidegate.faces.console.views.doing import Refusal, time_zone

SECTION: Final = "publications"

DONE: Final = {
    "offered": "The fix is offered, and waits for a worker to try it. Nothing is said of it yet.",
    "trial": "It is tried once more. What earlier trials showed stays.",
    "looked": "What you think of it is on record, and its last trial follows.",
    "fix-withdrawn": "The fix is withdrawn: it is tried and published no more.",
    "begun": "The draft is made of what the desks know. Read it, and write what is missing.",
    "edited": "It is kept. Whatever had been handed in or approved of it is a draft again.",
    "recomposed": "What the desks know now is taken over. Your texts stayed as they were.",
    "addressed": "It is kept whom it goes to once it goes out.",
    "submitted": "It is handed in. Another coordinator has to approve it.",
    "given-back": "It is a draft again, with what you say is missing.",
    "approved": "It is approved as you have read it. It goes out at its time.",
    "called-back": "The approval is withdrawn. It does not go out until somebody approves it.",
    "dropped": "The revision is left. What is out stays as it is.",
    "scheduled": "Its time is set. What was approved for another time has to be approved anew.",
    "shared": "The parties of the case read the drafts from now on.",
    "unshared": "Nobody but coordinators reads the drafts any more. What was read was read.",
    "revised": "The next revision is begun, from the one that is out.",
    "withdrawal": "The withdrawal is begun. It is approved like every other revision.",
    "reserving": "A CVE identifier is asked for. Which one it is, is shown as soon as it is known.",
    "assigned": "The CVE identifier is noted. Take it over into the draft.",
    "not-reserving": "No CVE identifier is asked for any more.",
    "rejecting": "It is going to be rejected at CVE Services, and is never used again.",
}
"""What is said after something was done; the address carries the word alone, never a text."""


def above(request: HttpRequest, now: datetime, refusal: Refusal | None = None) -> dict[str, Any]:
    """Return what every one of these pages is given."""
    return {
        **doing.telling(request, refusal, DONE),
        "now": now,
        "zone": time_zone(request),
    }
