"""What becomes of a revision in the moment in which it goes out: one transaction, all or nothing.

It is dated, and its record is never touched again. Every document is made of it and kept to the
byte, with the signed bundle; lists know it; whom it is for may read it; the promise that it reaches
the update repository and the site stands. Where it is for everybody without a sign-in, the case
knows from now on that the vulnerability is public, which ends its embargo; and what it says of
versions is matched with what operators run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import orjson

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.access.words import Label
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.queries.unsealing import opened
from tidegate.desks.cases.services import facts
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.cases.states.vulnerabilities import CaseEvent
from tidegate.desks.exposure.services.advisories import put_advisories
from tidegate.desks.exposure.services.matching import match_advisories
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import (
    Audience,
    Distribution,
    Publication,
    Rendered,
    Revision,
)
from tidegate.desks.publications.queries.faults import cna_of
from tidegate.desks.publications.queries.known import last_trials_of
from tidegate.desks.publications.queries.records import (
    BUNDLE,
    FIX,
    purpose_of_document,
    record_of,
)
from tidegate.desks.publications.services.holding import rewrite
from tidegate.desks.publications.services.recording import record as note
from tidegate.desks.publications.states.drafts import dated
from tidegate.desks.publications.states.labels import FREE
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.formats.advisories.formats_of import documents
from tidegate.engines.formats.advisories.record import Record, record_data
from tidegate.engines.formats.records import cut
from tidegate.engines.formats.severities import WORDS, word_of_vectors
from tidegate.engines.matching.advisories import OWN_SOURCE
from tidegate.engines.matching.osv_ranges import read_osv
from tidegate.engines.updates.bundles import make_bundle
from tidegate.instance.publisher import public_url
from tidegate.instance.updates import bundle_signer

_LONGEST_TITLE: Final = 300
_READ_BY_CLIENTS: Final = ("openvex",)
"""The documents that a bundle holds as they are; of the others it holds the digests."""


def release(revision: Revision, coordination: Coordination, *, at: datetime) -> None:
    """Let an approved revision go out, inside the caller's transaction; that it may, was asked.

    Raises:
        DocumentError: one of its documents breaks its standard.
        BundleError: the bundle cannot be made.
        HomeError: a key or the publisher's address cannot be used.
    """
    publication = revision.publication
    record = dated(record_of(revision), at)
    made = dict(documents(record, cna_of(record)))
    made[BUNDLE] = _bundle(record, made)
    made |= _fix_files(publication, record)
    revision.state, revision.held_because = RevisionState.PUBLISHED, ""
    revision.published_at = record.modified_at
    rewrite(revision, record, revision.audience, at=at)
    _keep_documents(revision, coordination, record, made, at)
    _list(publication, revision, record)
    _name_audience(publication, revision, at)
    Distribution.objects.create(revision=revision, made_at=at)
    if record.label in FREE:
        _match(publication, record, made["osv"], at)
    if record.label == Label.CLEAR and coordination.public_at is None and not revision.withdraws:
        facts.record_fact(
            HOUSE, publication.case.key, CaseEvent.PUBLIC, source=address_of(publication), at=at
        )
    _note(publication, revision, record, made, at)


def address_of(publication: Publication) -> str:
    """Return where everybody reads a publication.

    Raises:
        HomeError: the address of this instance is malformed.
    """
    return f"{public_url()}/advisories/{publication.identifier}"


def file_name(identifier: str, word: str) -> str:
    """Return the name of the file of a document, as it is served: `TG-2026-k7m2x9qd.osv.json`."""
    return f"{identifier}.{word}.json"


def _bundle(record: Record, made: Mapping[str, bytes]) -> bytes:
    return make_bundle(
        record.identifier,
        record.revision,
        record_data(record),
        subjects={file_name(record.identifier, word): raw for word, raw in made.items()},
        documents={word: orjson.loads(made[word]) for word in _READ_BY_CLIENTS if word in made},
        signer=bundle_signer(),
    )


def _fix_files(publication: Publication, record: Record) -> dict[str, bytes]:
    """Return the files of the fixes in a record; a later look at one makes another receipt."""
    by_receipt = {one.receipt_sha256: one for one in last_trials_of(publication.case)}
    found: dict[str, bytes] = {}
    for said in record.fixes if record.withdrawn_at is None else ():
        trial = by_receipt[said.receipt_sha256]
        if trial.receipt is not None:
            found[f"{FIX}{said.name}.receipt.json"] = opened(trial.receipt)
        if said.is_patch and trial.fix.diff is not None:
            found[f"{FIX}{said.name}"] = opened(trial.fix.diff)
    return found


def _keep_documents(
    revision: Revision,
    coordination: Coordination,
    record: Record,
    made: Mapping[str, bytes],
    at: datetime,
) -> None:
    is_public = record.label == Label.CLEAR
    for word, raw in made.items():
        Rendered.objects.create(
            revision=revision,
            format=word,
            content=raw if is_public else None,
            sealed=None
            if is_public
            else seal(coordination, purpose_of_document(revision, word), raw, at),
            sha256=hashlib.sha256(raw).hexdigest(),
            size=len(raw),
        )


def _list(publication: Publication, revision: Revision, record: Record) -> None:
    """Put what lists show of a publication into its own columns."""
    publication.tlp = record.label
    publication.title = cut(record.title, _LONGEST_TITLE)
    publication.summary = record.summary
    publication.cve = record.cve
    publication.severity = _severity(publication, record)
    publication.package_type = publication.case.package_type
    publication.package = publication.case.package
    publication.published_at = publication.published_at or record.modified_at
    publication.modified_at = record.modified_at
    publication.withdrawn_at = record.withdrawn_at if revision.withdraws else None
    publication.save()


def _severity(publication: Publication, record: Record) -> int:
    """Return the rank of its worst vector; where it has none, what was said of the case."""
    word = word_of_vectors(one.vector for one in record.severities)
    return len(WORDS) - WORDS.index(word) if word else publication.case.severity


def _name_audience(publication: Publication, revision: Revision, at: datetime) -> None:
    standing = publication.audience.filter(removed_at=None)
    standing.exclude(organisation__key__in=revision.audience).update(removed_at=at)
    there = set(standing.values_list("organisation__key", flat=True))
    named = Organisation.objects.filter(key__in=set(revision.audience) - there)
    by = revision.edited_by.name if revision.edited_by else HOUSE.name
    Audience.objects.bulk_create(
        Audience(publication=publication, organisation=one, added_by=by, added_at=at)
        for one in named.order_by("pk")
    )


def _match(publication: Publication, record: Record, osv: bytes, at: datetime) -> None:
    """Keep what is published where it is matched, under the name that own proofs have there."""
    key = publication.case.key
    said = {**orjson.loads(osv), "id": key}
    package = f"/{publication.case.package}"
    cleared = [
        version
        for product in record.products
        if product.name == publication.case.package or product.purl.endswith(package)
        for version in product.unaffected_versions
    ]
    changed = put_advisories([read_osv(said, OWN_SOURCE)], None, cleared={key: cleared})
    match_advisories(changed, at=at)


def _note(
    publication: Publication,
    revision: Revision,
    record: Record,
    made: Mapping[str, bytes],
    at: datetime,
) -> None:
    for_everybody = record.label in FREE
    note(
        "publication-released",
        publication,
        at=at,
        actor=HOUSE,
        for_parties=for_everybody,
        revision=revision.number,
        tlp=record.label,
        withdraws=revision.withdraws,
        digest=revision.digest,
        documents={word: hashlib.sha256(raw).hexdigest() for word, raw in sorted(made.items())},
    )
    for key in revision.audience:
        append(
            "publication-received",
            at=at,
            actor=HOUSE,
            organisation=key,
            only_for=key,
            publication=publication.identifier,
            revision=revision.number,
        )
