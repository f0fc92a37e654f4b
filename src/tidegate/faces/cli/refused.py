"""Who was refused, with a command, what is there and not theirs: put on record at its end."""

from __future__ import annotations

import logging
import sys
from typing import Final

from django.utils import timezone

from tidegate.desks.access.refusals import NotFoundError
from tidegate.faces.cli.acting import actor

_LOG: Final = logging.getLogger(__name__)


def note(error: BaseException) -> None:
    """Put on record that a command was refused, if it was for what is not its person's to see.

    The owner of the machine is no person of an engagement, and is refused before anything is asked.
    """
    if not isinstance(error, NotFoundError):
        return
    try:
        person = actor().person
        if person is None:
            return
        from tidegate.desks.reviews.services.refusing import asked_of, put_on_record

        put_on_record(asked_of(error, person, tuple(sys.argv[1:]), "cli", at=timezone.now()))
    except Exception:  # noqa: BLE001 - the command is refused, whatever goes wrong here
        _LOG.exception("a refusal could not be put on record")
