"""Three answers, each earned: nothing that is not known is called clean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.formats.inventories.components import Component
from tidegate.engines.matching.advisories import Advisory, Affected, Certainty
from tidegate.engines.matching.answers import (
    OWN_SOURCE,
    answer,
    compare_ranges,
    verdict,
)
from tidegate.engines.matching.identity import place
from tidegate.engines.matching.osv_ranges import read_osv
from tidegate.engines.matching.packages import Coordinate, Reason, Unplaced

VERSIONS = [f"{major}.{minor}.0" for major in range(4) for minor in range(3)]


def at(version: str, purl="pkg:npm/left-pad") -> Coordinate:
    found = place(Component(f"{purl}@{version}", "", "", ""))
    assert isinstance(found, Coordinate)
    return found


def advisory(
    *events: dict[str, Any], source="ghsa", versions=(), ecosystem="npm", name="left-pad"
) -> Advisory:
    entry = {
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": "SEMVER", "events": list(events)}] if events else [],
        "versions": list(versions),
    }
    record = {"id": f"{source}-1", "aliases": ["CVE-2026-1"], "affected": [entry]}
    return read_osv(record, source)


def affected(*events: dict[str, Any], **more) -> Affected:
    return advisory(*events, **more).affected[0]


FIXED = ({"introduced": "1.0.0"}, {"fixed": "2.0.0"})
UNREADABLE = ({"introduced": "0"}, {"fixed": "soon"})


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
    assert verdict(nowhere, [advisory(*FIXED)]).answer.reason is Reason.NO_VERSION


def test_a_package_of_an_unknown_source_is_never_clean():
    libssl = at("3.0.2-0ubuntu1?distro=ubuntu-22.04", "pkg:deb/ubuntu/libssl3")
    said = verdict(libssl, []).answer
    assert (said.certainty, said.reason) == (Certainty.UNKNOWN, Reason.SOURCE_NOT_TOLD)
    fixed = affected(*FIXED, ecosystem="Ubuntu:22.04:LTS", name="libssl3")
    assert answer(libssl, fixed).reason is Reason.SOURCE_NOT_TOLD
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


def test_of_several_advisories_any_is_enough_and_the_others_are_told():
    one, other = advisory(*FIXED), advisory({"introduced": "3.0.0"}, source="osv-npm")
    said = verdict(at("1.5.0"), [other, one])
    assert said.answer.certainty is Certainty.AFFECTED
    assert [match.advisory for match in said.by] == [one]
    assert [match.advisory for match in said.differing] == [other]


def test_one_that_cannot_tell_outweighs_one_that_says_no():
    said = verdict(at("3.0.0"), [advisory(*FIXED), advisory(*UNREADABLE, source="osv-npm")])
    assert said.answer.reason is Reason.UNPARSABLE_VERSION


def test_what_was_withdrawn_and_what_is_of_other_packages_says_nothing():
    taken_back = replace(advisory(*FIXED), withdrawn_at=datetime(2026, 1, 1, tzinfo=UTC))
    said = verdict(at("1.5.0"), [taken_back, advisory(*FIXED, name="right-pad")])
    assert said.answer.certainty is Certainty.NOT_AFFECTED
    assert said.by == ()


def test_without_a_fresh_feed_nothing_is_clean_and_what_is_affected_stays():
    said = verdict(at("3.0.0"), [advisory(*FIXED)], is_feed_fresh=False)
    assert (said.answer.certainty, said.answer.reason) == (Certainty.UNKNOWN, Reason.FEED_TOO_OLD)
    said = verdict(at("1.0.0"), [advisory(*FIXED)], is_feed_fresh=False)
    assert said.answer.certainty is Certainty.AFFECTED


@pytest.mark.parametrize("is_feed_fresh", [True, False])
def test_what_was_proven_here_wins_and_the_difference_is_told(is_feed_fresh):
    own = advisory({"introduced": "1.0.0"}, {"fixed": "1.4.0"}, source=OWN_SOURCE)
    published = advisory(*FIXED)
    said = verdict(at("1.5.0"), [published, own], is_feed_fresh=is_feed_fresh)
    assert said.answer.certainty is Certainty.NOT_AFFECTED
    assert said.is_own
    assert [match.advisory for match in said.differing] == [published]


def test_where_our_own_range_cannot_tell_the_published_one_counts():
    own = advisory(*UNREADABLE, source=OWN_SOURCE)
    said = verdict(at("1.5.0"), [own, advisory(*FIXED)])
    assert said.answer.certainty is Certainty.AFFECTED
    assert not said.is_own


def test_ranges_are_compared_version_by_version():
    ours = affected({"introduced": "1.0.0"}, {"fixed": "2.1.0"})
    theirs = affected({"introduced": "1.1.0"}, {"fixed": "3.0.0"})
    difference = compare_ranges(ours, theirs, [*VERSIONS, "latest"])
    assert difference.only_ours == ("1.0.0",)
    assert difference.only_theirs == ("2.1.0", "2.2.0")
    assert difference.unknown == ("latest",)
    assert not difference.is_none
    assert compare_ranges(ours, ours, VERSIONS).is_none


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
@given(st.lists(EVENTS, max_size=3), st.sampled_from(VERSIONS))
def test_a_verdict_is_the_or_of_its_parts(records, version):
    advisories = [advisory(*events) for events in records]
    parts = {verdict(at(version), [one]).answer.certainty for one in advisories}
    strongest = next(
        (one for one in (Certainty.AFFECTED, Certainty.UNKNOWN) if one in parts),
        Certainty.NOT_AFFECTED,
    )
    assert verdict(at(version), advisories).answer.certainty is strongest
