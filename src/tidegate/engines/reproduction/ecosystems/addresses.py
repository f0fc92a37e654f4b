"""Addresses of the web and of files: joined, compared, and shown without their secrets."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from tidegate.engines.reproduction.packages import PackageError

_DEFAULT_PORTS = {"http": 80, "https": 443}


def resolved(base: str, reference: str) -> str:
    """Return the address that a document at `base` means.

    Raises:
        PackageError: it is none.
    """
    try:
        joined = urljoin(base, reference)
        urlsplit(joined).port  # noqa: B018  it raises for what is no port
    except ValueError as error:
        raise PackageError(f"{shown(base)} names an address that is none: {error}") from error
    return joined


def origin(url: str) -> str:
    """Return the scheme, host and port of an address, as they are compared."""
    parts = urlsplit(url)
    try:
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        port = None
    return f"{parts.scheme}://{parts.hostname or ''}:{port}"


def shown(url: str) -> str:
    """Return an address for a message: without passwords, tokens in its query, or fragments."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def local_path(url: str) -> Path:
    """Return the path that a `file://` address names."""
    return Path(unquote(urlsplit(url).path))
