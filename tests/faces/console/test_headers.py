"""Every answer tells the browser to load nothing foreign and to keep nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tidegate.faces import console
from tidegate.faces.console.headers import HEADERS, POLICY, content_security

FOLDER = Path(console.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:|<script(?![^>]*\ssrc=)|hx-on|\|\s*safe\b|autoescape"
)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/findings", "/nothing-here", "/findings?stage=x"])
def test_every_answer_has_them_errors_too(client: Client, address: str) -> None:
    response = client.get(address)
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    assert response.headers["X-Frame-Options"] == "DENY"


def test_nothing_is_allowed_that_is_not_named() -> None:
    assert POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    )


def test_an_answer_may_be_stricter() -> None:
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})
    answered = content_security(lambda _: own)(HttpRequest())
    assert answered.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answered.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_template_holds_a_script_a_style_or_a_hole_in_the_escaping(path: Path) -> None:
    assert INLINE.findall(path.read_text()) == []


def test_no_file_of_ours_names_another_host() -> None:
    ours = [*TEMPLATES, *(FOLDER / "static").rglob("*.css"), FOLDER / "static/console/console.js"]
    for path in ours:
        assert not re.search(r"(?:https?:)?//[a-z]", path.read_text().replace("// ", "")), path
