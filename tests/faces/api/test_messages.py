"""Messages and attachments over the API: whom they reach, and that bytes stay bytes."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from tests.faces.api.conftest import problem
from tests.faces.api.programs import Program, World, invite, make_world
from tidegate.desks.access.words import Scope
from tidegate.desks.cases.models import Attachment, Message
from tidegate.desks.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]

HOSTILE = b"<script>alert(1)</script>\x00\xff"


@pytest.fixture
def world() -> World:
    return make_world()


def test_messages_are_read_page_by_page_the_newest_first(world: World) -> None:
    path = world.shared()
    for number in range(5):
        world.vendor.does(f"{path}/messages", {"text": f"message {number}"}, 201)
    seen: list[str] = []
    address: str | None = f"{path}/messages?limit=2"
    while address:
        answer = world.coordinator.get(address)
        told = answer.json()
        seen += [row["text"] for row in told["rows"]]
        address = told["next"]
        assert ('rel="next"' in answer.headers.get("Link", "")) is bool(address)
    assert seen == [f"message {number}" for number in (4, 3, 2, 1, 0)]
    problem(world.coordinator.get(f"{path}/messages?cursor=M-AAAAA-AAAAA"), 404, "not-here")


def test_that_somebody_has_read_a_message_is_told_to_its_author(world: World) -> None:
    path = world.shared()
    world.vendor.does(f"{path}/messages", {"text": "hello"}, 201)
    assert world.vendor.told(f"{path}/messages")["rows"][0]["readers"] == 0
    (row,) = world.coordinator.told(f"{path}/messages")["rows"]
    assert (row["own"], row["text"], row["tlp"]) == (False, "hello", "TLP:AMBER+STRICT")
    (row,) = world.vendor.told(f"{path}/messages")["rows"]
    assert [one["person"] for one in row["read"]] == [world.coordinator.of.person.name]


def test_an_attachment_comes_back_as_it_was_and_no_browser_runs_it(world: World) -> None:
    path = world.shared()
    sent = world.vendor.does(f"{path}/messages", {"text": "see", "files": [a_file()]}, 201)
    (key,) = sent["attachments"]
    answer = world.coordinator.get(f"/attachments/{key.lower()}")
    assert answer.content == HOSTILE
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="see_me_.html"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert Entry.objects.filter(kind="confidential-read").count() == 1


def test_whoever_knows_an_attachments_key_has_no_right_to_it(world: World) -> None:
    path = world.shared()
    invite(world.coordinator, path, world.other_vendor)
    world.other_vendor.does(f"{path}/participants/{world.other_vendor.key}/accept")
    said = {"text": "for you", "parties": [world.vendor.key], "files": [a_file()]}
    (key,) = world.coordinator.does(f"{path}/messages", said, 201)["attachments"]
    hidden = world.other_vendor.get(f"/attachments/{key}")
    absent = world.other_vendor.get("/attachments/A-AAAAA-AAAAA")
    problem(hidden, 404, "not-here")
    assert hidden.content.replace(key.encode(), b"A-AAAAA-AAAAA") == absent.content
    assert world.other_vendor.told(f"{path}/messages")["rows"] == []
    assert world.vendor.get(f"/attachments/{key}").content == HOSTILE


def test_a_letter_is_for_the_persons_whom_it_names(world: World) -> None:
    path = world.shared()
    said: dict[str, Any] = {"text": "nobody else", "tlp": "TLP:RED", "files": [a_file()]}
    problem(world.vendor.post(f"{path}/messages", said), 409, "not-possible")
    said["persons"] = [world.coordinator.of.person.key]
    (key,) = world.vendor.does(f"{path}/messages", said, 201)["attachments"]
    (row,) = world.coordinator.told(f"{path}/messages")["rows"]
    assert (row["text"], row["unopened"]) == ("nobody else", False)
    assert row["attachments"][0]["name"] == "see me>.html"
    assert world.other_coordinator.told(f"{path}/messages")["rows"] == []
    problem(world.other_coordinator.get(f"/attachments/{key}"), 404, "not-here")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"files": [{"name": "a.txt", "content": "not base64!"}]}, "#/files/0/content"),
        ({"files": [{"name": "a.txt", "content": 5}]}, "#/files/0/content"),
        ({"files": [{"name": "a.txt", "content": "YQ==\n"}]}, "#/files/0/content"),
        ({"files": [{"name": "", "content": "YQ=="}]}, "#/files/0/name"),
        ({"files": [{"name": "a.txt", "content": "YQ=="}] * 11}, "#/files"),
        ({"text": "x", "tlp": "TLP:PINK"}, "#/tlp"),
        ({"text": "x", "audience": "everybody"}, "#/audience"),
        ({"text": "x", "persons": ["P\0"]}, "#/persons/0"),
        ({"text": "x" * 100_001}, "#/text"),
        ({"text": "\ud800"}, "#/text"),
    ],
)
def test_what_is_wrong_with_a_message_is_named(
    world: World, body: dict[str, Any], pointer: str
) -> None:
    told = problem(world.coordinator.post(f"{world.path}/messages", body), 422, "not-valid")
    assert told["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("name", ["../../etc/passwd", ".bashrc", "a/b.txt", "run.exe", "a.txt\n"])
def test_files_that_are_not_taken_leave_nothing_behind(world: World, name: str) -> None:
    path = world.shared()
    said = {"text": "x", "files": [a_file(), {"name": name, "content": "YQ=="}]}
    problem(world.vendor.post(f"{path}/messages", said), 409, "not-possible")
    assert not Message.objects.exists()
    assert not Attachment.objects.exists()


def test_a_message_that_is_too_large_is_not_read(world: World) -> None:
    content = base64.b64encode(bytes(2 << 20)).decode()
    said = {"text": "x", "files": [{"name": "a.zip", "content": content}]}
    told = problem(world.coordinator.post(f"{world.path}/messages", said), 413, "too-large")
    assert re.search(r"at most \d+", told["detail"])


def test_a_token_that_only_reads_reads_messages_and_sends_none(world: World) -> None:
    path = world.shared()
    world.coordinator.does(f"{path}/messages", {"text": "hello"}, 201)
    reader = Program(world.vendor.of, [Scope.READ])
    assert [row["text"] for row in reader.told(f"{path}/messages")["rows"]] == ["hello"]
    problem(reader.post(f"{path}/messages", {"text": "x"}), 404, "not-here")
    assert Message.objects.count() == 1


def a_file() -> dict[str, str]:
    return {"name": "see me>.html", "content": base64.b64encode(HOSTILE).decode()}
