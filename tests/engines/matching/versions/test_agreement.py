"""Keys stand as a comparator that uses no keys says; versions are drawn from each order's grammar.

The references are those of the benchmark, which compares a million pairs of real versions.
"""

from itertools import combinations

import pytest
from benchmarks.agreement.references import reference
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.matching.versions import Order, UnparsableVersionError, has_key, version_key

DIGITS = ["0", "1", "2", "10", "43", "44", "300", "01", "00"]
PARTS = {
    Order.PYPI: ["a", "b", "rc", ".post", ".dev", "-", "+", "1!", "alpha", "_", "c", "x", ".0"],
    Order.SEMVER: [".", ".", "-", "alpha", "A", "1a", "v", "-0"],
    Order.GO: [".", ".", "-", "alpha", "v", "+incompatible"],
    Order.DEBIAN: [".", "~", "+", "-", "a", "b", "A", "deb"],
    Order.RPM: [".", "~", "^", "a", "b", "A", "_", "el", "-1"],
    Order.ALPINE: [".", ".", "a", "b", "_alpha", "_p", "_rc", "_git", "~ab", "-r", "-r0", "-r1"],
    Order.MAVEN: [
        ".", ".", "-", "-", "alpha", "a", "rc", "ga", "final", "sp", "foo", "SNAPSHOT", "b", "x",
        "cr", "m", ".0", "-0",
    ],
    Order.NUGET: [".", ".", "-beta", "-b.", "B", "+x"],
    Order.RUBYGEMS: [".", ".", ".0", "-", "a", "b", "B", ".pre"],
    Order.PACKAGIST: [
        ".", ".", "-", "alpha", "b", "RC", "dev", "pl", "p", "v", "stable", "_", "2020", ".x",
        "20200101",
    ],
    Order.CRAN: [".", "-", "."],
}  # fmt: skip
# What one of the two takes for a version, and the other does not; all else is taken by both.
DIFFERENT_GRAMMARS = {
    Order.SEMVER: "the reference is strict about zeros in front of numeric identifiers",
    Order.GO: "as above",
    Order.DEBIAN: "univers wants a digit first; dpkg only warns",
    Order.NUGET: "univers is strict about zeros in front; NuGet is not",
    Order.RPM: "rpm-version takes anything, an empty version as well",
}


def versions(order):
    begun = st.sampled_from(["1", "1", "1.0", "1.0", "1.2.", ""])
    parts = st.lists(st.sampled_from(DIGITS + PARTS[order]), max_size=8).map("".join)
    return st.builds("{}{}".format, begun, parts).filter(
        lambda version: (
            version  # RubyGems and Maven take '' for 0
            and (order is not Order.RPM or version.count("-") < 2)
        )  # which no RPM has; told in the rest
    )


def both(order, version):
    try:
        key = version_key(order, version)
    except UnparsableVersionError:
        key = None
    try:
        read = reference(order).read(version)
    except Exception:  # noqa: BLE001
        read = None
    if order not in DIFFERENT_GRAMMARS:
        assert (key is None) == (read is None), version
    return None if key is None or read is None else (key, read)


@pytest.mark.parametrize("order", [order for order in Order if has_key(order)])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_keys_stand_as_the_reference_compares(order, data):
    placed = [both(order, one) for one in data.draw(st.lists(versions(order), max_size=5))]
    known = [one for one in placed if one]
    for (key, read), (other_key, other_read) in combinations(known, 2):
        told = reference(order).compare(read, other_read)
        assert (key > other_key) - (key < other_key) == (told > 0) - (told < 0)
