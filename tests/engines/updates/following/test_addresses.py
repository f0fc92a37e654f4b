"""What a server may do to a client: be slow, be endless, send it elsewhere, be somebody else."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.engines.updates.following.pulls import Client
from tests.engines.updates.following.repositories import NOW, Repository
from tidegate.engines.updates.following.addresses import AddressError, origin_of
from tidegate.engines.updates.following.bounds import Bounds
from tidegate.engines.updates.following.following import Followed, Place, follow
from tidegate.engines.updates.following.refusals import Cause, FollowError

Odd = Callable[[BaseHTTPRequestHandler], bool]
QUICK = Bounds(connect_seconds=2, silent_seconds=0.3, file_seconds=0.6, total_seconds=5)


@contextlib.contextmanager
def _serving(repository: Repository, odd: Odd | None = None) -> Iterator[str]:
    """Serve a repository on the loopback; `odd` may answer in its own way, and says if it did."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if odd is not None and odd(self):
                return
            content = repository.files.get(self.path.removeprefix("/updates/"))
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/updates/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pull(client: Client, where: str, bounds: Bounds = QUICK, **given: str) -> Followed:
    place = Place(where, **given)
    return follow(place, client.room, client.root, known=0, now=NOW, bounds=bounds)


def _refused(client: Client, where: str, bounds: Bounds = QUICK, **given: str) -> FollowError:
    with pytest.raises(FollowError) as caught:
        _pull(client, where, bounds, **given)
    return caught.value


def test_what_was_published_comes_over_the_web(client: Client, repository: Repository) -> None:
    repository.add("advisories/TG-2026-aaaaaaaa.json", b"one")
    with _serving(repository) as where:
        followed = _pull(client, where)
    assert [one.read() for one in followed.arrived] == [b"one"]
    asked = [raw for path, raw in repository.files.items() if "/2.root" not in path]
    assert 0 < followed.fetched_bytes <= sum(map(len, asked))


def _drips(what: str) -> Odd:
    def odd(handler: BaseHTTPRequestHandler) -> bool:
        if not handler.path.endswith(what):
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)
        handler.close_connection = True
        return True

    return odd


def _drips_headers(handler: BaseHTTPRequestHandler) -> bool:
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)
    handler.close_connection = True
    return True


def _falls_silent(handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.wfile.flush()
    time.sleep(1)
    handler.close_connection = True
    return True


@pytest.mark.parametrize(
    "odd",
    [_drips("timestamp.json"), _drips_headers, _falls_silent],
    ids=["body", "header", "silent"],
)
def test_slow_retrieval_ends(client: Client, repository: Repository, odd: Odd) -> None:
    with _serving(repository, odd) as where:
        assert _refused(client, where).cause is Cause.TOO_SLOW


def test_endless_data_ends(client: Client, repository: Repository) -> None:
    def odd(handler: BaseHTTPRequestHandler) -> bool:
        if not handler.path.endswith("timestamp.json"):
            return False
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(2_000):
                handler.wfile.write(b" " * 65_536)
        handler.close_connection = True
        return True

    with _serving(repository, odd) as where:
        assert _refused(client, where).cause is Cause.TOO_LARGE


def test_a_body_that_breaks_off_is_not_a_whole_one(client: Client, repository: Repository) -> None:
    def odd(handler: BaseHTTPRequestHandler) -> bool:
        if not handler.path.endswith("timestamp.json"):
            return False
        content = repository.files["metadata/timestamp.json"]
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:-10])
        handler.close_connection = True
        return True

    with _serving(repository, odd) as where:
        assert _refused(client, where).cause is Cause.UNREACHABLE


def _moved(to: str) -> Odd:
    def odd(handler: BaseHTTPRequestHandler) -> bool:
        if not handler.path.endswith("/updates/metadata/timestamp.json"):
            return False
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    return odd


def test_nobody_is_followed_to_another_host(client: Client, repository: Repository) -> None:
    asked: list[str] = []

    def spy(handler: BaseHTTPRequestHandler) -> bool:
        asked.append(handler.path)
        return False

    with (
        _serving(repository, spy) as elsewhere,
        _serving(repository, _moved(f"{elsewhere}metadata/timestamp.json")) as where,
    ):
        said = _refused(client, where)
    assert said.cause is Cause.UNREACHABLE
    assert "another host" in said.what
    assert not asked


@pytest.mark.parametrize(
    "to",
    ["file:///etc/hostname", "//localhost/x", "http://user@127.0.0.1/x", "ftp://127.0.0.1/", ""],
)
def test_nobody_is_followed_to_what_is_no_place_of_the_repository(
    client: Client, repository: Repository, to: str
) -> None:
    with _serving(repository, _moved(to)) as where:
        assert _refused(client, where).cause is Cause.UNREACHABLE


def test_a_move_within_the_host_is_followed(client: Client, repository: Repository) -> None:
    repository.files["moved.json"] = repository.files["metadata/timestamp.json"]
    with _serving(repository, _moved("/updates/moved.json")) as where:
        assert _pull(client, where).timestamp_version == 1


def test_a_server_error_is_no_end_of_the_roots(client: Client, repository: Repository) -> None:
    def odd(handler: BaseHTTPRequestHandler) -> bool:
        if not handler.path.endswith("2.root.json"):
            return False
        handler.send_response(500)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    with _serving(repository, odd) as where:
        said = _refused(client, where)
    assert said.cause is Cause.UNREACHABLE
    assert "500" in said.what


def test_a_host_that_does_not_answer_is_said_by_name(client: Client) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    said = _refused(client, f"http://127.0.0.1:{port}/updates/")
    assert said.cause is Cause.UNREACHABLE
    assert "127.0.0.1" in said.what


def test_the_environment_is_not_believed(
    client: Client, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with _serving(repository) as where:
        assert _pull(client, where).root_version == 1


def test_certificates_that_cannot_be_read_are_said(client: Client, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(b"no certificate")
    said = _refused(client, "https://127.0.0.1:9/", ca_file=str(tmp_path / "ca.pem"))
    assert said.cause is Cause.UNREACHABLE


@pytest.mark.parametrize(
    "address",
    ["ftp://host/", "https://", "https://u:p@host/", "https://host:x/", "https://host/?q", "host"],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(AddressError):
        origin_of(address)
