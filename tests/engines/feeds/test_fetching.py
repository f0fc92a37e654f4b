"""Fetching from a server of this machine: conditional, bounded, whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.engines.feeds.samples import kev, kev_entry, read
from tidegate.engines.feeds import FEEDS, judge
from tidegate.engines.feeds.digests import DigestError, Signed, promised
from tidegate.engines.feeds.fetching import (
    Fetched,
    FetchError,
    FetchLimits,
    NotModified,
    fetch,
)

KEV = FEEDS["kev"]
HERE = frozenset({"127.0.0.1"})
QUICK = FetchLimits(connect_seconds=2, silent_seconds=2, total_seconds=5)


class Mirror:
    """A mirror whose answers a test writes, and that keeps what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.status: dict[str, int] = {}
        self.cut: set[str] = set()
        self.drip: set[str] = set()
        self.asked: list[tuple[str, dict[str, str]]] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def address(self, path: str = "/kev.json") -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path
        self.asked.append((path, {name.lower(): said for name, said in request.headers.items()}))
        extra = self.headers.get(path, {})
        content = self.files.get(path, b"")
        status = self.status.get(path, 200 if path in self.files else 404)
        if "ETag" in extra and request.headers.get("If-None-Match") == extra["ETag"]:
            status, content = 304, b""
        request.send_response(status)
        for name, said in extra.items():
            request.send_header(name, said)
        if status != 304:
            request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if path in self.drip:
            for at in range(len(content)):
                request.wfile.write(content[at : at + 1])
                request.wfile.flush()
                time.sleep(0.05)
        elif path in self.cut:
            request.wfile.write(content[: len(content) // 2])
            request.close_connection = True
        else:
            request.wfile.write(content)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    made = Mirror()
    made.files["/kev.json"] = kev()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _fetch(mirror: Mirror, folder: Path, path: str = "/kev.json", **more: object) -> object:
    where = mirror.address(path)
    return fetch(KEV, folder / "kev", where=where, allowed_hosts=HERE, limits=QUICK, **more)  # type: ignore[arg-type]


def _nothing_is_left(folder: Path) -> bool:
    return list(folder.iterdir()) == []


def test_what_is_new_comes_whole_and_what_is_not_costs_no_body(mirror: Mirror, tmp_path: Path):
    mirror.headers["/kev.json"] = {
        "ETag": '"one"',
        "Last-Modified": "Fri, 20 Nov 2026 15:00:00 GMT",
    }
    first = _fetch(mirror, tmp_path)
    assert isinstance(first, Fetched)
    assert (tmp_path / "kev").read_bytes() == kev()
    assert first.sha256 == hashlib.sha256(kev()).hexdigest()
    assert (first.size, first.etag) == (len(kev()), '"one"')
    second = _fetch(mirror, tmp_path, etag=first.etag, last_modified=first.last_modified)
    assert second == NotModified(first.etag, first.last_modified)
    _, asked = mirror.asked[-1]
    assert asked["if-none-match"] == '"one"'
    assert asked["if-modified-since"] == first.last_modified
    assert "cookie" not in asked


def test_an_edition_that_shrank_went_back_or_broke_is_fetched_and_not_let_in(
    mirror: Mirror, tmp_path: Path
):
    many = [kev_entry(f"CVE-2026-{n}") for n in range(1000, 1010)]
    broken = [entry | {"cveID": "none"} for entry in many[:3]] + many[3:]
    editions = {
        "good": kev(*many),
        "shrunk-by-half": kev(*many[:5], catalogVersion="2026.11.21"),
        "back-in-time": kev(*many, dateReleased="2026-11-19T00:00:00Z"),
        "broken-schema": kev(*broken, catalogVersion="2026.11.21"),
    }
    last_good = None
    for outcome, content in editions.items():
        mirror.files["/kev.json"] = content
        assert isinstance(_fetch(mirror, tmp_path), Fetched)
        reading, _ = read("kev", tmp_path / "kev")
        verdict = judge(last_good, reading.edition)
        if outcome == "good":
            assert verdict
            last_good = reading.edition
        else:
            assert verdict.is_refused
            assert verdict.outcome == outcome


def test_a_failure_leaves_the_file_that_was_there(mirror: Mirror, tmp_path: Path):
    _fetch(mirror, tmp_path)
    mirror.files["/kev.json"] = kev() * 2
    mirror.cut.add("/kev.json")
    with pytest.raises(FetchError, match="broke off"):
        _fetch(mirror, tmp_path)
    assert (tmp_path / "kev").read_bytes() == kev()
    assert [path.name for path in tmp_path.iterdir()] == ["kev"]


@pytest.mark.parametrize("status", [403, 404, 500, 206, 304])
def test_any_other_answer_is_an_error_and_no_edition(mirror: Mirror, tmp_path: Path, status: int):
    mirror.status["/kev.json"] = status
    with pytest.raises(FetchError):
        _fetch(mirror, tmp_path)
    assert _nothing_is_left(tmp_path)


def test_more_than_the_bound_is_refused(mirror: Mirror, tmp_path: Path):
    mirror.files["/kev.json"] = b" " * (KEV.most_bytes + 1)
    with pytest.raises(FetchError, match="larger than 64 MiB"):
        _fetch(mirror, tmp_path)
    assert _nothing_is_left(tmp_path)


def test_a_server_that_drips_is_cut_off(mirror: Mirror, tmp_path: Path):
    mirror.drip.add("/kev.json")
    limits = FetchLimits(silent_seconds=2, total_seconds=0.3)
    with pytest.raises(FetchError, match="took longer"):
        fetch(KEV, tmp_path / "kev", where=mirror.address(), allowed_hosts=HERE, limits=limits)
    assert _nothing_is_left(tmp_path)


def test_redirects_are_followed_up_to_a_bound_and_only_to_what_is_allowed(
    mirror: Mirror, tmp_path: Path
):
    for path, to in (("/a", "/kev.json"), ("/loop", "/loop"), ("/file", "file:///etc/passwd")):
        mirror.status[path] = 302
        mirror.headers[path] = {"Location": to}
    assert isinstance(_fetch(mirror, tmp_path, "/a"), Fetched)
    (tmp_path / "kev").unlink()
    with pytest.raises(FetchError, match="redirects more than 5"):
        _fetch(mirror, tmp_path, "/loop")
    with pytest.raises(FetchError, match="no web address"):
        _fetch(mirror, tmp_path, "/file")
    other = Mirror()
    other.files["/kev.json"] = kev()
    mirror.status["/b"] = 302
    mirror.headers["/b"] = {"Location": other.address()}
    with pytest.raises(FetchError, match="not encrypted"):
        _fetch(mirror, tmp_path, "/b")
    mirror.headers["/b"] = {"Location": f"https://localhost:{other.server.server_port}/"}
    with pytest.raises(FetchError, match="localhost is at"):
        _fetch(mirror, tmp_path, "/b")
    assert other.asked == []
    other.server.shutdown()
    other.server.server_close()
    assert _nothing_is_left(tmp_path)


def test_a_private_address_is_not_asked_unless_the_caller_allows_it(mirror: Mirror, tmp_path: Path):
    with pytest.raises(FetchError, match="only this machine"):
        fetch(KEV, tmp_path / "kev", where=mirror.address(), limits=QUICK)
    assert mirror.asked == []
    assert _nothing_is_left(tmp_path)


@pytest.mark.parametrize(
    "where", ["ftp://127.0.0.1/x", "kev.json", "http://[::1", "https://u:p@h/x"]
)
def test_what_is_no_address_is_refused_without_its_secrets(tmp_path: Path, where: str):
    with pytest.raises(FetchError) as caught:
        fetch(KEV, tmp_path / "kev", where=where, allowed_hosts=HERE, limits=QUICK)
    assert "u:p" not in str(caught.value)


MD5 = base64.b64encode(hashlib.md5(kev()).digest()).decode()
SHA256 = base64.b64encode(hashlib.sha256(kev()).digest()).decode()


@pytest.mark.parametrize(
    ("headers", "is_good"),
    [
        ({"x-goog-hash": f"crc32c=AAAAAA==, md5={MD5}"}, True),
        ({"x-goog-hash": "md5=AAAAAAAAAAAAAAAAAAAAAA=="}, False),
        ({"Repr-Digest": f"sha-256=:{SHA256}:"}, True),
        ({"Repr-Digest": "sha-256=:AAAA:"}, False),
    ],
)
def test_a_digest_in_the_head_is_checked(
    mirror: Mirror, tmp_path: Path, headers: dict[str, str], is_good: bool
):
    mirror.headers["/kev.json"] = headers
    if is_good:
        assert isinstance(_fetch(mirror, tmp_path), Fetched)
    else:
        with pytest.raises(FetchError, match="damaged"):
            _fetch(mirror, tmp_path)
        assert _nothing_is_left(tmp_path)


def test_a_digest_and_a_signature_over_it_are_checked_before_the_file_is_kept(
    mirror: Mirror, tmp_path: Path
):
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    line = f"{hashlib.sha256(kev()).hexdigest()}  mirror/kev.json\n".encode()
    mirror.files |= {"/sums": line, "/sums.sig": base64.b64encode(key.sign(line))}
    signed = Signed(mirror.address("/sums.sig"), public)
    sums = mirror.address("/sums")
    assert isinstance(_fetch(mirror, tmp_path, digest_address=sums, signed=signed), Fetched)
    (tmp_path / "kev").unlink()
    mirror.files["/sums.sig"] = key.sign(line)
    assert isinstance(_fetch(mirror, tmp_path, digest_address=sums, signed=signed), Fetched)
    (tmp_path / "kev").unlink()
    with pytest.raises(FetchError, match="say where those are"):
        _fetch(mirror, tmp_path, signed=signed)
    mirror.files["/kev.json"] = kev(kev_entry("CVE-2026-6666"))
    with pytest.raises(FetchError, match="promised"):
        _fetch(mirror, tmp_path, digest_address=sums, signed=signed)
    mirror.files["/sums"] = hashlib.sha256(mirror.files["/kev.json"]).hexdigest().encode()
    with pytest.raises(FetchError, match="signature"):
        _fetch(mirror, tmp_path, digest_address=sums, signed=signed)
    del mirror.files["/sums"]
    with pytest.raises(FetchError, match="404"):
        _fetch(mirror, tmp_path, digest_address=sums)
    assert _nothing_is_left(tmp_path)


def test_a_file_of_digests_promises_only_for_the_file_that_it_names():
    one, two = "a" * 64, "B" * 64
    assert promised(f"{one}\n".encode(), "kev.json") == one
    assert promised(f"{one}  a.json\n{two} *kev.json\n".encode(), "kev.json") == two.lower()
    for content in (b"", b"<html>", f"{one}  other.json".encode(), f"{one} k\n{two} k".encode()):
        with pytest.raises(DigestError):
            promised(content, "k")
