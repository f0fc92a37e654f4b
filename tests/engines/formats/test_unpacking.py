"""Compressed streams: unpacked within bounds, and what was good stands."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.formats.intake_samples import SMALL, Dribble, read, the_refusal, the_report

from tidegate.engines.formats.reports import Bounds
from tidegate.engines.formats.unpacking import Counted, Unpacked, UnpackingError

KINDS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "Zstandard": zstandard.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
each_kind = pytest.mark.parametrize(("kind", "compress"), KINDS.items())
LINE = (
    b'{"schema":"urn:tidegate:finding:1","id":"a","title":"t",'
    b'"target":{"purl":"pkg:npm/x@1"},"effect":"file-read"}\n'
)


def unpacked(raw: bytes, bounds: Bounds = SMALL, size: int = 1 << 16) -> bytes:
    return io.BufferedReader(Unpacked(io.BufferedReader(Dribble(raw, size)), bounds)).read()


@each_kind
@given(parts=st.lists(st.binary(max_size=200), min_size=1, max_size=3), size=st.integers(1, 9))
def test_what_was_packed_comes_out_whatever_the_pieces(kind, compress, parts, size):
    raw = b"".join(compress(part) for part in parts)
    assert unpacked(raw, size=size) == b"".join(parts)


@given(st.binary(max_size=300))
def test_what_is_not_compressed_is_passed_on(raw):
    assert unpacked(b"{" + raw) == b"{" + raw


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=100), st.integers(0, 200))
def test_no_damage_does_more_than_end_it(kind, damage, at):
    raw = KINDS[kind](LINE)
    for record in read(raw[:at] + damage + raw[at + len(damage) :]):
        assert record


@each_kind
def test_a_stream_that_is_cut_short_says_so(kind, compress):
    raw = compress(LINE)
    with pytest.raises(UnpackingError, match=f"is {kind} cut short"):
        unpacked(raw[:-2])


@each_kind
def test_what_was_read_before_a_cut_stands(kind, compress):
    raw = compress(LINE) + compress(LINE)[:-2]
    records = read(raw)
    assert the_report(records).id == "a"
    assert the_refusal(records, -1).reason == f"is {kind} cut short; copy the whole file again"


@each_kind
def test_other_bytes_after_the_end_are_refused_and_zeros_are_not(kind, compress):
    assert unpacked(compress(LINE) + b"\0" * 1024) == LINE
    with pytest.raises(UnpackingError, match="has other bytes after its end"):
        unpacked(compress(LINE) + b"x" * 10)


@each_kind
def test_a_bomb_ends_with_one_refusal_and_little_memory(kind, compress):
    bomb = compress(LINE + b" " * (64 << 20))
    records = read(bomb, bounds=SMALL)
    assert the_report(records).id == "a"
    assert len(records) == 2
    assert "unpacks to more than 10 times its size" in the_refusal(records, 1).reason


@each_kind
def test_no_stream_gives_more_than_the_bound(kind, compress):
    bounds = Bounds(unpacked_bytes=100_000, ratio=1_000_000)
    stream = Unpacked(io.BytesIO(compress(b"ab" * 1_000_000)), bounds)
    assert sum(len(stream.read(10_000) or b"") for _ in range(10)) == 100_000
    with pytest.raises(UnpackingError, match=r"holds more than 97\.66 KiB; split it"):
        stream.read(1)


def test_the_bound_holds_for_what_is_not_compressed_too():
    records = read(LINE * 100, bounds=Bounds(unpacked_bytes=len(LINE) * 3 + 10))
    assert [type(r).__name__ for r in records] == ["Report"] * 3 + ["Refusal"]


def test_compressed_twice_is_refused():
    reason = the_refusal(read(gzip.compress(bz2.compress(LINE)))).reason
    assert reason == "is compressed twice; unpack it once"


def test_a_zstandard_window_beyond_the_bound_is_refused_with_the_mend():
    parameters = zstandard.ZstdCompressionParameters(window_log=28, write_content_size=False)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    raw = packer.compress(LINE) + packer.flush()
    assert "asks for more than 128 MiB" in the_refusal(read(raw)).reason


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"PK\x03\x04" + b"\0" * 30, "is a zip archive; unpack it"),
        (b"a.json" + b"\0" * 251 + b"ustar\0" + b"\0" * 249, "is a tar archive; unpack it"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 30, "is a 7z archive"),
    ],
)
def test_archives_are_refused_with_the_mend(raw, what):
    assert the_refusal(read(raw)).reason.startswith(what)
    assert the_refusal(read(gzip.compress(raw))).reason.startswith(what)


def test_a_counted_stream_tells_how_far_it_was_read():
    raw = LINE * 50_000
    counted = Counted(io.BytesIO(raw))
    stream = Unpacked(io.BufferedReader(counted), Bounds())
    stream.read(1000)
    assert 0 < counted.position < len(raw)
    while stream.read(1 << 20):
        pass
    assert counted.position == len(raw)
