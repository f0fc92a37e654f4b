"""Under which name and with which key the ledger signs.

A log is known by its name, which stands in every checkpoint, and by its key. The key lies in the
instance's folder of keys. The name is `TIDEGATE_LEDGER_NAME` when the first entry is appended, such
as `clearinghouse.example/ledger` where that is served; from then on it is the one that was signed.
"""

from __future__ import annotations

import hashlib
import os
from typing import Final

from tidegate.engines.transparency.checkpoints import Checkpoint
from tidegate.engines.transparency.errors import KeyStringError, NoteError
from tidegate.engines.transparency.keys import NoteSigner
from tidegate.engines.transparency.notes import Note
from tidegate.instance.keyring import ledger_key

_VARIABLE: Final = "TIDEGATE_LEDGER_NAME"
_NAMELESS: Final = "tidegate.invalid"
"""Where a ledger that nobody has named is not to be found. From: RFC 2606, 2."""
_SIGNS: Final = 16


def signer(*signed: str) -> NoteSigner:
    """Return what signs the ledger's checkpoints, under the name of one that it has signed.

    Nothing of `signed` is believed but the name, of the first one that has any; whoever goes on
    from a checkpoint verifies it first.

    Raises:
        HomeError: the key cannot be used.
        KeyStringError: `TIDEGATE_LEDGER_NAME` is not a name.
    """
    key = ledger_key()
    for note in signed:
        try:
            return NoteSigner(Checkpoint.parse(Note.parse(note.encode()).text).origin, key)
        except (NoteError, KeyStringError):
            continue
    named = os.environ.get(_VARIABLE, "")
    if not named:
        public = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()
        named = f"{_NAMELESS}/{public[:_SIGNS]}"
    try:
        return NoteSigner(named, key)
    except KeyStringError as error:
        raise KeyStringError(f"{_VARIABLE} does not name a ledger: {error}") from error
