"""An installation's folder is its owner's alone, and its settings are right or one clear error."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tidegate.instance.home import HomeError, database, database_url, home, secret_key
from tidegate.instance.opening import _shown


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "a home"
    monkeypatch.setenv("TIDEGATE_HOME", str(found))
    monkeypatch.delenv("TIDEGATE_DATABASE", raising=False)
    return found


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_its_owners_alone(folder: Path) -> None:
    assert home() == folder
    assert mode(folder) == 0o700


@pytest.mark.parametrize("holds", [[], ["tidegate.sqlite3", "notes"], ["secret-key"]])
@pytest.mark.parametrize("open_to", [0o755, 0o750, 0o711])
def test_an_installation_that_is_open_to_others_is_closed(
    folder: Path, holds: list[str], open_to: int
) -> None:
    folder.mkdir()
    for name in holds:
        (folder / name).touch()
    folder.chmod(open_to)
    home()
    assert mode(folder) == 0o700


def test_a_folder_of_other_things_is_left_as_it_is_and_the_mend_is_named(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.tex").touch()
    folder.chmod(0o755)
    with pytest.raises(HomeError, match=rf"chmod 700 '{folder}'"):
        home()
    assert mode(folder) == 0o755
    folder.chmod(0o700)
    assert home() == folder


def test_somebody_elses_folder_is_refused(folder: Path, monkeypatch) -> None:
    folder.mkdir(mode=0o700)
    owner = folder.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(HomeError, match="belongs to the user with the number"):
        home()


def test_a_folder_that_cannot_be_made_is_one_clear_error(folder: Path) -> None:
    folder.touch()
    with pytest.raises(HomeError, match="name another folder in TIDEGATE_HOME"):
        home()


def test_the_database_is_a_file_in_the_folder_for_its_owner_alone(folder: Path) -> None:
    assert database_url() == f"sqlite:///{str(folder).replace(' ', '%20')}/tidegate.sqlite3"
    told = database()
    assert told["NAME"] == str(folder / "tidegate.sqlite3")
    assert told["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert mode(folder / "tidegate.sqlite3") == 0o600


@pytest.mark.parametrize("wide", [0o644, 0o660, 0o666])
def test_a_database_that_others_could_read_is_closed(
    folder: Path, tmp_path: Path, monkeypatch, wide: int
) -> None:
    path = tmp_path / "elsewhere.sqlite3"
    path.write_bytes(b"kept")
    path.chmod(wide)
    monkeypatch.setenv("TIDEGATE_DATABASE", f"sqlite:///{path}")
    assert database()["NAME"] == str(path)
    assert mode(path) == 0o600
    assert path.read_bytes() == b"kept"


def test_a_database_in_no_folder_is_one_clear_error(folder: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("TIDEGATE_DATABASE", f"sqlite:///{tmp_path}/missing/x.sqlite3")
    with pytest.raises(HomeError, match=r"x\.sqlite3 cannot be used"):
        database()


def test_postgresql_is_named_by_a_url(folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("TIDEGATE_DATABASE", "postgresql://me:p%40ss@127.0.0.1:5433/tides")
    told = database()
    assert told["ENGINE"] == "django.db.backends.postgresql"
    assert (told["USER"], told["PASSWORD"]) == ("me", "p@ss")
    assert (told["HOST"], told["PORT"], told["NAME"]) == ("127.0.0.1", 5433, "tides")
    assert not folder.exists()


@pytest.mark.parametrize(
    "url",
    ["tides", "mysql://me:s3cr3t@host/tides", "nonsense://x", "postgresql://me:s3cr3t/x@host/db"],
)
def test_what_names_no_database_is_one_clear_error(folder: Path, monkeypatch, url: str) -> None:
    monkeypatch.setenv("TIDEGATE_DATABASE", url)
    with pytest.raises(HomeError, match="TIDEGATE_DATABASE") as caught:
        database()
    assert "s3cr3t" not in str(caught.value)


def test_the_secret_key_is_made_once(folder: Path) -> None:
    made = secret_key()
    assert len(made) >= 50
    assert secret_key() == made
    assert mode(folder / "secret-key") == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret-key"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host:5432/tides", "postgresql://host:5432/tides"),
        ("postgresql://host/tides?user=me&password=secret", "postgresql://host/tides"),
        ("postgresql:///tides?password=secret&host=/run", "postgresql:///tides"),
        ("postgresql://me:123/secret@host/tides", "postgresql://..."),
        ("postgresql://me:123?secret@host/tides", "postgresql://..."),
        ("postgresql://me:123#secret@host/tides", "postgresql://..."),
        ("sqlite:////srv/a@b/x.sqlite3", "sqlite:////srv/a@b/x.sqlite3"),
    ],
)
def test_an_error_shows_where_a_database_is_and_no_secret(url: str, shown: str) -> None:
    assert _shown(url) == shown
