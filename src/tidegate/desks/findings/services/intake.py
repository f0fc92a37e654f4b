"""Findings come in: documents are kept byte for byte, and read record by record.

Each record is accepted, recognised as one that its finder handed in before, or refused with its
place and the mend. It takes two steps, and a crash between or within them loses nothing:

1. Its bytes are stored. From the end of that on it has been accepted, and it is in the same
   transaction that it becomes so (`stored`). What is not whole by then belongs to nobody.
2. Its records are read and kept, a batch a transaction, with the work that each of them needs in
   the outbox. Whoever reads says so as it goes on (`alive_at`); where nobody does, a worker reads
   the document once more from its beginning, and what is there already is recognised.

Nothing here looks at what other finders handed in: what a finder is told, and how long it takes,
must not say whether somebody else was first. Duplicates are looked for later, by a worker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import IO, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.findings import search
from tidegate.desks.findings.models import (
    Delivery,
    Document,
    Finder,
    Finding,
    Outbox,
    RefusedRecord,
)
from tidegate.desks.findings.queries.statistics import refresh_statistics
from tidegate.desks.findings.sealing import add_key, seals_of
from tidegate.desks.findings.services.attempts import TRIES
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.rows import document_of, finding_of, refusal_of
from tidegate.desks.findings.services.storing import open_document, store
from tidegate.desks.findings.services.texts import kept_text
from tidegate.desks.parties.models import Organisation
from tidegate.engines.formats.finding import Refusal
from tidegate.engines.formats.intake import read_reports
from tidegate.engines.formats.reports import Format, Report
from tidegate.engines.formats.targets import TargetError, parse_target
from tidegate.instance.home import HomeError

_LOG = logging.getLogger(__name__)

BATCH: Final = 500
"""Records of one transaction, at most."""

_BATCH_BYTES: Final = 16 << 20
"""Bytes of their documents, about: a record may have 64 MiB, and one is held anyway."""

_LONGEST_NAME: Final = 200

_SEARCHED: Final = 500
"""Signs of a description that can be searched for."""

SILENCE: Final = timedelta(seconds=60)
"""A reader that has said nothing for this long is dead."""

Progress = Callable[[str, int, int], None]
"""Told what is being done ('storing' with bytes, 'reading' with records), how much, of how much
(0 where nobody knows)."""

Clock = Callable[[], datetime]

_Batch = Sequence[tuple[int, Report | Refusal]]
"""Records with their numbers, from 1."""

_CLASHES: Final = 5

_MANY: Final = 1000
"""Records after which the database looks at its tables again."""


def receive(
    actor: Actor,
    stream: IO[bytes],
    *,
    name: str,
    channel: str,
    finder: str = "",
    organisation: str = "",
    format: Format | None = None,  # noqa: A002 - the field's word for it
    target: str = "",
    progress: Progress | None = None,
    clock: Clock = timezone.now,
) -> Delivery:
    """Take in one document, and return the delivery with its counts.

    `name` is what its sender calls the file, `finder` the credit, verbatim; without one it is the
    organisation's name. `organisation` is the key of that for which it is handed in; it may be left
    out by whoever can hand in for one only. The same document of the same finder, to be read in
    the same way, changes nothing: its first delivery is returned.

    Raises:
        NotFoundError: there is no such organisation for which `actor` may hand in.
        NotPossibleError: there is no finder to credit, `target` is no package URL, or it is not
            said for which organisation.
    """
    owner = _for_which(actor, organisation)
    credit = finder.strip() or (owner.name if owner else "")
    _check(credit, target)
    who = _finder(owner, credit, clock())
    with transaction.atomic():
        delivery = Delivery.objects.create(
            finder=who,
            channel=channel,
            name=kept_text(name[-300:]),
            format=format or "",
            target=target,
            received_at=clock(),
            alive_at=clock(),
        )
        add_key(delivery, 1, delivery.received_at)
    try:
        told = progress or (lambda *_: None)
        store(delivery, stream, lambda size: told("storing", size, 0))
        first = _keep(delivery)
    except BaseException:
        _forget(delivery)
        raise
    if first.state == Delivery.State.STORED:
        read(first, progress=progress, clock=clock)
    return first


def read(
    delivery: Delivery, *, progress: Progress | None = None, clock: Clock = timezone.now
) -> None:
    """Read a stored document's records; safe to do again, and beside somebody who does."""
    delivery.readings += 1
    delivery.alive_at = clock()
    delivery.save(update_fields=["readings", "alive_at"])
    with open_document(delivery) as stream:
        records = read_reports(
            stream,
            delivery.name,
            format=Format(delivery.format) if delivery.format else None,
            target=delivery.target or None,
        )
        done = 0
        for batch in _batches(enumerate(records, start=1)):
            _take_in_for_sure(delivery, batch, clock())
            done += len(batch)
            if progress:
                progress("reading", done, 0)
    _finish(delivery, done, clock())
    if done >= _MANY:
        refresh_statistics()


def unread(clock: Clock = timezone.now) -> list[Delivery]:
    """Return stored documents that nobody is reading."""
    return list(
        Delivery.objects.filter(state=Delivery.State.STORED, alive_at__lt=clock() - SILENCE)
    )


def all_read() -> bool:
    """Say whether no stored document waits to be read, or is being read."""
    return not Delivery.objects.filter(state=Delivery.State.STORED).exists()


