"""Whatever is handed in, recognised by its content and read record by record."""

from __future__ import annotations

import copy
import gzip
import io
import itertools
import json
import random
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.formats.intake_samples import (
    SMALL,
    Dribble,
    document,
    read,
    read_value,
    sample,
    the_refusal,
    the_report,
)
from tests.engines.formats.test_finding import JSON

from tidegate.engines.formats.finding import Effect, Refusal
from tidegate.engines.formats.intake import read_reports
from tidegate.engines.formats.reports import Bounds, Format, Place, Report

each_format = pytest.mark.parametrize("format_", list(Format))
ONE_A_LINE = [Format.FINDING, Format.OSV, Format.MANTIS]
PURL = "pkg:npm/example@1.0.0"


@each_format
def test_the_sample_of_each_format_is_recognised_and_read(format_):
    reports = [record for record in read(sample(format_)) if isinstance(record, Report)]
    assert {report.format for report in reports} == {format_}
    assert reports[0].finding is not None
    assert reports[0].finding.proof is not None


def test_a_native_finding_is_read_with_everything_in_it():
    report = the_report(read(sample(Format.FINDING)))
    assert report.id == "scan-1"
    assert report.target.package == "minimist"
    assert report.effect is Effect.PROTOTYPE_POLLUTION
    assert (report.weaknesses, report.aliases) == (("CWE-1321",), ("CVE-2020-7598",))
    assert report.severity_word == "medium"
    assert report.places == (Place("index.js", 90, "setKey"),)
    assert report.references == ("https://example.org/minimist",)
    assert report.tlp == "TLP:GREEN"
    assert report.embargo_until == datetime(2027, 1, 31, 11, tzinfo=UTC)
    assert report.finding is not None
    assert report.digest == report.finding.digest
    assert report.record == sample(Format.FINDING).splitlines()[0]
    assert (report.source, report.line, report.place) == ("handed-in", 1, "line 1")


def test_a_finding_without_a_label_is_amber():
    assert the_report(read(sample(Format.FINDING)), 1).tlp == "TLP:AMBER"


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+01:00"])
def test_an_instant_that_no_clock_here_holds_is_refused(text):
    value = document(Format.FINDING) | {"embargo_until": text}
    refusal = the_refusal(read_value(value))
    assert refusal.field == "embargo_until"
    assert "is not an instant that can be kept" in refusal.reason


@pytest.mark.parametrize("format_", ONE_A_LINE)
def test_records_may_come_as_a_document_in_lines_or_in_a_list(format_):
    value = document(format_)
    line = json.dumps(value).encode()
    digests = [r.digest for r in read(line) if isinstance(r, Report)]
    assert digests
    for raw in (
        json.dumps(value, indent=2).encode(),
        line + b"\n",
        b"\n\n" + line + b"\r\n",
        b"\xef\xbb\xbf" + line,
        b"[" + line + b"]",
        b"[\n" + line + b"\n]\n",
        gzip.compress(line),
    ):
        assert [r.digest for r in read(raw) if isinstance(r, Report)] == digests
    twice = [r.digest for r in read(line + b"\n" + line) if isinstance(r, Report)]
    assert twice == digests * 2


def test_a_bad_line_is_refused_and_the_next_one_is_read():
    good = sample(Format.FINDING).splitlines()[1]
    raw = b"\n".join([b"{bad", good, b"", b'{"schema":1}', b"[" * 500, good, b"\xff"])
    records = read(raw)
    assert [(type(r), r.line) for r in records] == [
        (Refusal, 1),
        (Report, 2),
        (Refusal, 4),
        (Refusal, 5),
        (Report, 6),
        (Refusal, 7),
    ]
    assert the_refusal(records, 2).field == "schema"


def test_a_bad_member_of_a_list_is_refused_and_the_next_one_is_read():
    good = json.dumps(document(Format.MANTIS)).encode()
    twice = b'{"id":"a","id":"b"}'
    records = read(b"[\n" + b",\n".join([good, b"5", twice, b"[" * 99 + b"]" * 99, good]) + b"]")
    assert [(type(r), r.line) for r in records] == [
        (Report, 2),
        (Refusal, 3),
        (Refusal, 4),
        (Refusal, 5),
        (Report, 6),
    ]
    assert the_report(records, 4).place == "[4]"
    assert the_report(records, 0).record == good
    assert str(records[2]) == "handed-in line 4: [2].id comes twice in the same object; keep one"


