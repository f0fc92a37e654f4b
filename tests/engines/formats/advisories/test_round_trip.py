"""One record, six formats: whoever reads any of them learns the same of every version.

Read back by the readers beside the writers, by the matching's own readers of advisories and of
VEX, and by libraries that others wrote.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import HealthCheck, given, settings
from tests.engines.formats.advisories.records import example_record, records
from vexipy.document import Document

from tidegate.engines.formats.advisories.csaf.csaf20 import csaf20, said_by_csaf20
from tidegate.engines.formats.advisories.csaf.csaf21 import csaf21, said_by_csaf21
from tidegate.engines.formats.advisories.csaf.words import Profile
from tidegate.engines.formats.advisories.cve import Cna, cve_record, said_by_cve
from tidegate.engines.formats.advisories.cyclonedx_vex import cyclonedx_vex, said_by_cyclonedx
from tidegate.engines.formats.advisories.formats_of import written_json
from tidegate.engines.formats.advisories.openvex import openvex, said_by_openvex
from tidegate.engines.formats.advisories.osv import osv, said_by_osv
from tidegate.engines.formats.advisories.record import BEGINNING, Product, Record, Span
from tidegate.engines.formats.advisories.standings import (
    Said,
    SaidOfProduct,
    said_by_product,
    said_by_record,
    standing_of,
)
from tidegate.engines.formats.advisories.version_ranges import at_version, vers_of
from tidegate.engines.matching.advisories import Advisory
from tidegate.engines.matching.cve_ranges import read_cve
from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.identity import package_of
from tidegate.engines.matching.osv_ranges import key_of, read_osv
from tidegate.engines.matching.packages import Unplaced
from tidegate.engines.matching.ranges import slice_holding
from tidegate.engines.matching.vex import Status, applies, settled
from tidegate.engines.matching.vex_documents import read_vex

CNA = Cna("5a7c2e4f-0f5c-4b1e-9a53-6a1d2c3b4e5f", "tidegate")
NOW = datetime(2030, 1, 1, tzinfo=UTC)
STATUSES = {
    "affected": Status.AFFECTED,
    "fixed": Status.FIXED,
    "not_affected": Status.NOT_AFFECTED,
    "unknown": Status.UNDER_INVESTIGATION,
}

few = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _with_cve(record: Record) -> Record:
    return replace(record, cve=record.cve or "CVE-2026-4711")


FORMATS: dict[str, tuple[Callable[[Record], Mapping[str, Any]], Callable[[Any], Said]]] = {
    "osv": (osv, said_by_osv),
    "cve": (lambda record: cve_record(_with_cve(record), CNA), said_by_cve),
    "openvex": (openvex, said_by_openvex),
    "cdx": (cyclonedx_vex, said_by_cyclonedx),
    "csaf20": (csaf20, said_by_csaf20),
    "csaf20-vex": (lambda record: csaf20(record, Profile.VEX), said_by_csaf20),
    "csaf21": (csaf21, said_by_csaf21),
    "csaf21-vex": (lambda record: csaf21(record, Profile.VEX), said_by_csaf21),
}


@few
@given(records())
def test_every_document_says_of_versions_what_its_record_says(record: Record) -> None:
    expected = said_by_record(record)
    for word, (write, read) in FORMATS.items():
        assert read(json.loads(written_json(write(record)))) == expected, word


@pytest.mark.parametrize("word", FORMATS)
def test_a_withdrawn_record_says_nothing_in_any_format(word: str) -> None:
    write, read = FORMATS[word]
    record = example_record(withdrawn_at=NOW, withdrawn_because="It was no vulnerability.")

    assert read(json.loads(written_json(write(record)))) == Said(())
    assert read(write(example_record())) != Said(())


@few
@given(records(withdrawn=False))
def test_our_matching_finds_by_osv_and_cve_what_the_record_says_is_affected(
    record: Record,
) -> None:
    said = said_by_record(record)
    for advisory in (
        read_osv(osv(record), "tidegate"),
        read_cve(cve_record(_with_cve(record), CNA), "tidegate"),
    ):
        for product in said.products:
            found = package_of(product.purl)
            if isinstance(found, Unplaced):
                assert not any(each.package.name == found.purl for each in advisory.affected)
                continue
            known = ecosystem_named(found.ecosystem)
            assert known is not None
            key = key_of(known)
            affected = next(each for each in advisory.affected if each.package == found)
            for version in _probes(product):
                expected = standing_of(product, version, key) == "affected"
                assert bool(slice_holding(affected.slices, key(version))) == expected, version


@few
@given(records(withdrawn=True))
def test_our_matching_takes_a_withdrawn_record_for_withdrawn(record: Record) -> None:
    assert read_osv(osv(record), "tidegate").withdrawn_at == record.withdrawn_at
    rejected = read_cve(cve_record(_with_cve(record), CNA), "tidegate")
    assert rejected.withdrawn_at == record.withdrawn_at


def test_a_distribution_s_package_is_matched_in_its_release() -> None:
    product = Product(
        "Debian",
        "curl",
        "pkg:deb/debian/curl?distro=debian-12",
        (
            Span(
                "7.88.1-1",
                "7.88.1-10+deb12u2",
                True,
                example_record().products[0].affected[0].evidence,
            ),
        ),
    )
    record = example_record(products=(product,), remedies=(), fixes=())

    read = [
        read_osv(osv(record), "tidegate"),
        read_cve(cve_record(record, CNA), "tidegate"),
    ]

    assert [_packages(advisory) for advisory in read] == [["Debian:12/curl"]] * 2
    assert read[0].affected[0].slices == read[1].affected[0].slices != ()


def test_a_module_of_go_is_matched_with_and_without_its_letter() -> None:
    evidence = example_record().products[0].affected[0].evidence
    for letter in ("v", ""):
        span = Span(f"{letter}1.0.0", f"{letter}1.4.0", True, evidence)
        product = Product("Example", "m", "pkg:golang/example.org/m", (span,))
        record = example_record(products=(product,), remedies=(), fixes=())
        document = osv(record)

        assert document["affected"][0]["ranges"][0]["events"] == [
            {"introduced": "1.0.0"},
            {"fixed": "1.4.0"},
        ]
        assert said_by_osv(document) == said_by_record(record)
        assert _packages(read_osv(document, "tidegate")) == ["Go/example.org/m"]


VEX: dict[str, Callable[[Record], Mapping[str, Any]]] = {
    "openvex": openvex,
    "cdx": cyclonedx_vex,
    "csaf20-vex": lambda record: csaf20(record, Profile.VEX),
    "csaf21-vex": lambda record: csaf21(record, Profile.VEX),
}


@few
@given(records(withdrawn=False))
def test_our_reader_of_vex_finds_the_same_status_of_each_version_that_is_named(
    record: Record,
) -> None:
    record = replace(record, statements=())
    names = {record.identifier, record.cve, *record.aliases} - {""}
    said = said_by_record(record)
    for word, write in VEX.items():
        document = write(record)
        read = read_vex(written_json(document), source="tidegate", received_at=NOW)
        whole = [str(document.get("serialNumber", ""))]
        for product in said.products:
            for version in _named(product):
                purl = at_version(product.purl, version)
                about = [one for one in read.statements if applies(one, names, whole, purl)]
                outcome = settled(about)
                expected = STATUSES[standing_of(product, version, _numbers)]
                assert outcome is not None, (word, purl)
                assert outcome.status is expected, (word, purl)


def test_what_a_vendor_says_overrules_nothing_that_was_run() -> None:
    record = example_record()
    affected = at_version("pkg:npm/minimist", "1.0.0")
    vendor = replace(
        record.statements[0], product=affected, said_at=datetime(2029, 1, 1, tzinfo=UTC)
    )
    told = replace(record, statements=(vendor,))
    read = read_vex(written_json(openvex(told)), source="tidegate", received_at=NOW)

    outcome = settled(one for one in read.statements if applies(one, {told.cve}, [], affected))

    assert said_by_openvex(openvex(told)) == said_by_record(record)
    assert outcome is not None
    assert outcome.status is Status.AFFECTED


@few
@given(records(withdrawn=False))
def test_readers_of_others_find_the_same_versions(record: Record) -> None:
    by_vexipy, by_cyclonedx = _read_by_vexipy(record), _read_by_cyclonedx(record)
    for product in said_by_record(record).products:
        for status, state, versions in (
            ("affected", "exploitable", product.affected_versions),
            ("fixed", "resolved", product.fixed_versions),
            ("not_affected", "not_affected", product.unaffected_versions),
            ("under_investigation", "in_triage", product.unknown_versions),
        ):
            purls = {at_version(product.purl, version) for version in versions}
            assert purls <= by_vexipy.get(status, set())
            assert purls <= by_cyclonedx.get(state, set())
        for state, spans in (("exploitable", product.affected), ("in_triage", product.unknown)):
            ranges = {f"{product.purl} {vers_of(product.purl, span)}" for span in spans}
            assert ranges <= by_cyclonedx.get(state, set())


def test_vexipy_finds_nothing_claimed_of_a_withdrawn_record() -> None:
    record = example_record(withdrawn_at=NOW, withdrawn_because="It was no vulnerability.")

    assert _read_by_vexipy(record) == {"under_investigation": {"pkg:npm/minimist"}}


def test_cyclonedx_s_own_validator_finds_nothing() -> None:
    raw = written_json(cyclonedx_vex(example_record())).decode()

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(raw) is None


def _read_by_vexipy(record: Record) -> dict[str, set[str]]:
    """Return the products of each status, but for what vendors say."""
    with warnings.catch_warnings():
        # It would rather have a justification; a run gives none.
        warnings.simplefilter("ignore")
        read = Document.from_json(written_json(openvex(record)).decode())
    assert read.version == record.revision
    found: dict[str, set[str]] = {}
    for statement in read.statements:
        if statement.supplier is None:
            purls = {str(product.id) for product in statement.products or ()}
            found.setdefault(statement.status.value, set()).update(purls)
    return found


def _read_by_cyclonedx(record: Record) -> dict[str, set[str]]:
    """Return the references, and their ranges, of each state, but for what vendors say."""
    bom = Bom.from_json(json.loads(written_json(cyclonedx_vex(record))))  # type: ignore[attr-defined]
    found: dict[str, set[str]] = {}
    for vulnerability in bom.vulnerabilities:
        if "/vendor-" in str(vulnerability.bom_ref.value):
            continue
        assert vulnerability.analysis.state is not None
        state = vulnerability.analysis.state.value
        for target in vulnerability.affects:
            ranges = {f"{target.ref} {each.range}" for each in target.versions}
            found.setdefault(state, set()).update(ranges or {target.ref})
    return found


def _numbers(version: str) -> tuple[int, ...]:
    """Return what the versions that are drawn are sorted by, whatever their ecosystem."""
    return tuple(map(int, re.findall("[0-9]+", version)))


def _packages(advisory: Advisory) -> list[str]:
    return [each.package.word for each in advisory.affected]


def _named(product: SaidOfProduct) -> Iterator[str]:
    yield from product.affected_versions
    yield from product.fixed_versions
    yield from product.unaffected_versions
    yield from product.unknown_versions


def _probes(product: SaidOfProduct) -> Iterator[str]:
    yield from _named(product)
    for span in (*product.affected, *product.unknown):
        yield from (each for each in (span.introduced, span.ended) if each not in ("", BEGINNING))
    pattern = "{}.0.1"
    if product.purl.startswith("pkg:maven"):
        pattern = "{}.0.1.RELEASE"
    elif product.purl.startswith("pkg:deb"):
        pattern = "1:{}.0.1-1"
    yield from (pattern.format(number) for number in (0, 3, 11, 17, 29, 99))


def test_what_a_record_says_is_not_nothing() -> None:
    product = said_by_product(example_record().products[0])

    assert all((product.affected, product.fixed_versions, product.unaffected_versions))
    assert all((product.unknown, product.unknown_versions))
