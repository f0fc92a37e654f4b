"""A client that verifies: python-tuf's Updater, begun anew for each poll from what it keeps."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tuf.ngclient import Updater, UpdaterConfig  # type: ignore[attr-defined]
from tuf.ngclient.urllib3_fetcher import Urllib3Fetcher

from tidegate.engines.updates.changes import LATEST_PATH, read_latest, read_segment, segment_path

_FETCHER = Urllib3Fetcher()


def updater(address: str, home: Path, root: bytes, config: UpdaterConfig | None = None) -> Updater:
    """Return a client that keeps what it trusts in a folder."""
    (home / "targets").mkdir(parents=True, exist_ok=True)
    return Updater(
        str(home),
        f"{address}metadata/",
        str(home / "targets"),
        f"{address}targets/",
        _FETCHER,
        config,
        bootstrap=root,
    )


def pull(address: str, home: Path, root: bytes, known: int) -> int:
    """Fetch and verify what came after a sequence; return the one that is known then."""
    client = updater(address, home, root)
    client.refresh()
    latest = read_latest(_target(client, LATEST_PATH))
    if latest.sequence > known:
        path = segment_path(latest.segment)
        changes = read_segment(_target(client, path), latest.segment, latest)
        for change in changes:
            if change.sequence > known:
                raw = _target(client, change.path)
                if hashlib.sha256(raw).hexdigest() != change.sha256:
                    raise RuntimeError(f"{change.path} is not what the list says")
    return latest.sequence


def _target(client: Updater, path: str) -> bytes:
    info = client.get_targetinfo(path)
    if info is None:
        raise RuntimeError(f"{path} is not there")
    return Path(client.download_target(info)).read_bytes()
