"""Who publishes is said by the environment, and nobody is taken for somebody else."""

from __future__ import annotations

import pytest

from tidegate.instance.home import HomeError
from tidegate.instance.publisher import (
    NOWHERE,
    PublisherError,
    cve_account,
    public_url,
    publisher,
    unnamed,
)

_CVE = {
    "TIDEGATE_CVE_ORG": "certx",
    "TIDEGATE_CVE_ORG_ID": "88c02595-c8f7-4864-a0e7-e09b3e1da691",
    "TIDEGATE_CVE_USER": "tidegate@example.org",
}


def test_what_is_named_is_taken_and_the_rest_follows_from_it():
    said = publisher(
        {
            "TIDEGATE_PUBLISHER_NAME": "CERT X",
            "TIDEGATE_PUBLIC_URL": "https://advisories.example.org/",
        }
    )
    assert (said.name, said.namespace) == ("CERT X", "https://advisories.example.org")
    assert said.contact == said.namespace


def test_without_anything_it_is_nobodys_name_and_nowhere():
    assert public_url({}) == publisher({}).namespace == NOWHERE
    assert "TIDEGATE_PUBLISHER_NAME" in unnamed(publisher({}))
    named = {"TIDEGATE_PUBLISHER_NAME": "CERT X", "TIDEGATE_PUBLIC_URL": "https://cert.example.org"}
    assert unnamed(publisher(named)) == ()


@pytest.mark.parametrize("said", ["advisories", "ftp://example.org", "https://example.org/?a"])
def test_an_address_that_is_none_is_refused(said):
    with pytest.raises(PublisherError, match="TIDEGATE_PUBLIC_URL"):
        public_url({"TIDEGATE_PUBLIC_URL": said})


def test_an_account_is_named_whole_and_its_key_is_its_owners_alone(tmp_path):
    key = tmp_path / "key"
    key.write_text("S96E4QT\n")
    key.chmod(0o600)
    assert cve_account({}) is None
    with pytest.raises(PublisherError, match="go together"):
        cve_account(_CVE)
    found = cve_account({**_CVE, "TIDEGATE_CVE_KEY_FILE": str(key)})
    assert found is not None
    assert (found.account.key, found.cna.short_name) == ("S96E4QT", "certx")
    assert "S96E4QT" not in repr(found)
    key.chmod(0o644)
    with pytest.raises(HomeError, match="can be read by others"):
        cve_account({**_CVE, "TIDEGATE_CVE_KEY_FILE": str(key)})
    key.chmod(0o600)
    key.write_text("two words")
    with pytest.raises(PublisherError, match="key"):
        cve_account({**_CVE, "TIDEGATE_CVE_KEY_FILE": str(key)})
