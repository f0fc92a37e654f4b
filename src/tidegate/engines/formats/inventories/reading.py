"""What is installed, after this document? Whichever of the formats it is in.

The workflow: the document is unpacked if it is compressed (`unpacking`), within bounds; its first
sign tells JSON, XML and text apart; JSON is told by its keys and XML by its root, text by its
first lines and, for lists of requirements, by the file's name. Then the reader of the format hands
what it finds to one `Gathering`.

What cannot be read at all is an `InventoryError`. All else comes in as far as it goes: what was
left out, or only half understood, is listed with its place and the mend. A member that comes twice
in a JSON object has its last value, as most programs read it.

The formats: CycloneDX 1.2 to 1.7 as JSON and 1.0 to 1.7 as XML, SPDX 2.2 and 2.3 as JSON and
tag-value, SPDX 3.0.1 as JSON-LD, npm's `package-lock.json`, `uv.lock`, `poetry.lock`,
`requirements.txt`, and dpkg's `status`.
"""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any, Final

import orjson

from tidegate.engines.formats.documents import TOO_LARGE, Fault, shown
from tidegate.engines.formats.inventories.components import Inventory
from tidegate.engines.formats.inventories.cyclonedx_json import is_cyclonedx, read_cyclonedx
from tidegate.engines.formats.inventories.cyclonedx_xml import read_cyclonedx_xml
from tidegate.engines.formats.inventories.dpkg_status import is_dpkg_status, read_dpkg_status
from tidegate.engines.formats.inventories.gathering import Gathering, Heading, Limits
from tidegate.engines.formats.inventories.npm_lock import is_npm_lock, read_npm_lock
from tidegate.engines.formats.inventories.python_locks import is_python_lock, read_python_lock
from tidegate.engines.formats.inventories.refusals import InventoryError
from tidegate.engines.formats.inventories.requirements import is_requirements, read_requirements
from tidegate.engines.formats.inventories.spdx3_json import is_spdx3, read_spdx3
from tidegate.engines.formats.inventories.spdx_json import is_spdx, read_spdx
from tidegate.engines.formats.inventories.spdx_tags import is_spdx_tags, read_spdx_tags
from tidegate.engines.formats.reports import Bounds
from tidegate.engines.formats.slicing import BYTE_ORDER_MARK
from tidegate.engines.formats.unpacking import Unpacked, UnpackingError, is_compressed

__all__ = ["ACCEPTED", "InventoryError", "Limits", "read_inventory"]

ACCEPTED: Final = (
    "CycloneDX (JSON or XML), SPDX 2 (JSON or tag-value) or SPDX 3 (JSON), package-lock.json,"
    " uv.lock, poetry.lock, requirements.txt, or /var/lib/dpkg/status; each also as gzip, zstd,"
    " bzip2 or xz"
)

_READERS: Final = (
    (is_spdx3, read_spdx3),
    (is_cyclonedx, read_cyclonedx),
    (is_spdx, read_spdx),
    (is_npm_lock, read_npm_lock),
)

# What is often handed in by mistake, by its first bytes, with the mend.
_OTHERS: Final = (
    (b"PK\x03\x04", "is a zip archive; unpack it and hand in the files"),
    (b"\xff\xfe", "is UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16 text; save it as UTF-8"),
)
_TAR_MAGIC: Final = slice(257, 262)

# TOML may begin with a table, and looks like a list in JSON there.
_TABLE = re.compile(rb"\[\[?[A-Za-z]")


def read_inventory(
    raw: bytes,
    name: str = "",
    *,
    distribution: str = "",
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Inventory:
    """Read an inventory: an SBOM, a lock file, or a package manager's status.

    Args:
        raw: the document; may be compressed with gzip, Zstandard, bzip2 or xz.
        name: the file's name, for refusals, and to tell text formats apart; never opened.
        distribution: the release, such as `debian-12`, for a document that does not tell.
        limits: how much is read.

    Raises `InventoryError` for what cannot be read at all, and nothing else for any bytes.
    """
    plain = _unpacked(raw, name, limits)
    _refuse_others(plain, name)
    found = Gathering(name, limits)
    begins = plain[:64].lstrip()[:1]
    if begins == b"{" or (begins == b"[" and not _TABLE.match(plain)):
        heading = _read_json(plain, found)
    elif begins == b"<":
        heading = read_cyclonedx_xml(plain, found)
    else:
        heading = _read_text(plain, name, found, distribution)
    return found.inventory(heading, distribution, hashlib.sha256(raw).hexdigest())


def _unpacked(raw: bytes, name: str, limits: Limits) -> bytes:
    if len(raw) > limits.packed_bytes:
        raise InventoryError(name, Fault("", TOO_LARGE.format(limits.packed_bytes >> 20)))
    plain = raw
    if is_compressed(raw[:16]):
        stream = Unpacked(io.BytesIO(raw), Bounds(unpacked_bytes=limits.unpacked_bytes))
        try:
            plain = io.BufferedReader(stream, 256 << 10).read()
        except UnpackingError as error:
            raise InventoryError(name, Fault("", str(error))) from error
    return plain.removeprefix(BYTE_ORDER_MARK).lstrip(b" \t\r\n")


def _refuse_others(plain: bytes, name: str) -> None:
    for magic, what in _OTHERS:
        if plain.startswith(magic):
            raise InventoryError(name, Fault("", what))
    if plain[_TAR_MAGIC] == b"ustar":
        raise InventoryError(
            name, Fault("", "is a tar archive; unpack it and hand in the files one by one")
        )
    if is_compressed(plain[:16]):
        raise InventoryError(name, Fault("", "is compressed twice; unpack it once"))
    if not plain:
        raise InventoryError(name, Fault("", f"is empty; hand in {ACCEPTED}"))


def _read_json(plain: bytes, found: Gathering) -> Heading:
    try:
        document: Any = orjson.loads(plain)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        reason = f"not JSON at {place} ({shown(error.msg, 100)}); mend it there"
        raise InventoryError(found.source, Fault("", reason)) from error
    if not isinstance(document, dict):
        raise InventoryError(
            found.source, Fault("", f"is a list, not one document; hand in {ACCEPTED}")
        )
    for is_this, read in _READERS:
        if is_this(document):
            return read(document, found)
    keys = ", ".join(shown(key, 30) for key in list(document)[:5])
    reason = f"is JSON with the members {keys or 'none'}, which is no format read here"
    raise InventoryError(found.source, Fault("", f"{reason}; hand in {ACCEPTED}"))


def _read_text(plain: bytes, name: str, found: Gathering, distribution: str) -> Heading:
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start + 1}; save it as UTF-8"
        raise InventoryError(name, Fault("", reason)) from error
    text = text.replace("\r\n", "\n")
    if is_spdx_tags(text):
        return read_spdx_tags(text, found)
    if is_dpkg_status(text):
        return read_dpkg_status(text, found, distribution)
    if is_python_lock(text):
        return read_python_lock(text, found)
    if is_requirements(text, name):
        return read_requirements(text, found)
    reason = f"begins with {shown(text[:40])}, which is no format read here; hand in {ACCEPTED}"
    raise InventoryError(name, Fault("", reason))
