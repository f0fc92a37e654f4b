"""In whose name this installation publishes, and under which addresses.

- `TIDEGATE_PUBLISHER_NAME`, `TIDEGATE_PUBLISHER_NAMESPACE`, `TIDEGATE_PUBLISHER_CONTACT`: who
  publishes, a URL that they control, and what to write to.
- `TIDEGATE_PUBLIC_URL`: where everybody reads what is published, such as
  `https://advisories.example.org`; left out, `TIDEGATE_ADDRESS`.
- `TIDEGATE_CVE_ORG`, `TIDEGATE_CVE_ORG_ID`, `TIDEGATE_CVE_USER`, `TIDEGATE_CVE_KEY_FILE`: the
  account at CVE Services of a CVE Numbering Authority, its UUID there, and the file with its key;
  `TIDEGATE_CVE_URL` another instance of CVE Services, such as the one for tests. Without them,
  identifiers are left to the vendor's CNA.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tidegate.engines.cve_services.account import PRODUCTION, Account
from tidegate.engines.cve_services.errors import CveServicesError
from tidegate.engines.formats.advisories.cve import Cna
from tidegate.engines.formats.advisories.record import Publisher
from tidegate.instance.home import HomeError
from tidegate.instance.private_files import read_private
from tidegate.instance.reach import reach

NOWHERE: Final = "https://tidegate.invalid"
"""Where nothing can ever be (RFC 2606, 2): what stands where no address is named."""

_NAME: Final = "TIDEGATE_PUBLISHER_NAME"
_NAMESPACE: Final = "TIDEGATE_PUBLISHER_NAMESPACE"
_CONTACT: Final = "TIDEGATE_PUBLISHER_CONTACT"
_PUBLIC_URL: Final = "TIDEGATE_PUBLIC_URL"
_CVE: Final = ("TIDEGATE_CVE_ORG", "TIDEGATE_CVE_ORG_ID", "TIDEGATE_CVE_USER")
_CVE_KEY_FILE: Final = "TIDEGATE_CVE_KEY_FILE"
_CVE_URL: Final = "TIDEGATE_CVE_URL"
_NAMELESS: Final = "An instance of Tidegate"


class PublisherError(HomeError):
    """What is said of the publisher cannot be used; the message has the mend."""


@dataclass(frozen=True, slots=True)
class CveAccount:
    """An account of a CVE Numbering Authority, and who that is in a record."""

    account: Account
    cna: Cna


def publisher(environment: Mapping[str, str] = os.environ) -> Publisher:
    """Return who publishes; with a name and an address that nobody takes for somebody's.

    Raises:
        PublisherError: the namespace is no URL.
        ReachError: the installation's own address is malformed.
    """
    said = {name: environment.get(name, "").strip() for name in (_NAME, _NAMESPACE, _CONTACT)}
    namespace = said[_NAMESPACE] or public_url(environment)
    return Publisher(
        name=said[_NAME] or _NAMELESS,
        namespace=_url(_NAMESPACE, namespace),
        contact=said[_CONTACT] or namespace,
    )


def unnamed(said: Publisher) -> tuple[str, ...]:
    """Return the settings without which a publisher is nobody; empty where it is somebody."""
    lacks = {
        _NAME: said.name == _NAMELESS,
        _NAMESPACE: said.namespace == NOWHERE,
        _CONTACT: said.contact == NOWHERE,
        _PUBLIC_URL: said.namespace == NOWHERE,
    }
    return tuple(name for name, is_lacking in lacks.items() if is_lacking)


def public_url(environment: Mapping[str, str] = os.environ) -> str:
    """Return where everybody reads what is published, without a slash at its end.

    Raises:
        PublisherError: it is no URL.
        ReachError: the installation's own address is malformed.
    """
    named = environment.get(_PUBLIC_URL, "").strip()
    return _url(_PUBLIC_URL, named or reach(environment).address or NOWHERE)


def cve_account(environment: Mapping[str, str] = os.environ) -> CveAccount | None:
    """Return the account at CVE Services; None where none is named.

    Raises:
        PublisherError: it is named by halves, or a value cannot be right.
        HomeError: that file cannot be read, or others can read it.
    """
    said = [environment.get(name, "").strip() for name in (*_CVE, _CVE_KEY_FILE)]
    if not any(said):
        return None
    if not all(said):
        raise PublisherError(f"{', '.join((*_CVE, _CVE_KEY_FILE))} go together; set all, or none")
    organisation, organisation_id, user, key_file = said
    try:
        key = read_private(Path(key_file)).decode("ascii").strip()
        address = environment.get(_CVE_URL, "").strip() or PRODUCTION
        account = Account(organisation, user, key, address)
    except UnicodeDecodeError:
        raise PublisherError(
            f"{key_file} holds no key of CVE Services; put the API key into it, and nothing else"
        ) from None
    except CveServicesError as error:
        raise PublisherError(f"{', '.join((*_CVE, _CVE_KEY_FILE))}: {error}") from error
    return CveAccount(account, Cna(organisation_id, organisation))


def _url(variable: str, said: str) -> str:
    try:
        parts = urlsplit(said)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise PublisherError(f"{variable} is {said!r}; write an address such as {NOWHERE}")
    return said.rstrip("/")
