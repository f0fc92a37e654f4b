"""OSV 1.7: one report for each package of a record."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.engines.formats.intake_samples import (
    document,
    read,
    read_value,
    sample,
    the_refusal,
    the_report,
)

from tidegate.engines.formats.documents import canonical
from tidegate.engines.formats.finding import Effect
from tidegate.engines.formats.intake import read_reports
from tidegate.engines.formats.reports import Format, Place, Report


def record(**members: Any) -> dict[str, Any]:
    package = {"package": {"ecosystem": "npm", "name": "example"}}
    return {"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": [package]} | members


def test_each_package_of_a_record_is_a_report_of_its_own():
    first, second = (the_report(read(sample(Format.OSV)), i) for i in (0, 1))
    assert first.id == second.id == "GHSA-aaaa-bbbb-cccc"
    assert (first.place, second.place) == ("affected[0]", "affected[1]")
    assert first.digest != second.digest
    assert first.target.purl == "pkg:npm/%40example/options@1.9.0"
    assert second.target.purl == "pkg:golang/example.org/options@v1.4.0"
    assert (first.effect, second.effect) == (Effect.PROTOTYPE_POLLUTION, None)
    assert second.finding is None
    assert second.places == (Place("example.org/options/set", None, "Set"),)


def test_of_several_packages_each_is_kept_with_its_own_entries_only():
    # RFC 8785 puts the second of these keys before the first.
    value = document(Format.OSV) | {"\uffff": 1.0, "\U0001f600": "\u20ac\n", "zzz": None}
    reports = [the_report(read_value(value), i) for i in (0, 1)]
    for report, entry in zip(reports, value["affected"], strict=True):
        assert report.record == canonical(value | {"affected": [entry]})
        assert report.digest == hashlib.sha256(report.record).hexdigest()


def test_a_record_of_one_package_is_kept_as_it_came():
    raw = json.dumps(record(), indent=1).encode()
    assert the_report(read(raw)).record == raw


def test_all_entries_for_a_package_are_kept_with_it():
    a, b = ({"package": {"ecosystem": "npm", "name": name}} for name in "ab")
    more = a | {"versions": ["2.0.0"]}
    first = the_report(read_value(record(affected=[a, b, more])))
    assert json.loads(first.record)["affected"] == [a, more]


def test_a_record_of_too_many_packages_is_refused_once():
    def of(count: int) -> dict[str, Any]:
        names = (f"a{number}" for number in range(count))
        return record(affected=[{"package": {"ecosystem": "npm", "name": n}} for n in names])

    assert len(read_value(of(100))) == 100
    (refusal,) = read_value(of(101))
    assert str(refusal) == (
        "handed-in: affected names 101 packages; at most 100, so split it into several records"
    )


def test_what_a_record_says_of_the_bug_is_read():
    report = the_report(read(sample(Format.OSV)))
    assert report.title == "Prototype pollution in example-options"
    assert report.aliases == ("GHSA-aaaa-bbbb-cccc", "CVE-2026-10001")
    assert report.weaknesses == ("CWE-1321",)
    assert report.severity == ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",)
    assert report.severity_word == "critical"
    assert report.references == ("https://example.org/advisories/1",)


def test_a_record_of_one_package_has_the_digest_of_the_record():
    raw = json.dumps(record(), indent=1).encode()
    assert the_report(read(raw)).digest == the_report(read_value(record())).digest
    assert the_report(read(raw)).place == ""


def test_several_entries_for_one_package_are_one_report():
    entry = record()["affected"][0]
    value = record(affected=[{**entry, "versions": ["1.0"]}, {**entry, "versions": ["2.0"]}])
    (report,) = read_value(value)
    assert the_report([report]).target.version == "1.0"


def test_a_place_says_the_line_and_the_entry():
    line = json.dumps(document(Format.OSV)).encode()
    assert the_report(read(line + b"\n" + line), 3).place == "line 2 affected[1]"
    assert the_report(read(b"[" + line + b"]"), 1).place == "[0].affected[1]"


@pytest.mark.parametrize(
    ("affected", "version"),
    [
        ({"versions": ["1.2.0", "1.1.0"]}, "1.2.0"),
        ({"versions": ["not a version", "1.1.0"]}, "1.1.0"),
        ({"ranges": [{"type": "SEMVER", "events": [{"introduced": "1.1.0"}]}]}, "1.1.0"),
        (
            {
                "ranges": [
                    {"type": "SEMVER", "events": [{"introduced": "0"}, {"last_affected": "1.4.0"}]}
                ]
            },
            "1.4.0",
        ),
        ({"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}, None),
        ({"ranges": [{"type": "SEMVER", "events": [{"introduced": "0.0.0-0"}]}]}, None),
        ({"ranges": [{"type": "GIT", "events": [{"introduced": "0123abc"}]}]}, None),
    ],
)
def test_the_version_is_one_that_is_said_to_be_affected(affected, version):
    entry = record()["affected"][0]
    report = the_report(read_value(record(affected=[{**entry, **affected}])))
    assert report.target.version == version


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("npm", "@scope/name", "pkg:npm/%40scope/name"),
        ("PyPI", "PyYAML", "pkg:pypi/PyYAML"),
        ("Maven", "org.example:name", "pkg:maven/org.example/name"),
        ("Packagist", "vendor/name", "pkg:composer/vendor/name"),
        ("crates.io", "name", "pkg:cargo/name"),
        ("Go", "github.com/a/b", "pkg:golang/github.com/a/b"),
        ("Debian:12", "name", "pkg:deb/debian/name"),
        ("Alpine:v3.18", "name", "pkg:apk/alpine/name"),
    ],
)
def test_a_package_without_a_purl_gets_the_one_of_its_ecosystem(ecosystem, name, purl):
    value = record(affected=[{"package": {"ecosystem": ecosystem, "name": name}}])
    report = the_report(read_value(value))
    assert report.target.purl.replace("@", "%40") == purl


@pytest.mark.parametrize(
    ("members", "field", "reason"),
    [
        ({"withdrawn": "2026-01-02T00:00:00Z"}, "withdrawn", "says '2026-01-02T00:00:00Z': the"),
        ({"affected": []}, "affected", "names no package"),
        ({"affected": None}, "affected", "names no package"),
        ({"affected": [{}]}, "affected[0].package", "is missing; add it with its ecosystem"),
        ({"affected": 5}, "affected", "5 is not a list"),
        ({"id": ""}, "id", "is empty"),
        ({"id": "x" * 201}, "id", "has 201 characters; at most 200"),
        (
            {"affected": [{"package": {"ecosystem": "Linux", "name": "Kernel"}}]},
            "affected[0].package.ecosystem",
            "'Linux' has no package URL that is known here; add package.purl",
        ),
        (
            {"affected": [{"package": {"ecosystem": "npm", "name": "a", "purl": "a"}}]},
            "affected[0].package.purl",
            "'a' is not a package URL",
        ),
        (
            {"affected": [{"package": {"ecosystem": "npm", "name": "../x"}}]},
            "affected[0].package.name",
            "'../x' makes a purl that",
        ),
        (
            {"severity": [{"type": "CVSS_V3", "score": "9.8"}]},
            "severity[0].score",
            "'9.8' is not a CVSS vector",
        ),
        ({"references": [{"url": 5}]}, "references[0].url", "5 is not text"),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_with_its_field(members, field, reason):
    refusal = the_refusal(read_value(record(**members)))
    assert refusal.field == field
    assert refusal.reason.startswith(reason)


@pytest.mark.parametrize(
    ("members", "vectors", "word"),
    [
        (
            {"severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:C/I:C/A:C"}]},
            ("CVSS:2.0/AV:N/AC:L/Au:N/C:C/I:C/A:C",),
            "critical",
        ),
        ({"severity": [{"type": "Ubuntu", "score": "medium"}]}, (), "medium"),
        ({"database_specific": {"severity": "MODERATE"}}, (), "medium"),
        ({}, (), None),
    ],
)
def test_how_bad_it_is_comes_from_a_vector_or_else_a_word(members, vectors, word):
    report = the_report(read_value(record(**members)))
    assert (report.severity, report.severity_word) == (vectors, word)


def test_only_web_addresses_are_references():
    urls = ["https://a.example/x", "javascript:alert(1)", "http://b.example", "https://a b", "x"]
    report = the_report(read_value(record(references=[{"type": "WEB", "url": u} for u in urls])))
    assert report.references == ("https://a.example/x", "http://b.example")


DATA = os.environ.get("TIDEGATE_TEST_DATA", "")


@pytest.mark.slow
@pytest.mark.skipif(not DATA, reason="TIDEGATE_TEST_DATA names no folder of real advisories")
@pytest.mark.parametrize("database", ["osv-mixed", "pypa", "govuln", "rustsec"])
def test_every_real_advisory_is_a_report_or_taken_back_or_without_a_package(database):
    refused: Counter[str] = Counter()
    reports = 0
    with (Path(DATA) / database / "advisories.osv.jsonl.zst").open("rb") as stream:
        for one in read_reports(stream, database):
            if isinstance(one, Report):
                reports += 1
            else:
                refused[one.field.rpartition(".")[2]] += 1
    assert reports > 500
    assert set(refused) <= {"withdrawn", "package"}
