"""A signed envelope: DSSE version 1, with exactly one way to write each of its bytes.

Every byte of an envelope is either covered by the signature or has only one right value, so an
envelope that was changed anywhere but in its white space is refused.

From: https://github.com/secure-systems-lab/dsse/blob/v1.0.0/envelope.md
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Key, Signature, Signer  # type: ignore[attr-defined]

from tidegate.engines.formats.documents import Fault, parse, shown

MAX_ENVELOPE_BYTES: Final = 16 << 20
"""Largest envelope, in bytes."""

_ED25519_SIGNATURE_BYTES: Final = 64


class EnvelopeError(Exception):
    """An envelope is not one, or not signed by the expected key; one sentence says which."""


def seal(payload: bytes, payload_type: str, signer: Signer) -> bytes:
    """Sign a payload and return the envelope as one line of JSON.

    Raises `EnvelopeError` if the envelope would be larger than what `unseal` reads.
    """
    envelope = Envelope(payload, payload_type, {})
    envelope.sign(signer)
    sealed = json.dumps(envelope.to_dict(), sort_keys=True).encode("ascii") + b"\n"
    if len(sealed) > MAX_ENVELOPE_BYTES:
        raise EnvelopeError(f"it is larger than {MAX_ENVELOPE_BYTES >> 20} MiB; leave runs out")
    return sealed


def unseal(raw: bytes, payload_type: str, key: Key) -> bytes:
    """Return the payload of an envelope that `key` (Ed25519) signed.

    Raises `EnvelopeError` for anything else. Signatures by other keys beside it are not looked at.
    """
    payload, signatures = _opened(raw, payload_type)
    if key.keyid not in signatures:
        signers = ", ".join(shown(keyid, 20) for keyid in list(signatures)[:4]) or "nobody"
        raise EnvelopeError(
            f"it has no signature by the key {key.keyid[:19]}…; it is signed by {signers}"
        )
    try:
        Envelope(payload, payload_type, signatures).verify([key], 1)
    except VerificationError as error:
        raise EnvelopeError(
            f"the signature by the key {key.keyid[:19]}… does not fit:"
            " it was changed after it was signed, or another key signed it"
        ) from error
    return payload


def payload_of(raw: bytes, payload_type: str) -> bytes:
    """Return the payload of an envelope, whoever signed it: no signature is looked at.

    Only for bytes that somebody else has vouched for, or where it is said that nobody has. Raises
    `EnvelopeError` for what is no envelope.
    """
    payload, _ = _opened(raw, payload_type)
    return payload


def _opened(raw: bytes, payload_type: str) -> tuple[bytes, dict[str, Signature]]:
    parsed = parse(raw, max_bytes=MAX_ENVELOPE_BYTES, max_text=MAX_ENVELOPE_BYTES)
    if isinstance(parsed, Fault):
        raise EnvelopeError(f"{parsed.field or 'it is'} {parsed.reason}")
    return _parts(parsed.value, payload_type)


def _parts(value: Any, payload_type: str) -> tuple[bytes, dict[str, Signature]]:
    if not isinstance(value, dict) or set(value) != {"payload", "payloadType", "signatures"}:
        raise EnvelopeError(
            "it is not a DSSE envelope: that has payload, payloadType and signatures, no more"
        )
    if value["payloadType"] != payload_type:
        raise EnvelopeError(f"its payloadType is {shown(value['payloadType'])}, not {payload_type}")
    if not isinstance(value["signatures"], list):
        raise EnvelopeError("it is not a DSSE envelope: signatures is not a list")
    signatures: dict[str, Signature] = {}
    for signature in value["signatures"]:
        if not isinstance(signature, dict) or set(signature) != {"keyid", "sig"}:
            raise EnvelopeError("it is not a DSSE envelope: a signature has keyid and sig, no more")
        keyid = signature["keyid"]
        if not isinstance(keyid, str):
            raise EnvelopeError("it is not a DSSE envelope: a keyid is not text")
        if keyid in signatures:
            raise EnvelopeError(f"it has two signatures by the key {shown(keyid)}")
        signed = _base64(signature["sig"], "a signature")
        if len(signed) != _ED25519_SIGNATURE_BYTES:
            raise EnvelopeError(f"the signature by the key {shown(keyid)} is not 64 bytes long")
        signatures[keyid] = Signature(keyid, signed.hex())
    return _base64(value["payload"], "payload"), signatures


def _base64(text: Any, what: str) -> bytes:
    """Decode base64 that is written in its one right form; the decoder overlooks spare bits."""
    try:
        if isinstance(text, str):
            encoded = text.encode("ascii")
            decoded = base64.b64decode(encoded, validate=True)
            if base64.b64encode(decoded) == encoded:
                return decoded
    except (UnicodeEncodeError, binascii.Error):
        pass
    raise EnvelopeError(f"it is not a DSSE envelope: {what} is not base64 in its one right form")
