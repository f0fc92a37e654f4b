"""What everybody can read of what is published, and what nobody can."""

from __future__ import annotations

import os
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from tests.engines.provider.publishing import (
    BASE,
    FIRST,
    PUBLISHER,
    PlainSigner,
    documents,
)
from tidegate.engines.provider import metadata
from tidegate.engines.provider.documents import Version
from tidegate.engines.provider.fetching import Answer
from tidegate.engines.provider.rules import Verdict, report_on
from tidegate.engines.provider.site import Site
from tidegate.engines.provider.visiting import visit
from tidegate.faces.web import published, published_urls

ONE = "/csaf/v2.0/white/2026/tg-2026-00000001.json"
METADATA = "/.well-known/csaf/provider-metadata.json"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(published, "home", lambda: tmp_path)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    site = Site(tmp_path / "public", BASE, PUBLISHER, PlainSigner())
    site.put([documents(1), documents(2)], FIRST)
    site.write_security_txt(
        metadata.security_txt(
            contacts=["mailto:security@example.org"],
            expires=FIRST + timedelta(days=200),
            base_url=BASE,
            metadata=metadata.csaf_fields(BASE, list(Version)),
        )
    )
    updates = tmp_path / "updates"
    for name in (
        "metadata/timestamp.json",
        "metadata/7.snapshot.json",
        f"targets/{'a' * 64}.x.json",
    ):
        (updates / name).parent.mkdir(parents=True, exist_ok=True)
        (updates / name).write_text("{}")
    (tmp_path / "secret-key").write_text("secret")
    return tmp_path


@pytest.fixture
def stranger(settings) -> Client:
    """Somebody who has not signed in, at the addresses of what is published alone."""
    settings.ROOT_URLCONF = published_urls
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    settings.MIDDLEWARE = [
        one for one in settings.MIDDLEWARE if not one.endswith("SignedInMiddleware")
    ]
    return Client(SERVER_NAME="localhost")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (METADATA, "application/json"),
        ("/.well-known/csaf/v2.1/provider-metadata.json", "application/json"),
        (f"/.well-known/csaf/openpgp/{'AB' * 20}.asc", "application/pgp-keys"),
        ("/.well-known/security.txt", "text/plain; charset=utf-8"),
        (ONE, "application/json"),
        (f"{ONE}.sha512", "text/plain; charset=utf-8"),
        (f"{ONE}.asc", "application/pgp-signature"),
        ("/csaf/v2.0/white/index.txt", "text/plain; charset=utf-8"),
        ("/csaf/v2.0/white/changes.csv", "text/csv; charset=utf-8"),
        ("/osv/npm/all.zip", "application/zip"),
        ("/osv/modified_id.csv", "text/csv; charset=utf-8"),
        ("/advisories/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/updates/metadata/timestamp.json", "application/json"),
    ],
)
def test_a_stranger_reads_what_is_published(home: Path, stranger: Client, address: str, kind: str):
    answer = stranger.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    folder, name = ("updates", address[9:]) if "/updates/" in address else ("public", address[1:])
    assert answer.content == (home / folder / name).read_bytes()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not answer.cookies


@pytest.mark.parametrize(
    "address",
    [
        "/csaf/../../secret-key",
        "/csaf/..%2f..%2fsecret-key",
        "/csaf/%2e%2e/%2e%2e/secret-key",
        "/updates/../secret-key",
        "/updates//../../secret-key",
        "/osv/%2fetc/passwd",
        "/csaf/%00",
        "/csaf/.hidden",
        "/csaf/link",
        "/csaf/linked/secret-key",
        "/csaf/pipe",
        "/csaf/v2.0/white/2026/none.json",
        f"{ONE}/",
        f"{ONE}/more",
        "/csaf/v2.0/white",
        "/updates/metadata/",
        "/updates/metadata",
        "/.well-known/csaf/../../.public-changes/lock",
        "/csaf/" + "a" * 300,
    ],
)
def test_what_is_not_published_is_not_there(home: Path, stranger: Client, address: str):
    csaf = home / "public/csaf"
    (csaf / ".hidden").write_text("secret")
    (csaf / "link").symlink_to(home / "secret-key")
    (csaf / "linked").symlink_to(home)
    os.mkfifo(csaf / "pipe")
    answer = stranger.get(address)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


