"""Archives, folders and lines: the same records whichever way they come, and nothing hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from tests.engines.feeds.samples import NOW, cve, jsonl, osv, read, tarred, zipped
from tidegate.engines.feeds import EditionError, Limits, UnfinishedError, read_edition
from tidegate.engines.feeds.feeds import FEEDS

DOCUMENTS = {f"GHSA-aaaa-bbbb-{n:04}": osv(f"GHSA-aaaa-bbbb-{n:04}") for n in range(1, 4)}
FILES = {f"{name}.json": json.dumps(document).encode() for name, document in DOCUMENTS.items()}
LINES = jsonl(*DOCUMENTS.values())
SPRAWL = {f"advisory-main/github-reviewed/2026/{name}": raw for name, raw in FILES.items()} | {
    "advisory-main/README.md": b"no record",
    "advisory-main/package.json": b"[]",
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("all.zip", zipped(FILES)),
        ("all", zipped(FILES)),
        ("all.jsonl", LINES),
        ("all.jsonl.zst", zstandard.compress(LINES)),
        ("all.jsonl.gz", gzip.compress(LINES, mtime=0)),
        ("lines", LINES),
        ("all.tar.gz", tarred(FILES)),
        ("all.tar", tarred(FILES, "w")),
        ("all.tar.bz2", tarred(FILES, "w:bz2")),
        ("all.tar.xz", lzma.compress(tarred(FILES, "w"))),
        ("all.tar.zst", zstandard.compress(tarred(FILES, "w"))),
    ],
)
def test_the_same_records_come_whichever_way_they_are_packed(
    tmp_path: Path, name: str, content: bytes
):
    (tmp_path / name).write_bytes(content)
    reading, records = read("osv-npm", tmp_path / name)
    assert len(records) == 3
    assert reading.identifiers == set(DOCUMENTS)
    assert reading.edition.refused == 0


@pytest.mark.parametrize("packed", [zipped(SPRAWL), tarred(SPRAWL)])
def test_of_a_repository_only_its_records_are_read(tmp_path: Path, packed: bytes):
    (tmp_path / "main").write_bytes(packed)
    reading, _ = read("ghsa", tmp_path / "main")
    assert reading.identifiers == set(DOCUMENTS)


def test_unreviewed_advisories_are_left_out(tmp_path: Path):
    (tmp_path / "main.zip").write_bytes(
        zipped({f"db-main/advisories/unreviewed/{name}": raw for name, raw in FILES.items()})
    )
    assert read("ghsa", tmp_path / "main.zip")[1] == []


def test_an_archive_in_an_archive_is_read_through_once(tmp_path: Path):
    files = {
        "cves/2026/1xxx/CVE-2026-1001.json": json.dumps(cve()).encode(),
        "cves/delta.json": b"x",
    }
    (tmp_path / "all.zip.zip").write_bytes(zipped({"cves.zip": zipped(files)}))
    assert read("cve", tmp_path / "all.zip.zip")[0].identifiers == {"CVE-2026-1001"}
    (tmp_path / "deep.zip").write_bytes(zipped({"a.zip": zipped({"cves.zip": zipped(files)})}))
    assert read("cve", tmp_path / "deep.zip")[1] == []


def test_a_folder_is_read_without_following_its_links(tmp_path: Path):
    folder = tmp_path / "mirror"
    (folder / "2026").mkdir(parents=True)
    for name, raw in FILES.items():
        (folder / "2026" / name).write_bytes(raw)
    (tmp_path / "GHSA-secr-secr-secr.json").write_text(json.dumps(osv("GHSA-secr-secr-secr")))
    (folder / "GHSA-secr-secr-secr.json").symlink_to(tmp_path / "GHSA-secr-secr-secr.json")
    (folder / "again").symlink_to(folder)
    os.mkfifo(folder / "GHSA-pipe-pipe-pipe.json")
    reading, _ = read("osv-npm", folder)
    assert reading.identifiers == set(DOCUMENTS)
    before = reading.edition.sha256
    (folder / "2026" / "GHSA-aaaa-bbbb-0001.json").write_text(
        json.dumps(osv("GHSA-aaaa-bbbb-0009"))
    )
    assert read("osv-npm", folder)[0].edition.sha256 != before


def test_a_broken_line_costs_no_other(tmp_path: Path):
    (tmp_path / "all.jsonl").write_bytes(b"{broken\n\n" + LINES)
    reading, records = read("osv-npm", tmp_path / "all.jsonl")
    assert len(records) == 3
    assert [refused.place for refused in reading.refused] == ["line 1"]


def test_a_record_that_is_too_large_is_refused_and_the_others_count(tmp_path: Path):
    large = json.dumps(osv("GHSA-larg-larg-larg", details="x" * 4000)).encode()
    limits = Limits(record_bytes=2000)
    for name, content in (
        ("all.zip", zipped({"GHSA-larg-larg-larg.json": large} | FILES)),
        ("all.tar", tarred({"GHSA-larg-larg-larg.json": large} | FILES, "w")),
        ("all.jsonl", large + b"\n" + LINES),
    ):
        (tmp_path / name).write_bytes(content)
        reading, records = read("osv-npm", tmp_path / name, limits)
        assert (len(records), reading.edition.refused) == (3, 1), name


def test_bombs_are_refused(tmp_path: Path):
    bomb = {f"GHSA-bomb-bomb-{n:04}.json": b" " * (1 << 20) for n in range(5)}
    limits = Limits(ratio_floor=1 << 20)
    for name, content in (
        ("all.zip", zipped(bomb)),
        ("nested.zip", zipped({"cves.zip": zipped({}) + b"\0" * (5 << 20)})),
        ("all.tar.gz", tarred(bomb)),
        ("all.jsonl.bz2", bz2.compress((b" " * (1 << 20) + b"\n") * 5)),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(EditionError, match="unpacks to more"):
            read("osv-npm", tmp_path / name, limits)


def test_more_members_than_the_bound_are_refused(tmp_path: Path):
    for name, content in (("a.zip", zipped(SPRAWL)), ("a.tar.gz", tarred(SPRAWL))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(EditionError, match="more than 4 files"):
            read("ghsa", tmp_path / name, Limits(members=4))


def test_a_list_of_members_that_would_fill_the_memory_is_refused(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(zipped(FILES))
    with pytest.raises(EditionError, match="list of members"):
        read("osv-npm", tmp_path / "a.zip", Limits(directory_bytes=100))


@pytest.mark.parametrize("packed", [zipped(FILES), tarred(FILES), tarred(FILES, "w")])
def test_an_archive_that_is_cut_short_is_not_a_smaller_feed(tmp_path: Path, packed: bytes):
    for share in (0.3, 0.6, 0.8):
        (tmp_path / "all").write_bytes(packed[: int(len(packed.rstrip(bytes(1))) * share)])
        reading = read_edition(FEEDS["osv-npm"], tmp_path / "all", now=NOW)
        with pytest.raises(EditionError):
            list(reading)
        with pytest.raises(UnfinishedError):
            _ = reading.edition


def test_a_tar_archive_with_a_damaged_header_does_not_end_there(tmp_path: Path):
    whole = bytearray(tarred(FILES, "w"))
    at = whole.find(b"GHSA-aaaa-bbbb-0002")
    whole[at] ^= 1
    (tmp_path / "all.tar").write_bytes(whole)
    with pytest.raises(EditionError, match="damaged tar"):
        read("osv-npm", tmp_path / "all.tar")


def test_a_tar_archive_with_zeros_in_its_middle_does_not_end_there(tmp_path: Path):
    whole = bytearray(tarred(FILES, "w"))
    at = whole.find(b"GHSA-aaaa-bbbb-0002") // 512 * 512
    whole[at : at + 512] = bytes(512)
    (tmp_path / "all.tar").write_bytes(whole)
    with pytest.raises(EditionError, match="after its end"):
        read("osv-npm", tmp_path / "all.tar")


def test_long_names_links_and_sizes_beyond_the_header_are_understood(tmp_path: Path):
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w", format=form) as archive:
            link = tarfile.TarInfo("x" * 150)
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd" + "y" * 150
            archive.addfile(link)
            raw = json.dumps(osv()).encode()
            member = tarfile.TarInfo("ü" * 90 + "/GHSA-aaaa-bbbb-cccc.json")
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
        (tmp_path / "all.tar").write_bytes(made.getvalue())
        assert read("osv-npm", tmp_path / "all.tar")[0].identifiers == {"GHSA-aaaa-bbbb-cccc"}


def test_names_that_climb_are_read_and_lead_nowhere(tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()
    hostile = {f"../../{name}": raw for name, raw in FILES.items()}
    (inside / "all.zip").write_bytes(zipped(hostile))
    read("osv-npm", inside / "all.zip")
    (inside / "all.zip").write_bytes(tarred(hostile))
    read("osv-npm", inside / "all.zip")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["all.zip", "inside"]


def test_what_is_told_of_a_broken_record_is_obeyed_by_no_terminal(tmp_path: Path):
    (tmp_path / "all.zip").write_bytes(zipped({"\x1b[2J/GHSA-aaaa-bbbb-cccc.json": b"{}"}))
    reading, _ = read("osv-npm", tmp_path / "all.zip")
    assert all(f"{told.place}{told.words}".isprintable() for told in reading.refused)
    assert reading.edition.refused == 1


def test_a_strangely_compressed_archive_is_refused(tmp_path: Path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("GHSA-aaaa-bbbb-cccc.json", json.dumps(osv()))
    (tmp_path / "all.zip").write_bytes(made.getvalue())
    with pytest.raises(EditionError, match="compressed in a way"):
        read("osv-npm", tmp_path / "all.zip")


def test_what_is_not_there_or_no_file_is_refused_by_name(tmp_path: Path):
    with pytest.raises(EditionError, match=r"gone\.zip"):
        read("osv-npm", tmp_path / "gone.zip")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EditionError, match="neither a file nor a folder"):
        read("osv-npm", tmp_path / "pipe")
    with pytest.raises(EditionError, match="folder"):
        read("kev", tmp_path)
    (tmp_path / "large").write_bytes(b"x" * 2048)
    with pytest.raises(EditionError, match="larger"):
        read("osv-npm", tmp_path / "large", Limits(file_bytes=1024))


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path):
    path = tmp_path / "all.jsonl"
    path.write_bytes(LINES)
    reading = read_edition(FEEDS["osv-npm"], path, now=NOW)
    next(reading)
    with path.open("ab") as file:
        file.write(jsonl(osv("GHSA-late-late-late")))
    with pytest.raises(EditionError, match="changed while"):
        list(reading)