def test_a_list_that_ends_too_early_keeps_what_came_before():
    records = read(b"[" + json.dumps(document(Format.MANTIS)).encode() + b", {")
    assert the_report(records).format is Format.MANTIS
    assert the_refusal(records, 1).reason == (
        "line 1: the document ends too early; copy the whole file again"
    )


@pytest.mark.parametrize("raw", [b"", b" \n", b"hello", b"<a/>", b"null", b"[]", b"[[1]]", b"{}"])
def test_what_is_no_format_is_refused_once_and_told_what_is_taken(raw):
    (refusal,) = read(raw)
    assert "hand in native findings, OSV 1.7 or mantis findings" in the_refusal([refusal]).reason


def test_a_record_beyond_the_bound_is_refused_and_the_next_one_is_read():
    long = b'{"id":"' + b"x" * 20_000 + b'"}'
    good = sample(Format.FINDING).splitlines()[1]
    for raw in (b"\n".join([good, long, good]), b"[" + b",".join([good, long, good]) + b"]"):
        records = read(raw, bounds=SMALL)
        assert [type(r) for r in records] == [Report, Refusal, Report]


def test_a_target_for_the_whole_file_is_used_where_a_record_names_none():
    value = document(Format.MANTIS)
    del value["tidegate"]
    assert the_report(read_value(value, target=PURL)).target.purl == PURL
    assert the_refusal(read_value(value)).field == "tidegate.purl"


def test_the_same_record_for_two_packages_is_two_reports():
    value = document(Format.MANTIS)
    del value["tidegate"]
    first = the_report(read_value(value, target="pkg:npm/example@1.0.0"))
    second = the_report(read_value(value, target="pkg:npm/example@1.1.0"))
    assert first.digest != second.digest


def test_a_target_that_is_no_package_url_is_told_at_once():
    with pytest.raises(ValueError, match="target 'minimist' is not a package URL"):
        read_reports(io.BytesIO(b""), "x", target="minimist")


def test_a_known_format_is_not_guessed_again():
    raw = json.dumps(document(Format.OSV)).encode()
    assert the_refusal(read(raw, format=Format.FINDING)).field == "schema"


def plain(records: list[Report | Refusal]) -> list[Any]:
    return [r if isinstance(r, Refusal) else (r, r.record) for r in records]


@given(st.sampled_from(list(Format)), st.integers(1, 5000), st.booleans())
def test_the_size_of_the_pieces_does_not_matter(format_, size, packed):
    raw = sample(format_) * (2 if format_ is Format.FINDING else 1)
    whole = read(raw)
    pieces = Dribble(gzip.compress(raw) if packed else raw, size)
    stream = io.BufferedReader(pieces)
    assert plain(list(read_reports(stream, "handed-in"))) == plain(whole)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(raw):
    for record in read(raw):
        assert str(record)


@given(st.sampled_from(list(Format)), st.binary(max_size=40), st.integers(0, 10_000))
def test_no_damage_to_a_good_stream_makes_it_raise(format_, damage, at):
    raw = sample(format_)
    at %= len(raw)
    for record in read(raw[:at] + damage + raw[at + len(damage) :], target=PURL):
        assert isinstance(record, Report) or str(record).isprintable()


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, member in value.items():
            found += places_in(member, (*path, key))
    if isinstance(value, list):
        for index, member in enumerate(value):
            found += places_in(member, (*path, index))
    return found


STRANGE = JSON | st.sampled_from(
    [-1, 0, 10**15, 1.5, True, "", " ", "\x00", "x" * 1000, "pkg:npm/..@1", [[]], [{}], {"": {}}]
)


@each_format
@given(seed=st.integers(0, 10_000), value=STRANGE)
def test_any_member_may_hold_any_json(format_, seed, value):
    changed: Any = copy.deepcopy(document(format_))
    path = random.Random(seed).choice(places_in(changed))
    place = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    for record in read_value(changed, format=format_, target=PURL):
        if isinstance(record, Report):
            check_bounds(record)