def test_a_folder_of_the_installation_that_is_a_link_is_not_served(home: Path, stranger: Client):
    (home / "updates").rename(home / "elsewhere")
    (home / "updates").symlink_to(home / "elsewhere")
    assert stranger.get("/updates/metadata/timestamp.json").status_code == 404


def test_before_anything_is_published_nothing_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stranger: Client
):
    monkeypatch.setattr(published, "home", lambda: tmp_path)
    assert stranger.get(METADATA).status_code == 404
    assert stranger.get("/advisories/feed.atom").status_code == 404


@pytest.mark.parametrize("address", [ONE, "/csaf/v2.0/white/2026/"])
def test_what_has_not_changed_is_not_sent_again(home: Path, stranger: Client, address: str):
    first = stranger.get(address)
    for asked in ("ETag", "Last-Modified"):
        name = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[asked]
        again = stranger.get(address, headers={name: first.headers[asked]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    site = Site(home / "public", BASE, PUBLISHER, PlainSigner())
    later = FIRST + timedelta(days=1)
    site.put([documents(1, revised=later), documents(3)], later)
    again = stranger.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.content != first.content


@pytest.mark.parametrize(
    ("address", "lasting"),
    [
        ("/updates/metadata/timestamp.json", "no-cache"),
        ("/updates/metadata/7.snapshot.json", "public, max-age=31536000, immutable"),
        (f"/updates/targets/{'a' * 64}.x.json", "public, max-age=31536000, immutable"),
        (ONE, "public, max-age=60"),
        (METADATA, "public, max-age=60"),
    ],
)
def test_how_long_a_copy_may_be_kept(home: Path, stranger: Client, address: str, lasting: str):
    assert stranger.get(address).headers["Cache-Control"] == lasting


def test_a_listing_leads_to_every_file_without_a_script(home: Path, stranger: Client):
    answer = stranger.get("/csaf/v2.0/white/2026/")
    text = answer.content.decode()
    assert 'href="tg-2026-00000001.json"' in text
    assert "<script" not in text
    assert 'href="white/"' in stranger.get("/csaf/v2.0/").content.decode()


def test_a_listing_shows_a_strange_name_as_text(home: Path, stranger: Client):
    (home / 'public/csaf/"><script>').write_text("")
    text = stranger.get("/csaf/").content.decode()
    assert "<script" not in text
    assert "%22%3E%3Cscript%3E" in text


def test_a_large_file_comes_in_pieces_and_whole(home: Path, stranger: Client):
    content = os.urandom(3 << 20)
    (home / "public/osv/npm/all.zip").write_bytes(content)
    answer: Any = stranger.get("/osv/npm/all.zip")
    assert answer.streaming
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.getvalue() == content
    head = stranger.head("/osv/npm/all.zip")
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(content)))


def test_a_large_file_comes_in_pieces_to_an_asgi_server_too(home: Path, stranger: Client):
    content = os.urandom(3 << 20)
    (home / "public/osv/npm/all.zip").write_bytes(content)

    async def fetched() -> bytes:
        answer: Any = await AsyncClient().get("/osv/npm/all.zip")
        assert answer.is_async
        return b"".join([piece async for piece in answer.streaming_content])

    assert async_to_sync(fetched)() == content


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_is_changed_from_outside(home: Path, stranger: Client, method: str):
    assert getattr(stranger, method)(ONE).status_code == 405


def test_the_archive_opens_as_it_came(home: Path, stranger: Client):
    with zipfile.ZipFile(BytesIO(stranger.get("/osv/npm/all.zip").content)) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("version", list(Version))
def test_what_is_served_keeps_the_rules_that_a_server_has_to_keep(
    home: Path, stranger: Client, version: Version
):
    class Asking:
        is_server = True

        def __call__(self, address: str, agent: str = "") -> Answer:
            answer = stranger.get(
                unquote(address.removeprefix(BASE)), headers={"User-Agent": agent}
            )
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(address, answer.status_code, answer.content, headers, (), True)

    seen = visit(Asking(), f"{BASE}/{metadata.metadata_name(version)}", validate=lambda _: [])
    report = report_on(seen, FIRST)
    told = {one.number: one.faults for one in report.results if one.verdict is Verdict.FAILS}
    # A name in DNS is not given here, and the signer of this test signs with nothing.
    assert set(told) == {10, 19, 20}
