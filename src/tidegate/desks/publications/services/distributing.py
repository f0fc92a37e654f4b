"""What was promised with a publication: that it reaches the update repository and the public site.

The promise is made in the transaction in which a revision goes out, and kept here, in order. The
repository comes first, then the site, then the promise is marked as done. Whoever is killed in
between does it again, and what lies there already is no news. Under another label than TLP:CLEAR
nothing of it reaches the site, and the repository holds it encrypted, under a random name.

A revision that was not distributed before a newer one was published is not written any more:
clients refuse a revision that is lower than what they know. What was written and is not held
any more is published again by `republishing.py`.

While there is no repository, because no keys were made for it, the promise waits.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act, Label
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.models import (
    Distribution,
    Publication,
    Revision,
    UpdateRecipient,
)
from tidegate.desks.publications.queries.distribution import NO_REPOSITORY
from tidegate.desks.publications.queries.records import (
    BUNDLE,
    document_of,
    fix_files_of,
    record_of,
)
from tidegate.desks.publications.services.recording import record as note
from tidegate.desks.publications.services.repository import update_repository
from tidegate.desks.publications.services.trouble import PASSING, foreseen, unforeseen
from tidegate.desks.publications.states.labels import FREE
from tidegate.desks.publications.states.retrying import is_due
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.csaf.words import Profile, document_identifier
from tidegate.engines.formats.advisories.record import Record
from tidegate.engines.matching.ecosystems import ecosystem_of_purl
from tidegate.engines.provider import documents as on_site
from tidegate.engines.provider import metadata
from tidegate.engines.provider.documents import PublishedDocuments, SiteError
from tidegate.engines.provider.site import Site
from tidegate.engines.sealing import SealError
from tidegate.engines.updates.audiences import new_restricted_path, restrict
from tidegate.engines.updates.bundles import open_bundle
from tidegate.engines.updates.errors import UpdatesError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.publisher import Publisher
from tidegate.instance.home import HomeError, home
from tidegate.instance.private_files import one_at_a_time, private_folder
from tidegate.instance.publisher import public_url, publisher
from tidegate.instance.updates import (
    bundle_signer,
    document_signer,
    public_folder,
    update_folder,
)

NO_RECIPIENT: Final = (
    "no organisation that it goes to has registered a key for restricted releases; ask them to, or"
    " let their people read it here"
)

_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_SECURITY_TXT_LASTS: Final = timedelta(days=200)
_LOG: Final = logging.getLogger(__name__)
_TROUBLE: Final = (HomeError, NotPossibleError, OSError, SealError, SiteError, UpdatesError)


def distribute(at: datetime) -> int:
    """Keep the promises that wait, the oldest first; return how many were kept.

    What goes wrong with one is kept with it, and tried again later; the others go on.
    """
    waiting = [
        row.pk
        for row in Distribution.objects.filter(state=Distribution.State.WAITING).order_by("pk")
        if is_due(row.tries, row.tried_at, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE, at=at)
    ]
    if not waiting:
        return 0
    if not UpdateFolder(update_folder()).is_made:
        said = Distribution.objects.filter(pk__in=waiting).exclude(reason=NO_REPOSITORY)
        said.update(reason=NO_REPOSITORY)
        return 0
    with one_at_a_time(private_folder(home() / "distributing")):
        return sum(_tried(pk, at) for pk in waiting)


def refresh(at: datetime) -> None:
    """Sign anew what of the repository runs out soon, remove what is old, renew `security.txt`.

    Raises:
        UpdatesError: the repository is not what was signed, or a key is missing.
        SiteError: the publisher's contact is no address.
        HomeError: a folder or a key cannot be used.
    """
    if UpdateFolder(update_folder()).is_made:
        repository = update_repository()
        repository.refresh(at)
        repository.sweep(at)
    if public_folder().is_dir():
        _site().write_security_txt(_security_txt(at))


def rebuild_site(actor: Actor, *, at: datetime) -> int:
    """Write the public folder anew from all that is published, such as for another address.

    It returns how many advisories are in it.

    Raises:
        NotFoundError: the actor does not run the instance.
        SiteError: it cannot be made of what there is.
        HomeError: the folder or the key cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    rows = Publication.objects.filter(tlp=Label.CLEAR, published_at__isnull=False)
    newest = [_newest(row) for row in rows.order_by("published_at", "pk")]
    revisions = [revision for revision in newest if revision]
    there = [one for revision in revisions for one in _for_site(revision, record_of(revision))]
    _site().rebuild(there, at, may_vanish=True)
    return len(revisions)


