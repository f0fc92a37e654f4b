"""What was published, and is not held any more: the promise that it is distributed stands again.

The folder of the updates can come back from an older copy; or a thief of the online keys has put
something in the place of what is ours, or under its name. So it is looked, from time to time,
whether the repository holds what this desk says is published, byte for byte; where it does not, the
promise waits again, and `distributing.py` keeps it as any other one.

It is only ever the newest revision of a publication: clients refuse one that is lower than what
they know. Whoever is killed in between has let some promises wait again, and looks for the rest the
next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.publications.models import Distribution, Rendered, Revision
from tidegate.desks.publications.queries.records import BUNDLE, FIX
from tidegate.desks.publications.services.recording import record as note
from tidegate.desks.publications.services.repository import update_repository
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.instance.home import home
from tidegate.instance.private_files import one_at_a_time, private_folder
from tidegate.instance.updates import update_folder

MOST_AT_ONCE: Final = 500
"""Promises that wait again after one look; there may be more of them, if it is that many."""

GONE: Final = "the update repository does not hold it any more, so it is published again"
OTHERWISE: Final = (
    "the update repository holds something else under its name, so it is published again; find out"
    " who had the online keys, or the folder: docs/keys.md"
)

_CHUNK: Final = 500
_FIXES: Final = "fixes/"


@dataclass(frozen=True, slots=True)
class _Lost:
    """A promise that is kept no more."""

    pk: int
    path: str
    why: str


def reopen(at: datetime) -> int:
    """Let promises wait again that are kept no more; return how many, at most `MOST_AT_ONCE`.

    Raises:
        UpdatesError: the repository is not what was signed.
        HomeError: a folder or a key cannot be used.
    """
    if not UpdateFolder(update_folder()).is_made:
        return 0
    # Whoever distributes writes the repository first, and then that it is done.
    with one_at_a_time(private_folder(home() / "distributing")):
        found = list(islice(_lost(update_repository().holds()), MOST_AT_ONCE))
        return sum(_reopen(one, at) for one in found)


def _lost(held: Mapping[str, str]) -> Iterator[_Lost]:
    fixes = _fixes_by_owner(held)
    rows = _newest().values_list(
        "pk", "path", "sha256", "revision_id", "revision__publication__identifier"
    )
    kept = rows.order_by("pk").iterator(_CHUNK)
    while chunk := list(islice(kept, _CHUNK)):
        files = _files_of([revision for _, _, _, revision, _ in chunk])
        for pk, path, sha256, revision, identifier in chunk:
            if path.startswith("restricted/"):
                promised = {path: sha256}
            else:
                promised = {
                    path if name == BUNDLE else f"{_FIXES}{identifier}/{name}": digest
                    for name, digest in files.get(revision, {}).items()
                }
            there = {path, *promised, *fixes.get(identifier, ())} & held.keys()
            if {one: held[one] for one in there} != promised:
                is_gone = all(held[one] == promised.get(one) for one in there)
                yield _Lost(pk, path, GONE if is_gone else OTHERWISE)


def _newest() -> QuerySet[Distribution]:
    """Return the kept promises of the newest revisions that are out."""
    newer = Revision.objects.filter(
        publication=OuterRef("revision__publication"),
        number__gt=OuterRef("revision__number"),
        state=RevisionState.PUBLISHED,
    )
    done = Distribution.objects.filter(
        state=Distribution.State.DONE, revision__state=RevisionState.PUBLISHED
    )
    return done.exclude(path="").exclude(Exists(newer))


def _files_of(revisions: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return the digests of what is distributed of revisions: the bundle, and files of fixes."""
    found: dict[int, dict[str, str]] = {}
    rows = Rendered.objects.filter(
        Q(format=BUNDLE) | Q(format__startswith=FIX), revision__in=list(revisions)
    )
    for revision, word, sha256 in rows.values_list("revision_id", "format", "sha256"):
        found.setdefault(revision, {})[word.removeprefix(FIX)] = sha256
    return found


def _fixes_by_owner(held: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in held:
        if path.startswith(_FIXES):
            found.setdefault(path.split("/")[1], []).append(path)
    return found


def _reopen(lost: _Lost, at: datetime) -> bool:
    with transaction.atomic():
        rows = Distribution.objects.filter(pk=lost.pk, state=Distribution.State.DONE)
        if not rows.update(
            state=Distribution.State.WAITING, tries=0, tried_at=None, done_at=None, reason=lost.why
        ):
            return False
        revision = (
            Distribution.objects.select_related("revision__publication__case")
            .get(pk=lost.pk)
            .revision
        )
        note(
            "publication-not-held",
            revision.publication,
            at=at,
            actor=HOUSE,
            revision=revision.number,
            path=lost.path,
            reason=lost.why,
        )
    return True
