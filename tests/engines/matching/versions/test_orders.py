"""What every order promises, whatever it is told."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidegate.engines.matching.packages import HIGHEST, LOWEST
from tidegate.engines.matching.versions import (
    LONGEST,
    Order,
    UnparsableVersionError,
    comparator,
    compare,
    has_key,
    version_key,
)

KEYED = [order for order in Order if has_key(order)]
UNKEYED = [order for order in Order if not has_key(order)]
PARTS = st.sampled_from(
    ["0", "1", "01", "44", "99999", "9" * 40, ".", "-", "+", "~", "^", "_", ":", "!", "a", "rc",
     "alpha", "beta", "dev", "post", "pre", "final", "SNAPSHOT", "-r1", "_p2", "v", "x", "Z"]
)  # fmt: skip
BUILT = st.lists(PARTS, max_size=12).map("".join)
HOSTILE = st.text(max_size=40) | BUILT | st.builds("1.{}{}".format, BUILT, st.text(max_size=3))


@pytest.mark.parametrize("order", KEYED)
@given(version=HOSTILE)
@example(version="1" + "0" * 999)
@example(version="1.0a" + "1" * 990 + "!")
@example(version="1-" * 500)
@example(version="1." * 499 + "1")
@example(version="1.0-" + "a-" * 490 + "!")
@example(version="１.０")
@example(version="1.0\N{SUPERSCRIPT TWO}")
@example(version="\ud800")
@settings(max_examples=15, deadline=None)
def test_anything_gives_a_key_or_the_one_error(order, version):
    try:
        key = version_key(order, version)
    except UnparsableVersionError as error:
        words = str(error)
    else:
        assert LOWEST < key < HIGHEST
        assert len(key) <= 8 * len(version) + 16
        return
    assert words.isprintable()
    assert len(words) < 500


@pytest.mark.parametrize("order", UNKEYED)
@given(one=HOSTILE, other=HOSTILE)
@settings(max_examples=10, deadline=None)
def test_a_comparator_answers_or_raises_the_one_error(order, one, other):
    try:
        result = comparator(order)(one, other)
    except UnparsableVersionError:
        return
    assert result in (-1, 0, 1)
    assert compare(order, one, other) == result


@pytest.mark.parametrize("order", Order)
def test_a_version_of_more_than_the_longest_length_is_none(order):
    with pytest.raises(UnparsableVersionError, match=str(LONGEST)):
        compare(order, "1" * (LONGEST + 1), "1")


def test_an_order_without_a_key_says_where_to_ask():
    assert UNKEYED == [Order.ARCH, Order.GENTOO, Order.CONAN]
    for order in UNKEYED:
        with pytest.raises(UnparsableVersionError, match="comparator"):
            version_key(order, "1.0")


def test_numbers_beyond_any_machine_word_are_compared_exactly():
    for order in KEYED:
        if order is Order.PACKAGIST:  # five digits for the first number
            continue
        assert compare(order, "9" * 30 + "1", "9" * 30 + "2") == -1
        assert compare(order, "9" * 200, "1" + "0" * 200) == -1
