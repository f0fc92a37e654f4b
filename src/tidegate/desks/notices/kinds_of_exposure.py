"""Who is told of what happens around operators and feeds; `kinds` puts it together with the rest.

What waits is told to an operator's own administrators: its entries are kept for it alone. What its
people do day by day waits for nobody. That operators were warned of a case goes to whoever
coordinates it, and to no program: a webhook is read by people whom nobody has named.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tidegate.desks.notices.audiences import NOBODY, Audience, Telling

_OPERATOR: Final = (Audience.ADMINISTRATORS,)
_INSTANCE: Final = (Audience.INSTANCE,)

EXPOSURE: Final[Mapping[str, Telling]] = MappingProxyType(
    {
        # Feeds. A good edition waits for nobody.
        "everything-compared": NOBODY,
        "feed-taken": NOBODY,
        "feed-refused": Telling(_INSTANCE, "An edition of a feed was refused"),
        "feed-unreachable": Telling(_INSTANCE, "A feed cannot be had"),
        "feed-too-old": Telling(_INSTANCE, "A feed is too old to answer by"),
        "feed-followed": Telling(_INSTANCE, "A feed is followed, or from another place"),
        "feed-left": Telling(_INSTANCE, "A feed is not followed any more"),
        # Directives, policy sets and tables; an operator may load tables of its own.
        "loaded": Telling(
            (*_OPERATOR, *_INSTANCE), "A directive, a policy set or a table was loaded"
        ),
        "loaded-set-aside": Telling(
            (*_OPERATOR, *_INSTANCE), "A directive, a policy set or a table counts no more"
        ),
        # What an operator runs.
        "operator-settled": Telling(_OPERATOR, "What deadlines are computed by was changed"),
        "asset-added": NOBODY,
        "assets-changed": NOBODY,
        "assets-imported": NOBODY,
        "assets-retired": NOBODY,
        "asset-brought-back": NOBODY,
        "inventory-handed-in": NOBODY,
        "inventory-taken-back": NOBODY,
        "delegated": Telling(_OPERATOR, "A provider may act for the organisation"),
        "delegation-ended": Telling(_OPERATOR, "A provider acts for the organisation no more"),
        # What it does about what it is exposed to.
        "remedy-said": NOBODY,
        "remedy-taken-back": NOBODY,
        "evidence-logged": NOBODY,
        "evidence-taken-back": NOBODY,
        "triage-decided": Telling(
            _OPERATOR,
            "Triage has found signs of a compromise",
            only=("outcome", ("suspected", "confirmed")),
        ),
        "exception-made": Telling(_OPERATOR, "An exception was made"),
        "exception-ended": Telling(_OPERATOR, "An exception was ended"),
        "vex-loaded": NOBODY,
        "vex-ended": NOBODY,
        "duty-fulfilled": NOBODY,
        "duty-taken-back": Telling(_OPERATOR, "A directive's duty is open again"),
        "event-noted": Telling(_OPERATOR, "A directive's clock has begun to run"),
        "event-taken-back": NOBODY,
        # Notices to plan a change: under embargo, without the cause.
        "change-notice-received": Telling(_OPERATOR, "A change to plan", for_programs=False),
        "change-notice-withdrawn": Telling(
            _OPERATOR, "A notice to plan a change was withdrawn", for_programs=False
        ),
        "change-notice-over": Telling(
            _OPERATOR, "The cause of a notice to plan a change can be read", for_programs=False
        ),
        "change-notice-released": NOBODY,
        "operators-told": Telling(
            (Audience.COORDINATORS,), "Operators were told to plan a change", for_programs=False
        ),
    }
)
"""Every kind that this desk appends."""
