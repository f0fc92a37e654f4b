"""A framework is read strictly, and what is wrong with it is said with the place and the mend."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tidegate.desks.reviews.frameworks.framework import Heading, Kept
from tidegate.desks.reviews.frameworks.loading import (
    FrameworkError,
    framework_schema,
    read_framework,
    shipped_frameworks,
)
from tidegate.desks.reviews.models import NamedPerson, Party


def document(**members: Any) -> dict[str, Any]:
    folder = resources.files("tidegate.desks.reviews.frameworks") / "shipped"
    value: dict[str, Any] = json.loads((folder / "eo-14409.json").read_bytes())
    return {**value, "name": "ours", **members}


def read(value: Any) -> Any:
    return read_framework(json.dumps(value).encode(), "ours.json")


def test_the_shipped_one_says_thirty_days_and_fills_every_heading() -> None:
    (shipped,) = shipped_frameworks()
    assert shipped.name == "eo-14409"
    assert shipped.ceiling == timedelta(days=30)
    assert {one.heading for one in shipped.clauses} == set(Heading)
    assert all(one.plain for one in shipped.clauses)
    assert "no legal advice" in shipped.note
    assert any("Treasury" in body for body in shipped.bodies)
    assert shipped.settings.content is Kept.DEVELOPER


def test_roles_speak_of_parts_and_duties_that_there_are() -> None:
    (shipped,) = shipped_frameworks()
    assert {one.part for one in shipped.roles} <= set(Party.Part.values)
    assert {one.duty for one in shipped.roles} <= set(NamedPerson.Duty.values)
    roles = framework_schema()["properties"]["roles"]["items"]["properties"]
    assert set(roles["part"]["enum"]) == set(Party.Part.values)
    assert set(roles["duty"]["enum"]) == set(NamedPerson.Duty.values)


def test_the_schema_is_whole_in_itself() -> None:
    Draft202012Validator.check_schema(framework_schema())
    Draft202012Validator(framework_schema()).validate(document())


def test_another_framework_sets_its_own_ceiling_bodies_and_settings() -> None:
    other = read(document(version="2", ceiling="P14D", bodies=["Ministry of Tides"]))
    assert (other.ceiling, other.bodies) == (timedelta(days=14), ("Ministry of Tides",))


def test_its_digest_says_what_it_says_and_not_how_it_is_laid_out() -> None:
    value = document()
    spread = read_framework(json.dumps(value, indent=4).encode(), "ours.json")
    assert read(value).sha256 == spread.sha256
    assert read(document(title="Another")).sha256 != spread.sha256


def test_nobody_borrows_the_name_of_a_shipped_one() -> None:
    with pytest.raises(FrameworkError, match="'eo-14409' is shipped"):
        read(document(name="eo-14409", version="9"))


def changed(part: str, **members: Any) -> dict[str, Any]:
    value = document()
    return {**value, part: {**value[part], **members}}


def without(heading: str) -> dict[str, Any]:
    clauses = [one for one in document()["clauses"] if one["heading"] != heading]
    return document(clauses=clauses)


def clause(**members: Any) -> dict[str, Any]:
    first, *others = document()["clauses"]
    return document(clauses=[{**first, **members}, *others])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "a framework is an object"),
        (document(schema="urn:other"), "schema 'urn:other' is not a format"),
        (document(ceilling="P30D"), "ceilling is not a field here"),
        ({k: v for k, v in document().items() if k != "note"}, "note is missing; add it"),
        (document(ceiling="30 days"), "ceiling '30 days' cannot stand here; write P30D"),
        (document(ceiling="P0D"), "ceiling is nothing"),
        (document(source="see the gazette"), "source 'see the gazette' cannot stand here"),
        (document(bodies=["A", "A"]), "bodies names something twice"),
        (document(title="a\u202eb"), "title holds U[+]202E, which nobody sees"),
        (changed("settings", addresses=["300.0.0.0/8"]), "settings.addresses.0. '300.0.0.0/8'"),
        (changed("settings", content="some"), "settings.content 'some' is not one of its words"),
        (changed("settings", watermark=1), "settings.watermark 1 is not true or false"),
        (changed("settings", longest_grant="P0D"), "settings.longest_grant is nothing"),
        (
            changed("settings", confidential_until="2027-02-30"),
            "settings.confidential_until '2027-02-30'",
        ),
        (changed("settings", confidential_until="soon"), "settings.confidential_until 'soon'"),
        (changed("settings", certificate_due_after="P1D"), "settings.certificate_due_after P1D is"),
        (changed("settings", purposes=[]), "settings.purposes is empty"),
        (clause(name="two-persons"), "clauses.9..name 'two-persons' is another clause's"),
        (clause(text="until {then}"), "clauses.0..text names {then}, which is no setting"),
        (clause(plain="until {longest_grant"), "clauses.0..plain has a brace around no name"),
        (clause(text="{settings.longest_grant}"), "clauses.0..text has a brace around no name"),
        *((without(heading), f"clauses have none under {heading}") for heading in Heading),
    ],
)
def test_what_is_wrong_is_named_with_its_place(value: Any, said: str) -> None:
    with pytest.raises(FrameworkError, match=f"^ours.json: {said}"):
        read(value)


@pytest.mark.parametrize("name", ["transcripts_destroyed_after", "certificate_due_after"])
def test_retention_says_its_two_periods_in_the_words_that_are_signed(name: str) -> None:
    clauses = [
        {**one, "text": one["text"].replace(f"{{{name}}}", "30 days")}
        for one in document()["clauses"]
    ]
    with pytest.raises(FrameworkError, match=f"do not say {{{name}}} under retention"):
        read(document(clauses=clauses))


def test_a_file_name_cannot_write_on_the_terminal() -> None:
    with pytest.raises(FrameworkError) as caught:
        read_framework(b"", "a\x1b[2Jb")
    assert "\x1b" not in str(caught.value)
