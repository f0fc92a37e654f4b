"""Spans in one line, and package URLs with a version or a range, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from tidegate.engines.formats.advisories.record import BEGINNING
from tidegate.engines.formats.advisories.standings import SaidSpan
from tidegate.engines.formats.advisories.version_ranges import (
    Located,
    at_range,
    at_version,
    located,
    span_of,
    vers_of,
)

PURLS = st.sampled_from(
    (
        "pkg:npm/minimist",
        "pkg:npm/%40scope/name",
        "pkg:deb/debian/curl?arch=source&distro=debian-12",
        "pkg:golang/example.org/m#sub/path",
        "pkg:maven/org.example/a?type=jar#x",
    )
)
VERSIONS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E) | st.sampled_from("é|~ "), min_size=1
).filter(lambda text: text != BEGINNING)
SPANS = st.builds(
    lambda introduced, ended, is_fixed: SaidSpan(introduced, ended, is_fixed and bool(ended)),
    st.just(BEGINNING) | VERSIONS,
    st.just("") | VERSIONS,
    st.booleans(),
)


@given(PURLS, SPANS)
def test_a_span_comes_back_from_a_range_and_from_a_package_url(purl: str, span: SaidSpan) -> None:
    vers = vers_of(purl, span)

    assert span_of(vers) == span
    assert located(at_range(purl, vers)) == Located(purl, "", span)
    assert PackageURL.from_string(at_range(purl, vers)).qualifiers["vers"] == vers


@given(PURLS, VERSIONS)
def test_a_version_comes_back_from_a_package_url(purl: str, version: str) -> None:
    assert located(at_version(purl, version)) == Located(purl, version, None)


@pytest.mark.parametrize("purl", ["pkg:npm/%40scope/name", "pkg:npm/@scope/name", "pkg:npm/name"])
def test_a_scope_is_no_version(purl: str) -> None:
    assert located(purl) == Located(purl, "", None)


@pytest.mark.parametrize(
    "vers",
    ["", "npm/>=1", "vers:npm", "vers:npm/", "vers:npm/1.0", "vers:npm/>=1|<2|>=3", "vers:npm/!=1",
     "vers:/*"],
)  # fmt: skip
def test_what_is_no_single_run_of_versions_is_none(vers: str) -> None:
    assert span_of(vers) is None
