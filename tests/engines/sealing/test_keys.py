"""A key is named by a digest, shown by nothing, and wrapped for one purpose."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from tests.engines.sealing.made import KEYS, ONE, OTHER, PURPOSES
from tidegate.engines.sealing import Key, SealError, new_key, seal, unwrap, wrap


@given(KEYS, KEYS, PURPOSES)
def test_a_wrapped_key_comes_out_as_it_was(key, by, purpose: str) -> None:
    assert unwrap(wrap(key, by, purpose), by, purpose) == key


def test_every_flipped_bit_of_a_wrapped_key_is_refused() -> None:
    wrapped = wrap(ONE, OTHER, "delivery:D-1")
    for at in range(len(wrapped) * 8):
        flipped = bytearray(wrapped)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(SealError):
            unwrap(bytes(flipped), OTHER, "delivery:D-1")


@given(KEYS, PURPOSES, PURPOSES)
def test_a_wrapped_key_serves_no_other_purpose(key, purpose: str, other: str) -> None:
    assume(purpose != other)
    with pytest.raises(SealError):
        unwrap(wrap(key, OTHER, purpose), OTHER, other)


def test_content_of_a_keys_length_is_never_taken_for_a_key() -> None:
    with pytest.raises(SealError, match="something else"):
        unwrap(seal(ONE.secret, OTHER, "delivery:D-1"), OTHER, "delivery:D-1")


def test_a_key_is_shown_by_its_id_alone() -> None:
    assert ONE.id in repr(ONE)
    assert repr(ONE.secret) not in repr(ONE)
    assert ONE.id != OTHER.id
    assert len(ONE.id) == 32


def test_new_keys_differ() -> None:
    assert len({new_key().id for _ in range(50)}) == 50


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_none(length: int) -> None:
    with pytest.raises(SealError, match="a key has 32 bytes"):
        Key(bytes(length))
