"""A passkey's assertion whose challenge is the digest of a document: made, checked, kept.

WebAuthn (https://www.w3.org/TR/webauthn-3/, 7.2) signs over a challenge. With the SHA-256 of a
document for one, the assertion says that the holder of the key, verified by the authenticator, had
that document before them. What is kept of it is enough to say so again anywhere, by the document
alone: client data, authenticator data, signature, public key, and the relying party's id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.rpid import verify_rp_id
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from tidegate.engines.formats import detached

METHOD: Final = "passkey"

_CURVES: Final[Mapping[int, ec.EllipticCurve]] = {
    1: ec.SECP256R1(),
    2: ec.SECP384R1(),
    3: ec.SECP521R1(),
    8: ec.SECP256K1(),
}
"""COSE's numbers of curves. From: https://www.iana.org/assignments/cose/."""

# What a parser of another's makes of bytes that no browser sends.
_UNREADABLE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)

IsOrigin = Callable[[str], bool]


class PasskeyError(ValueError):
    """An assertion is not good for a document; the message says why."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that was found to be good, and all that it can be verified from again."""

    rp_id: str
    credential_id: bytes
    client_data: bytes
    """JSON, as the browser made it: type, challenge, origin."""
    authenticator_data: bytes
    signature: bytes
    public_key: bytes
    """As COSE_Key (RFC 9052, 7)."""
    fingerprint: str
    """As `detached` has it; of a key that has no SubjectPublicKeyInfo here, `cose:` and the SHA-256
    of its COSE_Key."""

    def evidence(self) -> dict[str, Any]:
        """Return it as JSON has it; binary in base64url."""
        return {
            "method": METHOD,
            "rp_id": self.rp_id,
            "credential_id": websafe_encode(self.credential_id),
            "client_data_json": websafe_encode(self.client_data),
            "authenticator_data": websafe_encode(self.authenticator_data),
            "signature": websafe_encode(self.signature),
            "public_key": websafe_encode(self.public_key),
        }


def options(
    document_sha256: bytes, rp_id: str, credentials: Sequence[AttestedCredentialData]
) -> dict[str, Any]:
    """Return `CredentialRequestOptionsJSON` for an assertion over a digest, by one of the passkeys.

    User verification is required: the person shows the authenticator that it is them.
    """
    made, _ = _server(rp_id).authenticate_begin(
        credentials,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=document_sha256,
    )
    plain: dict[str, Any] = _plain(dict(made))
    return plain


def check(
    document_sha256: bytes,
    rp_id: str,
    credentials: Sequence[AttestedCredentialData],
    response: Mapping[str, Any],
    *,
    is_origin: IsOrigin | None = None,
) -> Assertion:
    """Return an assertion over a document's digest, if it is good.

    Args:
        document_sha256: the 32 bytes that were the challenge.
        rp_id: host that the passkeys were made for.
        credentials: the passkeys that may have made it.
        response: `AuthenticationResponseJSON`, as a browser sends it.
        is_origin: whether an origin is ours; without it, any secure one of that very host is.

    Raises:
        PasskeyError: it is not good.
    """
    try:
        answer = AuthenticationResponse.from_dict(response)
    except _UNREADABLE as error:
        raise PasskeyError("the passkey's answer cannot be read") from error
    assert answer is not None
    return _checked(document_sha256, rp_id, credentials, answer, is_origin)


def holds(document: bytes, evidence: Mapping[str, Any]) -> Assertion:
    """Return the assertion that kept evidence speaks of, if it is good for a document.

    Raises:
        PasskeyError: it is not, or something is missing.
    """
    try:
        rp_id = str(evidence["rp_id"])
        kept = {
            name: websafe_decode(str(evidence[name]))
            for name in (
                "credential_id",
                "client_data_json",
                "authenticator_data",
                "signature",
                "public_key",
            )
        }
        key = CoseKey.parse(cbor.decode(kept["public_key"]))  # type: ignore[arg-type]
        if cbor.encode(dict(key)) != kept["public_key"]:
            raise ValueError("the public key is not in its one form")
        passkey = AttestedCredentialData.create(Aaguid.NONE, kept["credential_id"], key)
        answer = AuthenticationResponse(
            raw_id=kept["credential_id"],
            response=AuthenticatorAssertionResponse(
                client_data=CollectedClientData(kept["client_data_json"]),
                authenticator_data=AuthenticatorData(kept["authenticator_data"]),
                signature=kept["signature"],
            ),
        )
    except _UNREADABLE as error:
        raise PasskeyError(f"the evidence cannot be read: {error!r}") from error
    return _checked(hashlib.sha256(document).digest(), rp_id, [passkey], answer, None)


def is_origin_of(rp_id: str, origin: str) -> bool:
    """Say whether an origin is a secure one of that very host; other ports of it are, too.

    A browser lets any subdomain use a passkey. Not here: who has one is not who has the other.
    """
    try:
        return urlsplit(origin).hostname == rp_id and verify_rp_id(rp_id, origin)
    except ValueError:
        return False


def _checked(
    document_sha256: bytes,
    rp_id: str,
    credentials: Sequence[AttestedCredentialData],
    answer: AuthenticationResponse,
    is_origin: IsOrigin | None,
) -> Assertion:
    said = answer.response
    if said.client_data.cross_origin:
        raise PasskeyError("the passkey was asked from within another site's page")
    state = {
        "challenge": websafe_encode(document_sha256),
        "user_verification": UserVerificationRequirement.REQUIRED,
    }
    try:
        used = _server(rp_id, is_origin).authenticate_complete(state, credentials, answer)
        fingerprint = _fingerprint(used.public_key)
    except (*_UNREADABLE, InvalidSignature, NotImplementedError) as error:
        raise PasskeyError(str(error).rstrip(".") or "the assertion is not good") from error
    return Assertion(
        rp_id=rp_id,
        credential_id=answer.raw_id,
        client_data=bytes(said.client_data),
        authenticator_data=bytes(said.authenticator_data),
        signature=said.signature,
        public_key=cbor.encode(dict(used.public_key)),
        fingerprint=fingerprint,
    )


def _server(rp_id: str, is_origin: IsOrigin | None = None) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=rp_id, name="Tidegate")
    return Fido2Server(entity, verify_origin=is_origin or partial(is_origin_of, rp_id))


def _fingerprint(key: CoseKey) -> str:
    # Members of a COSE_Key by its kind: RFC 9053, 7.1 and 7.2; RFC 8230, 4.
    kind: Any = key.get(1)
    curve: Any = key.get(-1)
    if kind == 2 and curve in _CURVES:
        x, y = (int.from_bytes(key[part], "big") for part in (-2, -3))
        numbers = ec.EllipticCurvePublicNumbers(x, y, _CURVES[curve])
        return detached.fingerprint(numbers.public_key())
    if kind == 1 and curve == 6:
        return detached.fingerprint(Ed25519PublicKey.from_public_bytes(key[-2]))
    if kind == 3:
        modulus, exponent = (int.from_bytes(key[part], "big") for part in (-1, -2))
        return detached.fingerprint(RSAPublicNumbers(exponent, modulus).public_key())
    return f"cose:{hashlib.sha256(cbor.encode(dict(key))).hexdigest()}"


def _plain(value: Any) -> Any:
    """Return what the library made as JSON has it: its words are enums, its objects mappings."""
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value
