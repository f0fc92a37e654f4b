"""A case that was written as CSAF is read again as it was, and follows the standard's schema."""

from __future__ import annotations

import json
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from tests.engines.formats.intake_samples import read, sample, the_report
from tests.engines.formats.test_provenance import INSTANTS

from tidegate.engines.formats.case_reports import CaseReport, case_report
from tidegate.engines.formats.csaf_report import Publisher, PublisherCategory, csaf_report
from tidegate.engines.formats.provenance import (
    Credit,
    EmbargoTerms,
    Hop,
    Involvement,
    Provenance,
    is_relay_of,
    relayed,
)
from tidegate.engines.formats.reports import TLP_LABELS, Format
from tidegate.engines.formats.severities import word_of_vectors
from tidegate.engines.formats.targets import parse_target

NOW = datetime(2026, 11, 25, 7, tzinfo=UTC)
SENDER = Publisher(PublisherCategory.COORDINATOR, "https://clearinghouse.example")
ME = Hop("Example Clearinghouse", "TG-1", NOW)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
    lambda text: text.strip()
)
LINES = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
NAMES = st.text("abcXYZ äß#-'.", min_size=1, max_size=20).filter(lambda text: text.strip())
URLS = st.integers(0, 99).map(lambda n: f"https://example.org/{n}")
TARGETS = st.sampled_from(
    [
        "pkg:npm/minimist@1.2.0",
        "pkg:npm/%40example/options",
        "pkg:pypi/PyYAML@5.3",
        "pkg:golang/example.org/options@v1.4.0",
        "pkg:github/example/archive@1234",
    ]
).map(parse_target)
VECTORS = (
    "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
    "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
)
CVES = st.integers(10_000, 10_003).map(lambda n: f"CVE-2026-{n}")
ALIASES = st.one_of(
    st.sampled_from(["GHSA-aaaa-bbbb-cccc", "VU#257161", "Example Project #12", "#12", "x"]), NAMES
)
CREDITS = st.builds(
    Credit,
    st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    st.none() | NAMES,
    st.none() | TEXTS,
    st.lists(URLS, max_size=2).map(tuple),
)
HOPS = st.builds(Hop, NAMES, st.none() | NAMES, st.none() | INSTANTS)


def some(values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=most, unique=True).map(tuple)


@st.composite
def provenances(draw: st.DrawFn) -> Provenance:
    chain = draw(some(HOPS))
    names = draw(some(NAMES.filter(lambda text: not text.startswith("http"))))
    return Provenance(
        credits=draw(st.lists(CREDITS, max_size=3).map(tuple)),
        chain=(*chain, ME),
        origins=(*names, *draw(some(URLS))),
        terms=EmbargoTerms(
            draw(st.none() | INSTANTS), draw(st.sampled_from(TLP_LABELS)), draw(st.just("") | TEXTS)
        ),
        involvements=draw(
            some(st.builds(Involvement, NAMES, NAMES, st.none() | INSTANTS, st.just("") | TEXTS))
        ),
        deduplicated=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn) -> CaseReport:
    severity = draw(some(st.sampled_from(VECTORS), 4))
    word = draw(st.sampled_from([None, "critical", "high", "medium", "low"]))
    return CaseReport(
        title=draw(LINES),
        description=draw(TEXTS),
        targets=draw(st.lists(TARGETS, min_size=1, max_size=3, unique=True).map(tuple)),
        weaknesses=draw(some(st.integers(1, 1400).map(lambda n: f"CWE-{n}"))),
        # A CVE stands in a member of its own, so it comes first.
        aliases=draw(some(ALIASES.filter(lambda text: text != ME.identifier))),
        severity=severity,
        severity_word=word_of_vectors(severity) or word,
        references=draw(some(URLS)),
        provenance=draw(provenances()),
    )


def told_again(raw: bytes) -> CaseReport:
    records = read(raw)
    return case_report(*(the_report(records, n) for n in range(len(records))))


@settings(max_examples=120)
@given(cases(), some(CVES, 1), some(CVES, 1))
def test_what_was_written_is_read_as_it_was(case, first, last):
    aliases = tuple(dict.fromkeys((*first, *case.aliases, *(last if first else ()))))
    case = replace(case, aliases=aliases)
    assert told_again(csaf_report(case, SENDER)) == case


def test_a_report_that_came_from_one_coordinator_goes_on_to_the_next_with_nothing_lost():
    came = case_report(the_report(read(sample(Format.CSAF_REPORT))))
    going = replace(came, provenance=relayed(came.provenance, ME))
    again = told_again(csaf_report(going, SENDER))
    assert is_relay_of(again.provenance, came.provenance)
    assert again == going
    assert [hop.party for hop in again.provenance.chain] == [
        "Example Research Lab",
        "Example CERT",
        "Example Clearinghouse",
    ]


