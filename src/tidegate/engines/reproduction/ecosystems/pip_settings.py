"""Where pip's own settings say that Python packages come from.

Source of the rules: pip's user guide, "Configuration": files in the order global, user, site,
`PIP_CONFIG_FILE`, each overriding the ones before; the section `[install]` of any file overrides
`[global]` of any other; environment variables override them all.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from requests.auth import AuthBase, HTTPBasicAuth

from tidegate.engines.reproduction.ecosystems.addresses import origin
from tidegate.engines.reproduction.ecosystems.download import Access

PYPI = "https://pypi.org/simple"

_SECTIONS = ("global", "install")
_SYSTEM_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
)


@dataclass(frozen=True, slots=True)
class PipSettings:
    """What of pip's settings matters to a fetch."""

    indexes: tuple[str, ...] = (PYPI,)
    """Addresses of simple indexes, without credentials; all of them are asked."""
    find_links: tuple[str, ...] = ()
    """Addresses of pages or folders that list archives."""
    access: Access = field(default_factory=Access)


def read_pip_settings(
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    system: Path = Path("/"),
) -> PipSettings:
    """Read what pip would: configuration files and environment variables.

    Args:
        environ: the environment; by default this process's.
        home: the user's home; by default that of the environment.
        system: the root under which `etc/` is looked for.
    """
    environ = os.environ if environ is None else environ
    home = home or Path(environ.get("HOME") or Path.home())
    values = _values(environ, home, system)
    addresses = [values.get("index-url", PYPI).strip(), *values.get("extra-index-url", "").split()]
    if values.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        addresses = []
    links = [_address(word, home) for word in values.get("find-links", "").split()]
    passwords = dict(_password(address) for address in [*addresses, *links])
    proxy = values.get("proxy")
    return PipSettings(
        indexes=tuple(dict.fromkeys(_bare(address) for address in addresses)),
        find_links=tuple(dict.fromkeys(_bare(link) for link in links)),
        access=Access(
            verify=values.get("cert") or trusted_certificates(environ),
            client_certificate=values.get("client-cert"),
            proxies={"http": proxy, "https": proxy} if proxy else {},
            credentials=_Passwords({k: v for k, v in passwords.items() if v}),
            unverified_hosts=frozenset(
                word.partition(":")[0].lower() for word in values.get("trusted-host", "").split()
            ),
        ),
    )


def trusted_certificates(environ: Mapping[str, str], *more: str) -> str | bool:
    """Return the certificates that the environment or the system trusts, as `requests` takes it.

    Args:
        environ: the environment.
        more: names of further variables that are looked at.
    """
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", *more):
        if path := environ.get(name):
            return path
    return next((path for path in _SYSTEM_CERTIFICATES if Path(path).is_file()), True)


@dataclass(frozen=True, slots=True)
class _Passwords:
    """The credentials that stood in the addresses of the settings, for their origins only."""

    by_origin: Mapping[str, tuple[str, str]]

    def __call__(self, url: str) -> AuthBase | None:
        found = self.by_origin.get(origin(url))
        return HTTPBasicAuth(*found) if found else None


def _values(environ: Mapping[str, str], home: Path, system: Path) -> dict[str, str]:
    sections: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for path in _files(environ, home, system):
        # An index with a '%' in its password is no interpolation.
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError, OSError):
            continue  # pip itself says what is wrong with it; here its neighbours still count
        for section, values in sections.items():
            if parser.has_section(section):
                values |= {key.replace("_", "-"): value for key, value in parser.items(section)}
    merged = {key: value for values in sections.values() for key, value in values.items()}
    for name, value in environ.items():
        if name.startswith("PIP_") and value:
            merged[name[4:].lower().replace("_", "-")] = value
    return merged


def _files(environ: Mapping[str, str], home: Path, system: Path) -> Iterator[Path]:
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    for folder in (environ.get("XDG_CONFIG_DIRS") or str(system / "etc/xdg")).split(":"):
        yield Path(folder) / "pip/pip.conf"
    yield system / "etc/pip.conf"
    if not named or not Path(named).exists():
        yield home / ".pip/pip.conf"
        yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip/pip.conf"
    if sys.prefix != sys.base_prefix:
        yield Path(sys.prefix) / "pip.conf"
    if named:
        yield Path(named)


def _address(word: str, home: Path) -> str:
    """Return the address of a `find-links` entry, which may be a path."""
    if "://" in word or word.startswith("file:"):
        return word
    path = Path(word.replace("~", str(home), 1) if word.startswith("~") else word)
    return path.absolute().as_uri()


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _password(url: str) -> tuple[str, tuple[str, str] | None]:
    parts = urlsplit(url)
    if parts.username is None:
        return origin(url), None
    return origin(url), (unquote(parts.username), unquote(parts.password or ""))
