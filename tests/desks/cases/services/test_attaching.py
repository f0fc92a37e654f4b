"""What may be attached: bounds of size and kind, and names that lead nowhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desks.cases.rooms import NOW, everything_kept, make_coordination
from tidegate.desks.cases.models import Attachment, Message
from tidegate.desks.cases.queries.unsealing import opened
from tidegate.desks.cases.services import attaching
from tidegate.desks.cases.services.attaching import KINDS, OPAQUE, File, attach, check_files
from tidegate.desks.findings.services.refusals import NotPossibleError


def test_every_kind_that_is_told_is_taken_whatever_the_case_of_its_letters():
    for kind in KINDS:
        check_files([File(f"a.{kind}", b"x"), File(f"a.b.{kind.upper()}", b"x")])


@pytest.mark.parametrize(
    "name",
    ["a.exe", "a", "zip", "a.zip.exe", "a.zip ", "a.", "a.svg", "a.htm", "a.ZIP\u200b", "a.lnk"],
)
def test_other_kinds_are_refused_with_those_that_are_taken(name: str):
    with pytest.raises(NotPossibleError) as caught:
        check_files([File(name, b"x")])
    assert ".zip" in str(caught.value) or "visible characters" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "../a.txt",
        "/etc/a.txt",
        "..\\a.txt",
        "C:\\a.txt",
        ".txt",
        ".profile.txt",
        " a.txt",
        "a\n.txt",
        "a\r\nSet-Cookie: b.txt",
        "a\0.txt",
        "a\u202etxt.zip",
        "a\ud800.txt",
        "x" * 197 + ".txt",
    ],
)
def test_a_name_that_leads_elsewhere_or_hides_something_is_refused(name: str):
    with pytest.raises(NotPossibleError, match="visible characters"):
        check_files([File(name, b"x")])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_whatever_name_is_taken_is_one_visible_part_of_a_path(name: str):
    try:
        check_files([File(f"{name}.txt", b"x")])
    except NotPossibleError:
        return
    assert Path(f"{name}.txt").name == f"{name}.txt"
    assert f"{name}.txt".isprintable()
    assert not name.startswith((".", " "))
    assert "\\" not in name
    f"{name}.txt".encode()


def test_the_bounds_are_told_and_each_is_reached_before_it_is_crossed(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(attaching, "LARGEST_FILE", 10)
    monkeypatch.setattr(attaching, "LARGEST_TOGETHER", 15)
    check_files([File("a.txt", b"x" * 10), File("b.txt", b"x" * 5)])
    check_files([File("a.txt", b"x")] * attaching.MOST_FILES)
    for files, told in (
        ([File("a.txt", b"x" * 11)], "11 bytes; attach at most 10"),
        ([File("a.txt", b"x" * 10), File("b.txt", b"x" * 6)], "16 bytes together"),
        ([File("a.txt", b"x")] * (attaching.MOST_FILES + 1), "attach at most 10"),
        ([File("a.txt", b"")], "empty"),
    ):
        with pytest.raises(NotPossibleError, match=told):
            check_files(files)


@pytest.mark.django_db
def test_bytes_are_kept_sealed_and_opened_as_they_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))
    content = b"MZ\0not looked at <script>" * 1000
    row = make_coordination()
    message = Message.objects.create(
        coordination=row, author_name="a", audience="all", tlp="TLP:AMBER", sent_at=NOW
    )
    for said, kept in (
        ("text/html", "text/html"),
        ("text/html; charset=x", OPAQUE),
        ("text/html\r\nX: y", OPAQUE),
        ("", OPAQUE),
        (f"{'a' * 60}/b", OPAQUE),
        ("a/\0", OPAQUE),
    ):
        key, named = attach(message, File("a.html", content, said), NOW)
        attachment = Attachment.objects.get(key=key)
        assert attachment.media_type == named.media_type == kept
        assert opened(attachment.sealed, f"attachment:{key}") == content
        assert (attachment.size, attachment.name) == (len(content), "a.html")
        assert attachment.sha256 == named.sha256 == hashlib.sha256(content).hexdigest()
    assert not [value for value in everything_kept() if b"not looked at" in value]