def _tried(pk: int, at: datetime) -> bool:
    """Keep one promise; say whether it is kept now. Why not is kept with it."""
    row = Distribution.objects.select_related(
        "revision__publication__case", "revision__record__key"
    ).get(pk=pk)
    if row.state != Distribution.State.WAITING:
        return False
    try:
        sequence = _keep(row, at)
    except _TROUBLE as error:
        _keep_reason(row, foreseen(error), at)
        return False
    except PASSING:
        _LOG.exception("promise %s could not be kept now; it is tried again", pk)
        return False
    except Exception as error:  # noqa: BLE001 whatever it is; the others wait behind it
        _LOG.exception("promise %s cannot be kept", pk)
        _keep_reason(row, unforeseen(error), at)
        return False
    with transaction.atomic():
        left = Distribution.objects.filter(pk=pk, state=Distribution.State.WAITING)
        if not left.update(
            state=Distribution.State.DONE,
            sequence=row.sequence if sequence is None else sequence,
            reason="",
            tried_at=at,
            done_at=at,
        ):
            return False
        note(
            "publication-overtaken" if sequence is None else "publication-distributed",
            row.revision.publication,
            at=at,
            actor=HOUSE,
            revision=row.revision.number,
            path=row.path,
            sequence=sequence,
        )
    return True


def _keep_reason(row: Distribution, why: str, at: datetime) -> None:
    Distribution.objects.filter(pk=row.pk).update(tries=row.tries + 1, tried_at=at, reason=why)


def _keep(row: Distribution, at: datetime) -> int | None:
    """Write what was promised where it belongs; return its place in the list of changes.

    It has none where a newer revision is out, wherever that one has arrived: then nothing is
    written of it.
    """
    revision = row.revision
    if _is_overtaken(revision):
        return None
    record = record_of(revision)
    if not row.path:
        # Before anything is written: whoever comes after a crash has to find it by its name.
        row.path = _path(record)
        Distribution.objects.filter(pk=row.pk).update(path=row.path)
    repository = update_repository()
    held = repository.holds()
    _require_newest(revision, record, repository, held)
    if record.label == Label.CLEAR:
        files = fix_files_of(revision)
        additions = [
            Addition(row.path, _document(revision, BUNDLE)),
            *(Addition(f"fixes/{record.identifier}/{name}", raw) for name, raw in files),
        ]
    elif row.sha256 and held.get(row.path) == row.sha256:
        additions = []  # Encrypted anew, it would be other bytes, and look like news.
    else:
        content = restrict(_document(revision, BUNDLE), _recipients(revision, record))
        additions = [Addition(row.path, content)]
        # Before it is written, too: what lies there later is ours only if it is these bytes.
        row.sha256 = hashlib.sha256(content).hexdigest()
        Distribution.objects.filter(pk=row.pk).update(sha256=row.sha256)
    own = f"fixes/{record.identifier}/"
    withdrawn = {path for path in held if path.startswith(own)} - {one.path for one in additions}
    if record.withdrawn_at is not None and record.label == Label.CLEAR:
        withdrawn.add(row.path)
    sequence = repository.publish(
        additions, standing=_standing(held), withdrawn=withdrawn, at=at
    ).sequence
    if record.label == Label.CLEAR:
        # A withdrawal, too, where what it withdraws was overtaken and never lay here.
        _site().put(_for_site(revision, record), at)
    return sequence


def _is_overtaken(revision: Revision) -> bool:
    newer = Revision.objects.filter(
        publication=revision.publication_id,
        number__gt=revision.number,
        state=RevisionState.PUBLISHED,
    )
    return newer.exists()


