"""How what somebody does about directives, tables, feeds and changes is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest

from tidegate.faces.console.views import doing
from tidegate.faces.console.views.doing import Refusal, time_zone

DONE: Final = {
    "fulfilled": "It is on record as done. You can take it back under What is on record.",
    "duty-back": "It is taken back. That it was said stays on record, and the duty is open again.",
    "happened": "It is on record. The clocks that count from it run.",
    "event-back": "It is taken back, and its clocks with it.",
    "excepted": "The exception is on record. It ends by itself, and hides nothing.",
    "exception-ended": "The exception has ended. What it excepted is to be done again.",
    "loaded": "It is loaded, and counts. What was loaded can be set aside; it is never changed.",
    "aside": "It is set aside, and counts no more. It stays on record.",
    "followed": "It is followed: it is looked for by itself, as long as a worker runs.",
    "left": "It is not followed any more. What it said until now stays, and grows old.",
    "place": "From now on it is read from there.",
    "released": "The notices are released. Each is a disclosure, and stands in the ledger.",
    "withdrawn": "The notice is withdrawn. Its operator keeps it as one that was withdrawn.",
    "delegated": "The provider acts for you from now on. You can end that at any time.",
    "delegation-ended": "The delegation has ended. The provider’s people see nothing of it any"
    " more.",
    "settled": "It holds from now on. Days end in the zone that you have chosen; deadlines that"
    " rest on it are computed anew.",
    "roles": "It holds from now on: directives that speak of these concern you.",
    "table": "The table is loaded. Choose it above, and it is shown beside each deadline.",
    "table-aside": "The table is set aside, and counts no more.",
}
"""What is said after something was done; the address carries the word alone, never a text."""


def telling(request: HttpRequest, refusal: Refusal | None) -> dict[str, Any]:
    """Return what every one of these pages is given of what was done, or was refused."""
    return doing.telling(request, refusal, DONE)


def above(
    request: HttpRequest, now: datetime, view: str, refusal: Refusal | None = None
) -> dict[str, Any]:
    """Return what every one of these pages is given; `view` is its part of the navigation."""
    return {
        **telling(request, refusal),
        "now": now,
        "zone": time_zone(request),
        "view": view,
    }
