"""Terms have one form that is signed, say what is enforced, and are compared clause by clause."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.desks.reviews.frameworks.framework import Action, Kept, Settings, Terms
from tidegate.desks.reviews.frameworks.lengths import in_words, read_length, written_length
from tidegate.desks.reviews.frameworks.loading import shipped_frameworks
from tidegate.desks.reviews.frameworks.machine_words import machine_words
from tidegate.desks.reviews.frameworks.terms import (
    Difference,
    TermsError,
    changes,
    default_terms,
    plainly,
    read_terms,
    terms_schema,
    to_document,
    worded,
)

FRAMEWORK = shipped_frameworks()[-1]
TERMS = default_terms(
    FRAMEWORK, title="Terms", developer="Ebb Labs", counterpart="Institute", model="code name"
)

_hours = st.integers(0, 9999).map(lambda number: timedelta(hours=number))
_days = st.integers(0, 9999).map(lambda number: timedelta(days=number))
_lines = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1)
_networks = st.sampled_from(["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"])
_settings = st.builds(
    Settings,
    content=st.sampled_from(Kept),
    watermark=st.booleans(),
    proven_calls=st.booleans(),
    addresses=st.lists(_networks, unique=True).map(tuple),
    two_persons=st.frozensets(st.sampled_from(Action)),
    break_glass=st.booleans(),
    longest_grant=_hours.filter(bool),
    vetting=st.booleans(),
    transcripts_destroyed_after=st.just(timedelta(hours=5)),
    certificate_due_after=_days.filter(bool),
    confidential_until=st.sampled_from(["the release", "2027-06-30"]),
    purposes=st.lists(_lines, min_size=1, max_size=5, unique=True).map(tuple),
    reporting=_lines,
)
_terms = st.builds(replace, st.just(TERMS), settings=_settings, number=st.integers(0, 99))


def said(terms: Terms) -> str:
    return " ".join(
        text(one, terms.settings) for one in terms.clauses for text in (worded, plainly)
    )


@settings(max_examples=25, deadline=None)
@given(_terms)
def test_terms_are_what_their_document_says_and_the_document_has_one_form(terms: Terms) -> None:
    document = to_document(terms)
    assert read_terms(document, "the terms") == terms
    assert rfc8785.dumps(json.loads(document)) == document
    laid_out = json.dumps(json.loads(document), indent=2, sort_keys=True).encode()
    assert to_document(read_terms(laid_out, "the terms")) == document


@settings(max_examples=25, deadline=None)
@given(_terms)
def test_every_setting_is_said_in_the_words_that_people_read(terms: Terms) -> None:
    text = said(terms)
    assert in_words(terms.settings.longest_grant) in text
    assert in_words(terms.settings.certificate_due_after) in text
    assert all(one in text for one in terms.settings.addresses)
    assert all(one[1:] in text for one in terms.settings.purposes)
    assert not any(f"{{{name}}}" in text for name in Settings.__dataclass_fields__)
    assert {one.setting for one in machine_words(terms.settings)} == set(
        Settings.__dataclass_fields__
    )


@settings(max_examples=25, deadline=None)
@given(_settings, _settings)
def test_a_setting_that_differs_is_named_and_no_other(one: Settings, two: Settings) -> None:
    before, after = replace(TERMS, settings=one), replace(TERMS, settings=two)
    named = {change.what for change in changes(before, after)}
    differing = {
        name for name in Settings.__dataclass_fields__ if getattr(one, name) != getattr(two, name)
    }
    # Break-glass takes two anyway, so the words of the one can follow from the other.
    assert named - {"two_persons"} == differing - {"two_persons"}
    assert bool(changes(before, after)) or one == two or differing == {"two_persons"}


def test_clauses_that_came_went_or_say_something_else_are_named() -> None:
    first, second, *others = TERMS.clauses
    other = replace(second, text="Nobody else may know.")
    added = replace(first, name="added", text="For at most {longest_grant}.")
    after = replace(TERMS, clauses=(other, *others, added), model="another")
    found = {(one.difference, one.what): (one.before, one.after) for one in changes(TERMS, after)}
    assert found == {
        (Difference.CHANGED, "model"): ("code name", "another"),
        (Difference.CHANGED, second.name): (second.text, other.text),
        (Difference.ADDED, "added"): ("", "For at most 14 days."),
        (Difference.REMOVED, first.name): (first.text, ""),
    }


def test_nothing_is_a_change_but_the_content() -> None:
    assert changes(TERMS, replace(TERMS, engagement="E-7K3M9-Q2X4D", number=7)) == ()


def test_a_setting_at_the_beginning_of_a_sentence_begins_it() -> None:
    clause = replace(TERMS.clauses[0], text="{watermark}. {vetting}. So {watermark}.")
    text = worded(clause, TERMS.settings)
    assert text.startswith("Every answer is marked")
    assert ". Access is given" in text
    assert "So every answer" in text


def test_what_a_setting_says_is_not_filled_in_again() -> None:
    hostile = replace(TERMS.settings, reporting="{developer} {longest_grant} \\g<0>")
    clause = replace(TERMS.clauses[0], text="Report: {reporting}")
    assert worded(clause, hostile) == "Report: {developer} {longest_grant} \\g<0>"


def changed(**members: Any) -> bytes:
    return json.dumps({**json.loads(to_document(TERMS)), **members}).encode()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"[]", "terms are an object"),
        (b"{", "not JSON"),
        (changed(schema="x"), "schema 'x' is not a format"),
        (changed(gate=True), "gate is not a field here"),
        (changed(engagement="E-1"), "engagement 'E-1' cannot stand here"),
        (changed(number=-1), "number -1 is too small"),
        (changed(number="1"), "number '1' is not a whole number"),
        (changed(developer="Ebb\u200bLabs"), "developer holds U[+]200B"),
        (changed(clauses=[]), "clauses is empty"),
        (to_document(TERMS)[:-1] + b',"title":"Other"}', "title comes twice"),
        (b" " * (2 << 20), "larger than 1 MiB"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(raw: bytes, words: str) -> None:
    with pytest.raises(TermsError, match=f"^the terms: {words}"):
        read_terms(raw, "the terms")


def test_the_schema_knows_the_words_that_the_code_knows() -> None:
    known = terms_schema()["$defs"]["settings"]
    assert set(known["required"]) == set(Settings.__dataclass_fields__)
    assert set(known["properties"]["content"]["enum"]) == {str(one) for one in Kept}
    actions = known["properties"]["two_persons"]["items"]["enum"]
    assert set(actions) == {str(one) for one in Action}


@given(st.one_of(_hours, _days))
def test_a_length_is_read_as_it_was_written(length: timedelta) -> None:
    assert read_length(written_length(length)) == length


def test_a_length_that_is_no_whole_hour_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="whole hours"):
        written_length(timedelta(minutes=30))
