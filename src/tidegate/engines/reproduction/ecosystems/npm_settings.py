"""Where npm's own settings say that JavaScript packages come from.

Source of the rules: npm's documentation, "npmrc" and "config": the global file, the user's file,
then environment variables `npm_config_*`, each overriding the ones before. A project's own
`.npmrc` is not read: findings belong to no project.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from tidegate.engines.reproduction.ecosystems.addresses import origin
from tidegate.engines.reproduction.ecosystems.download import Access
from tidegate.engines.reproduction.ecosystems.pip_settings import trusted_certificates

NPM = "https://registry.npmjs.org/"


@dataclass(frozen=True, slots=True)
class NpmSettings:
    """What of npm's settings matters to a fetch."""

    registry: str = NPM
    scopes: Mapping[str, str] = field(default_factory=dict)
    """Registries of scopes: `@company` to an address."""
    access: Access = field(default_factory=Access)

    def registry_for(self, package: str) -> str:
        """Return the registry that a package comes from; it ends with a slash."""
        scope = package.partition("/")[0] if package.startswith("@") else ""
        address = self.scopes.get(scope, self.registry)
        return address if address.endswith("/") else address + "/"


def read_npm_settings(
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    system: Path = Path("/"),
) -> NpmSettings:
    """Read what npm would: the global and the user's `npmrc`, and environment variables.

    Args:
        environ: the environment; by default this process's.
        home: the user's home; by default that of the environment.
        system: the root under which `etc/` is looked for.
    """
    environ = os.environ if environ is None else environ
    home = home or Path(environ.get("HOME") or Path.home())
    values = _values(environ, home, system)
    registry = values.get("registry") or NPM
    scopes = {
        key.removesuffix(":registry"): value
        for key, value in values.items()
        if key.startswith("@") and key.endswith(":registry")
    }
    verify = values.get("cafile") or trusted_certificates(environ, "NODE_EXTRA_CA_CERTS")
    proxies = {"http": values.get("proxy"), "https": values.get("https-proxy")}
    return NpmSettings(
        registry=registry,
        scopes=scopes,
        access=Access(
            verify=False if values.get("strict-ssl") == "false" else verify,
            proxies={scheme: proxy for scheme, proxy in proxies.items() if proxy},
            credentials=_Credentials(
                {key: value for key, value in values.items() if key.startswith("//")},
                frozenset(origin(address) for address in (registry, *scopes.values())),
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Credentials:
    """The `//host/path/:key` lines: each holds for the addresses under its host and path."""

    lines: Mapping[str, str]
    origins: frozenset[str]
    """Of the configured registries: what else is not encrypted gets no credentials."""

    def __call__(self, url: str) -> AuthBase | None:
        parts = urlsplit(url)
        if parts.scheme != "https" and origin(url) not in self.origins:
            return None
        if ".." in parts.path.lower().replace("%2e", "."):
            return None  # a path that climbs is not under what its beginning says
        path = parts.path
        while True:
            found = self._at(f"//{parts.netloc}{path}")
            if found or not path:
                return found
            path = path[:-1].rpartition("/")[0] + "/" if path != "/" else ""

    def _at(self, place: str) -> AuthBase | None:
        place = place.rstrip("/")
        lines = {
            key.rpartition(":")[2]: value
            for key, value in self.lines.items()
            if key.rpartition(":")[0].rstrip("/") == place
        }
        if token := lines.get("_authToken"):
            return _Header(f"Bearer {token}")
        if basic := lines.get("_auth"):
            return _Header(f"Basic {basic}")
        if "username" in lines and "_password" in lines:
            try:
                password = base64.b64decode(lines["_password"]).decode()
            except ValueError:
                return None
            return HTTPBasicAuth(lines["username"], password)
        return None


class _Header(AuthBase):
    """An `Authorization` header as it is; given as credentials, so that `.netrc` does not win."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


def _values(environ: Mapping[str, str], home: Path, system: Path) -> dict[str, str]:
    ours = dict(_from_environment(environ))
    user = Path(ours.get("userconfig") or home / ".npmrc")
    values: dict[str, str] = {}
    for path in (*_global_files(ours, environ, system), user):
        values |= _read(path, environ)
    return values | ours


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if not name.lower().startswith("npm_config_") or not value:
            continue
        key = name[len("npm_config_") :]
        yield (key if key.startswith(("//", "@")) else key.lower().replace("_", "-")), value


def _global_files(
    ours: Mapping[str, str], environ: Mapping[str, str], system: Path
) -> Iterator[Path]:
    if named := ours.get("globalconfig"):
        yield Path(named)
        return
    yield system / "etc/npmrc"  # Debian's npm
    prefix = ours.get("prefix") or environ.get("PREFIX")
    if not prefix and (node := shutil.which("node", path=environ.get("PATH", ""))):
        prefix = str(Path(node).resolve().parent.parent)
    if prefix:
        yield Path(prefix) / "etc/npmrc"


def _read(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    values: dict[str, str] = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in ";#[" or "=" not in line:
            continue
        key, _, value = (part.strip() for part in line.partition("="))
        values[_expanded(key, environ)] = _expanded(_unquoted(value), environ)
    return values


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:
            return value
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value


def _expanded(text: str, environ: Mapping[str, str]) -> str:
    """Replace `${NAME}` as npm does: an unknown name stays, `${NAME?}` becomes nothing."""

    def value(match: re.Match[str]) -> str:
        name, optional = match[1], match[2]
        return environ.get(name, "" if optional else match[0])

    return re.sub(r"(?<!\\)\$\{([^}?]+)(\?)?\}", value, text)
