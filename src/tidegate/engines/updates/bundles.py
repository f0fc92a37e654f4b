"""The bundle of an advisory: what is known, in every format, as one statement that is signed.

It is an in-toto Statement v1 in a DSSE envelope, signed with an Ed25519 key of the instance. Its
subjects are the documents that were made of the record, by digest, so that whoever has one of them,
from wherever, can tell whether it is the one that was published. Its predicate (`PREDICATE_TYPE`):

    identifier   TG-2026-k3m9q2x4
    revision     from 1
    record       the record as data
    documents    {"openvex": {...}}   those that a client reads, as they are

A bundle that lies in the update repository is vouched for by TUF. Its own signature is for where it
goes from there: into a mail, an archive, another catalogue.

From: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import rfc8785
from securesystemslib.signer import Key, Signer  # type: ignore[attr-defined]

from tidegate.engines.formats.documents import Fault, parse, shown
from tidegate.engines.formats.envelopes import MAX_ENVELOPE_BYTES, EnvelopeError, seal, unseal
from tidegate.engines.updates.errors import BundleError

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:tidegate:advisory:1"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"

_MAX_VALUES: Final = 200_000
_HEX_DIGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle says, after its form was checked."""

    identifier: str
    revision: int
    record: Mapping[str, Any]
    documents: Mapping[str, Any]
    """By the name of the format, such as `openvex`."""
    subjects: Mapping[str, str]
    """SHA-256 in hex of each document that was made of the record, by its file's name."""


def make_bundle(
    identifier: str,
    revision: int,
    record: Mapping[str, Any],
    *,
    subjects: Mapping[str, bytes],
    documents: Mapping[str, Any],
    signer: Signer,
) -> bytes:
    """Return the signed bundle of a record.

    Args:
        identifier: Of the publication.
        revision: Of its record, from 1.
        record: The record as data.
        subjects: The bytes of every document that was made of the record, by its file's name.
        documents: What a client reads of them, as data: at least `openvex`.
        signer: Holds an Ed25519 key of the instance.

    Raises:
        BundleError: it is something that `open_bundle` would refuse, or too large.
    """
    statement: dict[str, Any] = {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": hashlib.sha256(content).hexdigest()}}
            for name, content in sorted(subjects.items())
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "identifier": identifier,
            "revision": revision,
            "record": dict(record),
            "documents": dict(documents),
        },
    }
    try:
        payload = rfc8785.dumps(statement)
        _bundle(payload)
        return seal(payload, PAYLOAD_TYPE, signer)
    except (BundleError, EnvelopeError, ValueError, RecursionError) as error:
        raise BundleError(f"the bundle of {shown(identifier)} cannot be made: {error}") from error


def open_bundle(raw: bytes, key: Key | None = None) -> Bundle:
    """Return what a bundle says; with `key`, only if that Ed25519 key has signed it.

    Without a key nothing but its form is checked: for bytes that TUF has vouched for.

    Raises:
        BundleError: it is no bundle, or not signed by that key.
    """
    try:
        payload = unseal(raw, PAYLOAD_TYPE, key) if key else _payload(raw)
    except EnvelopeError as error:
        raise BundleError(f"this is not a valid bundle: {error}") from error
    return _bundle(payload)


def _payload(raw: bytes) -> bytes:
    parsed = parse(raw, max_bytes=MAX_ENVELOPE_BYTES, max_text=MAX_ENVELOPE_BYTES)
    if isinstance(parsed, Fault):
        raise BundleError(f"this is not a bundle: {parsed.field or 'it is'} {parsed.reason}")
    said = parsed.value
    if not isinstance(said, dict) or said.get("payloadType") != PAYLOAD_TYPE:
        raise BundleError(f"this is not a bundle: it is no DSSE envelope of {PAYLOAD_TYPE}")
    try:
        return base64.b64decode(said["payload"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise BundleError("this is not a bundle: its payload is not base64") from error


def _bundle(payload: bytes) -> Bundle:
    parsed = parse(
        payload,
        max_bytes=MAX_ENVELOPE_BYTES,
        max_values=_MAX_VALUES,
        max_text=MAX_ENVELOPE_BYTES,
    )
    if isinstance(parsed, Fault):
        raise BundleError(f"the bundle is malformed: {parsed.field or 'it is'} {parsed.reason}")
    match parsed.value:
        case {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": "urn:tidegate:advisory:1",
            "subject": list(subject),
            "predicate": {
                "identifier": str(identifier),
                "revision": int(revision),
                "record": dict(record),
                "documents": dict(documents),
            },
        } if revision is not True and revision >= 1 and identifier:
            return Bundle(identifier, revision, record, documents, _subjects(subject))
    raise BundleError(
        "the bundle is malformed: it is not a statement of an advisory with identifier, revision,"
        " record and documents"
    )


def _subjects(subject: list[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in subject:
        match one:
            case {"name": str(name), "digest": {"sha256": str(digest)}} if name not in found:
                if len(digest) == _HEX_DIGEST and not set(digest) - set("0123456789abcdef"):
                    found[name] = digest
                    continue
        raise BundleError("the bundle is malformed: a subject has a name of its own and a SHA-256")
    if not found:
        raise BundleError("the bundle is malformed: it is about no document")
    return found
