"""A CVE record is read where it names a package, and its statuses count as its format says."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate.engines.matching.advisories import Affected
from tidegate.engines.matching.cve_ranges import read_cve
from tidegate.engines.matching.errors import AdvisoryError
from tidegate.engines.matching.packages import Package
from tidegate.engines.matching.ranges import slice_holding
from tidegate.engines.matching.versions import Order, version_key

PYPI = {"packageName": "Ping_Pong", "collectionURL": "https://pypi.org/project/ping-pong"}
RED_HAT = "https://access.redhat.com/downloads/content/package-browser/"


def record(*affected: dict[str, Any], state="PUBLISHED", **cna) -> dict[str, Any]:
    return {
        "cveMetadata": {
            "cveId": "CVE-2026-1234",
            "state": state,
            "dateUpdated": "2026-03-01T10:00:00.000",
        },
        "containers": {"cna": {"affected": list(affected)} | cna},
    }


def version(begins: str, status="affected", **more) -> dict[str, Any]:
    return {"version": begins, "status": status, "versionType": "custom"} | more


def read(*versions: dict[str, Any], default: str | None = "unaffected", **names) -> Affected:
    entry = {"versions": list(versions)} | (names or PYPI)
    if default is not None:
        entry["defaultStatus"] = default
    (affected,) = read_cve(record(entry), "cve").affected
    return affected


def held(affected: Affected, *versions: str) -> str:
    """Say for each version whether it is affected: `+` or `-`."""
    keys = (version_key(Order.PYPI, one) for one in versions)
    return "".join("+" if slice_holding(affected.slices, key) else "-" for key in keys)


def test_a_record_becomes_an_advisory():
    advisory = read_cve(
        record(
            PYPI | {"versions": [version("1.0", lessThan="1.2")], "defaultStatus": "unaffected"},
            {"vendor": "Acme", "product": "Firewall", "defaultStatus": "affected"},
            descriptions=[{"lang": "de", "value": "Nein"}, {"lang": "en", "value": "Too  much"}],
            metrics=[{"cvssV3_1": {"vectorString": "CVSS:3.1/AV:N"}}],
            references=[{"url": "https://example.org/1"}],
        ),
        "cve",
    )
    assert (advisory.source, advisory.identifier) == ("cve", "CVE-2026-1234")
    assert advisory.summary == "Too much"
    assert advisory.vectors == ("CVSS:3.1/AV:N",)
    assert [one.package for one in advisory.affected] == [Package("PyPI", "ping-pong")]
    assert advisory.not_covered == ("Acme Firewall",)


@pytest.mark.parametrize(
    ("versions", "default", "expected"),
    [
        ([version("1.0", lessThan="1.2")], "unaffected", "-++--"),
        ([version("1.0", lessThanOrEqual="1.2")], "unaffected", "-+++-"),
        ([version("0", lessThan="*")], "unaffected", "+++++"),
        ([version("1.1")], "unaffected", "--+--"),
        ([version("n/a", lessThanOrEqual="1.0")], "unaffected", "++---"),
        ([version("1.2", "unaffected", lessThan="*")], "affected", "+++--"),
        ([version("1.1", "unaffected")], "affected", "++-++"),
        ([], "affected", "+++++"),
        (
            [version("1.0", lessThan="2.0", changes=[{"at": "1.2", "status": "unaffected"}])],
            "unaffected",
            "-++--",
        ),
        (
            [
                version(
                    "0",
                    "unaffected",
                    lessThan="*",
                    changes=[
                        {"at": "1.1", "status": "affected"},
                        {"at": "1.2", "status": "unaffected"},
                    ],
                )
            ],
            "unaffected",
            "--+--",
        ),
    ],
)
def test_statuses_are_laid_over_the_default(versions, default, expected):
    affected = read(*versions, default=default)
    assert held(affected, "0.9", "1.0", "1.1", "1.2", "1.3") == expected
    assert affected.unreadable == ()


def test_a_range_that_is_spared_ends_the_rest_as_a_fix():
    assert read(version("1.2", "unaffected", lessThan="*"), default="affected").fixed == ("1.2",)
    assert read(version("1.2", "unknown", lessThan="*"), default="affected").fixed == ()


@pytest.mark.parametrize("default", [None, "unknown"])
def test_where_the_default_is_not_known_the_rest_is_unknown(default):
    affected = read(version("1.0", lessThan="1.2"), default=default)
    assert held(affected, "1.1", "1.2") == "+-"
    assert affected.unreadable


@pytest.mark.parametrize(
    "bad",
    [
        version(">= 1.0", lessThan="< 1.2"),
        version("1.0", lessThan="1.2", versionType="git"),
        version("all"),
        version("1.0", "unknown", lessThan="1.2"),
        version("1.0", lessThan="2.0", changes=[{"at": "soon", "status": "unaffected"}]),
    ],
)
def test_what_cannot_be_read_is_told(bad):
    affected = read(bad)
    assert affected.slices == ()
    assert affected.unreadable


def test_where_what_is_spared_cannot_be_read_nothing_is_claimed():
    affected = read(version("soon", "unaffected", lessThan="*"), default="affected")
    assert affected.slices == ()
    assert affected.unreadable == ("soon to *",)


@pytest.mark.parametrize(
    ("names", "package"),
    [
        ({"packageURL": "pkg:npm/left-pad"}, Package("npm", "left-pad")),
        (
            {"packageName": "org.a:b", "collectionURL": "https://repo.maven.apache.org/maven2"},
            Package("Maven", "org.a:b"),
        ),
        (
            {
                "packageName": "golang.org/x/crypto/ssh",
                "vendor": "golang.org/x/crypto",
                "collectionURL": "https://pkg.go.dev",
            },
            Package("Go", "golang.org/x/crypto"),
        ),
        (
            {
                "packageName": "net/http",
                "vendor": "Go standard library",
                "collectionURL": "https://pkg.go.dev",
            },
            Package("Go", "stdlib"),
        ),
        (
            {
                "packageName": "sudo",
                "collectionURL": RED_HAT,
                "cpes": ["cpe:/o:redhat:enterprise_linux:8::baseos"],
            },
            Package("Red Hat:enterprise_linux:8", "sudo"),
        ),
    ],
)
def test_packages_are_known_by_their_registry(names, package):
    assert read(version("1.0"), **names).package == package


@pytest.mark.parametrize(
    "names",
    [
        {"packageName": "fox", "collectionURL": "https://wordpress.org/plugins"},
        {"packageName": "fox", "collectionURL": "https://[broken"},
        {"packageName": "fox"},
        {"packageName": "fox", "collectionURL": RED_HAT, "cpes": ["cpe:/a:redhat:openshift:4"]},
        {"packageURL": "pkg:generic/fox"},
    ],
)
def test_what_is_in_no_registry_of_ours_is_not_covered(names):
    advisory = read_cve(record(names), "cve")
    assert advisory.affected == ()
    assert len(advisory.not_covered) == 1
    assert "fox" in advisory.not_covered[0]


def test_a_rejected_record_is_withdrawn():
    assert read_cve(record(state="REJECTED"), "cve").withdrawn_at is not None


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"cveMetadata": {"cveId": "1234"}}, "cveMetadata.cveId"),
        ({"containers": {"cna": {"affected": [1]}}}, "containers.cna.affected[0]"),
        (
            {"containers": {"cna": {"affected": [PYPI | {"versions": [{"version": "1"}]}]}}},
            "containers.cna.affected[0].versions[0].status",
        ),
        (
            {"containers": {"cna": {"affected": [PYPI | {"versions": [version("1", "bad")]}]}}},
            "containers.cna.affected[0].versions[0].status",
        ),
    ],
)
def test_an_error_names_the_field(bad, field):
    with pytest.raises(AdvisoryError) as refused:
        read_cve(record() | bad, "cve")
    assert refused.value.fault.field == field
