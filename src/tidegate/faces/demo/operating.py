"""The demo's agency: in which zone its days end, and whose systems it runs.

What it runs is handed in by commands, as anybody would (`make run`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tidegate.desks.exposure.services.operators import settle
from tidegate.engines.rules import Scope
from tidegate.faces.demo.people import AGENCY, actor, key_of

ZONE: Final = "America/New_York"


def operate(at: datetime) -> None:
    """Say what holds for all that the agency runs; saying it again changes nothing."""
    settle(actor(AGENCY), key_of(AGENCY), zone=ZONE, scope=Scope.FCEB, at=at)
