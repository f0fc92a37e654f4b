"""How an installation is reached is said whole, or it is one clear error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tidegate.instance.reach import Reach, ReachError, reach

ADDRESS = {"TIDEGATE_ADDRESS": "https://gate.example.org"}


def test_without_a_word_it_is_this_machine_alone() -> None:
    found = reach({})
    assert found == Reach()
    assert not found.is_secure
    assert not found.is_beyond_loopback
    assert found.hosts == ["127.0.0.1", "localhost", "[::1]"]


@pytest.mark.parametrize(
    ("written", "address", "host"),
    [
        ("https://gate.example.org", "https://gate.example.org", "gate.example.org"),
        ("https://Gate.example.org:443/", "https://gate.example.org", "gate.example.org"),
        ("https://gate.example.org:8443", "https://gate.example.org:8443", "gate.example.org"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443", "[2001:db8::1]"),
    ],
)
def test_behind_a_proxy_it_answers_to_its_own_name_alone(
    written: str, address: str, host: str
) -> None:
    found = reach({"TIDEGATE_ADDRESS": written, "TIDEGATE_PROXY": "10.0.0.5, 2001:db8::/120"})
    assert (found.address, found.hosts) == (address, [host])
    assert found.is_secure
    assert found.is_beyond_loopback
    assert [str(one) for one in found.proxies] == ["10.0.0.5/32", "2001:db8::/120"]


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        (ADDRESS, "TIDEGATE_CERTIFICATE"),
        ({"TIDEGATE_PROXY": "10.0.0.5"}, "TIDEGATE_ADDRESS is missing"),
        ({**ADDRESS, "TIDEGATE_CERTIFICATE": "/c.pem"}, "go together"),
        ({**ADDRESS, "TIDEGATE_CERTIFICATE_KEY": "/k.pem"}, "go together"),
        (
            {**ADDRESS, "TIDEGATE_CERTIFICATE": "/no/c", "TIDEGATE_CERTIFICATE_KEY": "/no/k"},
            "no file",
        ),
        ({**ADDRESS, "TIDEGATE_PROXY": "proxy.example.org"}, "IP address"),
        ({**ADDRESS, "TIDEGATE_PROXY": "10.0.0.5/8"}, "IP address"),
        ({**ADDRESS, "TIDEGATE_PROXY": "0.0.0.0/0"}, "nearly everybody"),
        ({**ADDRESS, "TIDEGATE_PROXY": "*"}, "IP address"),
    ],
)
def test_what_does_not_hold_together_names_the_mend(said: dict[str, str], mend: str) -> None:
    with pytest.raises(ReachError, match=mend):
        reach(said)


@pytest.mark.parametrize(
    "address",
    ["http://gate.example.org", "gate.example.org", "https://", "https://a/b", "https://a?b",
     "https://u@a", "https://a:x", "https://a#b"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ReachError, match=r"https://gate\.example\.org"):
        reach({"TIDEGATE_ADDRESS": address, "TIDEGATE_PROXY": "10.0.0.5"})


def test_behind_tls_cookies_are_for_tls_alone_and_browsers_are_told_to_stay_with_it(
    tmp_path: Path,
) -> None:
    asked = (
        "from tidegate.instance import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS >= 31536000, s.ALLOWED_HOSTS)"
    )
    said = {**ADDRESS, "TIDEGATE_PROXY": "10.0.0.5", "TIDEGATE_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env={"PATH": os.environ["PATH"], **said},
        capture_output=True,
        text=True,
        check=True,
    )
    told = "__Host-tidegate __Host-csrftoken True True True ['gate.example.org']"
    assert done.stdout.strip() == told
