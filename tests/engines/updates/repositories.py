"""Keys in memory, a repository in a folder, and python-tuf's own client, which judges it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata, Root, Targets  # type: ignore[attr-defined]
from tuf.ngclient import Updater  # type: ignore[attr-defined]
from tuf.ngclient.fetcher import FetcherInterface

from tidegate.engines.updates.ceremony import (
    Holders,
    first_root,
    first_targets,
    next_root,
    next_targets,
)
from tidegate.engines.updates.key_files import public_key
from tidegate.engines.updates.publisher import Publisher, create
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import sign

AT: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
BITS: Final = 3
Kind = TypeVar("Kind", Root, Targets)


def new_signer(name: str) -> CryptoSigner:
    private = Ed25519PrivateKey.generate()
    return CryptoSigner(private, public_key(private.public_key(), name))


def holders(signers: list[CryptoSigner], threshold: int) -> Holders:
    return Holders(tuple(signer.public_key for signer in signers), threshold)


def signed(
    document: Metadata[Kind], judge: Metadata[Root] | None, *signers: CryptoSigner
) -> Metadata[Kind]:
    for signer in signers:
        document = sign(document, signer, judge)
    return document


@dataclass
class House:
    """All keys of an instance, and where its updates lie."""

    folder: Path
    root_keys: list[CryptoSigner]
    targets_keys: list[CryptoSigner]
    online: dict[Online, CryptoSigner]
    older: list[CryptoSigner] = field(default_factory=list)
    """Online keys that were exchanged, and lie there still."""
    roots: list[Metadata[Root]] = field(default_factory=list)
    targets: Metadata[Targets] = field(init=False)
    bits: int = BITS

    @classmethod
    def build(cls, folder: Path) -> House:
        house = cls(
            folder,
            [new_signer(f"root-{number}") for number in (1, 2, 3)],
            [new_signer(f"targets-{number}") for number in (1, 2)],
            {role: new_signer(role.value) for role in Online},
        )
        root = first_root(
            holders(house.root_keys, 2),
            holders(house.targets_keys, 1),
            snapshot=house.online[Online.SNAPSHOT].public_key,
            timestamp=house.online[Online.TIMESTAMP].public_key,
            at=AT,
        )
        house.roots = [signed(root, None, *house.root_keys[:2])]
        targets = first_targets(
            changes=house.online[Online.CHANGES].public_key,
            records=house.online[Online.RECORDS].public_key,
            at=AT,
        )
        house.targets = signed(targets, house.roots[0], house.targets_keys[0])
        return house

    @property
    def signers(self) -> list[CryptoSigner]:
        return [*self.online.values(), *self.older]

    def exchange(
        self,
        *roles: Online,
        root_keys: list[CryptoSigner] | None = None,
        targets_keys: list[CryptoSigner] | None = None,
        new_epoch: bool = False,
        at: datetime = AT,
    ) -> tuple[bytes, bytes]:
        """Exchange keys: the next root and targets document, signed by enough of old and new."""
        self.older += [self.online[role] for role in roles]
        self.online |= {role: new_signer(role.value) for role in roles}
        old, now = self.root_keys, self.roots[-1]
        self.root_keys = root_keys or self.root_keys
        self.targets_keys = targets_keys or self.targets_keys
        online = {role: self.online[role].public_key for role in Online}
        root = next_root(
            now,
            at=at,
            root=holders(self.root_keys, 2),
            targets=holders(self.targets_keys, 1),
            snapshot=online[Online.SNAPSHOT],
            timestamp=online[Online.TIMESTAMP],
        )
        signing = {one.public_key.keyid: one for one in (*old[:2], *self.root_keys[:2])}
        self.roots.append(signed(root, now, *signing.values()))
        targets = next_targets(
            self.targets,
            at=at,
            changes=online[Online.CHANGES],
            records=online[Online.RECORDS],
            new_epoch=new_epoch,
        )
        self.targets = signed(targets, self.roots[-1], self.targets_keys[0])
        return self.roots[-1].to_bytes(), self.targets.to_bytes()

    def create(self, at: datetime = AT) -> Publisher:
        root, targets = self.roots[0].to_bytes(), self.targets.to_bytes()
        return create(self.folder, root, targets, self.signers, at, bits=self.bits)

    def open(self) -> Publisher:
        return Publisher.open(self.folder, self.signers)


class FolderFetcher(FetcherInterface):
    """Gives a client the files of a folder, and counts their bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetched: list[tuple[str, int]] = []

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = self.folder / url.removeprefix("https://updates/")
        if not path.is_file():
            raise DownloadHTTPError(f"{url} is not there", 404)
        raw = path.read_bytes()
        self.fetched.append((url.rpartition("/")[2], len(raw)))
        yield raw


@dataclass
class Client:
    """One operator's machine: what it trusts is kept from pull to pull."""

    home: Path
    bootstrap: bytes
    fetcher: FolderFetcher = field(init=False)

    @classmethod
    def of(cls, house: House, home: Path) -> Client:
        home.mkdir()
        return cls(home, house.roots[0].to_bytes())

    def pull(self, folder: Path, at: datetime) -> Updater:
        self.fetcher = FolderFetcher(folder)
        updater = Updater(
            str(self.home),
            "https://updates/metadata/",
            str(self.home),
            "https://updates/targets/",
            self.fetcher,
            bootstrap=self.bootstrap,
        )
        updater._trusted_set.reference_time = at
        updater.refresh()
        return updater

    def fetch(self, folder: Path, at: datetime, path: str) -> bytes | None:
        updater = self.pull(folder, at)
        info = updater.get_targetinfo(path)
        return None if info is None else Path(updater.download_target(info)).read_bytes()
