"""Fetching: bounded in size and time whatever the server does, with hashes, and no secret lost."""

from __future__ import annotations

import gzip
import hashlib
import socket
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import InsecureRequestWarning

from tests.registry import QUICK, Registry, answers
from tidegate.engines.reproduction.ecosystems.addresses import origin, resolved, shown
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.download import (
    Access,
    Bounds,
    DigestError,
    Downloader,
    MissingError,
)
from tidegate.engines.reproduction.packages import PackageError

CONTENT = b"an archive" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
Digests = Mapping[str, str]
SHORT = replace(QUICK, total_seconds=0.4)


def downloader(
    registry: Registry, bounds: Bounds = QUICK, access: Access | None = None
) -> Downloader:
    return Downloader([registry.url], access, bounds)


def page(registry: Registry, bounds: Bounds = QUICK) -> bytes:
    return downloader(registry, bounds).page(f"{registry.url}/it", "*/*").body


def archive(registry: Registry, cache: Cache, expected: Digests, bounds: Bounds = QUICK) -> bytes:
    found = downloader(registry, bounds).archive(f"{registry.url}/it", expected, cache)
    return found[0].read_bytes()


ENDLESS = {
    "endless body": (answers.endless(), "larger than 1 MiB|larger than 4 MiB"),
    "dripping body": (answers.dripping(), "took longer than 0.4 s"),
    "dripping headers": (answers.dripping_headers(), "took longer than 0.4 s"),
    "endless trailers": (answers.endless_trailers(CONTENT), "took longer than 0.4 s"),
    "no answer": (answers.silence(), "took longer than 0.4 s"),
}


@pytest.mark.parametrize(("answer", "reason"), ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_cut_off(registry, cache, answer, reason):
    registry.answer("/it", answer)
    started = time.monotonic()
    with pytest.raises(PackageError, match=reason):
        page(registry, SHORT)
    with pytest.raises(PackageError, match=reason):
        archive(registry, cache, {"sha256": SHA256}, SHORT)
    assert time.monotonic() - started < 4
    assert not list((cache.folder / "incoming").iterdir())


def test_a_server_that_stays_silent_is_given_up_and_says_so(registry):
    registry.answer("/it", answers.silence())
    with pytest.raises(PackageError, match=r"cannot be reached: .*timed out"):
        page(registry, replace(QUICK, silent_seconds=0.1))
    assert registry.asked("/it") == 3


def test_a_small_page_that_decompresses_to_a_huge_one_is_refused(registry):
    registry.answer("/it", answers.compressed_bomb())
    with pytest.raises(PackageError, match="larger than 1 MiB"):
        page(registry)


def test_the_body_of_a_redirect_is_not_read(registry):
    def endless_redirect(exchange: answers.Exchange) -> None:
        exchange.hang_up()
        exchange.write(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n")
        while not exchange.ending.wait(0.001):
            exchange.write(bytes(1 << 16))

    registry.answer("/it", endless_redirect)
    registry.answer("/there", answers.body(b"arrived"))
    assert page(registry) == b"arrived"


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("/it", "redirects more than 5 times"),
        ("file:///etc/passwd", "not HTTP"),
        ("ftp://files.example/x", "not HTTP"),
        ("data:text/html,x", "not HTTP"),
        ("http://[", "an address that is none"),
        ("http://host:99999999/", "an address that is none"),
    ],
)
def test_a_redirect_leads_to_the_web_and_not_for_ever(registry, to, reason):
    registry.answer("/it", answers.redirect(to))
    with pytest.raises(PackageError, match=reason):
        page(registry)


def test_a_redirect_out_of_encryption_is_refused(registry):
    encrypted = Downloader(["https://registry.example/"], bounds=QUICK)
    with pytest.raises(PackageError, match="not encrypted"):
        encrypted._redirected("https://registry.example/a", "http://registry.example/a")
    named = Downloader(["https://registry.example/", "http://inner.example/"], bounds=QUICK)
    assert named._redirected("https://registry.example/", "http://inner.example/") == (
        "http://inner.example/"
    )


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(registry, code):
    registry.answer("/it", answers.redirect("/there?a=b", code))
    registry.answer("/there", answers.body(b"arrived"))
    assert page(registry) == b"arrived"


