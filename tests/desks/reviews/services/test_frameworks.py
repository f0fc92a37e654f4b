"""Frameworks are loaded by whoever administers the instance, and say for good what they say."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from tests.desks.parties.makers import chief
from tests.desks.reviews import making
from tests.desks.reviews.making import NOW
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.frameworks.loading import FrameworkError
from tidegate.desks.reviews.models import LoadedFramework
from tidegate.desks.reviews.queries.frameworks import framework_of, known_frameworks, newest
from tidegate.desks.reviews.services.frameworks import load_framework

pytestmark = pytest.mark.django_db


def ours(**members: Any) -> bytes:
    folder = resources.files("tidegate.desks.reviews.frameworks") / "shipped"
    value = json.loads((folder / "eo-14409.json").read_bytes())
    return json.dumps({**value, "name": "ours", "version": "1", **members}).encode()


def test_what_was_loaded_stands_beside_what_is_shipped() -> None:
    before = {one.name for one in known_frameworks()}
    load_framework(OWNER, ours(), "ours.json", at=NOW)
    load_framework(chief(), ours(version="2"), "ours.json", at=NOW)
    assert {one.name for one in known_frameworks()} == {*before, "ours"}
    assert newest("ours").version == "2"
    assert newest().name == newest("eo-14409").name == "eo-14409"
    assert Entry.objects.filter(kind="framework-loaded").count() == 2


def test_nobody_else_loads_one() -> None:
    for actor in (making.developer().actor, making.reviewer().actor):
        with pytest.raises(NotFoundError):
            load_framework(actor, ours(), "ours.json", at=NOW)
    assert not LoadedFramework.objects.exists()


def test_a_version_says_for_good_what_it_says() -> None:
    first = load_framework(OWNER, ours(), "ours.json", at=NOW)
    assert load_framework(OWNER, ours(), "again.json", at=NOW) == first
    with pytest.raises(NotPossibleError, match="ours 1 is here already and says something else"):
        load_framework(OWNER, ours(ceiling="P90D"), "ours.json", at=NOW)
    assert Entry.objects.filter(kind="framework-loaded").count() == 1


def test_what_is_no_framework_leaves_nothing() -> None:
    with pytest.raises(FrameworkError, match=r"bad\.json: empty"):
        load_framework(OWNER, b"", "bad.json", at=NOW)
    assert not LoadedFramework.objects.exists()


def test_an_engagement_is_held_to_what_it_was_opened_under() -> None:
    made = making.engagement()
    assert framework_of(made.row).name == "eo-14409"
    row = load_framework(OWNER, ours(), "ours.json", at=NOW)
    held = making.engagement(
        framework="ours", framework_version="1", framework_sha256=row.sha256
    ).row
    assert framework_of(held).sha256 == row.sha256
    # Somebody with the database writes a longer ceiling into it.
    row.document = ours(ceiling="P90D")
    row.save()
    with pytest.raises(FrameworkError, match="says something else than when"):
        framework_of(held)
    held.framework = "gone"
    with pytest.raises(FrameworkError, match="is not here"):
        framework_of(held)


def test_a_framework_that_is_not_here_is_answered_with_those_that_are() -> None:
    with pytest.raises(FilterError, match="there are eo-14409"):
        newest("nothing")
