"""The cache: what is in it is whole, whoever was killed while filling it."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.packages import PackageError

KEY = "ab" * 32
KILLED_WHILE_FILLING = """
import sys, time
from pathlib import Path
from tidegate.engines.reproduction.ecosystems.cache import Cache

def fill(folder):
    (folder / "half").write_text("written")
    print("half", flush=True)
    time.sleep(60)

Cache(Path(sys.argv[1])).tree("layout-1", sys.argv[2], fill)
"""


def write(content: str):
    def fill(folder: Path) -> None:
        (folder / "file").write_text(content)

    return fill


def keep(cache: Cache, content: bytes, **digests: str) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    with cache.incoming_file() as incoming:
        incoming.write_bytes(content)
        cache.keep(incoming, {"sha256": sha256, **digests})
    return sha256


def test_a_tree_is_filled_once(cache):
    first = cache.tree("layout-1", KEY, write("first"))
    assert cache.tree("layout-1", KEY, write("second")) == first
    assert (first / "file").read_text() == "first"
    assert cache.tree("layout-2", KEY, write("other")) != first


def test_a_tree_that_could_not_be_filled_is_not_there(cache):
    def fail(folder: Path) -> None:
        (folder / "half").write_text("written")
        raise PackageError("refused")

    with pytest.raises(PackageError, match="refused"):
        cache.tree("layout-1", KEY, fail)
    tree = cache.tree("layout-1", KEY, write("whole"))
    assert [path.name for path in tree.iterdir()] == ["file"]
    assert not list((cache.folder / "incoming").iterdir())


def test_many_threads_that_want_one_tree_fill_it_once(cache):
    filled = []

    def fill(folder: Path) -> None:
        filled.append(folder)
        time.sleep(0.05)
        write("once")(folder)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: cache.tree("layout-1", KEY, fill), range(16)))
    assert len(filled) == len(found) == 1


def test_another_process_that_was_faster_wins(cache):
    def fill(folder: Path) -> None:
        Cache(cache.folder).tree("layout-1", KEY, write("the other's"))
        write("ours")(folder)

    tree = cache.tree("layout-1", KEY, fill)
    assert (tree / "file").read_text() == "the other's"


def test_a_process_that_is_killed_leaves_no_half_tree(cache):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_WHILE_FILLING, str(cache.folder), KEY],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    left = list((cache.folder / "incoming").iterdir())
    assert len(left) == 1  # the half is there, but never as a tree
    tree = cache.tree("layout-1", KEY, write("whole"))
    assert [path.name for path in tree.iterdir()] == ["file"]

    os.utime(left[0], (0, 0))
    Cache(cache.folder).tree("layout-1", "cd" * 32, write("later"))
    assert not left[0].exists()  # what nobody is working on any more is swept


def test_what_somebody_is_still_working_on_is_not_swept(cache):
    with cache.incoming_file() as working:
        with Cache(cache.folder).incoming_file():
            pass
        assert working.exists()


def test_an_archive_is_found_by_any_digest_it_came_with(cache):
    sha256 = keep(cache, b"content", sha512="12" * 64, sha1="34" * 20)
    found = cache.archive("sha512", "12" * 64)
    assert found == cache.archive("sha1", "34" * 20) == cache.archive("sha256", sha256)
    assert found is not None
    assert found[1] == sha256
    assert found[0].read_bytes() == b"content"
    assert cache.archive("sha256", "00" * 32) is None
    assert cache.archive("md5", "00" * 16) is None


@pytest.mark.parametrize("digest", ["", "../../../etc/passwd", "x" * 5000])
def test_a_digest_that_is_none_finds_nothing(cache, digest):
    keep(cache, b"content", sha512="12" * 64)
    assert cache.archive("sha512", digest) is None


def test_everything_can_be_read_by_a_sandbox_that_runs_as_somebody_else(cache):
    before = os.umask(0o077)
    try:
        tree = cache.tree("layout-1", KEY, write("x"))
        sha256 = keep(cache, b"content", sha1="34" * 20)
    finally:
        os.umask(before)
    found = cache.archive("sha256", sha256)
    assert found is not None
    for path in (tree, *tree.parents):
        if path == cache.folder.parent:
            break
        assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert stat.S_IMODE(found[0].stat().st_mode) == 0o644


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PackageError, match="XDG_CACHE_HOME"):
        Cache(tmp_path / "file/cache").tree("layout-1", KEY, write("x"))


def test_threads_with_different_keys_do_not_wait_for_each_other(cache):
    meeting = threading.Barrier(2, timeout=5)

    def fill(folder: Path) -> None:
        meeting.wait()
        write("x")(folder)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda key: cache.tree("layout-1", key, fill), [KEY, "cd" * 32]))
