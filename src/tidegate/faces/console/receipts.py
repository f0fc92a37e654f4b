"""What checking a receipt looks at, one thing after the other, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.engines.reproduction.receipts import ReceiptError, verify
from tidegate.instance.workshop import instance_key


@dataclass(frozen=True, slots=True)
class Checked:
    """A receipt after it was checked."""

    valid: bool
    problem: str
    """What is wrong, in one sentence; empty for a valid one."""
    looked_at: tuple[str, ...]
    """What was checked, and held."""
    keyid: str
    says: Mapping[str, Any]
    """The predicate; empty for an invalid receipt."""
    subjects: tuple[tuple[str, str], ...]


def check(envelope: bytes, *, finding_digest: str) -> Checked:
    """Check a receipt against this instance's key, its own form, and the finding kept here."""
    try:
        key = instance_key()
        said = verify(envelope, key.public_key_pem)
    except ReceiptError as error:
        return Checked(False, str(error), (), "", {}, ())
    kept = said.predicate["finding"]["sha256"]
    if kept != finding_digest:
        problem = f"it is about another record ({kept[:16]}…) than the one kept here"
        return Checked(False, problem, (), said.keyid, {}, said.subjects)
    count = len(said.predicate["archives"])
    archives = f"{count} archive{'' if count == 1 else 's'}"
    looked_at = (
        "The envelope is DSSE version 1, with one signature by this instance's Ed25519 key",
        "The signature covers the statement byte for byte, in its RFC 8785 form",
        "The statement has the form of a receipt, and contradicts itself nowhere",
        f"The digests of the finding and of {archives} that it installed are its subjects",
        "The record that it is about is the record kept here",
    )
    return Checked(True, "", looked_at, said.keyid, said.predicate, said.subjects)
