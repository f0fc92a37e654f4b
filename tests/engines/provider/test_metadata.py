"""`security.txt` says whom to write to, and for how long that is true."""

from __future__ import annotations

import pytest

from tests.engines.provider.publishing import BASE, FIRST
from tidegate.engines.provider.documents import SiteError, Version
from tidegate.engines.provider.metadata import csaf_fields, security_txt


def test_every_field_stands_on_a_line_of_its_own():
    text = security_txt(
        contacts=["mailto:security@example.org", "https://gate.example.org/report"],
        expires=FIRST,
        base_url=BASE,
        metadata=csaf_fields(BASE, list(Version)),
        encryption=f"{BASE}/.well-known/csaf/openpgp/AB.asc",
        policy=f"{BASE}/policy",
    )
    assert text.splitlines() == [
        "Contact: mailto:security@example.org",
        "Contact: https://gate.example.org/report",
        "Expires: 2026-11-02T09:30:00Z",
        "Encryption: https://gate.example.org/.well-known/csaf/openpgp/AB.asc",
        "Preferred-Languages: en",
        "Canonical: https://gate.example.org/.well-known/security.txt",
        "Policy: https://gate.example.org/policy",
        "CSAF: https://gate.example.org/.well-known/csaf/provider-metadata.json",
        "CSAF: https://gate.example.org/.well-known/csaf/v2.0/provider-metadata.json",
        "CSAF: https://gate.example.org/.well-known/csaf/v2.1/provider-metadata.json",
    ]


@pytest.mark.parametrize(
    "contact", ["security@example.org", "mailto:a@example.org\nCSAF: https://evil.example", ""]
)
def test_a_contact_that_is_no_address_is_refused(contact: str):
    with pytest.raises(SiteError, match="write it as an address"):
        security_txt(contacts=[contact], expires=FIRST, base_url=BASE)


def test_somebody_has_to_be_named():
    with pytest.raises(SiteError, match="needs somebody to write to"):
        security_txt(contacts=[], expires=FIRST, base_url=BASE)
