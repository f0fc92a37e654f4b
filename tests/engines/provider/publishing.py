"""Documents to publish, made here: small, and whole enough for the rules."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.engines.formats.instants import written
from tidegate.engines.provider.documents import Label, PublishedDocuments, Publisher, Version
from tidegate.engines.provider.signing import Signer

BASE = "https://gate.example.org"
PUBLISHER = Publisher("Tidegate at example.org", BASE, contact_details="security@example.org")
FIRST = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def named(number: int) -> str:
    return f"TG-2026-{number:08d}"


def documents(
    number: int,
    *,
    released: datetime = FIRST,
    revised: datetime | None = None,
    label: Label = Label.CLEAR,
    title: str = "Prototype pollution in minimist",
    ecosystem: str = "npm",
    withdrawn_at: datetime | None = None,
    with_21: bool = True,
) -> PublishedDocuments:
    """What is published of an advisory; `number` is its identifier and its hour."""
    at = released + timedelta(hours=number)
    modified = revised or at
    made = {
        version: csaf(version, named(number), label, title, at, modified) for version in Version
    }
    return PublishedDocuments(
        identifier=named(number),
        label=label,
        title=title,
        summary="minimist before 1.2.6 lets arguments change the prototype of objects.",
        categories=(ecosystem, "pkg:npm/minimist"),
        csaf20=made[Version.V20],
        csaf21=made[Version.V21] if with_21 else None,
        osv=osv(named(number), ecosystem, at, modified, withdrawn_at),
        published_at=at,
        modified_at=modified,
        withdrawn_at=withdrawn_at,
    )


def relabelled(one: PublishedDocuments, label: Label) -> PublishedDocuments:
    def with_label(raw: bytes, version: Version) -> bytes:
        document = json.loads(raw)
        document["document"]["distribution"]["tlp"]["label"] = version.written(label)
        return json.dumps(document).encode()

    return replace(
        one,
        label=label,
        csaf20=with_label(one.csaf20, Version.V20),
        csaf21=with_label(one.csaf21, Version.V21) if one.csaf21 else None,
    )


def csaf(
    version: Version, identifier: str, label: Label, title: str, first: datetime, now: datetime
) -> bytes:
    """A document of either version, as small as their schemas allow for this category."""
    revisions = sorted({first, now})
    document: dict[str, Any] = {
        "document": {
            "category": "csaf_base",
            "csaf_version": version.value,
            "distribution": {"tlp": {"label": version.written(label)}},
            "publisher": {
                "category": PUBLISHER.category,
                "name": PUBLISHER.name,
                "namespace": PUBLISHER.namespace,
            },
            "title": title,
            "tracking": {
                "current_release_date": written(now),
                "id": identifier,
                "initial_release_date": written(first),
                "revision_history": [
                    {"date": written(at), "number": str(number), "summary": "Published."}
                    for number, at in enumerate(revisions, 1)
                ],
                "status": "final",
                "version": str(len(revisions)),
            },
        }
    }
    if version is Version.V21:
        document = {
            "$schema": "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json",
            **document,
        }
    return json.dumps(document, indent=2).encode() + b"\n"


def osv(
    identifier: str, ecosystem: str, first: datetime, now: datetime, withdrawn: datetime | None
) -> bytes:
    record: dict[str, Any] = {
        "schema_version": "1.7.0",
        "id": identifier,
        "published": written(first),
        "modified": written(now),
        "affected": [{"package": {"ecosystem": ecosystem, "name": "minimist"}}],
    }
    if withdrawn:
        record["withdrawn"] = written(withdrawn)
    return json.dumps(record, indent=2).encode() + b"\n"


class PlainSigner:
    """Signs with nothing but a digest, where a test is not about signatures."""

    fingerprint = "AB" * 20
    certificate = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
    made = 0

    def sign(self, content: bytes) -> bytes:
        self.made += 1
        return b"-----BEGIN PGP SIGNATURE-----\n" + str(hash(content)).encode()

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        return signature.endswith(str(hash(content)).encode())


_: Signer = PlainSigner()
