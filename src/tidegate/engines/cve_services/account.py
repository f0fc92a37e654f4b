"""Who asks CVE Services, where, and with which key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from tidegate.engines.cve_services.errors import REFUSED_HERE, CveServicesError

# From: https://github.com/CVEProject/cve-services , "API Documentation".
PRODUCTION: Final = "https://cveawg.mitre.org/api"
TEST: Final = "https://cveawg-test.mitre.org/api"
"""Where the CVE Program lets CNAs try; what is published there is not published."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_HEADER: Final = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a CNA at CVE Services.

    Raises:
        CveServicesError: a value cannot be right; the message never holds the key.
    """

    organisation: str
    """The CNA's short name."""
    user: str
    """The name of the instance's own user, such as `tidegate@cert.example.org`."""
    key: str = field(repr=False)
    """The API key. It is in no text that is made here."""
    address: str = PRODUCTION

    def __post_init__(self) -> None:
        for name in ("organisation", "user", "key"):
            if not _HEADER.fullmatch(getattr(self, name)):
                raise _refused(
                    f"the account's {name} is empty, too long, or holds spaces or other signs that"
                    " no header can have; copy it again from the CVE Program"
                )
        try:
            parts = urlsplit(self.address)
            host = parts.hostname
        except ValueError:
            parts, host = urlsplit(""), None
        is_encrypted = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
        if not host or not is_encrypted or parts.username or parts.query or parts.fragment:
            raise _refused(f"the account's address is no https address; write {PRODUCTION}")

    @property
    def headers(self) -> Mapping[str, str]:
        """What each request carries."""
        return {
            "CVE-API-ORG": self.organisation,
            "CVE-API-USER": self.user,
            "CVE-API-KEY": self.key,
        }


@dataclass(frozen=True, slots=True)
class Route:
    """How an installation gets out, and how long it waits."""

    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By scheme; may hold a password."""
    verify: str | bool = True
    """Path of the certificates to trust; True for those that are shipped with `requests`."""
    connect_seconds: float = 10.0
    silent_seconds: float = 60.0
    """How long the service may say nothing."""
    total_seconds: float = 120.0


def _refused(words: str) -> CveServicesError:
    return CveServicesError(f"CVE Services: {words}", word=REFUSED_HERE, is_passing=False)
