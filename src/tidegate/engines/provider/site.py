"""The public folder: published documents go in, and what lists, hashes and signs them follows.

Everything in it is a plain file, so that any web server can serve it, and any stick can carry it:

    .well-known/security.txt
    .well-known/csaf/provider-metadata.json, service.json, openpgp/FINGERPRINT.asc
    .well-known/csaf/v2.0/..., v2.1/...           the same for each version of CSAF
    csaf/v2.0/white/..., csaf/v2.1/clear/...      `trees`
    osv/ECOSYSTEM/...                             `osv`
    advisories/feed.atom

A change is whole or not at all (`writing`). It writes the documents, and of what lists them: two
lists of a line for each document, one feed of bounded size and the part of its year, the archive
of its ecosystem. What is written then grows with the number of documents n in `index.txt`,
`changes.csv`, `modified_id.csv` (lines are copied) and `all.zip` (packed members are copied).

Nothing leaves it: what was published stays, and a withdrawal is a revision that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from tidegate.engines.provider import metadata, rolie
from tidegate.engines.provider.atom import ATOM, atom
from tidegate.engines.provider.documents import (
    Label,
    PublishedDocuments,
    Publisher,
    SiteError,
    Version,
    check,
    csaf_of,
)
from tidegate.engines.provider.listings import INDEX
from tidegate.engines.provider.osv import OSV, put_records
from tidegate.engines.provider.signing import Signer
from tidegate.engines.provider.trees import Tree
from tidegate.engines.provider.writing import Changes, changes_of

PAGE: Final = 2000
"""Documents in one file of a feed; about 2 MB. The standard's own readers keep a feed in memory."""

_PUBLIC: Final = (Label.CLEAR, Label.GREEN)
_NAMED: Final = 5


