"""The proof in a foreign record: held to the native format, and named as the record has it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.engines.formats.intake_samples import document, read_value, the_refusal, the_report

from tidegate.engines.formats.finding import Effect
from tidegate.engines.formats.reports import Format

HOLDERS: dict[Format, tuple[str | int, ...]] = {
    Format.SARIF: ("runs", 0, "results", 0, "properties"),
    Format.OSV: ("affected", 0, "database_specific"),
    Format.MANTIS: (),
}
PREFIXES = {
    Format.SARIF: "runs[0].results[0].properties.tidegate",
    Format.OSV: "affected[0].database_specific.tidegate",
    Format.MANTIS: "tidegate",
}
each_format = pytest.mark.parametrize("format_", list(HOLDERS))


def changed(format_: Format, *path: str, to: Any = None, drop: bool = False) -> Any:
    value: Any = copy.deepcopy(document(format_))
    if format_ is Format.OSV:
        del value["affected"][1]
    place = value
    for part in (*HOLDERS[format_], "tidegate", *path[:-1]):
        place = place[part]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return value


@each_format
def test_a_proof_makes_a_finding_of_the_whole_record(format_):
    report = the_report(read_value(document(format_)))
    finding = report.finding
    assert finding is not None
    assert (finding.id, finding.title) == (report.id, report.title)
    assert finding.target == report.target
    assert finding.effect is report.effect
    assert finding.weaknesses == report.weaknesses
    assert finding.document["description"] == report.description
    assert len(finding.document["locations"]) == len(report.places)


@each_format
@pytest.mark.parametrize(
    ("path", "to", "field", "reason"),
    [
        (("effect",), "magic", "effect", "'magic' is not one of its words"),
        (("pov", "entry"), "x.js", "pov.entry", "'x.js' is not in pov.files"),
        (("pov", "files"), {}, "pov.files", "is empty"),
        (("pov", "language"), "ruby", "pov.language", "'ruby' is not one of its words"),
        (("pov", "extra"), 1, "pov.extra", "is not a field here"),
        (("pov",), 5, "pov", "5 is not an object"),
        (("purl",), "minimist", "purl", "'minimist' is not a package URL"),
        (("tlp",), "TLP:WHITE", "tlp", "'TLP:WHITE' is not one of its words"),
        (("embargo_until",), "soon", "embargo_until", "'soon' is not an instant"),
        (("poc",), {}, "poc", "is not a field here; known are effect, pov, purl"),
    ],
)
def test_a_bad_proof_is_refused_with_its_field_in_the_record(format_, path, to, field, reason):
    refusal = the_refusal(read_value(changed(format_, *path, to=to)))
    assert refusal.field == f"{PREFIXES[format_]}.{field}"
    assert refusal.reason.startswith(reason)


@each_format
def test_a_proof_without_an_effect_is_refused(format_):
    refusal = the_refusal(read_value(changed(format_, "effect", drop=True)))
    assert refusal.field == f"{PREFIXES[format_]}.effect"
    assert refusal.reason.startswith("is missing, and a proof cannot be judged without it")


@each_format
def test_an_effect_without_a_proof_is_kept_and_nothing_can_be_run(format_):
    report = the_report(read_value(changed(format_, "pov", drop=True)))
    assert isinstance(report.effect, Effect)
    assert report.finding is None


@each_format
def test_the_extension_names_the_package_before_anything_else(format_):
    report = the_report(read_value(changed(format_, "purl", to="pkg:npm/other@7.0.0")))
    assert report.target.purl == "pkg:npm/other@7.0.0"
    assert report.finding is not None
    assert report.finding.target == report.target


def test_a_record_that_fills_every_bound_still_makes_a_finding():
    value = document(Format.MANTIS) | {
        "title": "t " * 1000,
        "description": "d" * 100_000,
        "code_paths": [f"{'p' * 3000}{n}:{n + 1}" for n in range(200)],
    }
    report = the_report(read_value(value))
    assert report.finding is not None
    assert len(report.title) == 300
    assert len(report.description) == 65_536
