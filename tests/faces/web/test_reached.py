"""Nobody is listened to where others could read along, and nobody's word stands for another's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from tidegate.faces.web.door import Door
from tidegate.faces.web.foreign import tells_nothing
from tidegate.faces.web.proxied import behind
from tidegate.faces.web.serving import NotLoopbackError, address_of, check_host, listen
from tidegate.instance.reach import Reach, ReachError

PROXIED = Reach("https://gate.example.org", proxies=(ip_network("10.0.0.5"),))
BEYOND = ["0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "fe80::1"]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: Any) -> Reach:
    """Return a reach with a certificate of its own."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate.example.org")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start.replace(year=2036))
        .sign(key, SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    form = (Encoding.PEM, PrivateFormat.PKCS8)
    (folder / "key.pem").write_bytes(key.private_bytes(*form, NoEncryption()))
    (folder / "locked.pem").write_bytes(key.private_bytes(*form, BestAvailableEncryption(b"x")))
    other = ec.generate_private_key(ec.SECP256R1())
    (folder / "other.pem").write_bytes(other.private_bytes(*form, NoEncryption()))
    return Reach("https://gate.example.org", folder / "certificate.pem", folder / "key.pem")


@pytest.mark.parametrize("host", BEYOND)
def test_without_either_nothing_is_bound_beyond_loopback_and_the_mend_is_named(host: str) -> None:
    with pytest.raises(NotLoopbackError, match=r"TIDEGATE_CERTIFICATE.*TIDEGATE_PROXY.*ssh -L"):
        listen(host, 0, Reach())


@pytest.mark.parametrize("host", BEYOND)
def test_with_tls_or_behind_a_named_proxy_it_is(host: str, certified: Reach) -> None:
    assert check_host(host, PROXIED) == host
    assert check_host(host, certified) == host


@pytest.mark.parametrize("host", ["desk.example", "", "300.1.1.1", "10.0.0.1:80"])
def test_what_is_no_address_is_refused_either_way(host: str) -> None:
    for reached in (Reach(), PROXIED):
        with pytest.raises(NotLoopbackError):
            check_host(host, reached)


def test_it_says_the_address_that_people_have(certified: Reach) -> None:
    with listen("127.0.0.1", 0, certified) as bound:
        assert address_of(bound, certified) == "https://gate.example.org/"


@pytest.mark.parametrize("key", ["other.pem", "locked.pem", "certificate.pem"])
def test_a_certificate_without_its_key_is_found_out_before_anybody_asks(
    certified: Reach, key: str
) -> None:
    assert certified.certificate is not None
    wrong = replace(certified, key=certified.certificate.with_name(key))
    with pytest.raises(ReachError, match="no certificate with its key"):
        listen("127.0.0.1", 0, wrong)


class Inner:
    """Remembers what it sees of a request."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen = {"client": scope["client"], "scheme": scope["scheme"]}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def ask(
    application: Any, *, peer: str = "10.0.0.5", path: str = "/", query: str = "", **headers: str
) -> tuple[int, bytes]:
    named = {"host": "gate.example.org", **headers}
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "client": (peer, 4000),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in named.items()],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async_to_sync(application)(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


def test_a_named_proxy_is_believed_and_whoever_comes_past_it_is_refused() -> None:
    inner = Inner()
    application = behind(inner, PROXIED)
    forwarded = {"x_forwarded_for": "203.0.113.9", "x_forwarded_proto": "https"}
    assert ask(application, **forwarded)[0] == 200
    assert inner.seen == {"client": ("203.0.113.9", 0), "scheme": "https"}
    for peer in ("10.0.0.6", "127.0.0.1", "203.0.113.9", "::1"):
        inner.seen = {}
        assert ask(application, peer=peer, **forwarded)[0] == 403
        assert inner.seen == {}
    # On a socket that hears both, the same proxy has another name.
    assert ask(application, peer="::ffff:10.0.0.5", **forwarded)[0] == 200


def test_what_a_client_put_before_what_the_proxy_says_is_not_believed() -> None:
    inner = Inner()
    ask(behind(inner, PROXIED), x_forwarded_for="127.0.0.1, 198.51.100.7, 203.0.113.9")
    assert inner.seen["client"] == ("203.0.113.9", 0)


def test_with_its_own_certificate_others_are_answered_and_not_believed(certified: Reach) -> None:
    inner = Inner()
    application = behind(inner, replace(certified, proxies=PROXIED.proxies))
    ask(application, peer="203.0.113.9", x_forwarded_for="127.0.0.1", x_forwarded_proto="https")
    assert inner.seen == {"client": ("203.0.113.9", 4000), "scheme": "http"}


def test_without_a_proxy_nobody_is_believed() -> None:
    inner = Inner()
    assert behind(inner, Reach()) is inner


@pytest.fixture
def reached(settings: Any) -> Any:
    """Return the door of an instance that is reached through a proxy."""
    settings.REACH = PROXIED
    settings.ALLOWED_HOSTS = PROXIED.hosts
    return behind(Door(Inner()), PROXIED)


def test_what_came_in_the_clear_to_the_proxy_is_refused_with_the_address(reached: Any) -> None:
    status, body = ask(reached)
    assert status == 403
    assert b"https://gate.example.org" in body
    status, body = ask(reached, path="/api/v1/overview")
    assert json.loads(body)["type"] == "urn:tidegate:problem:not-secure"
    assert ask(reached, x_forwarded_proto="https")[0] == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "evil.example", "10.0.0.5"])
def test_another_name_than_its_own_is_refused(reached: Any, host: str) -> None:
    assert ask(reached, x_forwarded_proto="https", host=host)[0] == 403


def test_a_provider_may_lead_back_and_a_mail_to_the_sign_in_and_nothing_else_has_a_question(
    reached: Any,
) -> None:
    followed = {
        "sec_fetch_site": "cross-site",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
        "x_forwarded_proto": "https",
    }
    back = "/account/provider/O-AAAAA-AAAAA/login/callback/"
    for path in (back, "/account/login/"):
        assert tells_nothing(path)
        assert ask(reached, path=path, query="state=x&code=y", **followed)[0] == 200
    for path in ("/findings", "/account/", f"{back}x", "/account/provider/O-A/login/"):
        assert ask(reached, path=path, query="text=secret", **followed)[0] == 403
    framed = {**followed, "sec_fetch_dest": "iframe"}
    assert ask(reached, path=back, query="state=x", **framed)[0] == 403
