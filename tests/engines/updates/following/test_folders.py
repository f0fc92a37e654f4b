from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engines.updates.following.pulls import Client
from tests.engines.updates.following.repositories import NOW, Repository
from tidegate.engines.updates.following.following import Place, follow
from tidegate.engines.updates.following.refusals import Cause, FollowError


def _refused(client: Client) -> FollowError:
    with pytest.raises(FollowError) as caught:
        follow(Place(str(client.served)), client.room, client.root, known=0, now=NOW)
    return caught.value


def test_a_link_in_the_folder_is_not_followed(client: Client, repository: Repository) -> None:
    repository.write(client.served)
    timestamp = client.served / "metadata" / "timestamp.json"
    elsewhere = client.folder / "elsewhere.json"
    timestamp.rename(elsewhere)
    timestamp.symlink_to(elsewhere)
    said = _refused(client)
    assert said.cause is Cause.UNREACHABLE
    assert "is a link" in said.what


def test_a_link_to_a_folder_is_not_followed(client: Client, repository: Repository) -> None:
    repository.write(client.served)
    metadata = client.served / "metadata"
    metadata.rename(client.folder / "elsewhere")
    metadata.symlink_to(client.folder / "elsewhere")
    assert "is a link" in _refused(client).what


def test_the_folder_that_the_operator_named_may_be_a_link(
    client: Client, repository: Repository
) -> None:
    repository.write(client.served)
    (client.folder / "stick").symlink_to(client.served)
    stick = Place(str(client.folder / "stick"))
    assert follow(stick, client.room, client.root, known=0, now=NOW).sequence == 0


@pytest.mark.parametrize("kind", ["pipe", "folder", "link to a device"])
def test_what_is_no_plain_file_is_not_waited_for(
    client: Client, repository: Repository, kind: str
) -> None:
    repository.write(client.served)
    timestamp = client.served / "metadata" / "timestamp.json"
    timestamp.unlink()
    if kind == "pipe":
        os.mkfifo(timestamp)
    elif kind == "folder":
        timestamp.mkdir()
    else:
        timestamp.symlink_to("/dev/zero")
    assert _refused(client).cause is Cause.UNREACHABLE


def test_a_target_that_leads_out_of_the_folder_is_not_read(
    client: Client, repository: Repository, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    repository.changes.append(
        {
            "sequence": 1,
            "at": "2026-11-27T11:00:00Z",
            "path": "advisories/../../secret",
            "sha256": "0" * 64,
            "what": "published",
        }
    )
    repository._list_changes()
    repository.publish(["changes"])
    repository.update_snapshot()
    client.is_refused(Cause.MALFORMED)


def test_a_missing_folder_says_its_name(client: Client) -> None:
    assert str(client.served) in _refused(client).what
