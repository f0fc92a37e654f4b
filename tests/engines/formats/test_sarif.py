"""SARIF 2.1.0: each result with what it needs of its run."""

from __future__ import annotations

import copy
import gzip
import hashlib
import io
import json
from typing import Any

import pytest
from tests.engines.formats.intake_samples import (
    Dribble,
    document,
    read,
    read_value,
    sample,
    the_refusal,
    the_report,
)

from tidegate.engines.formats.finding import Effect, Refusal
from tidegate.engines.formats.intake import read_reports
from tidegate.engines.formats.reports import Bounds, Format, Place, Report

PURL = "pkg:npm/example@1.0.0"


def log(*results: Any, **run: Any) -> dict[str, Any]:
    return {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "x"}}, "results": list(results), **run}],
    }


def one(result: dict[str, Any], **run: Any) -> Report:
    return the_report(read_value(log(result, **run), target=PURL))


def refused(result: Any, **run: Any) -> Refusal:
    return the_refusal(read_value(log(result, **run), target=PURL))


def rules(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"driver": {"name": "x", "rules": list(rules)}}


def test_a_result_is_read_with_what_its_run_says_of_it():
    report = the_report(read(sample(Format.SARIF)))
    assert report.id == "js/proto primaryLocationLineHash=39fa2ee980eb94b0:1"
    assert report.title == "Prototype pollution"
    assert report.description == (
        "The parameter name reaches a prototype.\n\n"
        "A name that an attacker controls reaches a prototype."
    )
    assert report.target.purl == "pkg:npm/example-options@1.9.0"
    assert report.effect is Effect.PROTOTYPE_POLLUTION
    assert report.weaknesses == ("CWE-1321",)
    assert report.aliases == ("CVE-2026-10001",)
    assert report.severity_word == "critical"
    assert report.places == (Place("src/options.js", 90, "options.setKey"),)
    assert report.references == ("https://example.org/rules/js-proto",)
    assert (report.line, report.place) == (7, "runs[0].results[0]")


def test_its_record_is_the_result_with_its_rule_and_tool_and_its_digest_holds_the_package():
    report = one({"ruleId": "a"}, tool=rules({"id": "a", "help": {}}))
    assert report.record == b'{"result":{"ruleId":"a"},"rule":{"id":"a"},"tool":{"name":"x"}}'
    form = b'{"package":"%b","record":%b}' % (PURL.encode(), report.record)
    assert report.digest == hashlib.sha256(form).hexdigest()


def test_a_long_rule_is_not_repeated_with_every_result():
    short = {"id": "a", "shortDescription": {"text": "x" * 100_000}}
    report = one({"ruleId": "a"}, tool=rules(short))
    assert len(report.record) < 200
    assert b'"rule":{"sha256":"' in report.record


def test_a_rule_of_4_kib_is_kept_with_its_results():
    rule = {"id": "a", "shortDescription": {"text": "x" * 4000}}
    assert b"xxxx" in one({"ruleId": "a"}, tool=rules(rule)).record


def test_a_rule_of_an_extension_is_found_by_its_component():
    report = the_report(read(sample(Format.SARIF)), 2)
    assert report.title == "Exec"
    assert report.weaknesses == ("CWE-95",)
    assert report.severity_word == "medium"
    assert report.target.purl == "pkg:pypi/example@1.0"


def test_rules_and_artifacts_may_stand_before_or_after_the_results():
    value = document(Format.SARIF)
    run = value["runs"][0]
    orders = (sorted(run), sorted(run, reverse=True))
    read_as = [
        [r.digest for r in read_value(changed) if isinstance(r, Report)]
        for changed in (value | {"runs": [{k: run[k] for k in order}]} for order in orders)
    ]
    assert read_as[0] == read_as[1]
    assert len(read_as[0]) == 2


def test_a_stream_that_cannot_go_back_is_read_all_the_same():
    raw = sample(Format.SARIF)
    stream = io.BufferedReader(Dribble(raw, 100))
    assert list(read_reports(stream, "handed-in")) == read(raw)
    assert read(gzip.compress(raw)) == read(raw)


def test_a_stream_is_read_from_where_it_stands():
    stream = io.BytesIO(b"before" + sample(Format.SARIF))
    stream.seek(6)
    assert list(read_reports(stream, "handed-in")) == read(sample(Format.SARIF))


