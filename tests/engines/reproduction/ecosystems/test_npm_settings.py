"""npm's settings are read as npm reads them: files, environment, scopes, tokens."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import requests

from tidegate.engines.reproduction.ecosystems.npm_settings import (
    NPM,
    NpmSettings,
    read_npm_settings,
)


def read(tmp_path: Path, text: str = "", environ: dict[str, str] | None = None) -> NpmSettings:
    (tmp_path / ".npmrc").write_text(text)
    return read_npm_settings(environ or {}, tmp_path, tmp_path / "system")


def authorization(settings: NpmSettings, url: str) -> str | None:
    auth = settings.access.credentials(url)
    request = requests.Request("GET", url, auth=auth or (lambda request: request)).prepare()
    return request.headers.get("Authorization")


def test_without_settings_it_is_the_public_registry(tmp_path):
    settings = read(tmp_path)
    assert settings.registry_for("pkg") == NPM
    assert settings.registry_for("@scope/pkg") == NPM
    assert authorization(settings, NPM) is None


def test_later_places_override_earlier_ones(tmp_path):
    (tmp_path / "system/etc").mkdir(parents=True)
    (tmp_path / "system/etc/npmrc").write_text("registry=https://system.example/\n")
    assert read(tmp_path).registry == "https://system.example/"
    (tmp_path / "global").write_text("registry=https://global.example/\n")
    environ = {"npm_config_globalconfig": str(tmp_path / "global")}
    assert read(tmp_path, "", environ).registry == "https://global.example/"
    user = "registry=https://user.example/\n"
    assert read(tmp_path, user, environ).registry == "https://user.example/"
    environ["NPM_CONFIG_REGISTRY"] = "https://environment.example/"
    assert read(tmp_path, user, environ).registry == "https://environment.example/"


def test_the_user_s_file_can_be_another(tmp_path):
    (tmp_path / "mine").write_text("registry = https://mine.example/\n")
    environ = {"npm_config_userconfig": str(tmp_path / "mine")}
    assert read(tmp_path, "registry=https://not.example/", environ).registry == (
        "https://mine.example/"
    )


def test_comments_quotes_and_variables_are_read_as_npm_does(tmp_path):
    settings = read(
        tmp_path,
        "; a comment\n# another\n[section]\nno value\n"
        'registry = "https://${HOST}/npm"\n'
        "@one:registry='https://one.example'\n"
        "@two:registry=https://${MISSING}.example/${GONE?}x/\n"
        "@three:registry=https://\\${HOST}.example/\n",
        {"HOST": "reg.example"},
    )
    assert settings.registry_for("pkg") == "https://reg.example/npm/"
    assert settings.registry_for("@one/x") == "https://one.example/"
    assert settings.registry_for("@two/x") == "https://${MISSING}.example/x/"
    assert settings.registry_for("@other/x") == "https://reg.example/npm/"


def test_a_file_that_cannot_be_read_is_no_harm(tmp_path):
    (tmp_path / ".npmrc").write_bytes(b"\xff\xfe\0")
    assert read_npm_settings({}, tmp_path, tmp_path).registry == NPM


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("//r.example/npm/:_authToken=t0ken", "Bearer t0ken"),
        ("//r.example/npm/:_auth=dXNlcjpwdw==", "Basic dXNlcjpwdw=="),
        (
            "//r.example/npm/:username=user\n//r.example/npm/:_password="
            + base64.b64encode(b"pw").decode(),
            "Basic dXNlcjpwdw==",
        ),
        ("//r.example/npm/:username=user\n//r.example/npm/:_password=a", None),
        ("//r.example/:_authToken=above", "Bearer above"),
        ("//r.example:_authToken=above", "Bearer above"),
        ("//r.example/npm/:_authToken=near\n//r.example/:_authToken=above", "Bearer near"),
        ("//r.example/np/:_authToken=other", None),
        ("//r.example/npm/-/x/:_authToken=deeper", None),
        ("//example/npm/:_authToken=other", None),
        ("_authToken=everywhere", None),
    ],
)
def test_credentials_hold_under_their_host_and_path(tmp_path, lines, expected):
    settings = read(tmp_path, f"registry=https://r.example/npm/\n{lines}\n")
    assert authorization(settings, "https://r.example/npm/-/x.tgz") == expected
    assert authorization(settings, "https://r.example/npm/pkg") == expected
    assert authorization(settings, "https://evil.example/npm/pkg") is None
    assert authorization(settings, "https://r.example.evil.example/npm/pkg") is None
    assert authorization(settings, "https://r.example@evil.example/npm/pkg") is None
    assert authorization(settings, "https://r.example:8443/npm/pkg") is None
    assert authorization(settings, "https://evil.example/r.example/npm/pkg") is None


@pytest.mark.parametrize("path", ["a/../b/x.tgz", "a/%2e%2e/b/x.tgz", "a/%2E./b/x.tgz"])
def test_a_path_that_climbs_out_of_its_beginning_gets_none(tmp_path, path):
    settings = read(tmp_path, "//r.example/a/:_authToken=t0ken\n")
    assert authorization(settings, "https://r.example/a/x.tgz") == "Bearer t0ken"
    assert authorization(settings, f"https://r.example/{path}") is None


def test_what_is_not_encrypted_gets_credentials_only_if_the_settings_name_it(tmp_path):
    lines = "//r.example/:_authToken=t0ken\n//plain.example/:_authToken=plain\n"
    settings = read(
        tmp_path, f"registry=https://r.example/\n@s:registry=http://plain.example/\n{lines}"
    )
    assert authorization(settings, "https://r.example/x") == "Bearer t0ken"
    assert authorization(settings, "http://r.example/x") is None
    assert authorization(settings, "http://plain.example/x") == "Bearer plain"


def test_environment_variables_may_hold_credentials_and_scopes(tmp_path):
    settings = read(
        tmp_path,
        "",
        {
            "npm_config_//r.example/:_authToken": "t0ken",
            "npm_config_@corp:registry": "https://r.example/",
            "npm_config_strict_ssl": "false",
            "npm_config_https_proxy": "http://proxy.example:3128",
        },
    )
    assert settings.registry_for("@corp/x") == "https://r.example/"
    assert authorization(settings, "https://r.example/x") == "Bearer t0ken"
    assert settings.access.verify is False
    assert settings.access.proxies == {"https": "http://proxy.example:3128"}


def test_certificates_are_those_that_npm_trusts(tmp_path):
    assert read(tmp_path, "cafile=/etc/corp.pem").access.verify == "/etc/corp.pem"
    extra = read(tmp_path, "", {"NODE_EXTRA_CA_CERTS": "/etc/extra.pem"})
    assert extra.access.verify == "/etc/extra.pem"
