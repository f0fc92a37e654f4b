"""The log is published whole, as it grows, and never ahead of its tiles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.desks.ledger.ledgers import (
    SECRET,
    STRANGERS_KEY,
    add,
    checkpoint,
    fill,
    later,
    published,
)
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.ledger.models import Checkpoint, Entry, Head
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.desks.ledger.queries.tiles import leaves_from
from tidegate.desks.ledger.services.publishing import publish
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.engines.formats.files import write_atomically
from tidegate.engines.transparency import (
    NoteSigner,
    TreeHead,
    open_checkpoint,
    sign_checkpoint,
    verify_ledger,
)
from tidegate.engines.transparency import folders as engine
from tidegate.engines.transparency.tiles import unbundle

pytestmark = pytest.mark.django_db


def sound(folder: Path) -> bool:
    """Whether a reader who trusts nothing here finds what the checkpoint there promises."""
    return verify_ledger.main([str(folder), "--key", str(log_key())]) == 0


def test_what_is_published_is_the_log(tmp_path: Path):
    add(5)
    assert publish(OWNER, tmp_path / "a" / "b", at=later(0)).size == 5
    assert (tmp_path / "a" / "b" / "checkpoint").read_bytes() == checkpoint()
    bundle = (tmp_path / "a" / "b" / "tile" / "entries" / "000.p" / "5").read_bytes()
    assert unbundle(bundle) == (list(leaves_from(0)), b"")
    assert sound(tmp_path / "a" / "b")


def test_no_text_and_no_salt_is_in_any_file(tmp_path: Path):
    add(5, organisation="O-00000-00001")
    published(tmp_path)
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    salts = [bytes(entry.salt) for entry in Entry.objects.all()]
    for secret in (SECRET.encode(), b"C-00000", b"O-00000", b"case-state", *salts):
        assert secret not in everything


def test_it_goes_on_where_it_was_and_leaves_no_old_tile(tmp_path: Path):
    fill(200)
    published(tmp_path)
    fill(200)
    assert publish(OWNER, tmp_path, at=later(2000)).before == 200
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*[0-9]"))
    assert [name for name in files if (tmp_path / name).is_file()] == [
        "tile/0/000",
        "tile/0/001.p/144",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/144",
    ]
    assert sound(tmp_path)


def test_an_empty_ledger_publishes_nothing(tmp_path: Path):
    assert publish(OWNER, tmp_path, at=later(0)).size == 0
    assert not (tmp_path / "checkpoint").exists()


def test_whenever_it_fails_the_checkpoint_that_stands_has_all_of_its_tiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill(250)
    published(tmp_path)
    fill(20)
    for written in range(6):
        monkeypatch.setattr(engine, "write_atomically", failing_after(written))
        with pytest.raises(NotPossibleError, match="No space left"):
            published(tmp_path)
        assert (tmp_path / "checkpoint").read_bytes().split(b"\n")[1] == b"250"
        assert sound(tmp_path)
    # Two tiles with their bundles, the tile above, and the checkpoint.
    monkeypatch.setattr(engine, "write_atomically", failing_after(6))
    published(tmp_path)
    assert (tmp_path / "checkpoint").read_bytes() == checkpoint()
    assert sound(tmp_path)


def failing_after(left: int, real: Callable[[Path, bytes], None] = write_atomically):
    def write(path: Path, content: bytes) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        real(path, content)

    return write


def test_each_published_head_is_kept(tmp_path: Path):
    for at in (0, 1, 2):
        add(2)
        publish(OWNER, tmp_path, at=later(at))
    kept = Checkpoint.objects.order_by("size")
    assert [(one.size, one.at) for one in kept] == [(2, later(0)), (4, later(1)), (6, later(2))]
    assert all(
        open_checkpoint(one.note.encode(), [log_key()]).head.size == one.size for one in kept
    )


def test_two_checkpoints_are_at_least_a_pause_apart(tmp_path: Path):
    pause = timedelta(minutes=5)
    for at, size in ((0, 1), (4, 1), (5, 3), (9, 3), (10, 5)):
        add(1)
        assert publish(OWNER, tmp_path, at=later(at), pause=pause).size == size
        assert sound(tmp_path)


def test_a_folder_of_another_log_is_left_alone(tmp_path: Path):
    add(2)
    of_another = sign_checkpoint(
        TreeHead(1, b"0" * 32), NoteSigner("example.org/other", STRANGERS_KEY)
    )
    (tmp_path / "checkpoint").write_bytes(of_another)
    with pytest.raises(NotPossibleError, match="holds another log"):
        published(tmp_path)
    assert (tmp_path / "checkpoint").read_bytes() == of_another


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    add(1)
    (tmp_path / "file").touch()
    with pytest.raises(NotPossibleError, match=f"published to {tmp_path}/file/log"):
        published(tmp_path / "file" / "log")


def test_only_who_runs_the_instance_publishes(tmp_path: Path):
    add(1)
    with pytest.raises(NotFoundError):
        publish(NOBODY, tmp_path / "log", at=later(0))
    assert not (tmp_path / "log").exists()
    assert Head.objects.get().size == 1
