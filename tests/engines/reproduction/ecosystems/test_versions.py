"""The order of versions, release lines and npm's ranges: the ecosystem's rules and no dates."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from tidegate.engines.reproduction.ecosystems import npm_versions
from tidegate.engines.reproduction.ecosystems.npm import Npm
from tidegate.engines.reproduction.ecosystems.pypi import Pypi
from tidegate.engines.reproduction.packages import PackageError

FACTS = Path(__file__).parents[4] / "../shared/data/version-fixtures/osv-scanner-semantic.tar.zst"

npm = Npm.order.__get__(Npm.__new__(Npm))
pypi = Pypi.order.__get__(Pypi.__new__(Pypi))

NPM_ORDER = (
    # From: semver.org, section 11
    "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
    "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1",
    # Numbers are numbers, a hyphen is a letter, build metadata breaks ties only.
    "2.9.0", "2.10.0-0", "2.10.0-1", "2.10.0-1.0", "2.10.0-10", "2.10.0--1", "2.10.0-a", "2.10.0",
    "2.10.0+1", "2.10.0+2", "10.0.0", "999999999999999.0.0",
)  # fmt: skip
PYPI_ORDER = (
    # From: the version specifiers of packaging.python.org, "Summary of permitted suffixes"
    "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456",
    "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0",
    "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1",
    "1.9", "1.10", "2024.1", "1!0.1", "1!1.0a1", "1!1.0", "2!0.0.1",
)  # fmt: skip

NPM_NUMBERS = st.integers(0, 20) | st.integers(0, 10**15)
NPM_VERSIONS = st.builds(
    "{}.{}.{}{}".format,
    NPM_NUMBERS,
    NPM_NUMBERS,
    NPM_NUMBERS,
    st.just("") | st.from_regex(r"(-[0-9A-Za-z-]{1,4}(\.[0-9a-z]{1,3}){0,2})?(\+[0-9a-z]{1,3})?",
                                fullmatch=True, alphabet=st.characters(codec="ascii")),
)  # fmt: skip
PYPI_VERSIONS = st.from_regex(
    r"(1!)?[0-9]{1,2}(\.[0-9]{1,2}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?(\+[a-z0-9]{1,3})?",
    fullmatch=True,
)


@pytest.mark.parametrize(("order", "versions"), [(npm, NPM_ORDER), (pypi, PYPI_ORDER)])
def test_versions_have_the_order_of_their_specification(order: Callable[[str], Any], versions):
    shuffled = list(versions)
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=order) == list(versions)


@pytest.mark.parametrize(
    ("order", "kind"),
    # Build metadata breaks ties in our order, but has no precedence.
    [(lambda text: npm(text)[0], "semver"), (pypi, "pypi"), (pypi, "pypi-versions-generated")],
)
def test_versions_have_the_order_of_lists_from_real_packages(order, kind, tmp_path):
    valid = 0
    for smaller, relation, larger in _facts(kind, tmp_path):
        try:
            one, other = order(smaller), order(larger)
        except PackageError:
            continue  # what the public registries do not take any more
        valid += 1
        if relation == "=":
            assert not one < other
            assert not other < one
        else:
            assert (one < other) is (relation == "<"), (smaller, relation, larger)
    assert valid > 20


def _facts(kind: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    if not FACTS.is_file() or not shutil.which("zstd"):
        pytest.skip("the shared version facts are not here")
    tar = folder / "facts.tar"
    subprocess.run(["zstd", "-qd", str(FACTS), "-o", str(tar)], check=True)
    name = kind if kind.endswith("generated") else f"{kind}-versions"
    text = subprocess.check_output(["tar", "-xOf", str(tar), "--wildcards", f"*{name}.txt"])
    for line in text.decode().splitlines():
        parts = line.split()
        if len(parts) == 3 and not line.startswith(("#", "//")) and parts[1] in "<>=":
            yield parts[0], parts[1], parts[2]


@given(st.lists(NPM_VERSIONS, min_size=2, max_size=8))
def test_the_order_of_npm_is_total(versions):
    _assert_total(npm, versions, lambda version: version.lstrip("v"))


@given(st.lists(PYPI_VERSIONS, min_size=2, max_size=8))
def test_the_order_of_pypi_is_total(versions):
    _assert_total(pypi, versions, Version)


def _assert_total(order, versions, identity) -> None:
    """Any two versions compare one way only, and no circle exists."""
    keys = {version: order(version) for version in versions}
    for one, other in combinations(versions, 2):
        outcomes = [keys[one] < keys[other], keys[other] < keys[one], keys[one] == keys[other]]
        assert outcomes.count(True) == 1
        if identity(one) == identity(other):
            assert keys[one] == keys[other]
    ordered = sorted(versions, key=order)
    assert all(not order(after) < order(before) for before, after in pairwise(ordered))


@pytest.mark.parametrize(
    ("ecosystem", "version", "line"),
    [
        (Npm, "1.2.3", "1"), (Npm, "0.2.4", "0.2"), (Npm, "0.0.8", "0.0"), (Npm, "10.0.0-rc", "10"),
        (Pypi, "5.3.1", "5"), (Pypi, "0.9", "0.9"), (Pypi, "0", "0.0"), (Pypi, "5.1b3", "5"),
        (Pypi, "1!2.0", "1!2"), (Pypi, "2024.1.post1", "2024"),
    ],
)  # fmt: skip
def test_a_line_is_the_major_or_zero_and_the_minor(ecosystem, version, line):
    assert ecosystem.line(ecosystem.__new__(ecosystem), version) == line


@pytest.mark.parametrize("text", ["v1.2.3", "=1.2.3", "1.02.3", " 1.2.3 ", "1.2.3+build.7"])
def test_npm_s_leniency_with_old_versions_is_ours(text):
    assert npm_versions.parse(text).release == (1, 2, 3)


@pytest.mark.parametrize("text", ["1.2.3beta", "1.2.3-beta", "1.2.3-0", "v1.2.3-x.7.z.92"])
def test_a_prerelease_is_told_from_a_release(text):
    assert npm_versions.is_prerelease(text)
    assert npm(text) < npm("1.2.3")


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.2", "1.2.3.4", "latest", "1.2.x", "١.2.3", "1.2.3-é", "1.2.3\n4", "../1.2.3",
     "1.2.3-a..b", "1" * 17 + ".0.0", "1.0.0-" + "a" * 300],
)  # fmt: skip
def test_what_is_no_version_of_npm_is_refused(text):
    with pytest.raises(PackageError, match="not a semantic version"):
        npm(text)


@pytest.mark.parametrize("text", ["", "one", "1.0-", "1.0_x", "../1", "1.0\n1", "1 .0"])
def test_what_is_no_version_of_pypi_is_refused(text):
    with pytest.raises(PackageError, match="not a version by PEP 440"):
        pypi(text)


RANGES = {
    # range: (what is in it, what is not)
    "1.2.3": ("1.2.3 v1.2.3 1.2.3+build", "1.2.4 1.2.3-rc 1.2.2"),
    "=1.2.3": ("1.2.3", "1.2.4"),
    ">1.2.3": ("1.2.4 2.0.0", "1.2.3 1.2.4-rc"),
    ">=1.2.3": ("1.2.3 99.0.0", "1.2.2 1.2.3-rc"),
    "<1.2.3": ("1.2.2 0.0.0", "1.2.3 1.2.3-rc"),
    "<=1.2.3": ("1.2.3 0.0.1", "1.2.4"),
    ">1.2": ("1.3.0", "1.2.0 1.2.99 1.3.0-0"),
    "<=1.2": ("1.2.99", "1.3.0"),
    "<1.2": ("1.1.99", "1.2.0 1.2.0-a"),
    ">1": ("2.0.0", "1.99.0"),
    "<=1": ("1.99.99", "2.0.0"),
    "<1": ("0.99.0", "1.0.0 1.0.0-0"),
    "1.2.3 - 2.3.4": ("1.2.3 2.3.4 2.0.0", "1.2.2 2.3.5"),
    "1.2 - 2.3.4": ("1.2.0", "1.1.9"),
    "1.2.3 - 2.3": ("2.3.99", "2.4.0"),
    "1.2.3 - 2": ("2.99.0", "3.0.0"),
    "* - 2": ("0.0.1 2.99.0", "3.0.0"),
    "": ("0.0.0 9.9.9", "1.0.0-rc"),
    "*": ("0.0.0 9.9.9", "1.0.0-rc"),
    "x": ("1.2.3", "1.2.3-0"),
    "1": ("1.0.0 1.99.0", "2.0.0 0.99.0 2.0.0-0 1.0.0-0"),
    "1.x": ("1.0.0 1.99.0", "2.0.0"),
    "1.2": ("1.2.0 1.2.9", "1.3.0"),
    "1.2.*": ("1.2.0 1.2.9", "1.3.0"),
    "1.x.x": ("1.9.9", "2.0.0"),
    "~1.2.3": ("1.2.3 1.2.99", "1.3.0 1.2.2"),
    "~1.2": ("1.2.0 1.2.99", "1.3.0"),
    "~1": ("1.0.0 1.99.0", "2.0.0"),
    "~0.2.3": ("0.2.3 0.2.99", "0.3.0"),
    "~1.2.3-beta.2": ("1.2.3-beta.2 1.2.3-beta.4 1.2.3 1.2.4", "1.2.4-beta.2 1.2.3-beta.1 1.3.0"),
    "~>1.2.3": ("1.2.9", "1.3.0"),
    "~> 1": ("1.9.9", "2.0.0"),
    "^1.2.3": ("1.2.3 1.99.0", "2.0.0 1.2.2 1.3.0-rc 2.0.0-rc"),
    "^0.2.3": ("0.2.3 0.2.99", "0.3.0 0.2.2"),
    "^0.0.3": ("0.0.3", "0.0.4 0.0.2"),
    "^1.2.3-beta.2": ("1.2.3-beta.2 1.2.3-beta.4 1.2.3 1.9.0", "1.2.4-beta.2 2.0.0"),
    "^0.0.3-beta": ("0.0.3-beta 0.0.3-pr.2 0.0.3", "0.0.4 0.0.4-beta"),
    "^1.2.x": ("1.2.0 1.99.0", "2.0.0 1.1.0"),
    "^0.0.x": ("0.0.0 0.0.99", "0.1.0"),
    "^0.0": ("0.0.99", "0.1.0"),
    "^1.x": ("1.0.0 1.99.0", "2.0.0"),
    "^0.x": ("0.0.0 0.99.0", "1.0.0"),
    "^0.0.0": ("0.0.0", "0.0.1"),
    "1.2.7 || >=1.2.9 <2.0.0": ("1.2.7 1.2.9 1.4.6", "1.2.8 2.0.0"),
    "||": ("1.0.0", "1.0.0-a"),
    ">1.2.3-alpha.3": ("1.2.3-alpha.7 3.4.5", "3.4.5-alpha.9 1.2.3-alpha.3"),
    ">= 1.0.0  <  2": ("1.5.0", "2.0.0 0.9.0"),
    "v1.2.3": ("1.2.3", "1.2.4"),
    "^v1.2": ("1.5.0", "2.0.0"),
    "<\t2.0.0": ("1.0.0", "2.0.0"),
}  # fmt: skip


@pytest.mark.parametrize("text", RANGES)
def test_a_range_of_npm_means_what_npm_says(text):
    inside, outside = RANGES[text]
    wanted = npm_versions.Range(text)
    assert [version for version in inside.split() if not wanted.accepts(version)] == []
    assert [version for version in outside.split() if wanted.accepts(version)] == []


@pytest.mark.parametrize(
    "text",
    ["latest", "1.2.3.4", ">", "^", "1.2.3 -", "a - b", "1.0.0 - 2.0.0 - 3.0.0", "^^1",
     ">=1 and <2", "git+https://x/y", "=" * 5000, "1 || " * 400, "^1 " * 300, "١.x"],
)  # fmt: skip
def test_what_is_no_range_is_refused(text):
    with pytest.raises(PackageError, match="not a range"):
        npm_versions.Range(text)


@given(NPM_VERSIONS, NPM_VERSIONS)
def test_ranges_agree_with_the_order(bound, version):
    key, limit = npm_versions.parse(version).key, npm_versions.parse(bound).key
    if npm_versions.is_prerelease(version):
        return  # these have a rule of their own
    assert npm_versions.Range(f">={bound}").accepts(version) is (key >= limit)
    assert npm_versions.Range(f"<{bound}").accepts(version) is (key < limit)
    assert npm_versions.Range(f"={bound}").accepts(version) is (key == limit)
    assert npm_versions.Range(f"^{bound}").accepts(bound)
    assert npm_versions.Range(f"~{bound}").accepts(bound)
