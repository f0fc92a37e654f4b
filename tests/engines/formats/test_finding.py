"""The reader of findings: a finding, or a refusal that names the place and the mend."""

from __future__ import annotations

import base64
import copy
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.formats.finding import (
    Effect,
    Finding,
    FindingFileError,
    Refusal,
    parse_finding,
    read_findings,
    schema,
)
from tidegate.engines.formats.refusals import schema_fault

FULL: dict[str, Any] = {
    "schema": "urn:tidegate:finding:1",
    "id": "scan-7/42",
    "title": "setKey follows __proto__",
    "description": "A *known* one.",
    "target": {"purl": "pkg:npm/minimist@1.2.0", "commit": "0123abc"},
    "effect": "prototype-pollution",
    "weaknesses": ["CWE-1321"],
    "aliases": ["CVE-2020-7598", "GHSA-vh95-rmgr-6w4m"],
    "locations": [{"path": "index.js", "line": 90, "symbol": "setKey"}],
    "severity": ["CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L"],
    "references": ["https://nvd.nist.gov/vuln/detail/CVE-2020-7598"],
    "pov": {
        "language": "javascript",
        "entry": "poc.js",
        "variants": ["other.js"],
        "benign": "benign.js",
        "files": {
            "poc.js": "require('minimist')(['--__proto__.' + process.env.TIDEGATE_NONCE, '1'])",
            "other.js": {"base64": base64.b64encode(b"\x00\xff").decode()},
            "benign.js": "require('minimist')(['--a.b', '\u00fc'])",
        },
        "needs": ["pkg:npm/express@4.18.2", "pkg:npm/%40scope/name@1.0.0"],
        "timeout": 7,
    },
    "patch": {"diff": "--- a\n+++ b\n"},
    "discovery": {"tool": "x", "autonomy": "autonomous", "transcript_sha256": "0" * 64},
    "tlp": "TLP:AMBER",
    "embargo_until": "2026-11-30T12:00:00+01:00",
}
LEAST = {key: FULL[key] for key in ("schema", "id", "title", "target", "effect")}


def read(document: Any) -> Finding | Refusal:
    return parse_finding(json.dumps(document).encode(), "findings.jsonl", 14)


def changed(*path: str | int, to: Any = None, drop: bool = False) -> dict[str, Any]:
    document: Any = copy.deepcopy(FULL)
    place = document
    for part in path[:-1]:
        place = place[part]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    made: dict[str, Any] = document
    return made


def test_a_full_finding_is_read_with_everything_in_it():
    finding = read(FULL)
    assert isinstance(finding, Finding), str(finding)
    assert finding.id == "scan-7/42"
    assert finding.title == "setKey follows __proto__"
    assert finding.target.package == "minimist"
    assert finding.target.version == "1.2.0"
    assert finding.effect is Effect.PROTOTYPE_POLLUTION
    assert finding.weaknesses == ("CWE-1321",)
    assert finding.aliases == ("CVE-2020-7598", "GHSA-vh95-rmgr-6w4m")
    assert finding.document == FULL
    assert (finding.source, finding.line) == ("findings.jsonl", 14)
    proof = finding.proof
    assert proof is not None
    assert proof.language == "javascript"
    assert (proof.entry, proof.variants, proof.benign) == ("poc.js", ("other.js",), "benign.js")
    assert proof.files["other.js"] == b"\x00\xff"
    assert proof.files["benign.js"].endswith("'\u00fc'])".encode())
    assert proof.needs == (("express", "4.18.2"), ("@scope/name", "1.0.0"))
    assert proof.timeout == 7.0


def test_a_finding_needs_little():
    finding = read(LEAST)
    assert isinstance(finding, Finding)
    assert finding.proof is None
    assert finding.aliases == ()


def test_a_proof_has_twenty_seconds_unless_it_says_otherwise():
    finding = read(changed("pov", "timeout", drop=True))
    assert isinstance(finding, Finding)
    assert finding.proof is not None
    assert finding.proof.timeout == 20.0


def test_a_finding_about_another_world_of_packages_is_a_finding():
    finding = read({**LEAST, "target": {"purl": "pkg:cargo/smallvec@1.6.0"}})
    assert isinstance(finding, Finding)
    assert finding.target.type == "cargo"


