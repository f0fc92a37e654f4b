"""From a case to an advisory by commands: written, approved by another, revised, withdrawn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.desks.publications.repositories import make_repository
from tests.desks.publications.rooms import NOW, day, make_room, published
from tests.faces.cli.exposure.running import run
from tidegate.desks.publications.models import Publication, Revision
from tidegate.desks.publications.services.distributing import distribute
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.faces.cli.publications import approving, editing

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return make_room()


def begun(room) -> str:
    made = run(room.one, "publication", "begin", room.key, "--json").document()
    return str(made["publication"])


def digest(room, name: str) -> str:
    page = run(room.other, "publication", "show", name, "--json").document()
    return str(page["revisions"][0]["digest"])


def approved(room, name: str) -> None:
    assert run(room.one, "publication", "submit", name).code == 0
    said = ("--digest", digest(room, name))
    assert run(room.other, "publication", "approve", name, *said).code == 0


def test_one_writes_another_approves_and_it_goes_out(room):
    assert "tidegate publication begin CASE" in run(room.one, "publication").words
    name = begun(room)
    assert "draft" in run(room.one, "publication").words
    checked = run(room.one, "publication", "check", name)
    assert "sound" in checked.words
    assert "set TIDEGATE_PUBLISHER_NAME, TIDEGATE_PUBLISHER_NAMESPACE" in checked.words
    submitted = run(room.one, "publication", "submit", name, "--json").document()
    assert submitted["state"] == "submitted"
    of_what_was_read = ("publication", "approve", name, "--digest", submitted["digest"])
    assert "let another coordinator" in run(room.one, *of_what_was_read).refusal()
    assert "is not what you have read" in run(
        room.other, "publication", "approve", name, "--digest", "0" * 64
    ).refusal()  # fmt: skip
    assert "goes out at once" in run(room.other, *of_what_was_read, "--words", "read").words
    shown = run(room.one, "publication", "show", name)
    assert "(read)" in shown.words
    assert "possible now: call-back, drop, edit" in shown.words
    late = run(room.one, "publication", "distribution")
    assert (late.code, name in late.words, "has to run" in late.words) == (1, True, True)
    assert name not in run(room.vendor, "publication", "distribution").words
    assert publish_due(NOW) == 1
    shown = run(room.stranger, "publication", "show", name)
    assert "bundle" in shown.words
    assert room.key not in shown.out
    assert "published" in run(room.stranger, "publication", "--search", "minimist").words
    assert "No publication fits" in run(room.one, "publication", "--state", "draft").words
    assert "known are draft" in run(room.one, "publication", "--state", "late").refusal()


def test_who_is_asked_sees_what_is_new_before_they_approve(room, monkeypatch):
    name = begun(room)
    assert run(room.one, "publication", "submit", name).code == 0
    shown = run(room.other, "publication", "show", name).words
    assert "possible now: approve, drop, edit, give-back" in shown
    ask = ("publication", "approve", name)
    assert "nobody can be asked" in run(room.other, *ask).refusal()
    monkeypatch.setattr(approving, "is_terminal", lambda: True)
    declined = run(room.other, *ask, stdin="n\n")
    assert declined.code == 1
    assert "It goes to everybody under TLP:CLEAR, as soon as it is approved." in declined.words
    assert "Affected of pkg:npm/minimist: all versions before 1.2.6." in declined.words
    assert "Fixed of pkg:npm/minimist: 1.2.6." in declined.words
    assert "Unknown of pkg:npm/minimist: none is named." in declined.words
    assert Revision.objects.get().state == "submitted"
    agreed = run(room.other, *ask, stdin="y\n")
    assert (agreed.code, Revision.objects.get().state) == (0, "approved")
    publish_due(NOW)
    assert run(room.one, "publication", "revise", name, "--words", "More is known.").code == 0
    assert run(room.one, "publication", "submit", name).code == 0
    assert "More is known." in run(room.other, *ask, stdin="n\n").words


def test_a_record_is_edited_as_a_file_and_two_editors_see_each_other(room):
    name = begun(room)
    record = json.loads(run(room.one, "publication", "show", name, "--format", "record").out)
    record["record"]["title"] = "Another title"
    Path("record.json").write_text(json.dumps(record))
    edit = ("publication", "edit", name, "--from", "record.json")
    assert run(room.one, *edit, "--json").document()["edits"] == 1
    assert "was edited by" in run(room.other, *edit).refusal()
    assert "Another title" in run(room.one, "publication", "show", name).words
    assert (
        "nothing was changed" not in run(room.one, *edit[:3], "--from", "-", stdin=b"{").refusal()
    )
    assert "has to hold `edits`" in run(room.one, *edit[:3], "--from", "-", stdin=b"{}").refusal()
    assert "an editor needs a terminal" in run(room.one, *edit[:3]).refusal()


@pytest.fixture
def editor(monkeypatch):
    """Return how to set what an editor makes of a file."""
    monkeypatch.setattr(editing, "is_terminal", lambda: True)
    monkeypatch.delenv("VISUAL", raising=False)

    def does(script: str) -> None:
        Path("editor.sh").write_text(f"#!/bin/sh\n{script}\n")
        monkeypatch.setenv("EDITOR", "sh editor.sh")

    return does


def test_a_record_is_edited_in_an_editor_and_what_is_refused_is_not_lost(room, editor):
    name = begun(room)
    edit = ("publication", "edit", name)
    editor("true")
    assert "nothing was changed" in run(room.one, *edit).words
    editor('sed -i \'s/"impact": ""/"impact": "It is bad."/\' "$1"')
    assert "is edited" in run(room.one, *edit, "--words", "What it means.").words
    assert "It is bad." in run(room.one, "publication", "show", name, "--format", "record").out
    assert Revision.objects.get().words == "What it means."
    editor('sed -i \'s/"label"/"lable"/\' "$1"')
    refused = run(room.one, *edit, stdin="y\nn\n")
    assert "label" in refused.refusal()
    left = Path(f"{name}-edited.json")
    assert left.stat().st_mode & 0o077 == 0
    assert json.loads(left.read_text())["edits"] == 1
    editor("exit 3")
    assert "ended with 3" in run(room.one, *edit).refusal()
    editor("exit 0")
    assert Revision.objects.get().edits == 1


def test_the_difference_is_shown_and_what_the_desks_know_is_taken_over(room):
    name = begun(room)
    assert "one revision only" in run(room.one, "publication", "diff", name).words
    assert "says what the desks know" in run(room.one, "publication", "diff", name, "--known").words
    given = ("cve", "assign", room.key, "CVE-2026-1234", "--cna", "vendor")
    assert run(room.one, *given).code == 0
    assert "CVE-2026-1234" in run(room.one, "publication", "diff", name, "--known").words
    checked = run(room.one, "publication", "check", name).words
    assert "cve: CVE-2026-1234" in checked
    assert "behind what the desks know, or was edited apart from it, in cve:" in checked
    assert "part" in run(room.one, "publication", "recompose", name, "--part", "mood").refusal()
    assert run(room.one, "publication", "recompose", name, "--part", "cve").code == 0
    assert run(room.one, "publication", "check", name, "--json").document()["faults"] == []
    approved(room, name)
    publish_due(NOW)
    assert run(room.one, "publication", "revise", name, "--words", "More.").code == 0
    found = run(room.one, "publication", "diff", name, "--json").document()["differences"]
    assert [one["place"] for one in found] == ["revisions"]
    assert "--- revision 1/osv.json" in run(room.one, "publication", "diff", name, "1", "2",
                                            "--format", "osv").out  # fmt: skip


def test_given_back_called_back_scheduled_and_dropped(room):
    name = begun(room)
    on = ("publication",)
    assert run(room.one, *on, "submit", name).code == 0
    assert run(room.other, *on, "give-back", name, "--because", "Say more.").code == 0
    assert "Say more." in run(room.one, *on, "show", name).words
    approved(room, name)
    assert run(room.other, *on, "call-back", name, "--because", "Not yet.").code == 0
    assert "submitted" in run(room.one, *on).words
    later = f"{day(5):%Y-%m-%dT%H:%M:%SZ}"
    assert later[:10] in run(room.one, *on, "schedule", name, "--at", later).words
    assert "is not ahead" in run(room.one, *on, "schedule", name, "--at",
                                 f"{day(-1):%Y-%m-%dT%H:%M:%SZ}").refusal()  # fmt: skip
    assert "say one of the two" in run(room.one, *on, "schedule", name).refusal()
    assert run(room.one, *on, "schedule", name, "--at-once").code == 0
    assert run(room.one, *on, "drop", name, "--because", "No.").code == 0
    assert "no revision" in run(room.one, *on, "submit", name).refusal()


def test_drafts_are_shown_to_the_parties_for_as_long_as_they_are_shared(room):
    name = begun(room)
    show = ("publication", "show", name)
    assert run(room.vendor, *show).refusal()
    assert run(room.one, "publication", "share", name).code == 0
    assert room.key in run(room.vendor, *show).out
    assert run(room.vendor, "publication", "submit", name).refusal()
    assert run(room.one, "publication", "unshare", name).code == 0
    assert run(room.vendor, *show).refusal()


def test_a_restricted_release_is_addressed_and_waits_for_a_key(room, own_home):
    make_repository(NOW)
    name = begun(room)
    whom = ("publication", "audience", name)
    assert "everybody under TLP:CLEAR" in run(room.one, *whom).words
    assert "name at least one" in run(room.one, *whom, "--label", "TLP:AMBER").refusal()
    named = (*whom, "--label", "TLP:AMBER", "--add", room.stranger.key)
    assert run(room.one, *named, "--json").document()["audience"] == [room.stranger.key]
    assert room.stranger.key in run(room.one, *whom).words
    approved(room, name)
    assert publish_due(NOW) == 1
    distribute(NOW)
    waits = run(room.one, "publication", "distribution")
    assert (waits.code, "registered a key" in waits.words) == (1, True)
    assert run(room.stranger, "publication", "show", name).code == 0
    assert run(room.vendor, "publication", "show", name).refusal()


def test_what_is_out_is_withdrawn_by_a_revision_of_its_own(room, own_home):
    name = published(room).identifier
    told = run(room.one, "publication", "distribution")
    assert "Nothing waits" not in told.words
    assert "tidegate keys ceremony" in told.words
    make_repository(NOW)
    assert distribute(NOW) == 1
    arrived = run(room.one, "publication", "distribution")
    assert (arrived.code, f"advisories/{name}.json" in arrived.out) == (0, True)
    assert run(room.one, "publication", "withdraw", name, "--because", "It is none.").code == 0
    approved(room, name)
    assert publish_due(NOW) == 1
    assert Publication.objects.get().withdrawn_at
    assert "a withdrawal" in run(room.stranger, "publication", "show", name).words
    assert "1 advisories" in run(None, "publication", "rebuild-site").words
    assert run(room.vendor, "publication", "rebuild-site").refusal()


def test_nobody_else_is_told_that_there_is_a_draft(room):
    name = begun(room)
    lines = (
        ("show",), ("check",), ("diff",), ("submit",), ("recompose",), ("share",), ("audience",),
        ("approve", "--digest", "0" * 64), ("withdraw", "--because", "no"),
    )  # fmt: skip
    for line in lines:
        hidden, absent = (
            run(room.vendor, "publication", line[0], one, *line[1:]).refusal()
            for one in (name, "TG-2026-aaaaaaaa")
        )
        assert hidden.replace(name, "TG-2026-aaaaaaaa") == absent
    assert name not in run(room.vendor, "publication", "--json").out


def test_what_a_stranger_wrote_is_obeyed_by_no_terminal(room):
    name = begun(room)
    record = json.loads(run(room.one, "publication", "show", name, "--format", "record").out)
    record["record"]["credits"] = [{"name": "\x1b[31m[red]Eve[/]", "kind": "finder"}]
    Path("record.json").write_text(json.dumps(record))
    run(room.one, "publication", "edit", name, "--from", "record.json")
    for line in (("diff", name, "--known"), ("show", name), ("check", name)):
        told = run(room.one, "publication", *line)
        assert "\x1b[31m" not in told.out
