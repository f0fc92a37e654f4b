"""What of a request's head is let in: one key of a grant, and nothing that contradicts itself.

A header that is sent twice, or that would mean one thing here and another thing to somebody behind
or before us, is refused rather than read in the better way. What is not on a list of a few names
is never passed on. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tidegate.desks.reviews.queries.usable import Reason
from tidegate.faces.gateway.refusing import RefusedError, malformed, unknown_key
from tidegate.faces.gateway.routes import Route

PASSED_ON: Final = ("accept", "anthropic-version", "anthropic-beta", "openai-beta")
"""What an endpoint is told of a reviewer's request, besides its body."""
FORWARDING: Final = frozenset(
    {
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-forwarded-server",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
    }
)
"""What proxies say of their clients."""

_SECRET: Final = re.compile(r"tg-grant-[A-Za-z0-9_-]{20,100}")
_KEY_HEADERS: Final = ("authorization", "x-api-key")
_OTHER_CREDENTIALS: Final = ("proxy-authorization", "api-key", "x-goog-api-key")
_NOT_MEANT_WELL: Final = frozenset(
    {
        "upgrade",
        "trailer",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-url",
        "x-original-host",
        "x-rewrite-url",
        "x-forwarded-authorization",
        "x-original-authorization",
    }
)
_LISTS: Final = frozenset({"accept", "anthropic-beta", "openai-beta", "via", *FORWARDING})
"""May come in pieces. From: RFC 9110, 5.3."""
_CONNECTION: Final = frozenset({"keep-alive", "close"})
_VISIBLE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
_IDEMPOTENCY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_DIGITS: Final = re.compile(r"[0-9]{1,15}")
_LONGEST_PROOF: Final = 8 << 10


@dataclass(frozen=True, slots=True)
class Head:
    """What is left of a head."""

    secret: str = field(repr=False)
    passed_on: Mapping[str, str]
    idempotency: str | None
    proof: str | None = field(repr=False)
    """A DPoP proof, unread."""
    length: int | None
    """Bytes of the body, if it was said."""
    is_beta: bool
    """Anthropic's client asks its beta paths so."""


def shown_secret(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the first thing in a head that looks like a grant's secret, if there is one.

    It decides nothing: it only says whom a refusal is put on record for.
    """
    for name, value in headers:
        if name.decode("latin-1").lower() in _KEY_HEADERS:
            found = _SECRET.search(value.decode("latin-1"))
            if found:
                return found.group()
    return None


def read_head(
    headers: Iterable[tuple[bytes, bytes]],
    route: Route,
    *,
    query: bytes = b"",
    is_proxied: bool = False,
) -> Head:
    """Return what is let in of a request's head.

    Args:
        headers: as ASGI gives them.
        route: what is asked for.
        query: of the address, undecoded.
        is_proxied: whether it comes from a proxy that the owner has named.

    Raises:
        RefusedError: nothing is.
    """
    said = _once(headers)
    secret = _secret(said)
    _check_meaning(said, is_proxied=is_proxied)
    if query not in (b"", b"beta=true"):
        raise malformed("The address has a query that nobody here reads; leave it out.")
    return Head(
        secret=secret,
        passed_on=_passed_on(said),
        idempotency=_idempotency(said),
        proof=_proof(said),
        length=_length(said, route),
        is_beta=bool(query),
    )


def _once(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    said: dict[str, str] = {}
    twice: RefusedError | None = None
    for raw, value in headers:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        if name not in said:
            said[name] = text
        elif name in _LISTS:
            said[name] += f",{text}"
        elif name in _KEY_HEADERS:
            raise _two_credentials()
        else:
            twice = malformed(f"The header {name!r:.60} is sent twice; send it once.")
    if twice:
        raise twice
    return said


def _secret(said: Mapping[str, str]) -> str:
    shown = [said[name] for name in _KEY_HEADERS if name in said]
    if any(name in said for name in _OTHER_CREDENTIALS) and shown:
        raise _two_credentials()
    if len(shown) > 1:
        raise _two_credentials()
    if "cookie" in said and shown:
        raise malformed(
            "A cookie is sent beside the key; the gateway has no sessions. Send the key alone.",
            Reason.COOKIE,
        )
    if not shown:
        raise unknown_key()
    text = shown[0]
    if "authorization" in said:
        scheme, _, text = text.partition(" ")
        if scheme.lower() != "bearer":
            raise unknown_key()
    text = text.strip()
    if not _SECRET.fullmatch(text):
        raise unknown_key()
    return text


def _two_credentials() -> RefusedError:
    return malformed(
        "More than one credential is sent; send the grant's key alone, once, as"
        " `Authorization: Bearer …` or as `x-api-key`.",
        Reason.TWO_CREDENTIALS,
    )


def _check_meaning(said: Mapping[str, str], *, is_proxied: bool) -> None:
    odd = sorted(_NOT_MEANT_WELL & said.keys())
    if odd:
        raise malformed(f"The header {odd[0]} is not taken here; leave it out.")
    forwarding = sorted(FORWARDING & said.keys())
    if forwarding and not is_proxied:
        raise malformed(
            f"The header {forwarding[0]} is only believed from a proxy that this instance's owner"
            " has named, and this is none; leave it out."
        )
    if "origin" in said or said.get("sec-fetch-site", "none") != "none":
        raise malformed("A page in a browser asks; the gateway answers programs alone.")
    coding = said.get("transfer-encoding")
    if coding is not None and ("content-length" in said or coding.strip().lower() != "chunked"):
        raise malformed(
            "Transfer-Encoding is sent beside Content-Length, or is not `chunked` alone;"
            " send one of the two."
        )
    options = {one.strip().lower() for one in said.get("connection", "keep-alive").split(",")}
    if not options <= _CONNECTION:
        raise malformed("The header connection names other headers; send keep-alive, or close.")
    if said.get("content-encoding", "identity").strip().lower() != "identity":
        raise malformed("The body is compressed; send it as it is.", status=415)


def _passed_on(said: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PASSED_ON:
        if name not in said:
            continue
        if not _VISIBLE.fullmatch(said[name]):
            raise malformed(f"The header {name} has signs in it that no header has.")
        found[name] = said[name]
    return found


def _idempotency(said: Mapping[str, str]) -> str | None:
    text = said.get("idempotency-key")
    if text is None:
        return None
    if not _IDEMPOTENCY.fullmatch(text):
        raise malformed("An Idempotency-Key has 1 to 200 visible ASCII signs; send such a one.")
    return text


def _proof(said: Mapping[str, str]) -> str | None:
    text = said.get("dpop")
    if text is not None and len(text) > _LONGEST_PROOF:
        raise malformed("The DPoP proof is too long.", Reason.PROOF)
    return text


def _length(said: Mapping[str, str], route: Route) -> int | None:
    text = said.get("content-length")
    if text is not None and not _DIGITS.fullmatch(text):
        raise malformed("Content-Length is not a number of bytes.")
    length = None if text is None else int(text)
    if route.method == "GET":
        if length or "transfer-encoding" in said:
            raise malformed("A body is sent where none is read; leave it out.", Reason.BODY)
        return 0
    kind = said.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise malformed(
            "The body is not said to be JSON; send Content-Type: application/json.",
            Reason.BODY,
            status=415,
        )
    return length