@pytest.mark.parametrize(
    ("result", "field", "reason"),
    [
        ({"kind": "pass"}, "kind", "is 'pass'"),
        ({"kind": "notApplicable"}, "kind", "is 'notApplicable'"),
        ({"kind": "informational"}, "kind", "is 'informational'"),
        ({"baselineState": "absent"}, "baselineState", "is 'absent'"),
        ({"suppressions": [{"kind": "inSource"}]}, "suppressions", "say that the result was"),
        (
            {"suppressions": [{"status": "accepted", "justification": "a\ntest"}]},
            "suppressions",
            "say that the result was dismissed: 'a test'",
        ),
        ({"ruleIndex": 3}, "ruleIndex", "3 points at no rule; the tool component has 0"),
        ({"ruleIndex": -2}, "ruleIndex", "-2 points at no rule"),
        ({"rule": {"index": 1}}, "rule.index", "1 points at no rule"),
        ({"rule": {"toolComponent": {"index": 0}}}, "rule.toolComponent.index", "0 points at no"),
        ({"message": "text"}, "message", "'text' is not an object"),
        ({"locations": {}}, "locations", "an object is not a list"),
        ({"locations": [5]}, "locations[0]", "5 is not an object"),
        ({"ruleId": 5}, "ruleId", "5 is not text"),
        (5, "", "5 is not an object"),
    ],
)
def test_a_result_that_is_no_finding_or_no_result_is_refused_with_its_place(result, field, reason):
    refusal = refused(result)
    place = "runs[0].results[0]"
    assert refusal.field == (f"{place}.{field}" if field else place)
    assert refusal.reason.startswith(reason)


def test_a_suppression_that_was_not_accepted_leaves_the_result_in_force():
    assert one({"suppressions": [{"status": "accepted"}, {"status": "underReview"}]})


def test_the_good_results_beside_a_bad_one_go_in():
    raw = b'{"version":"2.1.0","runs":[{"tool":{},"results":[{"ruleId":"a"},{"a":1,"a":2},\n'
    raw += b'{"ruleId":"\\ud800"},{"ruleId":1e999},{"ruleId":"b"}]}]}'
    records = read(raw, target=PURL)
    assert [type(r) for r in records] == [Report, Refusal, Refusal, Refusal, Report]
    assert the_refusal(records, 1).field == "runs[0].results[1].a"
    assert the_refusal(records, 2).line == 2


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"guid": "g-1", "fingerprints": {"a": "b"}}, "g-1"),
        ({"correlationGuid": "c-1"}, "c-1"),
        ({"ruleId": "r", "fingerprints": {"b/v1": "2", "a/v1": "1"}}, "r a/v1=1 b/v1=2"),
        (
            {
                "ruleId": "r",
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": "a.c"},
                            "region": {"startLine": 3, "startColumn": 7},
                        }
                    }
                ],
            },
            "r a.c:3:7",
        ),
        ({"ruleId": "r"}, "r runs[0].results[0]"),
        ({}, "runs[0].results[0]"),
    ],
)
def test_a_result_is_named_by_what_lasts_longest(result, expected):
    assert one(result).id == expected


def test_a_name_that_is_too_long_stays_one_name():
    first, second = one({"guid": "x" * 300 + "1"}), one({"guid": "x" * 300 + "2"})
    assert len(first.id) == 200
    assert first.id != second.id


@pytest.mark.parametrize(
    ("result", "rule", "word"),
    [
        ({}, {"properties": {"security-severity": "8.1"}}, "high"),
        ({"properties": {"security-severity": 3.9}}, {}, "low"),
        ({"level": "error"}, {}, "high"),
        ({"level": "none"}, {}, None),
        ({}, {"defaultConfiguration": {"level": "note"}}, "low"),
        ({}, {}, "medium"),
        ({}, {"properties": {"security-severity": "x"}}, None),
    ],
)
def test_how_bad_it_is_comes_from_the_score_or_else_the_level(result, rule, word):
    report = one({"ruleIndex": 0, **result}, tool=rules({"id": "a", **rule}))
    assert report.severity_word == word


@pytest.mark.parametrize(
    ("result", "rule"),
    [
        ({"taxa": [{"id": "79", "toolComponent": {"name": "CWE"}}]}, {}),
        ({}, {"relationships": [{"target": {"id": "CWE-79"}}]}),
        ({}, {"properties": {"tags": ["external/cwe/cwe-079"]}}),
        ({}, {"properties": {"tags": ["CWE-79: Improper Neutralization"]}}),
        ({"properties": {"cwe": "cwe-79"}}, {}),
    ],
)
def test_a_weakness_is_found_wherever_tools_write_it(result, rule):
    report = one({"ruleIndex": 0, **result}, tool=rules({"id": "a", **rule}))
    assert report.weaknesses == ("CWE-79",)


def test_a_finer_rule_id_finds_its_rule():
    report = one({"ruleId": "CA2101/1"}, tool=rules({"id": "CA2101", "name": "Rule"}))
    assert report.title == "Rule"


