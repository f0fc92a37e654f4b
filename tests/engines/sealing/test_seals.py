"""What is sealed opens with its key, for its purpose, as it was; and in no other way."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.engines.sealing.made import KEYS, ONE, OTHER, PURPOSES
from tidegate.engines.sealing import SealError, key_id_of, seal, unseal, wrap
from tidegate.engines.sealing.seals import OVERHEAD

CONTENTS = st.binary(max_size=200)


@given(CONTENTS, KEYS, PURPOSES)
def test_what_is_sealed_opens_again(content: bytes, key, purpose: str) -> None:
    sealed = seal(content, key, purpose)
    assert unseal(sealed, key, purpose) == content
    assert len(sealed) == len(content) + OVERHEAD
    assert key_id_of(sealed) == key.id


@given(st.binary(min_size=8, max_size=200), KEYS)
def test_what_is_sealed_shows_nothing_of_its_content(content: bytes, key) -> None:
    assert content not in seal(content, key, "document:F-1")


def test_the_same_content_is_never_sealed_alike() -> None:
    assert len({seal(b"the same", ONE, "document:F-1") for _ in range(50)}) == 50


@pytest.mark.parametrize("content", [b"", b"a", b"proof of vulnerability"])
def test_every_flipped_bit_is_refused(content: bytes) -> None:
    sealed = seal(content, ONE, "document:F-1")
    for at in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(SealError):
            unseal(bytes(flipped), ONE, "document:F-1")


@given(CONTENTS, st.data())
def test_what_is_cut_or_continued_is_refused(content: bytes, data: st.DataObject) -> None:
    sealed = seal(content, ONE, "document:F-1")
    length = data.draw(st.integers(0, len(sealed) - 1))
    for other in (sealed[:length], sealed[length + 1 :], sealed + b"\0"):
        with pytest.raises(SealError):
            unseal(other, ONE, "document:F-1")


@given(CONTENTS, PURPOSES, PURPOSES)
def test_another_purpose_is_refused(content: bytes, purpose: str, other: str) -> None:
    assume(purpose != other)
    with pytest.raises(SealError, match="another thing in its place"):
        unseal(seal(content, ONE, purpose), ONE, other)


@given(CONTENTS, KEYS, KEYS, PURPOSES)
def test_another_key_is_refused_and_both_are_named(content, key, other, purpose) -> None:
    assume(key != other)
    with pytest.raises(SealError) as caught:
        unseal(seal(content, key, purpose), other, purpose)
    assert key.id in str(caught.value)
    assert other.id in str(caught.value)


def test_a_forged_key_id_does_not_make_another_key_fit() -> None:
    sealed = seal(b"content", ONE, "document:F-1")
    forged = sealed[:2] + bytes.fromhex(OTHER.id) + sealed[18:]
    with pytest.raises(SealError, match="cannot be opened"):
        unseal(forged, OTHER, "document:F-1")


def test_a_key_is_never_opened_as_content() -> None:
    with pytest.raises(SealError, match="something else"):
        unseal(wrap(OTHER, ONE, "document:F-1"), ONE, "document:F-1")


def test_a_later_format_is_told_from_a_broken_one() -> None:
    sealed = b"\x02" + seal(b"content", ONE, "document:F-1")[1:]
    with pytest.raises(SealError, match="a later version of Tidegate"):
        unseal(sealed, ONE, "document:F-1")
    with pytest.raises(SealError, match="too short"):
        key_id_of(b"\x01")


def test_no_error_holds_a_part_of_the_key_or_of_the_content() -> None:
    sealed = seal(b"the content", ONE, "document:F-1")
    for raw, key in ((sealed[:-1], ONE), (sealed, OTHER)):
        with pytest.raises(SealError) as caught:
            unseal(raw, key, "document:F-1")
        for secret in (b"the content".hex(), ONE.secret.hex(), OTHER.secret.hex(), "the content"):
            assert secret not in f"{caught.value!r}"
