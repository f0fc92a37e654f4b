"""A short text that is sealed opens as what it is, under every later key of the instance."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tidegate.desks.parties.sealed import opened, rewrapped, sealed
from tidegate.engines.sealing import SealError
from tidegate.instance.keyring import keyring


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch) -> Path:
    folder = tmp_path / "keys"
    monkeypatch.setenv("TIDEGATE_KEYS", str(folder))
    return folder


def test_it_opens_as_what_it_was_sealed_for_and_as_nothing_else() -> None:
    written = sealed("JBSWY3DPEHPK3PXP", "a second factor")
    assert "JBSWY" not in written
    assert opened(written, "a second factor") == "JBSWY3DPEHPK3PXP"
    with pytest.raises(SealError):
        opened(written, "a client's secret")


@pytest.mark.parametrize("written", ["", "plain", "sealed.a", "sealed.!.!", "sealed.YQ==.YQ=="])
def test_what_is_not_sealed_is_refused(written: str) -> None:
    with pytest.raises(SealError):
        opened(written, "a second factor")


def test_two_of_the_same_text_look_different() -> None:
    assert sealed("same", "x") != sealed("same", "x")


def test_after_a_rotation_the_newest_key_is_enough(keys: Path) -> None:
    written = sealed("text", "x")
    assert rewrapped(written, "x") == written
    keyring().rotate(datetime(2026, 11, 1, tzinfo=UTC))
    moved = rewrapped(written, "x")
    assert moved != written
    next(keys.glob("wrapping-1-*.json")).unlink()
    keyring()._known.clear()
    assert opened(moved, "x") == "text"