class Site:
    """A public folder."""

    def __init__(
        self,
        folder: Path,
        base_url: str,
        publisher: Publisher,
        signer: Signer,
        *,
        green_is_public: bool = False,
        on_aggregators: bool = True,
        page: int = PAGE,
    ) -> None:
        """Take a folder; nothing is written yet.

        Args:
            folder: made if it is missing; nothing else lies in it.
            base_url: under which it is served, such as `https://gate.example.org`.
            publisher: who publishes.
            signer: signs CSAF documents.
            green_is_public: whether TLP:GREEN lies in public too. TLP:AMBER and TLP:RED never do.
            on_aggregators: whether CSAF aggregators may list it, and mirror its documents.
            page: documents in one file of a feed.
        """
        self.folder = folder
        self.base_url = base_url.rstrip("/")
        self.publisher = publisher
        self._signer = signer
        self._green_is_public = green_is_public
        self._on_aggregators = on_aggregators
        self._page = page

    def put(self, published: Sequence[PublishedDocuments], at: datetime) -> None:
        """Publish documents, new ones and later revisions, all of them or none.

        Doing it again with the same changes no document. Raises `SiteError` if one may not lie
        here or is older than what is here, or if the folder was made for another address, and
        `OSError`; then nothing was changed.
        """
        self._check(published)
        with changes_of(self.folder) as changes:
            self._refuse_other_address(changes)
            self._put(changes, published, at, fresh=False)

    def withdraw(self, published: Sequence[PublishedDocuments], at: datetime) -> None:
        """Publish the revisions by which advisories are withdrawn. They stay, and say so.

        Raises as `put` does, and `SiteError` if one does not say when it was withdrawn, or was
        never published here.
        """
        self._check(published)
        for one in published:
            if one.withdrawn_at is None:
                raise SiteError(f"{one.identifier} does not say when it was withdrawn")
        with changes_of(self.folder) as changes:
            self._refuse_other_address(changes)
            there = self._identifiers(changes)
            for one in published:
                if one.identifier.lower() not in there:
                    raise SiteError(
                        f"{one.identifier} was never published here, so there is nothing to"
                        " withdraw; publish it first, or leave it"
                    )
            self._put(changes, published, at, fresh=False)

    def rebuild(
        self, published: Iterable[PublishedDocuments], at: datetime, *, may_vanish: bool = False
    ) -> None:
        """Write the whole folder anew, from all documents in the order of their publication.

        What does not belong is removed. Signatures that are still good stay. Raises as `put` does,
        and `SiteError` if a document that is here is not among them, unless `may_vanish`.
        """
        everything = list(published)
        self._check(everything)
        with changes_of(self.folder) as changes:
            gone = self._identifiers(changes) - {one.identifier.lower() for one in everything}
            if gone and not may_vanish:
                named = ", ".join(islice(sorted(gone), _NAMED))
                raise SiteError(
                    f"{len(gone)} published documents would vanish ({named}); a withdrawal is a"
                    " revision, and stays"
                )
            self._put(changes, everything, at, fresh=True)
            for path in self._left_over(changes.touched):
                changes.remove(path)

    def write_security_txt(self, text: str) -> None:
        """Write `security.txt`, as `metadata.security_txt` makes it."""
        with changes_of(self.folder) as changes:
            changes.write(metadata.SECURITY, text.encode())

    def _refuse_other_address(self, changes: Changes) -> None:
        """Every feed names addresses, so a folder cannot be of two."""
        raw = changes.read(f"{metadata.WELL_KNOWN}/{metadata.METADATA}")
        ours = f"{self.base_url}/{metadata.metadata_name(metadata.AUTHORITATIVE)}"
        if raw is not None and f'"{ours}"'.encode() not in raw:
            raise SiteError(
                f"{self.folder} was not made for {self.base_url}; rebuild it for the new address"
            )

    def _check(self, published: Sequence[PublishedDocuments]) -> None:
        seen: set[str] = set()
        for one in published:
            check(one, green_is_public=self._green_is_public)
            # Addresses are in small letters, so two that differ in these only would be one.
            if one.identifier.lower() in seen:
                raise SiteError(f"{one.identifier} is there twice; give its newest revision")
            seen.add(one.identifier.lower())

    def _put(
        self,
        changes: Changes,
        published: Sequence[PublishedDocuments],
        at: datetime,
        *,
        fresh: bool,
    ) -> None:
        by_tree: dict[tuple[Version, Label], list[tuple[PublishedDocuments, bytes]]] = {}
        for one in published:
            for version, raw in csaf_of(one):
                by_tree.setdefault((version, one.label), []).append((one, raw))
        for version in Version:
            for label in self._labels():
                tree = self._tree(changes, version, label, fresh=fresh)
                documents = by_tree.get((version, label), [])
                if not fresh:
                    for one in published:
                        if one.label is not label:
                            tree.remove(one.identifier, at)
                # An empty tree of TLP:CLEAR is there, too: a provider without a feed is none.
                if documents or (label is Label.CLEAR and (fresh or not tree.is_there)):
                    tree.put(documents, self._signer, at)
        put_records(changes, published, fresh=fresh)
        old = None if fresh else changes.read(ATOM)
        feed = atom(old, published, base_url=self.base_url, publisher=self.publisher, at=at)
        changes.write(ATOM, feed)
        self._describe(changes, at, fresh=fresh)

    def _describe(self, changes: Changes, at: datetime, *, fresh: bool) -> None:
        """Write what describes the rest, last of all."""
        fingerprints = [self._signer.fingerprint]
        changes.write(metadata.key_name(fingerprints[0]), self._signer.certificate)
        if not fresh:
            # What an earlier key signed has to stay verifiable, until the folder is rebuilt.
            keys = sorted((self.folder / metadata.KEYS).glob("*.asc"))
            fingerprints += [key.stem for key in keys if key.stem != fingerprints[0]]
        for version in Version:
            trees = [self._tree(changes, version, label, fresh=fresh) for label in self._labels()]
            there = [(tree.label, tree.folder, tree.feeds()) for tree in trees if tree.is_there]
            feeds = [
                (feed.title, f"{self.base_url}/{feed.name}")
                for _, _, listed in there
                for feed in listed
            ]
            described = metadata.provider_metadata(
                version,
                base_url=self.base_url,
                publisher=self.publisher,
                fingerprints=fingerprints,
                trees=there,
                at=at,
                on_aggregators=self._on_aggregators,
            )
            folders = [f"{metadata.WELL_KNOWN}/v{version}"]
            folders += [metadata.WELL_KNOWN] if version is metadata.AUTHORITATIVE else []
            for folder in folders:
                changes.write(f"{folder}/{metadata.SERVICE}", rolie.service(feeds))
                changes.write(f"{folder}/{metadata.METADATA}", described)

    def _tree(
        self, changes: Changes, version: Version, label: Label, *, fresh: bool = False
    ) -> Tree:
        return Tree(
            changes,
            version,
            label,
            base_url=self.base_url,
            who=self.publisher.name,
            page=self._page,
            fresh=fresh,
        )

    def _labels(self) -> tuple[Label, ...]:
        return _PUBLIC if self._green_is_public else _PUBLIC[:1]

    def _identifiers(self, changes: Changes) -> set[str]:
        """Return what is published here, in small letters: the names of its documents."""
        found: set[str] = set()
        for label in self._labels():
            folder = self._tree(changes, Version.V20, label).folder
            index = (changes.read(f"{folder}/{INDEX}") or b"").decode()
            found |= {line[5:].removesuffix(".json") for line in index.split("\n") if line}
        return found

    def _left_over(self, touched: set[str]) -> list[str]:
        folders = (metadata.WELL_KNOWN, "csaf", OSV)
        here = [path for name in folders for path in (self.folder / name).rglob("*")]
        names = [path.relative_to(self.folder).as_posix() for path in here if path.is_file()]
        return [name for name in names if name not in touched]
