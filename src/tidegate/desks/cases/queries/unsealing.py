"""What is kept sealed in a case is opened. Whether somebody may read it was asked before."""

from __future__ import annotations

from tidegate.desks.cases.models import CaseKey, Sealed
from tidegate.engines.sealing import Key, unseal
from tidegate.instance.keyring import keyring


def opened(sealed: Sealed, purpose: str | None = None) -> bytes:
    """Return the bytes that were sealed.

    `purpose` is what the caller knows them to be, such as `message:M-...`; a row that somebody put
    in another's place does not open. Without it the row is believed.

    Raises:
        SealError: they were changed, or are something else.
        KeyringError: the instance's key that the case's key is wrapped by is missing.
    """
    return unseal(bytes(sealed.content), unwrapped(sealed.key), purpose or sealed.purpose)


def unwrapped(row: CaseKey) -> Key:
    """Return a case's key, for the services of this desk.

    Raises:
        SealError: it was changed.
        KeyringError: the instance's key that it is wrapped by is missing.
    """
    return keyring().unwrap(bytes(row.wrapped), wrapped_as(row))


def wrapped_as(row: CaseKey) -> str:
    """Return what a case's key is wrapped as, so that no case's key stands for another's."""
    # Not by the case's name: a coordination may go on under another case when two are merged.
    return f"case-key:{row.coordination_id}:{row.number}"
