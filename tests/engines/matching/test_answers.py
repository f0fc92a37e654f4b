"""Three answers, each earned: nothing that is not known is called clean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.formats.inventories.components import Component
from tidegate.engines.matching.advisories import Affected, Certainty
from tidegate.engines.matching.answers import answer
from tidegate.engines.matching.identity import place
from tidegate.engines.matching.osv_ranges import read_osv
from tidegate.engines.matching.packages import Coordinate, Reason, Unplaced

VERSIONS = [f"{major}.{minor}.0" for major in range(4) for minor in range(3)]


def at(version: str, purl="pkg:npm/left-pad") -> Coordinate:
    found = place(Component(f"{purl}@{version}", "", "", ""))
    assert isinstance(found, Coordinate)
    return found


def affected(*events: dict[str, Any], ecosystem="npm", name="left-pad") -> Affected:
    entry = {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": "SEMVER", "events": list(events)}] if events else [],
    }
    record = {"id": "ghsa-1", "aliases": ["CVE-2026-1"], "affected": [entry]}
    return read_osv(record, "ghsa").affected[0]


FIXED = ({"introduced": "1.0.0"}, {"fixed": "2.0.0"})


def test_a_version_within_the_range_is_affected_and_the_range_is_told():
    said = answer(at("1.5.0"), affected(*FIXED))
    assert said.certainty is Certainty.AFFECTED
    assert said.words == "from 1.0.0 on, fixed in 2.0.0"
    assert said.slice is not None
    assert said.slice.ended == "2.0.0"


def test_a_version_outside_is_not_affected():
    assert answer(at("2.0.0"), affected(*FIXED)).certainty is Certainty.NOT_AFFECTED


def test_outside_of_what_could_be_read_it_is_unknown_and_inside_still_affected():
    partly = affected(*FIXED)
    partly = replace(partly, unreadable=("soon",))
    assert answer(at("1.0.0"), partly).certainty is Certainty.AFFECTED
    said = answer(at("3.0.0"), partly)
    assert (said.certainty, said.reason) == (Certainty.UNKNOWN, Reason.UNPARSABLE_VERSION)
    assert "soon" in said.words


def test_what_has_no_place_is_unknown_for_its_own_reason():
    nowhere = Unplaced("pkg:npm/left-pad", Reason.NO_VERSION, "it has no version")
    assert answer(nowhere, affected(*FIXED)) == (
        Certainty.UNKNOWN, Reason.NO_VERSION, "it has no version", None, False,
    )  # fmt: skip


def test_a_package_of_an_unknown_source_is_never_clean():
    libssl = at("3.0.2-0ubuntu1?distro=ubuntu-22.04", "pkg:deb/ubuntu/libssl3")
    said = answer(libssl, affected(*FIXED, ecosystem="Ubuntu:22.04:LTS", name="libssl3"))
    assert (said.certainty, said.reason) == (Certainty.UNKNOWN, Reason.SOURCE_NOT_TOLD)
    found = answer(libssl, affected({"introduced": "0"}, ecosystem="Ubuntu:22.04", name="libssl3"))
    assert found.certainty is Certainty.AFFECTED


@pytest.mark.parametrize(
    ("purl", "version", "introduced", "is_early"),
    [
        ("pkg:npm/left-pad", "2.0.0-rc.1", "2.0.0", True),
        ("pkg:npm/left-pad", "2.0.0-rc.1+build", "2.0.0", True),
        ("pkg:npm/left-pad", "2.0.0-rc.1", "2.0.0-rc.2", False),
        ("pkg:npm/left-pad", "1.0.0-rc.1", "2.0.0", False),
        ("pkg:npm/left-pad", "1.9.0", "2.0.0", False),
        ("pkg:pypi/left-pad", "2.0rc1", "2.0.0", True),
        ("pkg:pypi/left-pad", "2.0.dev3", "2.0", True),
        ("pkg:pypi/left-pad", "1.9", "2.0", False),
        ("pkg:gem/left-pad", "2.0.rc1", "2.0", False),
    ],
)
def test_a_prerelease_of_the_first_affected_version_is_marked(purl, version, introduced, is_early):
    ecosystem = {"npm": "npm", "pypi": "PyPI", "gem": "RubyGems"}[purl[4:].partition("/")[0]]
    said = answer(at(version, purl), affected({"introduced": introduced}, ecosystem=ecosystem))
    assert said.certainty is Certainty.NOT_AFFECTED
    assert said.is_prerelease_of_first_affected is is_early


EVENTS = st.lists(
    st.builds(
        lambda kind, version: {kind: version},
        st.sampled_from(["introduced", "fixed", "last_affected"]),
        st.sampled_from([*VERSIONS, "soon"]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.sampled_from(VERSIONS))
def test_nothing_is_clean_of_which_a_word_could_not_be_read(events, version):
    said = answer(at(version), affected(*events))
    if "soon" in str(events):
        assert said.certainty is not Certainty.NOT_AFFECTED
    assert (said.reason is None) is (said.certainty is not Certainty.UNKNOWN)
    assert (said.slice is None) is (said.certainty is not Certainty.AFFECTED)
