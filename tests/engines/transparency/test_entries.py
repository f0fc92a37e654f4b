"""Entries: the log shows a commitment; text and salt open it, and nothing else does."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.transparency.logs import START, entry
from tidegate.engines.transparency import Commitment, canonical_text, opens
from tidegate.engines.transparency.entries import sequence_of
from tidegate.engines.transparency.errors import EntryError

ENTRY = entry(17)
LEAF = ENTRY.commitment.leaf

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
COMMITMENTS = st.builds(
    Commitment,
    sequence=st.integers(0, 2**53 - 1),
    at=TIMES,
    kind=st.from_regex(r"[a-z][a-z0-9.-]{0,63}", fullmatch=True),
    digest=st.binary(min_size=32, max_size=32),
)


def test_a_leaf_is_small_and_says_no_more_than_when_what_kind_and_which_number():
    digest = hashlib.sha256(ENTRY.salt + ENTRY.text).hexdigest()
    said = '{"at":"2026-11-30T12:00:17.000000Z","digest":"%s","kind":"consent","sequence":17}'
    assert (said % digest).encode() == LEAF


@given(COMMITMENTS)
def test_a_leaf_is_in_its_rfc_8785_form_and_is_read_back(commitment):
    leaf = commitment.leaf
    at = f"{commitment.at.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    said = {
        "at": at,
        "digest": commitment.digest.hex(),
        "kind": commitment.kind,
        "sequence": commitment.sequence,
    }
    assert leaf == rfc8785.dumps(said)
    assert Commitment.parse(leaf) == commitment
    assert sequence_of(leaf) == commitment.sequence


@given(st.binary(max_size=50), st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_only_the_text_with_its_salt_opens_a_leaf(text, salt, other):
    leaf = replace(ENTRY, text=text, salt=salt).commitment.leaf
    assert opens(leaf, text=text, salt=salt)
    assert opens(leaf, text=other, salt=salt) == (other == text)
    assert not opens(leaf, text=text, salt=bytes(one ^ 1 for one in salt))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_of_another_length_opens_and_commits_nothing(size):
    moved = ENTRY.salt + ENTRY.text
    with pytest.raises(EntryError, match=f"the salt has {size} bytes"):
        opens(LEAF, text=moved[size:], salt=moved[:size])
    with pytest.raises(EntryError, match="the salt has"):
        _ = replace(ENTRY, salt=bytes(size)).commitment


def test_text_and_salt_are_in_no_log_line():
    shown = repr(replace(ENTRY, text=b"the embargoed list", salt=b"s" * 32))
    assert "embargoed" not in shown
    assert "sss" not in shown


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"{}",
        LEAF + b"\n",
        LEAF.replace(b",", b", "),
        LEAF.replace(b":17}", b":017}"),
        LEAF.replace(b":17}", b":-1}"),
        LEAF.replace(b":17}", b":17.0}"),
        LEAF.replace(b":17}", b":99999999999999999}"),
        LEAF.replace(b":17}", b":9999999999999999}"),
        LEAF.replace(b":17}", b':17,"text":"x"}'),
        LEAF.replace(b"consent", b"Consent"),
        LEAF.replace(b"consent", b"a" * 65),
        LEAF.replace(b"consent", b""),
        LEAF.replace(b"2026-11-30", b"2026-11-31"),
        LEAF.replace(b".000000Z", b"Z"),
        LEAF.replace(b".000000Z", b".000000+"),
        LEAF.replace(b'"digest":"', b'"digest":"a'),
        LEAF.upper(),
    ],
)
def test_what_is_not_exactly_a_leaf_is_refused(leaf):
    with pytest.raises(EntryError):
        Commitment.parse(leaf)


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("sequence", -1, "count from 0"),
        ("sequence", 2**53, "count from 0"),
        ("at", datetime(2026, 1, 1), "not in UTC"),  # noqa: DTZ001
        ("at", START.astimezone(timezone(timedelta(hours=1))), "not in UTC"),
        ("kind", "Zustimmung zu CVE-2026-1", "not a kind of entry"),
        ("kind", "", "not a kind of entry"),
        ("kind", "consent\n", "not a kind of entry"),
        ("digest", b"short", "not 32 bytes"),
    ],
)
def test_what_cannot_be_committed_to_is_refused(member, value, reason):
    with pytest.raises(EntryError, match=reason):
        replace(ENTRY.commitment, **{member: value})


def test_a_text_has_one_form_however_its_members_come():
    assert canonical_text({"b": [1, "ü"], "a": None}) == canonical_text({"a": None, "b": [1, "ü"]})
    assert canonical_text({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}'.encode()
