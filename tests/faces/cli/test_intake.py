"""Which files `tidegate intake` hands in, of those that are named and of those in folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import typer

from tidegate.faces.cli.intake import documents


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one document, and beside it a secret one."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/secret.json").write_text("{}")
    (tmp_path / "folder/inner").mkdir(parents=True)
    (tmp_path / "folder/inner/a.json").write_text("{}")
    (tmp_path / "folder/notes.txt").write_text("")
    return tmp_path / "folder"


def test_a_folder_is_walked_down_to_its_documents(folder, capsys):
    assert documents([folder]) == [folder / "inner/a.json"]
    assert capsys.readouterr().err == ""


def test_a_link_in_a_folder_leads_nowhere_and_is_told(folder, capsys):
    (folder / "b.json").symlink_to("../secrets/secret.json")
    (folder / "c").symlink_to("../secrets")
    (folder / "d.json").symlink_to("nowhere")

    assert documents([folder]) == [folder / "inner/a.json"]
    told = capsys.readouterr().err.splitlines()
    assert told == [
        f"passed over: {folder / name} is a symbolic link; name it to hand in what it leads to"
        for name in ("b.json", "c", "d.json")
    ]


def test_a_link_that_is_named_is_followed(folder):
    link = folder / "b.json"
    link.symlink_to("../secrets/secret.json")
    (folder / "c").symlink_to("../secrets")

    assert documents([link, folder / "c"]) == [link, folder / "c/secret.json"]


def test_a_pipe_in_a_folder_is_passed_over_and_told(folder, capsys):
    os.mkfifo(folder / "b.json")

    assert documents([folder]) == [folder / "inner/a.json"]
    assert "b.json is a pipe, a socket or a device, not a file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["pipe.json", "/dev/null"])
def test_a_pipe_or_a_device_that_is_named_is_refused(folder, name):
    os.mkfifo(folder / "pipe.json")

    with pytest.raises(typer.BadParameter, match="not a file; pipe what it gives into '-'"):
        documents([folder / name])


def test_a_folder_of_links_alone_holds_nothing(folder):
    (folder / "inner/a.json").unlink()
    (folder / "b.json").symlink_to("../secrets/secret.json")

    with pytest.raises(typer.BadParameter, match="holds no"):
        documents([folder])
