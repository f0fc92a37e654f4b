"""Whether a request comes from a page of another site, by what a browser says of it.

A page cannot change `Sec-Fetch-*` and `Origin`; a program sends neither, and is no page. A request
that is refused only after it was worked on has told its page something all the same: a search
takes longer where it finds something. So this is asked first, and of every address.

From: https://www.w3.org/TR/fetch-metadata/ and https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.http.request import split_domain_port, validate_host

_OWN_SITE: Final = ("same-origin", "none")
_OTHER_SITE: Final = ("same-site", "cross-site")
_TELLS_NOTHING: Final = re.compile(r"/account/(?:login|provider/[^/]{1,40}/login/callback)/")
"""Pages whose address a stranger may word: signing in, and coming back from a provider. Neither
looks anything up by what the address says, but for a state that only the own browser holds."""

_FOR_EVERYBODY: Final = re.compile(
    r"/(?:\.well-known/(?:csaf/.*|security\.txt)|csaf/.*|osv/.*|updates/.*|advisories/feed\.atom)"
)
"""Files that are everybody's, from any page too (CSAF 2.1, 7.1.25): nothing in them depends on who
asks, and no query is read."""


def is_own_host(host: str) -> bool:
    """Say whether a `Host` is a name of this machine alone, with any port or none."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def tells_nothing(path: str) -> bool:
    """Say whether what a page answers, and how long it takes, does not depend on its query."""
    return _TELLS_NOTHING.fullmatch(path) is not None


def is_for_everybody(path: str, method: str) -> bool:
    """Say whether a request asks for a published file, which any page may do."""
    return method in ("GET", "HEAD") and _FOR_EVERYBODY.fullmatch(path) is not None


def is_foreign(headers: Mapping[str, str], *, method: str, origin: str, query: bool) -> bool:
    """Say whether a request comes from another site, and is more than a link that was followed.

    Args:
        headers: of the request, by names that are lower case, or whose case does not matter.
        method: of the request.
        origin: our own, as `http://127.0.0.1:8750`.
        query: whether the address has one that could be a question.
    """
    said = headers.get("origin")
    if said is not None and said != origin:
        return True
    site = headers.get("sec-fetch-site")
    if site is None or site in _OWN_SITE:
        return False
    # A link from elsewhere shows a page to the person and tells the elsewhere nothing, except for
    # how long it takes: what a stranger can word as a question is not answered.
    followed = (
        site in _OTHER_SITE
        and method == "GET"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )
    return query or not followed
