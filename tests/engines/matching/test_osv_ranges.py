"""An OSV record is read as its schema means it, and what cannot be read is told."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.matching.advisories import Advisory, Affected
from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.errors import AdvisoryError
from tidegate.engines.matching.osv_ranges import read_osv
from tidegate.engines.matching.packages import Package
from tidegate.engines.matching.ranges import slice_holding
from tidegate.engines.matching.versions import version_key

LEFT_PAD = {"ecosystem": "npm", "name": "Left-Pad"}


def record(*affected: dict[str, Any], **more) -> dict[str, Any]:
    return (
        {"id": "GHSA-aaaa-bbbb-cccc", "modified": "2026-01-02T03:04:05Z"}
        | more
        | {"affected": list(affected)}
    )


def entry(*events: dict[str, Any], package=LEFT_PAD, kind="SEMVER", **more) -> dict[str, Any]:
    ranges = [{"type": kind, "events": list(events)}] if events else []
    return {"package": package, "ranges": ranges} | more


def only(read: Advisory) -> Affected:
    (affected,) = read.affected
    return affected


def holds(affected: Affected, version: str) -> bool:
    ecosystem = ecosystem_named(affected.package.ecosystem)
    assert ecosystem is not None
    return slice_holding(affected.slices, version_key(ecosystem.order, version)) is not None


FIXED = entry({"introduced": "1.0.0"}, {"fixed": "1.2.0"})


def test_a_record_becomes_an_advisory():
    read = read_osv(
        record(
            FIXED,
            aliases=["CVE-2026-1"],
            upstream=["CVE-2026-2"],
            related=["CVE-2026-3"],
            summary="Pads  too much",
            published="2026-01-01T00:00:00Z",
            severity=[
                {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"},
                {"type": "Ubuntu", "score": "low"},
            ],
            references=[{"type": "WEB", "url": "https://example.org/1"}],
        ),
        "ghsa",
    )
    assert read.source == "ghsa"
    assert read.summary == "Pads too much"
    assert read.published_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert read.withdrawn_at is None
    assert read.vectors == ("CVSS:3.1/AV:N",)
    assert read.references == ("https://example.org/1",)
    assert only(read).package == Package("npm", "left-pad")
    assert only(read).fixed == ("1.2.0",)
    assert (read.aliases, read.upstream) == (("CVE-2026-1",), ("CVE-2026-2",))
    assert read.vulnerabilities == ("CVE-2026-1", "CVE-2026-2")


def test_entries_of_one_package_are_a_union():
    read = read_osv(
        record(FIXED, entry({"introduced": "2.0.0"}, {"last_affected": "2.1.0"})), "ghsa"
    )
    affected = only(read)
    asked = ("0.9.0", "1.0.0", "1.2.0", "2.0.0", "2.1.0", "2.1.1")
    assert [holds(affected, one) for one in asked] == [False, True, False, True, True, False]


def test_listed_versions_count_beside_ranges():
    affected = only(read_osv(record(FIXED | {"versions": ["1.1.0", "3.0.0"]}), "ghsa"))
    assert holds(affected, "3.0.0")
    assert not holds(affected, "3.0.1")


def test_a_listed_version_without_a_place_casts_no_doubt_where_a_range_tells_the_same():
    assert only(read_osv(record(FIXED | {"versions": ["1.1.0", "beta"]}), "ghsa")).unreadable == ()
    listed = {"package": LEFT_PAD, "versions": ["1.1.0", "beta"]}
    assert only(read_osv(record(listed), "ghsa")).unreadable == ("beta",)


@pytest.mark.parametrize(
    "said",
    [
        entry({"introduced": "0"}, {"fixed": "a1b2"}, kind="GIT"),
        entry(),
        entry({"introduced": "0"}, {"fixed": "soon"}),
        entry({"fixed": "1.0.0"}),
    ],
)
def test_what_cannot_be_read_is_told_and_never_clean(said):
    affected = only(read_osv(record(said), "ghsa"))
    assert affected.slices == ()
    assert affected.unreadable


def test_commits_beside_versions_are_passed_over():
    both = FIXED | {
        "ranges": [*FIXED["ranges"], {"type": "GIT", "repo": "x", "events": [{"introduced": "0"}]}]
    }
    affected = only(read_osv(record(both), "ghsa"))
    assert affected.unreadable == ()
    assert affected.fixed == ("1.2.0",)


def test_what_a_database_says_for_itself_has_no_effect():
    said = entry({"introduced": "0"}) | {
        "database_specific": {"last_known_affected_version_range": "< 4.0.0"}
    }
    assert holds(only(read_osv(record(said), "ghsa")), "5.0.0")


def test_packages_that_are_not_covered_are_named():
    read = read_osv(
        record(
            FIXED | {"package": {"ecosystem": "Android", "name": "platform/x"}},
            FIXED | {"package": {"ecosystem": "Debian", "name": "curl"}},
            {"ranges": []},
        ),
        "osv",
    )
    assert read.affected == ()
    assert read.not_covered == ("Android/platform/x", "Debian/curl", "a package in no ecosystem")


def test_repositories_of_one_release_are_one_and_ubuntu_pro_counts_for_all():
    fixed = [{"introduced": "0"}, {"fixed": "0:1.0-2.el8"}]
    read = read_osv(
        record(
            *(
                entry(*fixed, package={"ecosystem": word, "name": "sudo"}, kind="ECOSYSTEM")
                for word in (
                    "Red Hat:enterprise_linux:8::baseos",
                    "Red Hat:enterprise_linux:8::appstream",
                    "Ubuntu:Pro:18.04:LTS",
                )
            )
        ),
        "osv",
    )
    assert [one.package.word for one in read.affected] == [
        "Red Hat:enterprise_linux:8/sudo",
        "Ubuntu:Pro:18.04/sudo",
        "Ubuntu:18.04/sudo",
    ]


def test_a_withdrawal_is_kept_as_one():
    assert read_osv(record(withdrawn="2026-02-01T00:00:00Z"), "osv").withdrawn_at is not None


def test_a_moment_that_a_program_in_go_did_not_know_is_none():
    assert read_osv(record(modified="0001-01-01T00:00:00Z"), "osv").modified_at is None


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"affected": {}}, "affected"),
        ({"id": 7}, "id"),
        ({"id": ""}, "id"),
        ({"withdrawn": "yesterday"}, "withdrawn"),
        ({"affected": [{"package": {"ecosystem": "npm"}}]}, "affected[0].package.name"),
        (
            {"affected": [entry({"fixes": "1"})]},
            "affected[0].ranges[0].events[0]",
        ),
        (
            {"affected": [entry({"introduced": 1})]},
            "affected[0].ranges[0].events[0].introduced",
        ),
        ({"affected": [FIXED | {"versions": ["1"] * 500_001}]}, "affected"),
    ],
)
def test_an_error_names_the_field(bad, field):
    with pytest.raises(AdvisoryError) as refused:
        read_osv(record(FIXED) | bad, "osv")
    assert refused.value.fault.field == field
    assert str(refused.value).startswith(f"{field}: ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("npm"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "affected", "package", "ecosystem", "name", "ranges", "type", "events",
             "introduced", "versions", "severity", "aliases"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(JSON)
def test_any_other_value_is_refused_and_breaks_nothing(value):
    with suppress(AdvisoryError):
        read_osv({"id": "X-1", "affected": value}, "osv")