def test_a_rule_is_looked_for_at_eight_levels_of_a_name():
    about = rules({"id": "a", "name": "Rule"})
    assert one({"ruleId": "a" + "/b" * 7}, tool=about).title == "Rule"
    assert one({"ruleId": "a" + "/b" * 8}, tool=about).title != "Rule"


@pytest.mark.parametrize(
    ("result", "field"),
    [({"ruleId": "/" * 1001}, "ruleId"), ({"rule": {"id": "/" * 1001}}, "rule.id")],
)
def test_a_rule_id_that_is_too_long_is_refused(result, field):
    refusal = refused(result)
    assert refusal.field == f"runs[0].results[0].{field}"
    assert refusal.reason == "has 1,001 characters; at most 1,000, so shorten it"
    assert one({"ruleId": "/" * 1000})


def test_a_result_without_a_rule_id_is_not_given_a_rule_without_one():
    assert one({"message": {"text": "m"}}, tool=rules({"name": "Rule"})).title == "m"


def test_of_a_rule_only_the_first_tags_are_looked_at_with_each_result():
    tags = ["x"] * 99 + ["external/cwe/cwe-079", "external/cwe/cwe-089"]
    report = one({"ruleIndex": 0}, tool=rules({"id": "a", "properties": {"tags": tags}}))
    assert report.weaknesses == ("CWE-79",)


def test_too_many_extensions_leave_the_run_out():
    tool = {"driver": {"name": "x"}, "extensions": [{}] * 101}
    refusal = the_refusal(read_value(log({"ruleId": "a"}, tool=tool), target=PURL))
    assert refusal.field == "runs[0].tool.extensions"
    assert refusal.reason.startswith("are 101; at most 100, so leave out")


@pytest.mark.timeout(60)
def test_a_document_of_millions_of_runs_ends_at_the_bound_and_what_came_before_stands():
    run = json.dumps(log({"ruleId": "a"})["runs"][0]).encode()
    raw = b'{"version":"2.1.0","runs":[' + run + b",{}" * 2_000_000 + b"]}"
    report, refusal = read(gzip.compress(raw), target=PURL)
    assert the_report([report]).place == "runs[0].results[0]"
    assert the_refusal([refusal]).reason == (
        "line 1: the document has more than 1,000 runs; split it into files"
    )


def test_as_many_runs_as_the_bound_are_read():
    value = log({"ruleId": "a"})
    value["runs"] *= 3
    assert len(read_value(value, target=PURL, bounds=Bounds(runs=3))) == 3


def test_a_message_cannot_be_made_into_gigabytes():
    text, arguments = "{0}" * 20_000, ["x" * 1_000_000]
    report = one({"message": {"text": text, "arguments": arguments}})
    assert len(report.description) == 65_536


def test_too_many_rules_leave_the_run_out_and_the_next_one_is_read():
    value = log({"ruleId": "a"}, tool=rules(*({"id": str(n)} for n in range(11))))
    value["runs"].append(log({"ruleId": "b"})["runs"][0])
    records = read_value(value, target=PURL, bounds=Bounds(rules=10))
    assert "has 11 rules; at most 10; the run is left out" in str(records[0])
    assert the_report(records, 1).place == "runs[1].results[0]"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"version":"2.0.0","runs":[]}', "version is '2.0.0'; only SARIF 2.1.0 is read"),
        (b'{"runs":[],"runs":[]}', "the key 'runs' comes twice"),
        (b'{"runs":[{"results":[],"tool":{},"results":[{}]}]}', "the key 'results' comes twice"),
        (b'{"runs":{}}', "'{' where '[' has to be"),
        (b'{"runs":[]} x', "something follows the document's end"),
        (b'{"runs":[{"results":[{"ruleIndex":0}', "the document ends too early"),
    ],
)
def test_a_document_that_is_no_sarif_ends_with_one_refusal(raw, reason):
    (refusal,) = read(raw, target=PURL)
    assert reason in the_refusal([refusal]).reason


def test_a_run_without_results_gives_nothing():
    assert read(b'{"version":"2.1.0","runs":[{"tool":{},"results":null},{"tool":{}}]}') == []


def test_a_document_cut_short_keeps_the_results_before_the_cut():
    value = document(Format.SARIF)
    run = value["runs"][0]
    value["runs"] = [{"tool": run["tool"], "results": run["results"] * 3}]
    raw = json.dumps(value).encode()
    records = read(raw[: int(len(raw) * 0.9)], target=PURL)
    assert the_report(records)
    assert "ends too early" in the_refusal(records, -1).reason


def test_a_result_is_not_changed_by_the_results_beside_it():
    value = document(Format.SARIF)
    alone = copy.deepcopy(value)
    alone["runs"][0]["results"] = alone["runs"][0]["results"][:1]
    assert the_report(read_value(alone)).digest == the_report(read_value(value)).digest
