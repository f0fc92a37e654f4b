"""Which repository do the updates of this instance lie in? Opened once, and kept."""

from __future__ import annotations

from pathlib import Path

from tidegate.engines.updates.publisher import Publisher
from tidegate.instance.updates import online_signers, update_folder

_opened: dict[tuple[Path, tuple[str, ...]], Publisher] = {}


def update_repository() -> Publisher:
    """Return the update repository; what it has read is kept for the next time.

    Raises:
        UpdatesError: there is none, or it is not what was signed.
        HomeError: the folder or a key cannot be used.
    """
    signers = online_signers()
    place = (update_folder(), tuple(signer.public_key.keyid for signer in signers))
    if place not in _opened:
        _opened.clear()
        _opened[place] = Publisher.open(update_folder(), signers)
    return _opened[place]