def check_bounds(report: Report) -> None:
    assert 1 <= len(report.id) <= 200
    assert 1 <= len(report.title) <= 300
    assert len(report.description) <= 65_536
    assert len(report.places) <= 100
    assert all(len(p.path) <= 1024 and (p.line is None or p.line >= 1) for p in report.places)
    assert all(len(alias) <= 100 for alias in report.aliases)
    assert report.severity_word in (None, "critical", "high", "medium", "low")
    assert report.embargo_until is None or report.embargo_until.tzinfo is UTC


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "hostile",
    [
        b'{"id":"a","modified":"b","x":' + b"[" * 3_000_000,
        b'[{"id":"a","modified":"b","x":"' + b'\\"' * 3_000_000,
        b'{"id":"a","modified":"b","x":"' + b"\\" * 3_000_001,
        b'{"runs":[{"results":[{"x":' + b'{"a":' * 1_000_000,
        b'{"runs":[{"tool":{},"results":[' + b"9" * 5_000_000,
        b'{"runs":' + b"[" * 3_000_000,
        b"{" + b'"a":1,' * 1_000_000,
        b'[{"id":"a","affected":[]},' * 1 + b'"' * 3_000_000,
        b" " * 5_000_000 + b"x",
        b"\n" * 3_000_000 + b"{",
    ],
    ids=range(10),
)
def test_large_and_tricky_streams_are_refused_in_time(hostile):
    records = read(hostile, bounds=Bounds(record_bytes=1 << 20))
    assert records
    assert all(isinstance(record, Refusal) for record in records)


def shared_by_results() -> bytes:
    rule = {"id": "a", "shortDescription": {"text": "x" * 4000}}
    run = {"tool": {"driver": {"name": "x", "rules": [rule]}}, "results": [{"ruleIndex": 0}] * 900}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def told_by_results() -> bytes:
    rule = {"id": "a", "fullDescription": {"text": "x" * 60_000}}
    run = {"tool": {"driver": {"name": "x", "rules": [rule]}}, "results": [{"ruleIndex": 0}] * 900}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def shared_by_packages() -> bytes:
    affected = [{"package": {"ecosystem": "npm", "name": f"a{n}"}} for n in range(100)]
    return json.dumps({"id": "a", "details": "x" * 60_000, "affected": affected}).encode()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("made", [shared_by_results, told_by_results, shared_by_packages])
def test_a_small_stream_does_not_become_many_large_reports(made, pack):
    raw, floor = made(), 64 << 10
    records = read(pack(raw), target=PURL, bounds=Bounds(records_bytes=floor))
    *reports, last = records
    size = sum(len(r.record) + len(r.description) for r in reports if isinstance(r, Report))
    assert 0 < size <= 20 * len(raw) + floor
    assert all(isinstance(report, Report) for report in reports)
    assert str(last) == (
        "handed-in: the records repeat what they share until it is more than 20 times what was"
        " read; split it into files, or shorten what the records share"
    )


def test_a_small_stream_may_repeat_itself_at_any_ratio():
    assert len(read(shared_by_results(), target=PURL)) == 900


def test_reading_is_lazy():
    line = sample(Format.FINDING).splitlines()[1] + b"\n"
    pieces = Dribble(line * 100_000, 1 << 16)
    next(read_reports(io.BufferedReader(pieces), "x"))
    assert pieces._inner.tell() < 3 << 20


class Stream(io.RawIOBase):
    """A long stream that is made while it is read."""

    def __init__(self, begin: bytes, again: bytes, times: int, end: bytes) -> None:
        self._left = itertools.chain([begin], itertools.repeat(again, times), [end])
        self._piece = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._piece:
            piece = next(self._left, None)
            if piece is None:
                return 0
            self._piece = piece
        size = min(len(buffer), len(self._piece))
        buffer[:size], self._piece = self._piece[:size], self._piece[size:]
        return size


OSV_LINE = json.dumps(document(Format.OSV) | {"details": "long " * 1000}).encode() + b"\n"
SARIF_RESULT = json.dumps({"ruleId": "a", "message": {"text": "long " * 1000}}).encode() + b",\n"


@pytest.mark.parametrize(
    "stream",
    [
        Stream(b"", OSV_LINE, 3000, b""),
        Stream(b"[", OSV_LINE + b",", 3000, OSV_LINE + b"]"),
        Stream(b'{"runs":[{"tool":{},"results":[', SARIF_RESULT, 3000, b"{}]}]}"),
    ],
    ids=["lines", "list", "sarif"],
)
def test_memory_does_not_grow_with_the_stream(stream):
    tracemalloc.start()
    try:
        count = sum(isinstance(r, Report) for r in read_reports(stream, "x", target=PURL))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count >= 3000
    assert peak < 6 << 20  # Of 15 MiB or more; the first 1 MiB is looked at more than once.


@pytest.mark.slow
def test_a_text_of_100_mb_is_passed_over_and_the_next_record_is_read():
    good = json.dumps(document(Format.MANTIS)).encode()
    stream = Stream(b'[{"id":"a","code_paths":["', b'x\\"' * 1000, 35_000, b'"]},' + good + b"]")
    records = list(read_reports(stream, "x"))
    assert [type(r) for r in records] == [Refusal, Report]
    assert the_refusal(records).reason == "larger than 64 MiB; split it or leave things out"
