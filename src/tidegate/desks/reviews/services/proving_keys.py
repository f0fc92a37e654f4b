"""Public keys with which people prove their calls, and the thumbprints that name them.

From: RFC 7517 (JSON Web Key), RFC 7638 (thumbprint), RFC 9449 (DPoP). A thumbprint is taken of the
key as it is written out anew, so that another spelling of the same key has the same one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

import jwt
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tidegate.desks.findings.services.refusals import NotPossibleError

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members that only a private or a symmetric key has. From: RFC 7518, section 6."""
_REQUIRED: Final = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
}
"""From: RFC 7638, section 3.2, and RFC 8037, section 2."""
_CURVES: Final = frozenset({"secp256r1", "secp384r1"})
_LEAST_BITS: Final = 2048
_MOST_BITS: Final = 8192


def thumbprint_of(public_key: Mapping[str, Any]) -> str:
    """Return the SHA-256 thumbprint of a public key, in base64url without padding.

    Args:
        public_key: a JWK: Ed25519, ECDSA on P-256 or P-384, or RSA of 2048 bits or more.

    Raises:
        NotPossibleError: it is none of these, malformed, or a private key.
    """
    if _PRIVATE & set(public_key):
        raise NotPossibleError(
            "this is a private key, which has to stay where it was made; hand over the public one,"
            " and make a new pair, as this one has been shown"
        )
    written = _written(public_key)
    members = {name: written[name] for name in _REQUIRED[str(written["kty"])]}
    digest = hashlib.sha256(rfc8785.dumps(members)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _written(public_key: Mapping[str, Any]) -> dict[str, Any]:
    """Return a key in the one form in which it is written here."""
    bare = {name: public_key.get(name) for name in _REQUIRED.get(str(public_key.get("kty")), ())}
    try:
        if not bare or not all(isinstance(value, str) for value in bare.values()):
            raise ValueError("members are missing")
        key = jwt.PyJWK.from_dict(bare).key
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise _refused() from error
    if isinstance(key, Ed25519PublicKey):
        return OKPAlgorithm.to_jwk(key, as_dict=True)
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return ECAlgorithm.to_jwk(key, as_dict=True)
    if isinstance(key, RSAPublicKey) and _LEAST_BITS <= key.key_size <= _MOST_BITS:
        return RSAAlgorithm.to_jwk(key, as_dict=True)
    raise _refused()


def _refused() -> NotPossibleError:
    return NotPossibleError(
        "this is not a public key as a JWK that can be used here; hand over one of Ed25519, of"
        " ECDSA on P-256 or P-384, or of RSA with 2048 bits or more"
    )
