"""One client of one repository, for tests: pulls through a folder, and remembers the sequence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engines.updates.following.repositories import NOW, Repository, versions
from tidegate.engines.updates.following.following import Followed, Place, follow
from tidegate.engines.updates.following.refusals import Cause, FollowError


@dataclass
class Client:
    """A client that follows a repository by a folder."""

    folder: Path
    repository: Repository
    root: bytes
    known: int = 0
    epoch: int = 0

    @property
    def room(self) -> Path:
        return self.folder / "room"

    @property
    def served(self) -> Path:
        return self.folder / "served"

    def pull(self, *, now: datetime = NOW, **given: Any) -> Followed:
        self.repository.write(self.served)
        given = {"known": self.known, "epoch": self.epoch} | given
        followed = follow(Place(str(self.served)), self.room, self.root, now=now, **given)
        self.known, self.epoch = followed.sequence, followed.epoch
        return followed

    def is_refused(self, cause: Cause, *, now: datetime = NOW, **given: Any) -> FollowError:
        with pytest.raises(FollowError) as caught:
            self.pull(now=now, **given)
        assert caught.value.cause is cause, caught.value
        assert caught.value.means
        assert caught.value.mend
        return caught.value

    def believes(self) -> dict[str, int]:
        return dict(versions(self.room))


def client_of(repository: Repository, folder: Path) -> Client:
    return Client(folder, repository, repository.first_root)
