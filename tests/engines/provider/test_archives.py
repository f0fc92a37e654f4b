"""Archives are the same for the same members, however they came about."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidegate.engines.provider.archives import ArchiveError, write_archive


def write(path: Path, members: dict[str, bytes], old: Path | None = None) -> bytes:
    with path.open("wb") as out:
        write_archive(out, members, old)
    return path.read_bytes()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    first=st.dictionaries(st.sampled_from("abcdefgh"), st.binary(max_size=300)),
    second=st.dictionaries(st.sampled_from("abcdefgh"), st.binary(max_size=300)),
)
def test_a_changed_archive_is_the_one_that_would_be_packed_anew(
    tmp_path: Path, first: dict[str, bytes], second: dict[str, bytes]
):
    write(tmp_path / "one.zip", first)
    changed = write(tmp_path / "two.zip", second, tmp_path / "one.zip")
    assert changed == write(tmp_path / "new.zip", first | second)
    with zipfile.ZipFile(tmp_path / "two.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == first | second


def test_more_members_than_a_plain_archive_can_count_are_read_by_others(tmp_path: Path):
    members = {f"{number:05d}": b"" for number in range(0xFFFF)}
    write(tmp_path / "one.zip", members)
    changed = write(tmp_path / "two.zip", {"5": b"new"}, tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "two.zip") as archive:
        assert len(archive.namelist()) == len(members) + 1
        assert archive.read("5") == b"new"
    (tmp_path / "two.zip").write_bytes(changed)
    again = write(tmp_path / "three.zip", {}, tmp_path / "two.zip")
    assert again == changed


@pytest.mark.parametrize("raw", [b"", b"PK", b"not an archive at all, but as long as an end is"])
def test_what_was_not_written_here_is_refused(tmp_path: Path, raw: bytes):
    (tmp_path / "one.zip").write_bytes(raw)
    with pytest.raises(ArchiveError):
        write(tmp_path / "two.zip", {"a": b""}, tmp_path / "one.zip")


def test_an_archive_cut_short_is_refused(tmp_path: Path):
    whole = write(tmp_path / "one.zip", {"a": b"1", "b": b"2"})
    (tmp_path / "one.zip").write_bytes(whole[10:])
    with pytest.raises(ArchiveError):
        write(tmp_path / "two.zip", {"aa": b"3"}, tmp_path / "one.zip")
