"""`provider-metadata.json` and `security.txt`: how a reader finds the documents, and whom to ask.

There is a metadata file for each version of CSAF, at `/.well-known/csaf/v2.0/` and `v2.1/`; the one
of 2.0 lies at `/.well-known/csaf/` as well, with the same bytes, as long as 2.1 is a draft. That is
how the draft of 2.1 wants the transition (section 7.4).

From: CSAF 2.0, 7.1.7 to 7.1.9; CSAF 2.1 (CSD04), 7.1.7 to 7.1.9 and 7.4; RFC 9116.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from tidegate.engines.formats.instants import written
from tidegate.engines.provider.documents import Label, Publisher, SiteError, Version
from tidegate.engines.provider.trees import Feed

WELL_KNOWN: Final = ".well-known/csaf"
METADATA: Final = "provider-metadata.json"
SERVICE: Final = "service.json"
KEYS: Final = f"{WELL_KNOWN}/openpgp"
SECURITY: Final = ".well-known/security.txt"
AUTHORITATIVE: Final = Version.V20
"""Whose metadata lies at the well-known address itself."""

_SCHEMA_OF_21: Final = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/provider.json"
_BROKEN: Final = re.compile(r"[\x00-\x20\x7f]")
_ADDRESS: Final = re.compile(r"(https?://|mailto:|tel:|openpgp4fpr:|dns:).+")


def key_name(fingerprint: str) -> str:
    """Return where the public key lies in the folder."""
    return f"{KEYS}/{fingerprint}.asc"


def metadata_name(version: Version) -> str:
    """Return where the metadata of a version lies in the folder."""
    return f"{WELL_KNOWN}/v{version}/{METADATA}"


def provider_metadata(
    version: Version,
    *,
    base_url: str,
    publisher: Publisher,
    fingerprints: Sequence[str],
    trees: Sequence[tuple[Label, str, Sequence[Feed]]],
    at: datetime,
    on_aggregators: bool = True,
) -> bytes:
    """Write the metadata of a version.

    Args:
        version: of CSAF.
        base_url: of the folder, without a slash at its end.
        publisher: whom aggregators show.
        fingerprints: of the keys; the one that signs now comes first.
        trees: label, folder and feeds of each tree.
        at: when something of it was changed last.
        on_aggregators: whether aggregators may list it, and mirror its documents.
    """
    distributions: list[dict[str, Any]] = []
    for label, folder, feeds in trees:
        said = version.written(label)
        address = f"{base_url}/{folder}/"
        listed = [_feed(version, said, base_url, feed) for feed in feeds]
        rolie = {
            "feeds": listed,
            "categories": [f"{base_url}/{folder}/category-{said.lower()}.json"],
            "services": [f"{base_url}/{WELL_KNOWN}/v{version}/{SERVICE}"],
        }
        if version is Version.V20:
            distributions += [{"directory_url": address}, {"rolie": rolie}]
        else:
            directory = {"tlp_label": said, "url": address}
            distributions += [{"directory": directory}, {"rolie": rolie}]
    document: dict[str, Any] = {
        "canonical_url": f"{base_url}/{metadata_name(version)}",
        "distributions": distributions,
        "last_updated": written(at),
        "list_on_CSAF_aggregators": on_aggregators,
        "metadata_version": version.value,
        "mirror_on_CSAF_aggregators": on_aggregators,
        "public_openpgp_keys": [
            {"fingerprint": fingerprint, "url": f"{base_url}/{key_name(fingerprint)}"}
            for fingerprint in fingerprints
        ],
        "publisher": _publisher(version, publisher),
        "role": "csaf_trusted_provider",
    }
    if version is Version.V21:
        document = {"$schema": _SCHEMA_OF_21, **document}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def security_txt(
    *,
    contacts: Sequence[str],
    expires: datetime,
    base_url: str,
    metadata: Sequence[str] = (),
    encryption: str = "",
    policy: str = "",
    languages: Sequence[str] = ("en",),
) -> str:
    """Return the text of `security.txt`.

    Args:
        contacts: addresses, the preferred one first: `mailto:`, `tel:` or `https://`.
        expires: from when on it is not to be believed; less than a year ahead (RFC 9116, 2.5.5).
        base_url: where it is served, without a slash at its end.
        metadata: addresses of CSAF metadata, the well-known one first.
        encryption: where a key for reports lies; empty without one.
        policy: where the policy of disclosure lies; empty without one.
        languages: that reports may be written in.

    Raises:
        SiteError: no contact, or what stands there is no address.
    """
    if not contacts:
        raise SiteError(
            "security.txt needs somebody to write to; give a mailto: or https:// address"
        )
    fields = [("Contact", one) for one in contacts]
    fields.append(("Expires", written(expires.replace(microsecond=0))))
    fields += [("Encryption", encryption)] if encryption else []
    fields += [("Preferred-Languages", ", ".join(languages))] if languages else []
    fields.append(("Canonical", f"{base_url}/{SECURITY}"))
    fields += [("Policy", policy)] if policy else []
    fields += [("CSAF", one) for one in metadata]
    for name, value in fields:
        if name in ("Expires", "Preferred-Languages"):
            continue
        if _BROKEN.search(value) or not _ADDRESS.fullmatch(value):
            raise SiteError(f"security.txt: {name} is {value[:60]!r}; write it as an address")
    # From: RFC 9116, 2.2, lines end with CRLF or LF.
    return "".join(f"{name}: {value}\n" for name, value in fields)


def csaf_fields(base_url: str, versions: Sequence[Version]) -> list[str]:
    """Return what `security.txt` names under CSAF: the well-known address, then each version's."""
    names = [f"{WELL_KNOWN}/{METADATA}", *(metadata_name(version) for version in versions)]
    return [f"{base_url}/{name}" for name in names]


def _feed(version: Version, label: str, base_url: str, feed: Feed) -> dict[str, str]:
    made = {"summary": feed.title, "tlp_label": label, "url": f"{base_url}/{feed.name}"}
    return made if version is Version.V20 else {**made, "last_updated": feed.updated}


def _publisher(version: Version, publisher: Publisher) -> dict[str, Any]:
    contact: dict[str, Any] = {"contact_details": publisher.contact_details}
    if version is Version.V21 and publisher.contact_details:
        # From: CSAF 2.1 (csd04), /document/publisher/contact; it is a text in CSAF 2.0 alone.
        contact = {"contact": {"details": publisher.contact_details}}
    said = {
        "category": publisher.category,
        **contact,
        "issuing_authority": publisher.issuing_authority,
        "name": publisher.name,
        "namespace": publisher.namespace,
    }
    return {name: value for name, value in said.items() if value}
