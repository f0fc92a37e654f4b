"""An update repository of this instance, as a key ceremony makes it, and what lies in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.engines.updates.repositories import holders, new_signer, signed
from tidegate.engines.updates.ceremony import first_root, first_targets
from tidegate.engines.updates.publisher import Publisher, create
from tidegate.engines.updates.roles import Online
from tidegate.instance.updates import (
    make_online_key,
    online_signers,
    public_folder,
    update_folder,
)

BITS: Final = 1


def make_repository(at: datetime) -> Publisher:
    """Hold a key ceremony for this instance, and make its update repository."""
    roots, targets = [new_signer("root-1"), new_signer("root-2")], [new_signer("targets-1")]
    online = {role: make_online_key(role).public_key for role in Online}
    root = first_root(
        holders(roots, 2),
        holders(targets, 1),
        snapshot=online[Online.SNAPSHOT],
        timestamp=online[Online.TIMESTAMP],
        at=at,
    )
    first = first_targets(changes=online[Online.CHANGES], records=online[Online.RECORDS], at=at)
    root = signed(root, None, *roots)
    return create(
        update_folder(),
        root.to_bytes(),
        signed(first, root, *targets).to_bytes(),
        online_signers(),
        at,
        bits=BITS,
    )


def held() -> dict[str, str]:
    """Return the paths of the records that the repository holds, each with its digest."""
    return dict(Publisher.open(update_folder(), online_signers()).holds())


def target(path: str) -> bytes:
    """Return what the repository holds under a path."""
    folder, _, name = path.rpartition("/")
    (found,) = (update_folder() / "targets" / folder).glob(f"{held()[path]}.{name}")
    return found.read_bytes()


def everything_served() -> Iterator[tuple[Path, bytes]]:
    """Give every file that a web server shows to everybody."""
    for folder in (update_folder(), public_folder()):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path, path.read_bytes()
