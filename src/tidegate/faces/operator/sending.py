"""Sends a report to the instance, and to nobody else; reads what became of its lines."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import urllib3

from tidegate.engines.formats.documents import shown
from tidegate.faces.operator.refused import RefusedError

PATH: Final = "/api/v1/adoption/reports"
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_MAX_TOKEN: Final = 4_096
_ANSWER: Final = 4 << 20
"""Bytes of an answer; ten thousand lines that were left out take less."""
_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that the instance did not take."""

    advisory: str
    words: str
    """Why, and what to do, as the instance says."""


def token_of(file: Path) -> str:
    """Read the token of the API; raises `RefusedError`."""
    try:
        status = file.stat()
        raw = file.read_bytes()
    except OSError as error:
        raise RefusedError(
            f"the token cannot be read from {file} ({error.strerror}); write it there, and its name"
            " into report.token_file"
        ) from error
    if status.st_mode & 0o077:
        raise RefusedError(f"others can read {file}; run `chmod 600 {file}`")
    token = raw.decode("ascii", "replace").strip()
    if not token or len(token) > _MAX_TOKEN or not token.isprintable() or not token.isascii():
        raise RefusedError(f"{file} holds no token; write the one that the instance gave")
    return token


def send(
    content: bytes, instance: str, token: str, *, ca_file: str = "", proxy: str = ""
) -> Mapping[int, LeftOut]:
    """Send one report; return the lines that were not taken, by their place from 0.

    Raises `RefusedError` if it did not arrive; it is sent again with the next one.
    """
    parts = urlsplit(instance)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise RefusedError(f"{shown(instance)} is not encrypted, and a token goes there; use https")
    trusted = ssl.create_default_context(cafile=ca_file or None)
    pools = (
        urllib3.ProxyManager(proxy, ssl_context=trusted)
        if proxy
        else urllib3.PoolManager(ssl_context=trusted)
    )
    try:
        response = pools.request(
            "POST",
            instance.rstrip("/") + PATH,
            body=content,
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "User-Agent": "tidegate-operator",
            },
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=10, read=30),
        )
        said = response.read(_ANSWER, decode_content=False)
        response.close()
    except urllib3.exceptions.HTTPError as error:
        raise RefusedError(
            f"{parts.hostname} cannot be reached ({type(error).__name__}); nothing was told"
        ) from error
    if response.status not in (200, 201, 202, 204):
        raise RefusedError(f"{parts.hostname} answers {response.status}: {_detail(said)}")
    return _left_out(said)


def _detail(said: bytes) -> str:
    """Return what a problem (RFC 9457) says is to be done; of another answer, its beginning."""
    detail = _object(said).get("detail")
    if isinstance(detail, str):
        return detail[:_WORDS]
    return shown(said[:_WORDS].decode("utf-8", "replace"), 200)


def _left_out(said: bytes) -> dict[int, LeftOut]:
    lines = _object(said).get("left_out")
    found: dict[int, LeftOut] = {}
    for line in lines if isinstance(lines, list) else ():
        match line:
            case {"line": int(number), "advisory": str(advisory), "words": str(words)}:
                found[number] = LeftOut(advisory[:_WORDS], words[:_WORDS])
    return found


def _object(said: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(said)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
