"""Pieces come out in their order, whole and of their owner, or they do not come out."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.engines.sealing.made import ONE, OTHER
from tidegate.engines.sealing import SealError, seal_pieces, unseal, unseal_piece, unseal_pieces

CONTENTS = st.lists(st.binary(max_size=20), max_size=6)


def sealed_of(contents: list[bytes], owner: str = "delivery:D-1") -> list[bytes]:
    return list(seal_pieces(contents, ONE, owner))


@given(CONTENTS)
def test_pieces_come_out_as_they_went_in(contents: list[bytes]) -> None:
    sealed = sealed_of(contents)
    assert list(unseal_pieces(sealed, ONE, "delivery:D-1")) == (contents or [b""])


@given(CONTENTS, st.data())
def test_each_piece_is_read_by_itself(contents: list[bytes], data: st.DataObject) -> None:
    sealed = sealed_of(contents)
    number = data.draw(st.integers(0, len(sealed) - 1))
    last = number == len(sealed) - 1
    found = unseal_piece(sealed[number], ONE, "delivery:D-1", number, last=last)
    assert found == (contents or [b""])[number]
    with pytest.raises(SealError, match=f"piece {number} of delivery:D-1"):
        unseal_piece(sealed[number], ONE, "delivery:D-1", number, last=not last)


@given(CONTENTS, st.data())
def test_no_other_order_or_number_of_pieces_opens(
    contents: list[bytes], data: st.DataObject
) -> None:
    sealed = sealed_of(contents)
    other = data.draw(st.lists(st.sampled_from(sealed), max_size=len(sealed) + 2))
    assume(other != sealed)
    with pytest.raises(SealError):
        list(unseal_pieces(other, ONE, "delivery:D-1"))


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=6), st.data())
def test_what_is_cut_off_at_the_end_is_missed(contents: list[bytes], data: st.DataObject) -> None:
    sealed = sealed_of(contents)
    kept = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(SealError):
        list(unseal_pieces(sealed[:kept], ONE, "delivery:D-1"))


@given(CONTENTS)
def test_a_piece_of_another_owner_or_another_key_is_refused(contents: list[bytes]) -> None:
    sealed = sealed_of(contents)
    with pytest.raises(SealError):
        list(unseal_pieces(sealed, ONE, "delivery:D-2"))
    with pytest.raises(SealError):
        list(unseal_pieces(sealed, OTHER, "delivery:D-1"))


def test_every_flipped_bit_of_a_piece_is_refused() -> None:
    (sealed,) = sealed_of([b"content"])
    for at in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(SealError):
            unseal_piece(bytes(flipped), ONE, "delivery:D-1", 0, last=True)


def test_a_piece_is_never_opened_as_something_whole() -> None:
    (sealed,) = sealed_of([b"content"])
    with pytest.raises(SealError, match="something else"):
        unseal(sealed, ONE, "delivery:D-1")


@pytest.mark.parametrize("number", [-1, 1 << 64])
def test_a_number_that_no_piece_has_is_one_clear_error(number: int) -> None:
    (sealed,) = sealed_of([b"content"])
    with pytest.raises(SealError, match="counted from 0"):
        unseal_piece(sealed, ONE, "delivery:D-1", number, last=True)
