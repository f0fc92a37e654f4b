"""Proof of possession: each call is signed with a key of the grant's person, and only once.

A proof names the method, the address, the grant's secret by its digest, and a time; and itself, so
that one that was seen is no use to anybody. What is remembered of it is remembered in the tables,
for every process.

From: RFC 9449, sections 4.2 and 4.3 (proof), 7 (with a secret that it is bound to), 11.1 (replay).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import jwt

from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.queries.usable import Reason, Unusable
from tidegate.desks.reviews.services.proving_keys import thumbprint_of

WINDOW: Final = timedelta(minutes=2)
"""How far a proof's time may be from ours, either way."""

_ALGORITHMS: Final = frozenset({"EdDSA", "ES256", "ES384", "PS256", "PS384", "RS256", "RS384"})
_TYPE: Final = "dpop+jwt"
_PORTS: Final = {"https": 443, "http": 80}
_LONGEST_NAME: Final = 200

Remember = Callable[[str, float], bool]
"""Remembers a word for some seconds; False if it was remembered before."""


def check_proof(
    proof: str | None,
    *,
    thumbprint: str,
    secret: str,
    method: str,
    address: str,
    at: datetime,
    remember: Remember,
) -> Unusable | None:
    """Say what is wrong with a proof; None if it is good, and then it is good no more.

    Args:
        proof: what came as the header `DPoP`.
        thumbprint: of the key that the grant was taken up with.
        secret: the grant's.
        method: of the request.
        address: of the request, as its sender knows it, without a query.
        at: now.
        remember: keeps what was used.
    """
    if proof is None:
        return _refused("is missing; send one as the header DPoP, signed with the grant's key")
    try:
        head = jwt.get_unverified_header(proof)
        key = head.get("jwk")
        if head.get("typ") != _TYPE or head.get("alg") not in _ALGORITHMS:
            return _refused(f"is not of the type {_TYPE}, or signed in a way that is not taken")
        if not isinstance(key, dict) or not _same(thumbprint_of(key), thumbprint):
            return _refused("is signed with another key than this grant was taken up with")
        public = jwt.PyJWK({name: key[name] for name in key if name not in ("alg", "use")})
        claims = jwt.decode(
            proof,
            public.key,
            algorithms=[head["alg"]],
            # Times are looked at below, by the clock that was handed in.
            options={
                "verify_iat": False,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_aud": False,
            },
        )
    except (jwt.PyJWTError, NotPossibleError, ValueError, TypeError, KeyError):
        return _refused("is not a proof as RFC 9449 has it, or its signature is not good")
    wrong = _claims_wrong(claims, secret=secret, method=method, address=address, at=at)
    if wrong:
        return _refused(wrong)
    used = hashlib.sha256(f"{thumbprint}\0{claims['jti']}".encode()).hexdigest()
    # For longer than it could be shown, both ways.
    if not remember(f"gateway:proof:{used}", 2 * WINDOW.total_seconds() + 1):
        return Unusable(
            Reason.REPLAYED, "This proof was used before; sign another one for each call."
        )
    return None


def _claims_wrong(
    claims: dict[str, Any], *, secret: str, method: str, address: str, at: datetime
) -> str:
    name, made = claims.get("jti"), claims.get("iat")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        return "has no name of its own (jti)"
    if claims.get("htm") != method:
        return "is for another method (htm)"
    if not isinstance(claims.get("htu"), str) or _bare(claims["htu"]) != _bare(address):
        return f"is for another address (htu); sign {address}"
    if isinstance(made, bool) or not isinstance(made, int | float):
        return "does not say when it was made (iat)"
    if abs(at.timestamp() - made) > WINDOW.total_seconds():
        return "was made too long ago, or by a clock that is wrong (iat)"
    digest = hashlib.sha256(secret.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    if not isinstance(claims.get("ath"), str) or not _same(claims["ath"], expected):
        return "is not for this grant's key (ath)"
    return ""


def _bare(address: str) -> tuple[str, str, int | None, str] | None:
    """Return an address without query and fragment, in the one form that is compared."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname or "", port, parts.path or "/")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _refused(words: str) -> Unusable:
    return Unusable(Reason.PROOF, f"Each call with this grant is proven, and the proof {words}.")
