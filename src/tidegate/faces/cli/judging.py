"""Which root says who signs an offline document: the roots that lie beside it, each checked.

A root beside a document came with it, perhaps from the same hand. So each has to be signed by
enough of its own keys, and by enough of those of the root before it, as far back as they lie there.
That they are ours at all says only the SHA-256 of one that somebody has from elsewhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.signing import (
    Document,
    is_complete,
    quorums,
    read_document,
    read_root,
    require_root,
    title,
)


@dataclass(frozen=True, slots=True)
class Judge:
    """A root that lies in a file, and counts if one with its digest does."""

    document: Metadata[Root]
    sha256: str


def judges_of(document: Document, file: Path, previous: Path | None) -> tuple[Judge, ...]:
    """Return the roots that lead to who signs a document; the last of them says it.

    A root is judged by the root before it, a targets document by the newest root beside it. Root 1
    is judged by nobody: its digest is compared.

    Args:
        document: What lies in `file`.
        file: Beside it, roots are looked for.
        previous: The judge, and the place of those before it, if they lie elsewhere.

    Raises:
        CeremonyError: the judge is not there or is another one, or a root is not signed by enough.
    """
    if previous is None and isinstance(document.signed, Root) and document.signed.version == 1:
        return ()
    place = previous or _beside(document, file)
    judge = _judge(place)
    quorums(document, judge.document)
    found = [(judge, place)]
    for version in range(judge.document.signed.version - 1, 0, -1):
        place = place.with_name(f"{version}.root.json")
        if not place.is_file():
            break
        found.insert(0, (_judge(place), place))
    before: Metadata[Root] | None = None
    for judge, path in found:
        require_root(judge.document, before, str(path))
        before = judge.document
    return tuple(judge for judge, _ in found)


def before_of(document: Document, file: Path, judges: tuple[Judge, ...]) -> Document | None:
    """Return the document before this one: a root's judge, or the targets beside the file, if any.

    Raises:
        CeremonyError: none of the judges says that it counts; nothing is compared with it.
    """
    if isinstance(document.signed, Root):
        return judges[-1].document if judges else None
    beside = file.with_name(f"{document.signed.version - 1}.{document.signed.type}.json")
    if document.signed.version == 1 or not beside.is_file():
        return None
    before = read_document(read(beside), str(beside))
    is_right = title(before) == f"{document.signed.type} {document.signed.version - 1}"
    if not is_right or not any(is_complete(quorums(before, one.document)) for one in judges):
        raise CeremonyError(
            f"{beside} is not {document.signed.type} {document.signed.version - 1}, or not signed"
            f" by enough keys of a root beside it, so nothing is compared with it; put the one"
            " there that was adopted, or take it away"
        )
    return before


def read(file: Path) -> bytes:
    """Return a file's bytes. Raises `CeremonyError` if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise CeremonyError(f"{file} cannot be read: {error.strerror}") from error


def _judge(place: Path) -> Judge:
    raw = read(place)
    return Judge(read_root(raw, str(place)), hashlib.sha256(raw).hexdigest())


def _beside(document: Document, file: Path) -> Path:
    if isinstance(document.signed, Root):
        beside = file.with_name(f"{document.signed.version - 1}.root.json")
    else:
        found = sorted(
            (int(number), path)
            for path in file.parent.glob("*.root.json")
            if (number := path.name.partition(".")[0]).isdecimal()
        )
        beside = found[-1][1] if found else file.with_name("1.root.json")
    if not beside.is_file():
        raise CeremonyError(
            f"who signs {title(document)} is said by {beside.name}; put it beside {file}, or name"
            " it with --previous"
        )
    return beside
