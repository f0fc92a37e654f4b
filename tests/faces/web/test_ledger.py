"""What everybody can read of the ledger, as a client of such logs does."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.test import Client

from tests.desks.ledger.ledgers import SECRET, add, checkpoint, fill
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.engines.transparency import verify_ledger
from tidegate.engines.transparency.tiles import tiles_between

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger() -> Client:
    return Client(SERVER_NAME="localhost")


def fetch_everything(stranger: Client, size: int, folder: Path) -> None:
    names = ["checkpoint"]
    for tile in tiles_between(0, size):
        names += [tile.path, *([tile.entries_path] if tile.level == 0 else [])]
    for name in names:
        answer = stranger.get(f"/ledger/{name}")
        assert answer.status_code == 200, name
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(answer.content)


def test_a_stranger_can_fetch_and_verify_all_of_it(stranger: Client, tmp_path: Path):
    fill(270)
    fetch_everything(stranger, 270, tmp_path)
    assert verify_ledger.main([str(tmp_path), "--key", str(log_key())]) == 0


def test_a_stranger_learns_no_text_no_name_and_no_salt(stranger: Client, tmp_path: Path):
    add(5, organisation="O-00000-00001")
    fetch_everything(stranger, 5, tmp_path)
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    salts = [bytes(entry.salt) for entry in Entry.objects.all()]
    for secret in (SECRET.encode(), b"C-00000", b"O-00000", b"case-state", *salts):
        assert secret not in everything


def test_the_checkpoint_is_text_and_soon_stale(stranger: Client):
    assert stranger.get("/ledger/checkpoint").status_code == 404
    add(1)
    answer = stranger.get("/ledger/checkpoint")
    assert answer.content == checkpoint()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=5"


@pytest.mark.parametrize("name", ["0/000", "0/001.p/14", "entries/000", "1/000.p/1"])
def test_tiles_are_kept_for_good(stranger: Client, name: str):
    fill(270)
    answer = stranger.get(f"/ledger/tile/{name}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_bundles_are_compressed_for_who_asks(stranger: Client):
    fill(256)
    plain = stranger.get("/ledger/tile/entries/000")
    packed = stranger.get("/ledger/tile/entries/000", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2


@pytest.mark.parametrize("name", ["0/000", "0/000.p/6", "entries/001", "../checkpoint", "x", ""])
def test_what_is_not_there_is_not_kept(stranger: Client, name: str):
    add(5)
    answer = stranger.get(f"/ledger/tile/{name}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


def test_nothing_is_sent_here(stranger: Client):
    add(1)
    for name in ("checkpoint", "tile/0/000.p/1", "verify_ledger.py"):
        assert stranger.head(f"/ledger/{name}").status_code == 200
        assert stranger.post(f"/ledger/{name}").status_code == 405


def test_the_verifier_is_served_as_it_is(stranger: Client):
    answer = stranger.get("/ledger/verify_ledger.py")
    assert answer.content == Path(verify_ledger.__file__).read_bytes()
    assert "attachment" in answer.headers["Content-Disposition"]