def test_findings_can_be_sent_to_another_process_and_put_into_sets():
    finding = read(FULL)
    assert pickle.loads(pickle.dumps(finding)) == finding
    assert len({finding, read(FULL)}) == 1


def test_the_effects_are_those_of_the_schema():
    assert [str(effect) for effect in Effect] == schema()["properties"]["effect"]["enum"]


def test_the_schema_that_is_handed_out_is_a_copy():
    schema()["properties"].clear()
    assert schema()["$id"] == "urn:tidegate:finding:1"
    assert isinstance(read(FULL), Finding)


def test_a_refusal_reads_as_one_sentence():
    refusal = read(changed("target", "purl", to="minimist"))
    assert str(refusal) == (
        "findings.jsonl line 14: target.purl 'minimist' is not a package URL;"
        " write pkg:npm/minimist@1.2.0"
    )


MANY = ["CWE-1"] * 21
REFUSED = [
    # Another format, or no finding at all.
    ([], "", "a finding is an object, not a list"),
    ("text", "", "a finding is an object, not 'text'"),
    ({}, "schema", "is missing; write"),
    (changed("schema", to="urn:tidegate:finding:2"), "schema", "'urn:tidegate:finding:2' is not a"),
    # The field that is wrong, not its consequence.
    ({**{k: v for k, v in LEAST.items() if k != "title"}, "tittle": "x"}, "tittle", "is not a fie"),
    (changed("pov", "benin", to="x"), "pov.benin", "is not a field here; write 'benign'"),
    (changed("zzz", to=1), "zzz", "is not a field here; remove it; known are schema, id"),
    (changed("a\x1b[2J", to=1), "['a\\x1b[2J']", "is not a field here"),
    (changed("title", drop=True), "title", "is missing; add it"),
    (changed("target", "purl", drop=True), "target.purl", "is missing; add it"),
    (changed("pov", "files", drop=True), "pov.files", "is missing; add it"),
    # Each field's own rule.
    (changed("id", to=""), "id", "is empty; fill it"),
    (changed("id", to=7), "id", "7 is not text"),
    (changed("title", to="x" * 301), "title", "has 301 characters; at most 300"),
    (changed("target", to="x"), "target", "'x' is not an object"),
    (changed("target", "commit", to="HEAD"), "target.commit", "'HEAD' is not a commit"),
    (changed("target", "commit", to="0123abc\n"), "target.commit", "'0123abc\\n' is not a commit"),
    (changed("target", "purl", to="pkg:npm/a/b/c"), "target.purl", "'pkg:npm/a/b/c' does not name"),
    (
        changed("target", "purl", to="pkg:x"),
        "target.purl",
        "'pkg:x' is not a package URL; write pk",
    ),
    (changed("effect", to="xss"), "effect", "'xss' is not one of its words; write one of code-exe"),
    (changed("weaknesses", to="CWE-79"), "weaknesses", "'CWE-79' is not a list"),
    (
        changed("weaknesses", 0, to="79"),
        "weaknesses[0]",
        "'79' is not a weakness; write it like CWE",
    ),
    (changed("weaknesses", to=MANY), "weaknesses", "has 21 members; at most 20"),
    (changed("locations", 0, "line", to=0), "locations[0].line", "0 is too small; at least 1"),
    (changed("locations", 0, "line", to=1.5), "locations[0].line", "1.5 is not a whole number"),
    (changed("severity", 0, to="high"), "severity[0]", "'high' is not a CVSS vector"),
    (changed("references", 0, to="see above"), "references[0]", "'see above' is not a URI"),
    (
        changed("references", 0, to="http://a.example\n"),
        "references[0]",
        "'http://a.example\\n' is",
    ),
    (changed("patch", "diff", to=None), "patch.diff", "null is not text"),
    (changed("discovery", "autonomy", to="ai"), "discovery.autonomy", "'ai' is not one of its"),
    (
        changed("discovery", "transcript_sha256", to="0" * 63),
        "discovery.transcript_sha256",
        "'" + "0" * 59,
    ),
    (changed("tlp", to="TLP:WHITE"), "tlp", "'TLP:WHITE' is not one of its words"),
    (changed("embargo_until", to="2026-11-30"), "embargo_until", "'2026-11-30' is not an RFC 3339"),
    (
        changed("embargo_until", to="2026-02-30T00:00:00Z"),
        "embargo_until",
        "'2026-02-30T00:00:00Z'",
    ),
    (changed("embargo_until", to="2026-11-30T12:00:00Z\n"), "embargo_until", "'2026-11-30T12:00"),
    # The proof.
    (changed("pov", "language", to="ruby"), "pov.language", "'ruby' is not one of its words"),
    (
        changed("pov", "entry", to="x.js"),
        "pov.entry",
        "'x.js' is not in pov.files; add the file or",
    ),
    (changed("pov", "variants", 0, to="x"), "pov.variants[0]", "'x' is not in pov.files"),
    (changed("pov", "benign", to="x"), "pov.benign", "'x' is not in pov.files"),
    (changed("pov", "files", to={}), "pov.files", "is empty"),
    (changed("pov", "files", "../x", to=""), "pov.files['../x']", "is not a file name for a proof"),
    (changed("pov", "files", "x\n", to=""), "pov.files['x\\n']", "is not a file name for a proof"),
    (changed("pov", "files", ".x", to=""), "pov.files['.x']", "is not a file name for a proof"),
    (changed("pov", "files", "x", to=5), "pov.files.x", "5 is neither a text"),
    (changed("pov", "files", "x", to={"base64": 5}), "pov.files.x", "an object is neither a text"),
    (changed("pov", "files", "x.js", to={"base64": "A"}), "pov.files['x.js']", "is not base64;"),
    (changed("pov", "files", "x", to={"base64": "AA =="}), "pov.files.x", "is not base64;"),
    (changed("pov", "files", "x", to={"base64": "AA-_"}), "pov.files.x", "is not base64;"),
    (changed("pov", "files", "x", to={"base64": "\u00fc==="}), "pov.files.x", "is not base64;"),
    (
        changed("pov", "files", "x", to={"base64": "AB=="}),
        "pov.files.x",
        "is not base64 in its one",
    ),
    (
        changed("pov", "files", "x", to="\u00fc" * 600_000),
        "pov.files.x",
        "has 1,200,000 bytes; at ",
    ),
    (changed("pov", "files", "x", to="\ud800"), "pov.files.x", "holds half a character"),
    (changed("pov", "needs", 0, to="express"), "pov.needs[0]", "'express' is not a package URL wi"),
    (
        changed("pov", "needs", 0, to="pkg:npm/x"),
        "pov.needs[0]",
        "'pkg:npm/x' is not a package URL",
    ),
    (changed("pov", "needs", 0, to="pkg:npm/..@1"), "pov.needs[0]", "'pkg:npm/..@1' does not name"),
    (changed("pov", "needs", 0, to="pkg:npm/x?a=@1"), "pov.needs[0]", "'pkg:npm/x?a=@1' names no "),
    (changed("pov", "needs", 0, to="pkg:pypi/x@1"), "pov.needs[0]", "'pkg:pypi/x@1' is not of the"),
    (
        changed("pov", "needs", 0, to="pkg:npm/minimist@1"),
        "pov.needs[0]",
        "'pkg:npm/minimist@1' is",
    ),
    (
        changed("pov", "needs", to=["pkg:npm/x@1", "pkg:npm/x@2"]),
        "pov.needs[1]",
        "'pkg:npm/x@2' is",
    ),
    (changed("pov", "timeout", to=0), "pov.timeout", "0 is too small; more than 0"),
    (changed("pov", "timeout", to=121), "pov.timeout", "121 is too large; at most 120"),
    (changed("pov", "timeout", to=True), "pov.timeout", "true is not a number"),
]


