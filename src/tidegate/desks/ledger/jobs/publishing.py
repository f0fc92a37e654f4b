"""The ledger is published as it grows; the worker calls `tick` every few seconds.

`TIDEGATE_LEDGER_FOLDER` names the folder, such as one that a web server shows to everybody; left
out, it is `ledger` in the instance's home. A failure is told once in the log and tried again.
"""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import Error

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.ledger.services.publishing import publish
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.engines.transparency.errors import TransparencyError
from tidegate.instance.home import HomeError, home

PAUSE: Final = timedelta(minutes=1)
"""The least time between two checkpoints: each is kept for good, and is worth a cosignature."""

_LOG: Final = logging.getLogger(__name__)
_told: str = ""


def tick(at: datetime) -> None:
    """Publish what has been appended, if the last checkpoint is old enough; never raises."""
    global _told
    try:
        publish(HOUSE, folder(), at=at, pause=PAUSE)
    except (NotPossibleError, TransparencyError, HomeError, Error) as error:
        if str(error) != _told:
            _told = str(error)
            _LOG.error("the ledger is not published: %s", error)
    else:
        _told = ""


def folder() -> Path:
    """Return where the ledger is published.

    Raises:
        HomeError: the instance's folder cannot be used.
    """
    named = os.environ.get("TIDEGATE_LEDGER_FOLDER")
    return Path(named) if named else home() / "ledger"
