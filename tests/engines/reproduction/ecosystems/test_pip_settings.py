"""pip's settings are read as pip reads them: files in their order, sections, environment."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tidegate.engines.reproduction.ecosystems.pip_settings import (
    PYPI,
    PipSettings,
    read_pip_settings,
)


@pytest.fixture(autouse=True)
def _no_virtual_environment(monkeypatch):
    """Keep the file of the environment that the tests run in out of them."""
    monkeypatch.setattr("sys.prefix", "/usr")
    monkeypatch.setattr("sys.base_prefix", "/usr")


class Machine:
    """A home and a system that have only the files written here."""

    def __init__(self, folder: Path) -> None:
        self.home, self.system = folder / "home", folder / "system"

    def write(self, name: str, text: str) -> Path:
        path = self.home.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def read(self, **environ: str) -> PipSettings:
        return read_pip_settings(environ, self.home, self.system)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def authorization(settings: PipSettings, url: str) -> str | None:
    auth = settings.access.credentials(url)
    request = requests.Request("GET", url, auth=auth or (lambda request: request)).prepare()
    return request.headers.get("Authorization")


def test_without_settings_it_is_pypi(machine):
    settings = machine.read()
    assert settings.indexes == (PYPI,)
    assert settings.find_links == ()


def test_later_places_override_earlier_ones(machine):
    places = [
        "system/etc/xdg/pip/pip.conf", "system/etc/pip.conf", "home/.pip/pip.conf",
        "home/.config/pip/pip.conf",
    ]  # fmt: skip
    for number, place in enumerate(places):
        machine.write(place, f"[global]\nindex-url = https://{number}.example/simple\n")
        assert machine.read().indexes == (f"https://{number}.example/simple",)
    named = machine.write("named.conf", "[global]\nindex_url = https://named.example/simple\n")
    assert machine.read(PIP_CONFIG_FILE=str(named)).indexes == ("https://named.example/simple",)
    assert machine.read(
        PIP_CONFIG_FILE=str(named), PIP_INDEX_URL="https://environment.example/simple"
    ).indexes == ("https://environment.example/simple",)


def test_the_file_of_a_virtual_environment_is_read(machine, monkeypatch):
    path = machine.write("venv/pip.conf", "[global]\nindex-url = https://venv.example/simple\n")
    monkeypatch.setattr("sys.prefix", str(path.parent))
    assert machine.read().indexes == ("https://venv.example/simple",)


def test_install_overrides_global_wherever_it_stands(machine):
    machine.write("system/etc/pip.conf", "[install]\nindex-url = https://install.example/simple\n")
    machine.write(
        "home/.config/pip/pip.conf", "[global]\nindex-url = https://user.example/simple\n"
    )
    assert machine.read().indexes == ("https://install.example/simple",)


def test_a_named_file_takes_the_user_s_place_and_dev_null_every_one(machine):
    machine.write("home/.config/pip/pip.conf", "[global]\nextra-index-url = https://u.example/s\n")
    named = machine.write("named.conf", "[global]\nindex-url = https://n.example/s\n")
    assert machine.read(PIP_CONFIG_FILE=str(named)).indexes == ("https://n.example/s",)
    assert machine.read(PIP_CONFIG_FILE="/dev/null").indexes == (PYPI,)


def test_extra_indexes_come_after_the_first_each_once(machine):
    machine.write(
        "home/.config/pip/pip.conf",
        "[global]\nindex-url = https://a.example/s\n"
        "extra-index-url =\n    https://b.example/s?x='1'\n    # a comment\n    https://a.example/s\n",
    )
    assert machine.read().indexes == ("https://a.example/s", "https://b.example/s?x='1'")
    assert machine.read(PIP_EXTRA_INDEX_URL="https://c.example/s  https://d.example/s").indexes == (
        "https://a.example/s", "https://c.example/s", "https://d.example/s",
    )  # fmt: skip


def test_no_index_leaves_the_links(machine):
    settings = machine.read(PIP_NO_INDEX="1", PIP_FIND_LINKS="/wheels ~/more https://l.example/")
    assert settings.indexes == ()
    assert settings.find_links == (
        "file:///wheels", (machine.home / "more").as_uri(), "https://l.example/",
    )  # fmt: skip


def test_passwords_in_addresses_go_to_their_origin_and_nowhere_else(machine):
    settings = machine.read(
        PIP_INDEX_URL="https://user:p%40ss@i.example/simple",
        PIP_EXTRA_INDEX_URL="https://token@e.example:8443/simple",
        PIP_FIND_LINKS="https://x:y@l.example/",
    )
    assert settings.indexes == ("https://i.example/simple", "https://e.example:8443/simple")
    assert settings.find_links == ("https://l.example/",)
    assert authorization(settings, "https://i.example/files/x.whl") == "Basic dXNlcjpwQHNz"
    assert authorization(settings, "https://I.EXAMPLE:443/x") == "Basic dXNlcjpwQHNz"
    assert authorization(settings, "https://e.example:8443/x") == "Basic dG9rZW46"
    for other in (
        "http://i.example/x", "https://i.example:8443/x", "https://i.example.evil.example/x",
        "https://i.example@evil.example/x", "https://e.example/x",
    ):  # fmt: skip
        assert authorization(settings, other) is None


def test_trust_and_proxies_are_pip_s(machine):
    settings = machine.read(
        PIP_CERT="/etc/corp.pem",
        PIP_CLIENT_CERT="/etc/client.pem",
        PIP_PROXY="http://proxy.example:3128",
        PIP_TRUSTED_HOST="Old.example other.example:8080",
    )
    assert settings.access.verify == "/etc/corp.pem"
    assert settings.access.client_certificate == "/etc/client.pem"
    assert settings.access.proxies["https"] == "http://proxy.example:3128"
    assert settings.access.unverified_hosts == {"old.example", "other.example"}


@pytest.mark.parametrize("text", ["[global", "index-url = x", "\xff", "[global]\na\n = b"])
def test_a_file_that_cannot_be_read_is_no_harm_to_the_others(machine, text):
    machine.write("system/etc/pip.conf", "[global]\nindex-url = https://a.example/s\n")
    path = machine.write("home/.config/pip/pip.conf", "")
    path.write_bytes(text.encode("latin-1"))
    assert machine.read().indexes == ("https://a.example/s",)