def test_a_busy_server_is_asked_again(registry):
    registry.answer(
        "/it",
        answers.first(answers.status(500), answers.status(503), then=answers.body(b"at last")),
    )
    assert page(registry) == b"at last"
    assert registry.asked("/it") == 3


def test_a_server_that_stays_busy_is_not_asked_for_ever(registry):
    registry.answer("/it", answers.status(502))
    with pytest.raises(PackageError, match="answers 502"):
        page(registry)
    assert registry.asked("/it") == 3


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (404, MissingError, "not there"),
        (410, MissingError, "not there"),
        (401, PackageError, "check the credentials"),
        (403, PackageError, "check the credentials"),
        (400, PackageError, "answers 400"),
        (204, PackageError, "answers 204"),
    ],
)
def test_an_error_is_told_and_not_tried_again(registry, code, kind, reason):
    registry.answer("/it", answers.status(code))
    with pytest.raises(kind, match=reason):
        page(registry)
    assert registry.asked("/it") == 1


def test_a_server_that_is_not_there_is_named(registry):
    registry.close()
    with pytest.raises(PackageError, match="cannot be reached: ConnectionRefusedError"):
        page(registry)


def test_an_archive_is_fetched_once_and_then_comes_from_the_cache(registry, cache):
    registry.answer("/it", answers.body(CONTENT))
    assert archive(registry, cache, {"sha256": SHA256}) == CONTENT
    assert archive(registry, cache, {"sha256": SHA256.upper()}) == CONTENT
    assert registry.asked("/it") == 1


def test_the_cache_knows_an_archive_by_its_content_not_by_its_address(registry, cache):
    registry.answer("/it", answers.body(CONTENT))
    archive(registry, cache, {"sha256": SHA256})
    elsewhere = downloader(registry).archive(f"{registry.url}/other", {"sha256": SHA256}, cache)
    assert elsewhere[0].read_bytes() == CONTENT
    assert registry.asked("/other") == 0


def test_many_threads_that_want_one_archive_fetch_it_once(registry, cache):
    registry.answer("/it", answers.slowly(0.05, answers.body(CONTENT)))
    one = downloader(registry)
    with ThreadPoolExecutor(8) as pool:
        found = set(
            pool.map(
                lambda _: one.archive(f"{registry.url}/it", {"sha256": SHA256}, cache), range(16)
            )
        )
    assert len(found) == registry.asked("/it") == 1
    one.close()


@pytest.mark.parametrize("algorithm", ["sha512", "sha384", "sha256", "sha1", "md5"])
def test_any_digest_of_an_index_is_checked(registry, cache, algorithm):
    registry.answer("/it", answers.body(CONTENT))
    true = hashlib.new(algorithm, CONTENT).hexdigest()
    false = ("0" if true[0] != "0" else "1") + true[1:]
    with pytest.raises(DigestError, match=f"{algorithm} {true} came, {false} was promised"):
        archive(registry, cache, {algorithm: false})
    assert not list((cache.folder / "archives").glob("*/*"))
    assert archive(registry, cache, {algorithm: true}) == CONTENT
    assert archive(registry, cache, {algorithm: true}) == CONTENT
    assert registry.asked("/it") == 2


def test_the_strongest_digest_counts(registry, cache):
    registry.answer("/it", answers.body(CONTENT))
    with pytest.raises(DigestError):
        archive(registry, cache, {"md5": hashlib.md5(CONTENT).hexdigest(), "sha512": "0" * 128})
    assert archive(registry, cache, {"sha256": SHA256, "md5": "0" * 32}) == CONTENT


