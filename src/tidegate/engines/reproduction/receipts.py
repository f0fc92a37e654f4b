"""What was run, on what, and what was seen: signed, so that anybody can check it offline.

A receipt is an in-toto Statement v1 in a DSSE envelope, signed with the instance's Ed25519 key.
Its subjects are the finding's document and the archives that were run, by digest. Its predicate
(`PREDICATE_TYPE`; the binding form is `engines/formats/receipt-1.schema.json`):

    finding     {id, sha256}               the document, as `Finding.id` and `Finding.digest`
    proof       {file name: sha256, ...}   every file of the proof; empty without a proof
    verdict     reproduced | flaky | not-reproduced | unattributed | inconclusive
    trust       L0 | L1 | L2 | L3
    reason      text
    sandbox     {tier, layers: [...], policy_sha256}, or null if nothing was run
    runtime     {name, executable_sha256}, or null if nothing was run
    runtimes    [{name, executable_sha256}, ...]   of every version that was run
    archives    [{name, version, filename, sha256}, ...]
    runs        [{...}, ...]               each run's record; fields named sha256 or ..._sha256
                                           are digests of its evidence, or null
    range       {...}                      left out or null if no range was asked for
    started, finished                      RFC 3339 in UTC, such as 2026-11-30T12:00:00Z
    tidegate    version of the program

More fields may stand in the predicate and in its objects; a reader passes over what it does not
know. The payload is the statement's RFC 8785 form: one statement, one sequence of bytes.

What a signature means: this instance says so. It does not say that the instance is honest, nor
when it said so; for that the receipt has to be in a log.

From: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import rfc8785
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

from tidegate.engines.formats import receipts
from tidegate.engines.formats.envelopes import EnvelopeError, seal
from tidegate.engines.formats.files import flush_folder, write_atomically, write_new
from tidegate.engines.formats.receipts import (
    OF_FINDING,
    PAYLOAD_TYPE,
    STATEMENT_TYPE,
    Check,
    Form,
    ReceiptError,
    Statement,
    statement_of,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "OF_FINDING",
    "PAYLOAD_TYPE",
    "PREDICATE_TYPE",
    "STATEMENT_TYPE",
    "Check",
    "Form",
    "InstanceKey",
    "ReceiptError",
    "Statement",
    "statement",
    "verify",
]

PREDICATE_TYPE: Final = OF_FINDING.predicate_type

_KEY_FILE: Final = "instance-key.pem"
_LONGEST_KEY_FILE: Final = 4096


class InstanceKey:
    """The Ed25519 key that this instance signs its receipts with."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._signer = CryptoSigner(private_key)
        self.public_key_pem: bytes = private_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        self.keyid: str = self._signer.public_key.keyid

    @classmethod
    def load_or_create(cls, folder: Path) -> InstanceKey:
        """Load the key that is kept in `folder`; make folder and key if they are not there.

        Any number of processes may do this at once: they all get the same key. Raises
        `ReceiptError` if the key is not an Ed25519 key, if others than its owner can read it or
        can exchange it, or if it cannot be read or written.
        """
        path = folder / _KEY_FILE
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if stat.S_IMODE(folder.stat().st_mode) & 0o022:
                raise ReceiptError(
                    f"the folder {folder} of the signing key can be changed by others;"
                    f" run: chmod 700 {folder}"
                )
            if not os.path.lexists(path):
                _create_key(path)
            return cls(_read_key(path))
        except OSError as error:
            raise ReceiptError(
                f"the signing key {path} cannot be read or made: {error.strerror or error};"
                " check the folder and its permissions"
            ) from error

    def write_public_key(self, path: Path) -> None:
        """Write the public key as PEM, whole or not at all. Raises `OSError`."""
        write_atomically(path, self.public_key_pem)

    def sign(self, statement: Mapping[str, Any], form: Form | None = None) -> bytes:
        """Return the receipt: the envelope around a statement, ready to be written to a file.

        `form` is what kind of receipt it is; that of a finding by default. Raises `ReceiptError`
        for a statement that `verify` would refuse: nothing malformed is ever signed.
        """
        try:
            payload = rfc8785.dumps(dict(statement))
        except (ValueError, RecursionError) as error:
            raise ReceiptError(f"the statement is not JSON: {error}") from error
        statement_of(payload, self.keyid, form or OF_FINDING)
        try:
            return seal(payload, PAYLOAD_TYPE, self._signer)
        except EnvelopeError as error:
            raise ReceiptError(f"the receipt cannot be made: {error}") from error


def _create_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    partial = path.parent / f".{secrets.token_hex(8)}.partial"
    try:
        write_new(partial, pem, mode=0o600)
        # Unlike a rename, a link fails if another process was first: then its key is the key.
        path.hardlink_to(partial)
        flush_folder(path.parent)
    except FileExistsError:
        pass
    finally:
        partial.unlink(missing_ok=True)


def _read_key(path: Path) -> Ed25519PrivateKey:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        # The open file is judged, not the name: that could have been exchanged in between.
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise ReceiptError(f"the signing key {path} is not a regular file; move it away")
        if stat.S_IMODE(mode) & 0o077:
            raise ReceiptError(
                f"the signing key {path} can be read by others; if nobody has,"
                f" run: chmod 600 {path}"
            )
        pem = file.read(_LONGEST_KEY_FILE)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ReceiptError(
            f"the signing key {path} is not a private key in PEM without a password;"
            " restore it, or move it away to get a new one"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ReceiptError(f"the signing key {path} is not an Ed25519 key; move it away")
    return key


def statement(
    subjects: Sequence[tuple[str, str]],
    predicate: Mapping[str, Any],
    predicate_type: str = PREDICATE_TYPE,
) -> dict[str, Any]:
    """Return the in-toto statement about `subjects` (name, SHA-256 in hex).

    Its form is checked when it is signed.
    """
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }


def verify(
    envelope_bytes: bytes,
    public_key_pem: bytes,
    *,
    checks: Sequence[Check] = (),
    form: Form | None = None,
) -> Statement:
    """Check a receipt against a public key and return what it says; a finding's if not said.

    It raises what `formats.receipts.verify` raises.
    """
    return receipts.verify(envelope_bytes, public_key_pem, form=form or OF_FINDING, checks=checks)
