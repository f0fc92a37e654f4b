"""Detached signatures over a document's bytes: Ed25519, ECDSA, RSA-PSS.

What is taken is what OpenSSL makes with `openssl pkeyutl -sign -rawin`, and hardware tokens and key
services with little effort:

- Ed25519 (RFC 8032): 64 bytes.
- ECDSA over P-256 with SHA-256, and over P-384 with SHA-384 or SHA-256 (FIPS 186-5): in DER.
- RSA-PSS (RFC 8017, 8.1) with SHA-256, SHA-384 or SHA-512 and MGF1 over the same, any length of
  salt; keys of 2048 to 8192 bits. RSA with PKCS #1 v1.5 is refused.

A key is known by its fingerprint: SHA-256, in hex, of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7)
in DER, as `openssl pkey -pubin -outform DER | sha256sum` prints it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    Verify = Callable[[bytes, bytes], None]

METHOD: Final = "detached"
LARGEST_KEY: Final = 16 << 10
"""Bytes of a public key in PEM."""
LARGEST_SIGNATURE: Final = 1 << 10
"""Bytes of a signature: that of the largest RSA key."""

_RSA_BITS: Final = (2048, 8192)
_CURVES: Final[Mapping[str, tuple[str, tuple[type[hashes.HashAlgorithm], ...]]]] = {
    "secp256r1": ("ecdsa-p256", (hashes.SHA256,)),
    "secp384r1": ("ecdsa-p384", (hashes.SHA384, hashes.SHA256)),
}
_PSS: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_MEND: Final = "make an Ed25519, ECDSA P-256 or P-384, or RSA-PSS key of 2048 bits or more"


class DetachedSignatureError(ValueError):
    """A signature is not good, or its key cannot be used; the message names the mend."""


@dataclass(frozen=True, slots=True)
class Detached:
    """A signature that was found to be good, and all that it can be verified from again."""

    algorithm: str
    """Such as `ed25519`, `ecdsa-p384-sha256` or `rsa-pss-sha512`."""
    fingerprint: str
    public_key: str
    """In PEM, as SubjectPublicKeyInfo."""
    signature: bytes

    def evidence(self) -> dict[str, Any]:
        """Return it as JSON has it; binary in base64."""
        return {
            "method": METHOD,
            "algorithm": self.algorithm,
            "public_key": self.public_key,
            "signature": base64.b64encode(self.signature).decode("ascii"),
        }


def check(document: bytes, signature: bytes, public_key: bytes) -> Detached:
    """Return a signature over a document's bytes, if it is good.

    Args:
        document: what was signed.
        signature: its bytes.
        public_key: in PEM.

    Raises:
        DetachedSignatureError: it is not good, or the key is none that is taken here.
    """
    key = _key(public_key)
    if not signature or len(signature) > LARGEST_SIGNATURE:
        raise DetachedSignatureError(
            f"the signature has {len(signature):,} bytes; hand over the bytes that"
            " `openssl pkeyutl -sign -rawin` has written, and nothing around them"
        )
    for algorithm, verify in _ways(key):
        try:
            verify(signature, document)
        except InvalidSignature:
            continue
        return Detached(algorithm, fingerprint(key), _pem(key), signature)
    raise DetachedSignatureError(
        "the signature is not by this key over this document; sign the very bytes that were"
        " downloaded, with `openssl pkeyutl -sign -rawin`"
    )


def holds(document: bytes, evidence: Mapping[str, Any]) -> Detached:
    """Return the signature that kept evidence speaks of, if it is good.

    Raises:
        DetachedSignatureError: it is not, or something is missing.
    """
    try:
        signature = base64.b64decode(evidence["signature"], validate=True)
        public_key = str(evidence["public_key"]).encode("ascii")
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise DetachedSignatureError(f"the evidence cannot be read: {error!r}") from error
    return check(document, signature, public_key)


def fingerprint(key: PublicKey) -> str:
    """Return SHA-256, in hex, of a key's SubjectPublicKeyInfo."""
    return hashlib.sha256(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def _key(public_key: bytes) -> PublicKey:
    if b"PRIVATE KEY" in public_key:
        # It is neither used nor kept; but whoever sent it has to hear of it.
        raise DetachedSignatureError(
            "that is a private key; hand over the public one (`openssl pkey -pubout`), and use"
            " another pair, since this one has left your hands"
        )
    if len(public_key) > LARGEST_KEY:
        raise DetachedSignatureError(
            f"the public key has {len(public_key):,} bytes, at most {LARGEST_KEY:,}; hand over one"
            " key in PEM"
        )
    try:
        key = load_pem_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise DetachedSignatureError(
            "the public key is none in PEM; write it with `openssl pkey -pubout`"
        ) from error
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name in _CURVES:
            return key
        raise DetachedSignatureError(f"keys on {key.curve.name} are not taken; {_MEND}")
    if isinstance(key, rsa.RSAPublicKey):
        if _RSA_BITS[0] <= key.key_size <= _RSA_BITS[1]:
            return key
        raise DetachedSignatureError(
            f"RSA keys of {key.key_size} bits are not taken, {_RSA_BITS[0]} to {_RSA_BITS[1]} are;"
            f" {_MEND}"
        )
    raise DetachedSignatureError(f"keys of this kind are not taken; {_MEND}")


def _ways(key: PublicKey) -> Iterator[tuple[str, Verify]]:
    """Yield the ways in which a key may have signed."""
    if isinstance(key, Ed25519PublicKey):
        yield "ed25519", key.verify
    elif isinstance(key, ec.EllipticCurvePublicKey):
        name, kinds = _CURVES[key.curve.name]
        for kind in kinds:
            yield f"{name}-{kind.name}", partial(_by_curve, key, kind())
    else:
        for kind in _PSS:
            yield f"rsa-pss-{kind.name}", partial(_by_rsa, key, kind())


def _by_curve(
    key: ec.EllipticCurvePublicKey, by: hashes.HashAlgorithm, signature: bytes, document: bytes
) -> None:
    key.verify(signature, document, ec.ECDSA(by))


def _by_rsa(
    key: rsa.RSAPublicKey, by: hashes.HashAlgorithm, signature: bytes, document: bytes
) -> None:
    key.verify(signature, document, padding.PSS(padding.MGF1(by), padding.PSS.AUTO), by)


def _pem(key: PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
