"""One request to CVE Services and its answer, within bounds of size and time.

Redirects are not followed: `requests` would carry the key's header to any host. Neither the
environment's proxies nor a `.netrc` are read. What the service says is foreign text: it is cut and
escaped before it stands in an error, and the key is taken out of it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import requests

from tidegate.engines.cve_services.account import Account, Route
from tidegate.engines.cve_services.errors import (
    UNREACHABLE,
    UNREADABLE,
    CveServicesError,
    answered,
)
from tidegate.engines.formats.documents import Fault, parse, shown

MAX_ANSWER: Final = 16 << 20
"""Largest answer, in bytes: a page of 500 ids has some 200 KiB, a record at most a few MiB."""

_MAX_VALUES: Final = 500_000
_MAX_SAID: Final = 600
_PIECE: Final = 1 << 16
_AGENT: Final = "tidegate (CVE records of a CNA)"


class Exchange:
    """Requests to CVE Services for one account. Not for several threads at once."""

    def __init__(self, account: Account, route: Route) -> None:
        self._account = account
        self._route = route
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.proxies = dict(route.proxies)
        self._session.verify = route.verify
        self._session.headers.update({**account.headers, "User-Agent": _AGENT})

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the answer to a request.

        Args:
            method: `GET`, `POST` or `PUT`.
            path: below the service's address; every part that is not ours is quoted.
            query: parameters.
            body: is sent as JSON.

        Raises:
            CveServicesError: the service cannot be reached, says no, or answers what is no object.
        """
        request = f"{method} {path}"
        try:
            status, raw = self._exchanged(method, path, query, body)
        except (requests.RequestException, OSError) as error:
            # The cause holds the request with its headers, so it goes no further.
            kind = type(error).__name__
            raise CveServicesError(
                f"CVE Services: {request}: cannot be reached or broke off ({kind}); try again"
                " later, and look at the network, the proxy and the certificates",
                word=UNREACHABLE,
                is_passing=True,
            ) from None
        read = None if raw is None else parse(raw, max_values=_MAX_VALUES)
        answer = None if read is None or isinstance(read, Fault) else read.value
        if not 200 <= status < 300:
            raise self._refusal(request, status, answer)
        if not isinstance(answer, dict):
            raise CveServicesError(
                f"CVE Services: {request}: {status}, and the answer is no JSON object within"
                f" {MAX_ANSWER >> 20} MiB; check the address",
                word=UNREADABLE,
                is_passing=False,
            )
        return answer

    def _exchanged(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
    ) -> tuple[int, bytes | None]:
        """Return the status and the body; None for a body beyond the bound."""
        route = self._route
        deadline = time.monotonic() + route.total_seconds
        with self._session.request(
            method,
            f"{self._account.address.rstrip('/')}/{path}",
            params=query,
            json=body,
            timeout=(route.connect_seconds, route.silent_seconds),
            allow_redirects=False,
            stream=True,
        ) as response:
            pieces = bytearray()
            for piece in response.iter_content(_PIECE):
                pieces += piece
                if len(pieces) > MAX_ANSWER:
                    return response.status_code, None
                if time.monotonic() > deadline:
                    raise requests.Timeout
            return response.status_code, bytes(pieces)

    def _refusal(self, request: str, status: int, answer: Any) -> CveServicesError:
        told = answer if isinstance(answer, dict) else {}
        word = told.get("error")
        said = told.get("message")
        texts = [said] if isinstance(said, str) else []
        texts += _details(told.get("details"))
        text = " ".join(texts).replace(self._account.key, "…")
        is_word = isinstance(word, str) and word.isascii() and word.replace("_", "").isalnum()
        hidden = str(word).replace(self._account.key, "…") if is_word else ""
        return answered(
            request,
            status,
            hidden[:_LONGEST_WORD],
            shown(text, _MAX_SAID) if text else "",
        )


_LONGEST_WORD: Final = 60


def _details(details: Any) -> list[str]:
    """Return what a refusal says of single members: the places and the reasons."""
    errors = details.get("errors") if isinstance(details, dict) else details
    if not isinstance(errors, list):
        return []
    told = []
    for each in errors[:5]:
        if not isinstance(each, dict):
            continue
        place = each.get("instancePath") or each.get("param")
        reason = each.get("message") or each.get("msg")
        told.append(" ".join(part for part in (place, reason) if isinstance(part, str)))
    return told