@pytest.mark.parametrize(("document", "field", "reason"), REFUSED)
def test_a_bad_record_is_refused_with_its_field_and_the_mend(document, field, reason):
    refusal = read(document)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.field == field
    assert refusal.reason.startswith(reason)
    assert (refusal.source, refusal.line) == ("findings.jsonl", 14)
    assert str(refusal).isprintable()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["CWE-1", "pkg:npm/x@1", "poc.js", "python", "urn:tidegate:finding:1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(sorted(FULL)), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_gives_a_finding_or_a_refusal(document):
    assert isinstance(read(document), Finding | Refusal)


@given(st.sampled_from(sorted(FULL)), st.none() | st.sampled_from(sorted(FULL["pov"])), JSON)
def test_any_field_may_hold_any_json(field, inner, value):
    path = ("pov", inner) if field == "pov" and inner else (field,)
    made = read(changed(*path, to=value))
    assert isinstance(made, Finding | Refusal)
    assert str(made)


@given(st.binary(max_size=300), st.integers(0, 5))
def test_any_damage_to_a_good_record_gives_a_finding_or_a_refusal(damage, seed):
    raw = json.dumps(FULL).encode()
    at = len(raw) * seed // 6
    made = parse_finding(raw[:at] + damage + raw[at + len(damage) :], "x.json")
    assert isinstance(made, Finding | Refusal)


@given(st.dictionaries(st.sampled_from(sorted(FULL)), JSON))
def test_what_is_taken_follows_the_schema(parts):
    document = {**LEAST, **parts}
    if isinstance(read(document), Finding):
        assert schema_fault(document) is None


def test_a_json_file_holds_one_finding(tmp_path):
    path = tmp_path / "one.JSON"
    path.write_text(json.dumps(FULL, indent=2), encoding="utf-8")
    (finding,) = read_findings(path)
    assert isinstance(finding, Finding)
    assert (finding.source, finding.line) == (str(path), None)


def test_a_byte_order_mark_is_passed_over(tmp_path):
    for name in ("one.json", "many.jsonl"):
        path = tmp_path / name
        path.write_text(json.dumps(LEAST), encoding="utf-8-sig")
        assert [type(made) for made in read_findings(path)] == [Finding]


def test_a_bad_line_is_refused_and_the_good_ones_go_on(tmp_path):
    path = tmp_path / "findings.jsonl"
    good = json.dumps(LEAST).encode()
    path.write_bytes(b"\n".join([good, b"", b"{", b" \t\r", b"\xff", good + b"\r", b"[" * 9999]))
    made = list(read_findings(path))
    assert [(type(m), m.line) for m in made] == [
        (Finding, 1),
        (Refusal, 3),
        (Refusal, 5),
        (Finding, 6),
        (Refusal, 7),
    ]


@pytest.mark.slow
def test_a_line_that_is_too_long_is_refused_and_the_next_one_read(tmp_path):
    path = tmp_path / "findings.jsonl"
    good = json.dumps(LEAST).encode()
    with path.open("wb") as file:
        file.write(good + b" " * (64 << 20) + b"\n")
        file.write(good + b" " * (70 << 20) + b"{\n")
        file.write(good + b" " * ((64 << 20) - len(good)) + b"\n")
        file.write(good)
    made = list(read_findings(path))
    assert [(type(m), m.line) for m in made] == [
        (Refusal, 1),
        (Refusal, 2),
        (Finding, 3),
        (Finding, 4),
    ]
    assert str(made[0]).endswith("line 1: larger than 64 MiB; split it or leave things out")


def test_a_document_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "one.json"
    with path.open("wb") as file:
        file.truncate(65 << 20)
    (refusal,) = read_findings(path)
    assert isinstance(refusal, Refusal)
    assert refusal.reason.startswith("larger than 64 MiB")


def test_lines_are_read_one_at_a_time(tmp_path):
    path = tmp_path / "findings.jsonl"
    path.write_text(json.dumps(LEAST) + "\n")
    findings = read_findings(path)
    next(findings)
    with path.open("a") as file:
        file.write(json.dumps(LEAST) + "\n")
    assert isinstance(next(findings), Finding)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.json", "No such file or directory"),
        ("folder.json", "is not a regular file"),
        ("pipe.jsonl", "is not a regular file"),
        ("findings.yaml", "is not a file of findings; name it .json (one finding) or .jsonl"),
        ("findings", "is not a file of findings"),
        ("nul\x00.json", "cannot be read"),
    ],
)
@pytest.mark.timeout(10)
def test_a_file_that_cannot_be_read_is_one_clear_error_at_once(tmp_path, name, reason):
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "findings.yaml").write_text("a: 1")
    with pytest.raises(FindingFileError) as error:
        read_findings(tmp_path / name)
    assert reason in str(error.value)
    assert str(error.value).isprintable()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_one_clear_error(tmp_path):
    path = tmp_path / "one.json"
    path.touch(mode=0)
    with pytest.raises(FindingFileError, match="Permission denied"):
        read_findings(path)


def test_no_file_of_a_proof_is_looked_for_on_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("poc.js").write_text("local")
    finding = read(FULL)
    assert isinstance(finding, Finding)
    assert finding.proof is not None
    assert finding.proof.files["poc.js"] != b"local"