def _require_newest(
    revision: Revision, record: Record, repository: Publisher, held: Mapping[str, str]
) -> None:
    """Refuse to put a revision over a higher one, as after a restored database.

    What cannot be read, or is not signed with this instance's key for bundles, is not ours, and
    says nothing.

    Raises:
        NotPossibleError: the repository holds a higher one.
    """
    path = f"advisories/{record.identifier}.json"
    if path not in held:
        return
    try:
        there = open_bundle(repository.read(path), bundle_signer().public_key)
    except UpdatesError:
        return
    if there.identifier == record.identifier and there.revision > revision.number:
        raise NotPossibleError(
            f"the update repository holds revision {there.revision} of {record.identifier}, and"
            f" this is revision {revision.number}, which clients refuse; restore the newer"
            " database, or revise the publication until it is beyond that"
        )


def _path(record: Record) -> str:
    if record.label == Label.CLEAR:
        return f"advisories/{record.identifier}.json"
    return new_restricted_path()


def _document(revision: Revision, word: str) -> bytes:
    content = document_of(revision, word)
    if content is None:
        raise NotPossibleError(
            f"revision {revision.number} of {revision.publication.identifier} has no {word}"
            " document; restore the database from a backup"
        )
    return content


def _recipients(revision: Revision, record: Record) -> list[str]:
    """Return the keys that a restricted release is encrypted to.

    Under TLP:GREEN it is for everybody here, and all the same for no stranger.
    """
    rows = UpdateRecipient.objects.filter(revoked_at=None, organisation__suspended_at=None)
    if record.label not in FREE:
        rows = rows.filter(organisation__key__in=revision.audience)
    found = sorted(set(rows.values_list("recipient", flat=True)))
    if not found:
        raise NotPossibleError(NO_RECIPIENT)
    return found


def _standing(held: Iterable[str]) -> set[str]:
    """Return which paths of those that the repository holds this desk knows of."""
    out = Publication.objects.filter(published_at__isnull=False)
    identifiers = set(out.values_list("identifier", flat=True))
    paths = set(
        Distribution.objects.filter(path__startswith="restricted/").values_list("path", flat=True)
    )
    return {path for path in held if path in paths or _owner(path) in identifiers}


def _owner(path: str) -> str:
    kind, _, rest = path.partition("/")
    return rest.removesuffix(".json") if kind == "advisories" else rest.partition("/")[0]


def _newest(publication: Publication) -> Revision | None:
    rows = publication.revisions.filter(state=RevisionState.PUBLISHED)
    return rows.select_related("publication", "record__key").order_by("number").last()


def _for_site(revision: Revision, record: Record) -> list[PublishedDocuments]:
    """Return what lies on the site of a revision: the advisory, and the VEX beside it."""
    publication = revision.publication
    ecosystem = ecosystem_of_purl(publication.package_type, None)
    categories = [ecosystem.name if ecosystem else publication.package_type, publication.package]
    advisory = PublishedDocuments(
        identifier=record.identifier,
        label=on_site.Label.CLEAR,
        title=record.title,
        summary=record.summary,
        categories=tuple(one for one in categories if one),
        csaf20=_document(revision, "csaf20"),
        csaf21=document_of(revision, "csaf21"),
        osv=document_of(revision, "osv"),
        published_at=record.published_at,
        modified_at=record.modified_at,
        withdrawn_at=record.withdrawn_at,
    )
    vex = replace(
        advisory,
        identifier=document_identifier(record.identifier, Profile.VEX),
        title=f"{record.title} (VEX)",
        csaf20=_document(revision, "csaf20-vex"),
        csaf21=document_of(revision, "csaf21-vex"),
        osv=None,
        advisory=record.identifier,
    )
    return [advisory, vex]


def _site() -> Site:
    who = publisher()
    signer = document_signer(f"{who.name} <{who.contact}>")
    return Site(
        public_folder(),
        public_url(),
        on_site.Publisher(who.name, who.namespace, who.category, who.contact),
        signer,
    )


def _security_txt(at: datetime) -> str:
    contact = publisher().contact
    written = contact if ":" in contact else f"mailto:{contact}"
    # The same all month, so that it is not written anew each time.
    month = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return metadata.security_txt(
        contacts=[written],
        expires=month + _SECURITY_TXT_LASTS,
        base_url=public_url(),
        metadata=metadata.csaf_fields(public_url(), list(on_site.Version)),
    )