def test_a_digest_that_cannot_be_checked_is_no_reason_to_believe(registry, cache):
    registry.answer("/it", answers.body(CONTENT))
    for expected in ({"crc32": "0" * 8}, {"sha256": "abc"}, {"sha256": "../../etc/passwd"}):
        with pytest.raises(DigestError, match="no digest of the index can be checked"):
            archive(registry, cache, expected)
    assert registry.requests == []


def test_an_archive_that_breaks_off_is_not_kept(registry, cache):
    registry.answer("/it", answers.broken_off(CONTENT, 100))
    with pytest.raises(PackageError, match="broke off"):
        archive(registry, cache, {})
    assert not (cache.folder / "archives").exists()


def test_an_archive_comes_as_it_is_even_if_a_server_calls_its_gzip_an_encoding(registry, cache):
    compressed = gzip.compress(CONTENT)
    registry.answer("/it", answers.body(compressed, Content_Encoding="gzip"))
    assert archive(registry, cache, {}) == compressed
    assert page(registry) == CONTENT


class TestCredentials:
    """They go to the registry that they are for, and to nobody that it leads to."""

    @pytest.fixture
    def other(self):
        with Registry(host="127.0.0.2") as running:
            yield running

    def access(self, registry: Registry) -> Access:
        def credentials(url: str):
            return HTTPBasicAuth("user", "secret") if url.startswith(registry.url) else None

        return Access(credentials=credentials)

    def test_a_registry_that_asks_gets_them(self, registry):
        registry.answer("/it", answers.only_with("Basic dXNlcjpzZWNyZXQ=", answers.body(b"in")))
        one = downloader(registry, access=self.access(registry))
        assert one.page(f"{registry.url}/it", "*/*").body == b"in"

    def test_another_host_does_not(self, registry, other):
        registry.answer("/it", answers.redirect(f"{other.url}/there"))
        other.answer("/there", answers.redirect(f"{registry.url}/back"))
        registry.answer("/back", answers.body(b"back"))
        one = downloader(registry, access=self.access(registry))
        assert one.page(f"{registry.url}/it", "*/*").body == b"back"
        assert "Authorization" not in other.requests[0].headers
        assert [r.headers.get("Authorization") for r in registry.requests] == [
            "Basic dXNlcjpzZWNyZXQ="
        ] * 2

    def test_netrc_is_for_what_is_encrypted_or_named_in_the_settings(
        self, registry, other, tmp_path, monkeypatch
    ):
        netrc = tmp_path / "netrc"
        netrc.write_text(
            "machine 127.0.0.1 login user password secret\n"
            "machine 127.0.0.2 login user password other\n"
        )
        monkeypatch.setenv("NETRC", str(netrc))
        registry.answer("/it", answers.redirect(f"{other.url}/there"))
        other.answer("/there", answers.body(b"x"))
        page(registry)
        assert registry.requests[0].headers["Authorization"] == "Basic dXNlcjpzZWNyZXQ="
        assert "Authorization" not in other.requests[0].headers

    def test_cookies_are_neither_kept_nor_sent(self, registry):
        registry.answer("/it", answers.body(b"x", Set_Cookie="session=1; Path=/"))
        one = downloader(registry)
        one.page(f"{registry.url}/it", "*/*")
        one.page(f"{registry.url}/it", "*/*")
        assert "Cookie" not in registry.requests[1].headers

    def test_no_message_shows_them(self, registry):
        with_password = registry.url.replace("//", "//user:secret@") + "/it?token=secret#secret"
        registry.answer("/it", answers.status(403))
        with pytest.raises(PackageError) as refusal:
            downloader(registry).page(with_password, "*/*")
        assert "secret" not in str(refusal.value)
        registry.close()
        with pytest.raises(PackageError) as refusal:
            downloader(registry).page(with_password, "*/*")
        assert "secret" not in str(refusal.value)