def read_again(delivery: Delivery, *, clock: Clock = timezone.now) -> None:
    """Read a document whose reader died; one that fails again and again is given up.

    Whatever it raises is kept as the reason, for it is this document's alone.

    Raises:
        HomeError: the installation's keys cannot be used; the document waits.
    """
    if delivery.readings >= TRIES:
        delivery.state = Delivery.State.UNREADABLE
        delivery.reason = delivery.reason or f"its reader was ended {delivery.readings} times"
        delivery.save(update_fields=["state", "reason"])
        return
    try:
        read(delivery, clock=clock)
    except HomeError:
        # The installation's keys are not to be had: no document's fault, and no try of it.
        delivery.readings -= 1
        delivery.save(update_fields=["readings"])
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this document's alone
        _LOG.warning("%s cannot be read", delivery.key, exc_info=True)
        delivery.reason = kept_text(f"{type(error).__name__}: {error}")
        delivery.save(update_fields=["reason"])


def sweep(clock: Clock = timezone.now) -> int:
    """Remove what was begun to be received and never came whole; return how many deliveries."""
    lost = Delivery.objects.filter(
        state=Delivery.State.RECEIVING, received_at__lt=clock() - timedelta(days=1)
    )
    for delivery in lost:
        _forget(delivery)
    return len(lost)


def _check(finder: str, target: str) -> None:
    if not finder.strip() or len(finder) > _LONGEST_NAME or not finder.isprintable():
        raise NotPossibleError(
            f"a finder's name has 1 to {_LONGEST_NAME} visible characters; name whom to credit"
        )
    if target:
        try:
            parse_target(target)
        except TargetError as error:
            raise NotPossibleError(f"target {target!r} {error}") from error


def _for_which(actor: Actor, key: str) -> Organisation | None:
    """Return the organisation that a document is handed in for; None for the owner's own."""
    if key:
        return find(actor, Organisation.objects.all(), Act.HAND_IN, key=as_written(key))
    if actor.is_owner:
        return None
    own = Organisation.objects.filter(pk__in=actor.organisations).order_by("name")
    possible = list(narrowed(actor, own, Act.HAND_IN))
    if len(possible) != 1:
        said = ", ".join(f"{one.key} ({one.name})" for one in possible)
        raise NotPossibleError(
            f"say for which organisation: {said}"
            if possible
            else "nobody hands in findings for an organisation that is neither a finder, a"
            " coordinator, a model developer, a trusted partner nor a reviewer; ask a coordinator"
            " to change what yours is"
        )
    return possible[0]


def _finder(organisation: Organisation | None, name: str, at: datetime) -> Finder:
    return Finder.objects.get_or_create(
        organisation=organisation, name=name, defaults={"created_at": at}
    )[0]


def _keep(delivery: Delivery) -> Delivery:
    """Make the stored bytes count, unless they do already; return the delivery that does."""
    delivery.state = Delivery.State.STORED
    try:
        with transaction.atomic():
            delivery.save()
        return delivery
    except IntegrityError:
        first = Delivery.objects.get(
            finder=delivery.finder,
            sha256=delivery.sha256,
            format=delivery.format,
            target=delivery.target,
            state__in=(
                Delivery.State.STORED,
                Delivery.State.READ,
                Delivery.State.UNREADABLE,
            ),
        )
        _forget(delivery)
        return first


def _forget(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.RECEIVING).delete()


def _batches(records: Iterable[tuple[int, Report | Refusal]]) -> Iterator[_Batch]:
    batch: list[tuple[int, Report | Refusal]] = []
    size = 0
    for number, record in records:
        batch.append((number, record))
        size += len(record.record) if isinstance(record, Report) else 0
        if len(batch) == BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _take_in_for_sure(delivery: Delivery, batch: _Batch, at: datetime) -> None:
    """Take a batch in, also where another reader keeps the same record at the same moment."""
    for _ in range(_CLASHES):
        try:
            return _take_in(delivery, batch, at)
        except IntegrityError:
            continue
    return _take_in(delivery, batch, at)


def _take_in(delivery: Delivery, batch: _Batch, at: datetime) -> None:
    reports: dict[str, Report] = {}
    for _, record in batch:
        if isinstance(record, Report):
            reports.setdefault(record.digest, record)
    refused = [
        refusal_of(delivery, number, record)
        for number, record in batch
        if isinstance(record, Refusal)
    ]
    with transaction.atomic():
        known = set(
            Finding.objects.filter(finder=delivery.finder, digest__in=list(reports)).values_list(
                "digest", flat=True
            )
        )
        new = [report for digest, report in reports.items() if digest not in known]
        findings = Finding.objects.bulk_create(finding_of(delivery, report, at) for report in new)
        seals = seals_of(delivery.pk)
        Document.objects.bulk_create(
            document_of(finding, report, seals)
            for finding, report in zip(findings, new, strict=True)
        )
        search.index_findings(
            (finding.pk, _searched(finding, report))
            for finding, report in zip(findings, new, strict=True)
        )
        Outbox.objects.bulk_create(
            Outbox(topic=Outbox.Topic.REPRODUCE, subject=finding.key, made_at=at)
            for finding in findings
            if finding.proof_digest
        )
        RefusedRecord.objects.bulk_create(refused, ignore_conflicts=True)
        Delivery.objects.filter(pk=delivery.pk).update(alive_at=at)


def _searched(finding: Finding, report: Report) -> str:
    names = (finding.title, finding.package, finding.reference)
    return " ".join((*names, *report.aliases, *report.weaknesses, report.description[:_SEARCHED]))


def _finish(delivery: Delivery, records: int, at: datetime) -> None:
    with transaction.atomic():
        delivery.accepted = Finding.objects.filter(delivery=delivery).count()
        delivery.refused = RefusedRecord.objects.filter(delivery=delivery).count()
        delivery.repeated = records - delivery.accepted - delivery.refused
        delivery.state = Delivery.State.READ
        delivery.read_at = at
        delivery.save()
        Outbox.objects.get_or_create(
            topic=Outbox.Topic.MATCH, subject=delivery.key, defaults={"made_at": at}
        )
