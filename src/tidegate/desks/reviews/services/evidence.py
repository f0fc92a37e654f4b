"""Evidence comes in, is set aside, and is handed out: to the government's named people alone.

A document is an opaque file: bounded, sealed, never opened here and never shown by the server
itself. A developer may hand one in as well; it then reads nothing of what else is weighed, and not
how much that is. So nothing here compares what comes in with what is there.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Sum

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.attaching import File, check_files
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text
from tidegate.desks.reviews.models import Evidence
from tidegate.desks.reviews.sealing import keep, open_kept
from tidegate.desks.reviews.services.course import hold, require_going_on
from tidegate.desks.reviews.services.government import hold_for_government, record_within

LONGEST_NAME: Final = 200
MOST_OF_ONE: Final = 1000
"""Pieces of evidence that one person adds to an engagement."""
LARGEST_OF_ONE: Final = 500 << 20
"""Bytes of them together. It is a person's own: a bound on all of them would show a developer how
much the government weighs."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def add_document(
    actor: Actor,
    engagement_key: str,
    name: str,
    content: bytes,
    *,
    kind: str = Evidence.Kind.DOCUMENT,
    at: datetime,
) -> Evidence:
    """Keep a document that is weighed, sealed.

    Args:
        actor: one of the government's named people who may do more than read, or who runs the
            engagement for the developer.
        engagement_key: of the engagement.
        name: what the file is called; `cases.services.attaching` says which are taken.
        content: its bytes, at most `attaching.LARGEST_FILE`.
        kind: a word of `Evidence.Kind`.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or it is not for them to add to.
        NotPossibleError: the file is not taken, the person has added too much, or the engagement
            was closed.
    """
    check_files([File(name, content)])
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        evidence = _add(actor, engagement_key, name, sha256, kind, size=len(content), at=at)
        evidence.document = keep(content, f"evidence {evidence.key}", at)
        return _kept(evidence, actor, at)


def add_digest(
    actor: Actor,
    engagement_key: str,
    name: str,
    sha256: str,
    *,
    kind: str = Evidence.Kind.DOCUMENT,
    at: datetime,
) -> Evidence:
    """Name something that is weighed and kept elsewhere, by the digest of its bytes.

    Raises:
        NotFoundError: there is no such engagement, or it is not for them to add to.
        NotPossibleError: it is no SHA-256 digest, the name is missing or too long, or the
            engagement was closed.
    """
    said = name.strip()
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise NotPossibleError(
            f"a piece of evidence has a name of 1 to {LONGEST_NAME} visible characters"
        )
    digest = sha256.strip().lower()
    if not _SHA256.fullmatch(digest):
        raise NotPossibleError(
            f"{sha256[:80]!r} is no SHA-256 digest; write its 64 hexadecimal digits"
        )
    with transaction.atomic():
        return _kept(_add(actor, engagement_key, said, digest, kind, size=None, at=at), actor, at)


def set_aside(actor: Actor, evidence_key: str, *, at: datetime) -> Evidence:
    """Weigh a piece of evidence no more; it stays, and so does what was decided with it.

    Raises:
        NotFoundError: there is no such evidence, or it is not for them to judge.
        NotPossibleError: it is set aside already, or the engagement was closed.
    """
    with transaction.atomic():
        evidence = _find(actor, evidence_key, at)
        acting = hold_for_government(actor, evidence.engagement.key, Act.WRITE, at=at)
        require_going_on(acting.engagement)
        evidence = _find(acting.actor, evidence_key, at)
        if evidence.set_aside_at is not None:
            raise NotPossibleError(
                f"{evidence.key} was set aside at {shown(evidence.set_aside_at)} already"
            )
        evidence.set_aside_at = at
        evidence.save(update_fields=["set_aside_at"])
        record_within(
            "evidence-set-aside",
            acting.engagement,
            at=at,
            actor=actor,
            evidence=evidence.key,
            sha256=evidence.sha256,
        )
        return evidence


def hand_out_evidence(actor: Actor, evidence_key: str, *, at: datetime) -> bytes:
    """Return a document's bytes; who had it is on record. It goes out as a download only.

    Raises:
        NotFoundError: there is no such evidence, or not for them.
        NotPossibleError: only its digest is known here, or its bytes were destroyed.
    """
    with transaction.atomic():
        evidence = _find(actor, evidence_key, at)
        document = evidence.document
        if document is None:
            raise NotPossibleError(
                f"only the digest of {evidence.key} is known here, {evidence.sha256}; ask whoever"
                " has added it for its bytes"
            )
        if document.destroyed_at is not None:
            raise NotPossibleError(
                f"the bytes of {evidence.key} were destroyed at {shown(document.destroyed_at)}"
            )
        content = open_kept(document)
        record_within(
            "evidence-read",
            evidence.engagement,
            at=at,
            actor=actor,
            evidence=evidence.key,
            sha256=evidence.sha256,
        )
        return content


def _add(
    actor: Actor,
    engagement_key: str,
    name: str,
    sha256: str,
    kind: str,
    *,
    size: int | None,
    at: datetime,
) -> Evidence:
    """Return a piece of evidence that may be kept, in an engagement that is held."""
    if kind not in Evidence.Kind.values:
        raise NotPossibleError(
            f"{kind[:40]!r} is no kind of evidence; say one of {', '.join(Evidence.Kind.values)}"
        )
    engagement = hold(actor, engagement_key, Act.WRITE, at=at)
    require_going_on(engagement)
    own = Evidence.objects.filter(engagement=engagement, added_by=actor.name)
    before = own.aggregate(count=Count("pk"), size=Sum("size"))
    if before["count"] >= MOST_OF_ONE:
        raise NotPossibleError(
            f"you have added {MOST_OF_ONE} pieces of evidence to {engagement.key}, and no more are"
            " kept of one person; put what belongs together into one .zip"
        )
    if (before["size"] or 0) + (size or 0) > LARGEST_OF_ONE:
        raise NotPossibleError(
            f"you have added {before['size']} bytes to {engagement.key}, and at most"
            f" {LARGEST_OF_ONE} are kept of one person; name the rest by its digest"
        )
    return Evidence(
        engagement=engagement,
        kind=kind,
        name=kept_text(name),
        sha256=sha256,
        size=size,
        added_by=actor.name,
        added_at=at,
    )


def _kept(evidence: Evidence, actor: Actor, at: datetime) -> Evidence:
    """Keep a piece of evidence, and put it on record for those who may read it, and who gave it."""
    evidence.save()
    engagement = evidence.engagement
    gave = may(actor, Act.ADMINISTER, engagement, at=at)
    record_within(
        "evidence-added",
        engagement,
        at=at,
        actor=actor,
        also=engagement.developer if gave else None,
        evidence=evidence.key,
        sha256=evidence.sha256,
        kept=evidence.document is not None,
    )
    return evidence


def _find(actor: Actor, evidence_key: str, at: datetime) -> Evidence:
    rows = Evidence.objects.select_related("engagement", "document")
    return find(actor, rows, Act.READ, at=at, key=as_written(evidence_key))
