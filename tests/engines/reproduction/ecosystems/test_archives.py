"""Unpacking: an honest archive comes out whole, any other not at all, and nothing else changes."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.registry.hostile import TARS, ZIPS
from tests.registry.packages import Member, npm_tarball, sdist, tar_of, wheel, zip_of
from tidegate.engines.reproduction.ecosystems.archives import (
    ArchiveError,
    UnpackLimits,
    member_path,
    unpack,
    without_first_folder,
)

HOSTILE = [
    *(pytest.param(*TARS[name], id=f"tar: {name}") for name in TARS),
    *(pytest.param(*ZIPS[name], id=f"zip: {name}") for name in ZIPS),
]
NAMES = st.text(st.sampled_from("ab./\\\0é\n\udce9\ud800C:"), max_size=12)


class Place:
    """A folder to unpack in, between others that must not change."""

    def __init__(self, folder: Path) -> None:
        self.around = folder
        self.tree = folder / "cache/tree"
        self.tree.mkdir(parents=True)
        outside = folder / "cache/outside"
        outside.mkdir()
        (outside / "secret").write_text("secret")
        self.before = self.state()

    def state(self) -> set[tuple[str, int]]:
        return {
            (str(path), path.lstat().st_mtime_ns)
            for path in self.around.rglob("*")
            if self.tree not in (path, *path.parents)
        }

    def unpack(self, content: bytes, **more: object) -> dict[str, bytes]:
        archive = self.around.parent / f"{self.around.name}.archive"
        archive.write_bytes(content)
        try:
            unpack(archive, self.tree, **more)  # type: ignore[arg-type]
        finally:
            assert self.state() == self.before
        return {
            str(path.relative_to(self.tree)): path.read_bytes()
            for path in self.tree.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "around")


@pytest.fixture
def fresh() -> Iterator[type[Place]]:
    """Give places to tests that need many, one for each example."""
    with tempfile.TemporaryDirectory() as folder:

        class Fresh(Place):
            def __init__(self) -> None:
                super().__init__(Path(tempfile.mkdtemp(dir=folder)) / "around")

        yield Fresh


@pytest.mark.parametrize(("make", "reason"), HOSTILE)
def test_what_no_package_is_gets_refused_and_leaves_no_trace(place, make, reason):
    started = time.monotonic()
    with pytest.raises(ArchiveError, match=reason):
        place.unpack(make())
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.bz2", ".zip"])
def test_an_honest_archive_comes_out_whole(place, suffix):
    files: dict[str, str | bytes] = {
        "pkg/__init__.py": "x = 1\n",
        "pkg/data.bin": bytes(range(256)),
        "setup.py": "",
    }
    _, content = sdist("pkg", "1.0", files, suffix=suffix)
    found = place.unpack(content)
    assert found["pkg-1.0/pkg/data.bin"] == bytes(range(256))
    assert set(found) == {f"pkg-1.0/{name}" for name in (*files, "PKG-INFO")}


def test_npm_s_one_folder_is_dropped_whatever_it_is_called(place):
    content = npm_tarball({"lib/a.js": "1"}, {"name": "a"}, folder="anything")
    assert set(place.unpack(content, place=without_first_folder)) == {"lib/a.js", "package.json"}


def test_links_within_the_archive_work_and_those_to_nothing_are_left_out(place):
    place.unpack(
        tar_of(
            [
                Member("p/lib/a", b"one"),
                Member("p/link", type=tarfile.SYMTYPE, link="lib/a"),
                Member("p/up/link", type=tarfile.SYMTYPE, link="../lib"),
                Member("p/gone", type=tarfile.SYMTYPE, link="nowhere"),
                Member("p/hard", type=tarfile.LNKTYPE, link="p/lib/a"),
            ]
        )
    )
    root = place.tree / "p"
    assert (root / "link").read_bytes() == (root / "up/link/a").read_bytes() == b"one"
    assert not (root / "gone").is_symlink()
    # A hard link is a file of its own: changing one must not change the other.
    assert (root / "hard").stat().st_ino != (root / "lib/a").stat().st_ino


def test_modes_are_ours_not_the_archive_s(place):
    place.unpack(
        tar_of(
            [
                Member("p/setuid", b"x", mode=0o6755),
                Member("p/hidden", b"x", mode=0o000),
                Member("p/folder", type=tarfile.DIRTYPE, mode=0o7000),
                Member("p/folder/inside", b"x", mode=0o777),
            ]
        )
    )
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.tree.rglob("*")}
    assert modes == {
        "p": 0o755, "setuid": 0o755, "hidden": 0o644, "folder": 0o755, "inside": 0o755,
    }  # fmt: skip


def test_the_same_member_twice_is_one(place):
    assert place.unpack(tar_of([Member("p/a", b"x"), Member("p/./a", b"x")])) == {"p/a": b"x"}


@pytest.mark.parametrize(
    ("members", "limits", "reason"),
    [
        ([Member(f"p/{n}", b"") for n in range(9)], UnpackLimits(entries=8), "more than 8 files"),
        ([Member("p/a/b/c/d/e/f/g/h", b"")], UnpackLimits(entries=8), "more than 8 files"),
        ([Member("p/a", bytes(3 << 20))], UnpackLimits(total_bytes=2 << 20), "more than 2 MiB"),
        (
            [Member(f"p/{n}", type=tarfile.LNKTYPE, link="p/a") for n in range(1, 5)],
            UnpackLimits(total_bytes=2 << 20),
            "more than 2 MiB",
        ),
        ([Member("p/a", b"")], UnpackLimits(seconds=0), "takes longer"),
    ],
    ids=["files", "folders", "bytes", "hard links", "time"],
)
def test_every_bound_holds(place, members, limits, reason):
    base = [Member("p/a", os.urandom(1 << 20))] if members[0].link else []
    with pytest.raises(ArchiveError, match=reason):
        place.unpack(tar_of([*base, *members]), limits=limits)


def test_a_refusal_names_the_archive_and_fits_on_a_line(place):
    with pytest.raises(ArchiveError) as refusal:
        place.unpack(tar_of([Member("../\x1b[31m\n" + "x" * 500, b"")]), name="evil-1.0.tgz")
    assert str(refusal.value).startswith("evil-1.0.tgz is refused: ")
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 300


@given(NAMES | st.text(max_size=30))
def test_a_member_s_path_never_leads_out_of_its_folder(name):
    try:
        path = member_path(name)
    except ArchiveError:
        return
    root = "/a/folder"
    joined = os.path.normpath(f"{root}/{path}")
    assert joined == root or joined.startswith(root + "/")
    assert path == member_path(path)
    assert path == "" or all(part not in ("", ".", "..") for part in path.split("/"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    members=st.lists(
        st.builds(
            Member,
            name=NAMES.map(lambda name: "p/" + name) | NAMES,
            content=st.binary(max_size=3),
            type=st.sampled_from(
                [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE]
            ),
            link=NAMES | st.sampled_from(["..", "../..", "../../..", "../outside", "p", "a"]),
        ),
        max_size=6,
    ),
    zipped=st.booleans(),
)
def test_no_archive_changes_anything_outside_of_its_folder(fresh, members, zipped):
    try:
        content = zip_of(members) if zipped else tar_of(members)
    except (UnicodeError, ValueError):
        return  # it cannot even be written
    where = fresh()
    try:
        where.unpack(content)
    except ArchiveError:
        return
    for path in where.tree.rglob("*"):
        assert where.tree.resolve() in (path.resolve(), *path.resolve().parents)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), kind=st.sampled_from(["tar", "gz", "bz2", "zip"]))
def test_damage_is_a_refusal_and_nothing_else(fresh, data, kind):
    content = bytearray(_whole(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))]
    with contextlib.suppress(ArchiveError):
        fresh().unpack(bytes(content))


def _whole(kind: str) -> bytes:
    members = [
        Member("p/a", b"hello world " * 20),
        Member("p/" + "long/" * 25 + "name", b"x"),
        Member("p/b", type=tarfile.SYMTYPE, link="a"),
    ]
    if kind == "zip":
        return zip_of(members[:2])
    if kind == "tar":
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            header = tarfile.TarInfo("p/é" * 60)
            header.mtime = 1.5
            archive.addfile(header)
        return buffer.getvalue()
    return tar_of(members, kind)


def test_a_wheel_of_other_times_is_a_zip_like_any(place):
    _, content = wheel("pkg", "1.0", {"pkg/__init__.py": "", "pkg-1.0.data/scripts/run": "x"})
    assert "pkg/__init__.py" in place.unpack(content)
