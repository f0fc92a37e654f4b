"""Small editions that are made up, in the forms of the real ones."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tidegate.engines.feeds import FEEDS, Limits, Reading, Record, read_edition

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
CISA = "134c704f-9b21-4f2e-91b3-4a467353bcc0"
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def read(
    feed: str, path: Path, limits: Limits | None = None, now: datetime = NOW
) -> tuple[Reading, list[Record]]:
    reading = read_edition(FEEDS[feed], path, now=now, limits=limits)
    return reading, list(reading)


def kev_entry(cve: str = "CVE-2026-1001", **more: Any) -> dict[str, Any]:
    return {
        "cveID": cve,
        "vendorProject": "Example",
        "product": "Widget",
        "vulnerabilityName": "Example Widget Overflow",
        "dateAdded": "2026-11-20",
        "shortDescription": "It overflows.",
        "requiredAction": "Apply mitigations.",
        "dueDate": "2026-11-23",
        "knownRansomwareCampaignUse": "Unknown",
        "notes": "",
    } | more


def kev(*entries: Mapping[str, Any], **more: Any) -> bytes:
    listed = list(entries) or [kev_entry()]
    head = {
        "title": "made up",
        "catalogVersion": "2026.11.20",
        "dateReleased": "2026-11-20T15:00:00.1234Z",
        "count": len(listed),
        "vulnerabilities": listed,
    }
    return json.dumps(head | more).encode()


def epss(*rows: str, version: str = "v2026.06.15", day: str = "2026-11-26T00:00:00+0000") -> bytes:
    lines = [f"#model_version:{version},score_date:{day}", "cve,epss,percentile", *rows]
    return "\n".join(lines).encode() + b"\n"


def ssvc(exploitation: str = "PoC", at: str = "2026-11-02T00:00:00.5Z") -> dict[str, Any]:
    options = [
        {"Exploitation": exploitation},
        {"Automatable": "Yes"},
        {"Technical Impact": "total"},
    ]
    content = {"options": options, "role": "CISA Coordinator", "version": "2.0.3", "timestamp": at}
    return {"other": {"type": "ssvc", "content": content}}


def container(
    *metrics: Mapping[str, Any], org: str = CISA, name: str = "CISA-ADP"
) -> dict[str, Any]:
    return {
        "providerMetadata": {
            "orgId": org,
            "shortName": name,
            "dateUpdated": "2026-11-02T00:00:00Z",
        },
        "metrics": list(metrics),
    }


def cve(
    identifier: str = "CVE-2026-1001",
    *,
    cna: Iterable[Mapping[str, Any]] = (),
    adp: Iterable[Mapping[str, Any]] = (),
    updated: str = "2026-11-03T01:02:03.456Z",
) -> dict[str, Any]:
    author = container(*cna, org="11111111-2222-4333-8444-555555555555", name="example")
    author |= {
        "descriptions": [{"lang": "en", "value": "It overflows."}],
        "affected": [{"vendor": "Example", "product": "Widget", "defaultStatus": "unknown"}],
        "references": [{"url": "https://example.org/1"}],
    }
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": "5.1",
        "cveMetadata": {
            "cveId": identifier,
            "assignerOrgId": "11111111-2222-4333-8444-555555555555",
            "state": "PUBLISHED",
            "dateUpdated": updated,
        },
        "containers": {"cna": author, "adp": list(adp)},
    }


def osv(identifier: str = "GHSA-aaaa-bbbb-cccc", **more: Any) -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": "1.2.3"}]
    return {
        "schema_version": "1.7.3",
        "id": identifier,
        "modified": "2026-11-01T00:00:00Z",
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": "widget"},
                "ranges": [{"type": "SEMVER", "events": events}],
            }
        ],
    } | more


def jsonl(*documents: Any) -> bytes:
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    made = io.BytesIO()
    headers = {"comment": "0" * 40}
    with tarfile.open(  # type: ignore[call-overload]
        fileobj=made, mode=mode, format=tarfile.PAX_FORMAT, pax_headers=headers
    ) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()