def test_a_native_finding_goes_out_under_its_own_label_and_end():
    came = case_report(the_report(read(sample(Format.FINDING))))
    going = replace(came, provenance=relayed(came.provenance, ME))
    again = told_again(csaf_report(going, SENDER))
    assert again.provenance.terms == EmbargoTerms(
        datetime(2027, 1, 31, 11, tzinfo=UTC), "TLP:GREEN"
    )
    assert again.aliases == ("CVE-2020-7598",)


CASE = CaseReport(
    title="A flaw",
    description="",
    targets=(parse_target("pkg:npm/minimist"),),
    weaknesses=("CWE-79",),
    aliases=(),
    severity=(*VECTORS, "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:9.9/X:Y"),
    severity_word=None,
    references=("https://example.org/1", "gopher://example.org/2"),
    provenance=Provenance((), (ME,), (), EmbargoTerms(None, None)),
)


def written(case: CaseReport) -> Any:
    return json.loads(csaf_report(case, SENDER))


def test_a_report_without_a_label_is_amber():
    assert written(CASE)["document"]["distribution"] == {"tlp": {"label": "AMBER"}}


def test_the_required_note_says_the_title_where_there_is_no_description():
    for nothing in ("", " \n"):
        case = replace(CASE, description=nothing)
        assert told_again(csaf_report(case, SENDER)).description == "A flaw"


def test_of_each_version_of_cvss_one_vector_goes_out_and_none_without_a_score():
    assert told_again(csaf_report(CASE, SENDER)).severity == VECTORS


def test_a_version_that_is_not_known_is_not_made_up():
    (vendor,) = written(CASE)["product_tree"]["branches"]
    assert [branch["category"] for branch in vendor["branches"]] == ["product_name"]


def test_a_case_without_an_identifier_goes_under_the_senders_own():
    (vulnerability,) = written(CASE)["vulnerabilities"]
    assert vulnerability["ids"] == [{"system_name": "Example Clearinghouse", "text": "TG-1"}]
    assert told_again(csaf_report(CASE, SENDER)).aliases == ()


def test_only_web_addresses_go_out_as_references():
    assert told_again(csaf_report(CASE, SENDER)).references == ("https://example.org/1",)


@pytest.mark.parametrize(
    ("case", "mend"),
    [
        (replace(CASE, provenance=replace(CASE.provenance, chain=())), "add the sender"),
        (
            replace(CASE, provenance=replace(CASE.provenance, chain=(Hop("x", None, NOW),))),
            "add both",
        ),
        (
            replace(CASE, provenance=replace(CASE.provenance, chain=(Hop("x", "y", None),))),
            "add both",
        ),
        (replace(CASE, targets=()), "name one at least"),
        (replace(CASE, title="half a \ud800"), "surrogates"),
    ],
)
def test_a_case_that_cannot_be_told_is_refused_with_the_mend(case, mend):
    with pytest.raises(ValueError, match=mend):
        csaf_report(case, SENDER)


SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "csaf" / "oasis-csaf-tests.tar.zst"


@pytest.fixture(scope="module")
def standard() -> Draft202012Validator:
    """Return the standard's own schema; OASIS's terms do not let us ship it."""
    if not SCHEMAS.exists():
        pytest.skip("the schemas of CSAF 2.1 are not here")
    zstandard = pytest.importorskip("zstandard")
    found: dict[str, Any] = {}
    with (
        SCHEMAS.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as raw,
        tarfile.open(fileobj=raw, mode="r|") as archive,
    ):
        for member in archive:
            file = archive.extractfile(member)
            if file is None or "csaf_2.1" not in member.name or "schema/" not in member.name:
                continue
            value = json.loads(file.read())
            # CSAF names FIRST's schemas by their addresses, without a version.
            name = value.get("$id", "").partition("?")[0]
            if "/first/" in member.name:
                name = f"https://www.first.org/cvss/{Path(member.name).name}"
            value.pop("$schema", None)
            found[name] = DRAFT202012.create_resource(value)
    registry: Registry[Any] = Registry().with_resources(found.items())
    schema = found["https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"].contents
    return Draft202012Validator(schema, registry=registry)


@settings(max_examples=10, deadline=None)
@given(case=cases())
def test_what_is_written_follows_the_standards_own_schema(standard, case):
    value = json.loads(csaf_report(case, SENDER))
    assert [error.message for error in standard.iter_errors(value)] == []


def test_our_sample_follows_the_standards_own_schema(standard):
    value = json.loads(sample(Format.CSAF_REPORT))
    assert standard.is_valid(value)
    assert not standard.is_valid(value | {"document": value["document"] | {"title": ""}})