class TestEncrypted:
    """Over TLS all of it holds too, and only for those whose certificate is trusted."""

    @pytest.fixture
    def encrypted(self, tmp_path):
        with Registry(keys=tmp_path) as running:
            yield running

    def trusting(self, encrypted: Registry, bounds: Bounds = SHORT) -> Downloader:
        return Downloader([encrypted.url], encrypted.npm_settings.access, bounds)

    def test_a_certificate_is_checked_against_those_of_the_settings(self, encrypted, cache):
        encrypted.answer("/it", answers.body(CONTENT))
        assert self.trusting(encrypted).page(f"{encrypted.url}/it", "*/*").body == CONTENT
        with pytest.raises(PackageError, match="certificate verify failed"):
            page(encrypted)
        unchecked = Access(unverified_hosts=frozenset({encrypted.host}))
        with pytest.warns(InsecureRequestWarning):
            downloader(encrypted, access=unchecked).page(f"{encrypted.url}/it", "*/*")

    @pytest.mark.parametrize(("answer", "reason"), ENDLESS.values(), ids=ENDLESS)
    def test_what_never_ends_is_cut_off(self, encrypted, answer, reason):
        encrypted.answer("/it", answer)
        with pytest.raises(PackageError, match=reason):
            self.trusting(encrypted).page(f"{encrypted.url}/it", "*/*")

    def test_a_handshake_that_never_ends_is_cut_off(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"https://127.0.0.1:{mute.getsockname()[1]}/it"
            with pytest.raises(PackageError, match=r"took longer than 0\.4 s"):
                Downloader([url], bounds=SHORT).page(url, "*/*")

    def test_it_does_not_lead_out_of_encryption(self, encrypted, registry):
        encrypted.answer("/it", answers.redirect(f"{registry.url}/it"))
        with pytest.raises(PackageError, match="which is not encrypted"):
            self.trusting(encrypted).page(f"{encrypted.url}/it", "*/*")
        assert registry.requests == []

    def test_a_connection_is_used_again(self, encrypted):
        encrypted.answer("/it", answers.body(CONTENT))
        one = self.trusting(encrypted)
        for _ in range(3):
            one.page(f"{encrypted.url}/it", "*/*")
        assert len({request.peer for request in encrypted.requests}) == 1


class TestFiles:
    """A `file://` address is read only where the settings name one."""

    def test_a_folder_is_listed_and_its_files_are_archives(self, tmp_path, cache):
        folder = tmp_path / "links"
        folder.mkdir()
        (folder / "a b-1.0.tar.gz").write_bytes(CONTENT)
        one = Downloader([folder.as_uri()], bounds=QUICK)
        listed = one.page(folder.as_uri(), "*/*")
        assert b'href="a%20b-1.0.tar.gz"' in listed.body
        url = resolved(listed.url, "a%20b-1.0.tar.gz")
        assert one.archive(url, {"sha256": SHA256}, cache)[0].read_bytes() == CONTENT
        with pytest.raises(DigestError):
            one.archive(url, {"sha256": "0" * 64}, cache)

    def test_what_is_not_there_is_missing(self, tmp_path, cache):
        one = Downloader([], bounds=QUICK)
        with pytest.raises(MissingError):
            one.page((tmp_path / "no").as_uri(), "*/*")
        with pytest.raises(MissingError):
            one.archive((tmp_path / "no").as_uri(), {}, cache)

    def test_a_page_of_any_size_is_not_read(self, tmp_path):
        big = tmp_path / "index.html"
        big.write_bytes(bytes(QUICK.page_bytes + 1))
        with pytest.raises(PackageError, match="larger than 1 MiB"):
            Downloader([], bounds=QUICK).page(tmp_path.as_uri(), "*/*")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Host.example/a", "https://user:pw@host.example:443/b"),
        ("http://host.example:80/", "http://host.example"),
    ],
)
def test_an_origin_is_scheme_host_and_port(one, other):
    assert origin(one) == origin(other)
    assert origin(one) != origin(one.replace("://host.", "://other.").replace("//Host", "//Other"))


def test_an_address_is_shown_without_secrets():
    assert shown("https://user:pw@host/path?token=1#x") == "https://host/path"
