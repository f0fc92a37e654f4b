"""What does a receipt say, and does it agree with itself? For whoever reads one.

A receipt is an in-toto Statement v1 in a DSSE envelope, in its RFC 8785 form. With the public key
of the instance its signature is checked; without one, it is said of the form alone, and who made it
is anybody's word.

What it means stands where receipts are made: `engines/reproduction/receipts.py` for findings,
`engines/reproduction/fixes/receipt.py` for fixes. To read one nothing of that is needed.

From: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import rfc8785
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from tidegate.engines.formats.documents import Fault, parse, shown
from tidegate.engines.formats.envelopes import (
    MAX_ENVELOPE_BYTES,
    EnvelopeError,
    payload_of,
    unseal,
)
from tidegate.engines.formats.refusals import schema_fault

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
"""From: https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md."""

_MAX_VALUES: Final = 1_000_000
_MAINTAINER: Final = "maintainer"


class ReceiptError(Exception):
    """A receipt, or the key to it, is not what it should be; one sentence says in what way."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a receipt says, after its signature and its form were checked."""

    subjects: tuple[tuple[str, str], ...]
    """Name and SHA-256 of each thing that the receipt is about."""
    predicate: Mapping[str, Any]
    keyid: str
    """Of the key that signed it."""


Check = Callable[[Statement], str | None]
"""Looks whether a statement agrees with itself; returns what does not, as half a sentence."""


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of receipt."""

    predicate_type: str
    schema: str
    """Name of its schema in `engines/formats`."""
    checks: tuple[Check, ...]
    """What a statement of this kind must agree with itself in."""


def verify(
    envelope_bytes: bytes,
    public_key_pem: bytes,
    *,
    form: Form,
    checks: Sequence[Check] = (),
) -> Statement:
    """Check a receipt against a public key and return what it says.

    `checks` look at the content beyond its form, for instance whether the verdict follows from
    the runs; `form` is what kind of receipt it has to be. Raises `ReceiptError` with one sentence
    for the first thing that is wrong.
    """
    key = _public_key(public_key_pem)
    try:
        payload = unseal(envelope_bytes, PAYLOAD_TYPE, key)
    except EnvelopeError as error:
        raise ReceiptError(f"this is not a valid receipt: {error}") from error
    said = statement_of(payload, key.keyid, form)
    for check in checks:
        if contradiction := check(said):
            raise ReceiptError(_contradicts(contradiction))
    return said


def read(envelope_bytes: bytes, form: Form) -> Statement:
    """Return what a receipt says, without a look at who signed it; `keyid` is empty.

    Raises `ReceiptError` for what is no receipt of that form, or contradicts itself.
    """
    try:
        payload = payload_of(envelope_bytes, PAYLOAD_TYPE)
    except EnvelopeError as error:
        raise ReceiptError(f"this is not a valid receipt: {error}") from error
    return statement_of(payload, "", form)


def statement_of(payload: bytes, keyid: str, form: Form) -> Statement:
    """Check a payload's form, and that it agrees with itself as far as its own fields tell.

    Raises `ReceiptError`.
    """
    parsed = parse(
        payload,
        max_bytes=MAX_ENVELOPE_BYTES,
        max_values=_MAX_VALUES,
        max_text=MAX_ENVELOPE_BYTES,
    )
    if isinstance(parsed, Fault):
        raise ReceiptError(_malformed(parsed))
    document = parsed.value
    if rfc8785.dumps(document) != payload:
        raise ReceiptError("the statement is malformed: it is not in its RFC 8785 form")
    if not isinstance(document, dict):
        raise ReceiptError("the statement is malformed: it is not an object")
    if document.get("_type") == STATEMENT_TYPE:
        kind = document.get("predicateType")
        if kind != form.predicate_type:
            raise ReceiptError(
                f"the statement's predicateType is {shown(kind)}; known is {form.predicate_type}"
            )
    if fault := schema_fault(document, form.schema):
        raise ReceiptError(_malformed(fault))
    said = Statement(
        tuple((about["name"], about["digest"]["sha256"]) for about in document["subject"]),
        document["predicate"],
        keyid,
    )
    for check in form.checks:
        if contradiction := check(said):
            raise ReceiptError(_contradicts(contradiction))
    return said


def _malformed(fault: Fault) -> str:
    return f"the statement is malformed: {fault.field or 'it is'} {fault.reason}"


def _contradicts(contradiction: str) -> str:
    return f"the receipt contradicts itself: {contradiction}"


def times_agree(said: Statement) -> str | None:
    """Nothing is finished before it is started."""
    started, finished = said.predicate["started"], said.predicate["finished"]
    if datetime.fromisoformat(finished) < datetime.fromisoformat(started):
        return f"it was finished at {finished}, before it was started at {started}"
    return None


def _finding_agrees(said: Statement) -> str | None:
    """Everything that the predicate says was judged must be a subject: others search by those."""
    digests = {digest for _, digest in said.subjects}
    if said.predicate["finding"]["sha256"] not in digests:
        return "the finding's digest is not among the subjects"
    for archive in said.predicate["archives"]:
        if archive["sha256"] not in digests:
            return f"the archive {shown(archive['filename'])} is not among the subjects"
    return None


def _public_key(pem: bytes) -> SSlibKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ReceiptError("the public key is not a public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ReceiptError("the public key is not an Ed25519 key")
    return SSlibKey.from_crypto(key)


def _fix_agrees(said: Statement) -> str | None:
    digests = {digest for _, digest in said.subjects}
    fix = said.predicate["fix"]
    if fix["kind"] == "patch" and fix["sha256"] not in digests:
        return "the diff's digest is not among the subjects"
    for finding in said.predicate["findings"]:
        if finding["sha256"] not in digests:
            return "a finding's digest is not among the subjects"
    return None


def _labels_follow(said: Statement) -> str | None:
    rungs, told = said.predicate["rungs"], said.predicate["labels"]
    names = [rung["name"] for rung in rungs]
    if len(set(names)) != len(names):
        return "a rung is there twice"
    follow = labels_of(rungs)
    if follow != told:
        return f"the labels that follow from its rungs are {follow}, not {told}"
    return None


def labels_of(rungs: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what may be said in a word of a fix with these rungs, the weakest first.

    Each rung is as a receipt has it, and is there once. What the labels mean, and the rungs:
    `engines/reproduction/fixes/`.
    """
    by_name = {str(rung["name"]): rung for rung in rungs}
    words = {name: str(rung["word"]) for name, rung in by_name.items()}
    control = words.get("control-unchanged")
    is_silent = (
        words.get("applies") == words.get("proofs-quiet") == "passed"
        and control in ("passed", "not-possible")
        and "flaky" not in words.values()
    )
    found: list[str] = []
    if is_silent:
        found.append("proof-silenced")
        if control == words.get("variants-quiet") == "passed":
            found.append("variants-silenced")
    reviewed = by_name.get("reviewed")
    if reviewed and reviewed["word"] == "passed" and reviewed["details"].get("role") == _MAINTAINER:
        found.append("maintainer-accepted")
    return found


OF_FINDING: Final = Form("urn:tidegate:receipt:1", "receipt-1", (times_agree, _finding_agrees))
"""The receipt of a finding that was run."""

OF_FIX: Final = Form(
    "urn:tidegate:fix-receipt:1", "fix-receipt-1", (times_agree, _fix_agrees, _labels_follow)
)
"""The receipt of a fix that climbed; whoever reads it need not believe its labels."""
