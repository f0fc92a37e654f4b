"""Lists of deliveries, and one delivery with the records of it that were refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, visible
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.findings.models import Delivery, Finder, RefusedRecord
from tidegate.desks.findings.queries.errors import FilterError, NotHereError
from tidegate.desks.findings.queries.filters import written_key
from tidegate.desks.findings.queries.paging import (
    Order,
    Page,
    checked_limit,
    fingerprint,
    order_of,
    page_of,
    read_cursor,
)
from tidegate.desks.findings.queries.pieces import Pieces

_COLUMNS: Final = {"received": ("id", int)}

DELIVERY_STATES: Final = tuple(state.value for state in Delivery.State)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; a word that is empty narrows nothing."""

    finder: str = ""
    """The finder's name, verbatim."""
    state: str = ""
    """`receiving`, `stored` (not read to its end yet) or `read`."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery, as lists show it."""

    key: str
    finder: str
    channel: str
    """`cli`, `api` or `upload`."""
    name: str
    """The file's name, as its sender wrote it."""
    format: str
    """Empty: recognised by content."""
    target: str
    sha256: str
    size: int
    """Bytes, as they came."""
    state: str
    received_at: datetime
    read_at: datetime | None
    accepted: int
    repeated: int
    """Records that this finder had handed in before."""
    refused: int


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A record that is not a finding: where it stands, and what would mend it."""

    number: int
    """Its number among all records, from 1."""
    line: int | None
    field: str
    """Such as `target.purl`; empty for the record as a whole."""
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """A delivery with one page of its refusals."""

    row: DeliveryRow
    refusals: Page[RefusalRow]


def list_deliveries(
    actor: Actor,
    asked: DeliveryFilter | None = None,
    sort: str = "-received",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[DeliveryRow]:
    """Return a page of the deliveries that fit.

    Raises:
        FilterError: a word of the filter, the sort or the limit is not known.
        CursorError: the cursor is not one, or of another list.
    """
    asked = asked or DeliveryFilter()
    order = order_of(sort, _COLUMNS)
    mark = fingerprint("deliveries", sort, asked)
    at = read_cursor(cursor, of=mark)
    known = visible(actor, Act.READ, Kind.DELIVERY)
    rows = _fitting(asked).filter(known)
    return page_of(rows, order, at, checked_limit(limit), _shown, of=mark, known=known)


def get_delivery(
    actor: Actor, key: str, cursor: str | None = None, limit: int = 50
) -> DeliveryDetail:
    """Return a delivery and a page of its refusals, in the order of the document.

    Raises:
        NotFoundError: there is none of that key, or not for them.
        CursorError: the cursor is not one, or of another delivery.
    """
    delivery = readable(actor, key)
    return DeliveryDetail(delivery_row(delivery), refusals(delivery, cursor, limit))


def readable(actor: Actor, key: str, act: Act = Act.READ) -> Delivery:
    """Return a delivery's row, for the queries of this folder.

    Raises:
        NotFoundError: there is none of that key, or not for them.
    """
    return find(actor, Delivery.objects.select_related("finder"), act, key=written_key(key))


def refusals(delivery: Delivery, cursor: str | None, limit: int) -> Page[RefusalRow]:
    """Return a page of a delivery's refusals, in the order of the document."""
    order = Order("number", "number", descending=False, unique=True)
    mark = fingerprint("refusals", "number", delivery.key)
    at = read_cursor(cursor, of=mark)
    rows = RefusedRecord.objects.filter(delivery=delivery)
    return page_of(rows, order, at, checked_limit(limit), _refusals, of=mark)


def _fitting(asked: DeliveryFilter) -> QuerySet[Delivery]:
    rows = Delivery.objects.all()
    if asked.finder:
        rows = rows.filter(finder__in=Finder.objects.filter(name=asked.finder))
    if asked.state:
        if asked.state not in DELIVERY_STATES:
            raise FilterError(
                f"the state {asked.state[:40]!r} is not known;"
                f" known are {', '.join(DELIVERY_STATES)}",
                parameter="state",
            )
        rows = rows.filter(state=asked.state)
    return rows


def _shown(ids: Sequence[int]) -> list[tuple[int, str, DeliveryRow]]:
    found = Delivery.objects.filter(id__in=ids).select_related("finder")
    return [(delivery.pk, delivery.key, delivery_row(delivery)) for delivery in found]


def delivery_row(delivery: Delivery) -> DeliveryRow:
    """Return a delivery as lists show it; its finder is loaded already."""
    return DeliveryRow(
        key=delivery.key,
        finder=delivery.finder.name,
        channel=delivery.channel,
        name=delivery.name,
        format=delivery.format,
        target=delivery.target,
        sha256=delivery.sha256,
        size=delivery.size,
        state=delivery.state,
        received_at=delivery.received_at,
        read_at=delivery.read_at,
        accepted=delivery.accepted,
        repeated=delivery.repeated,
        refused=delivery.refused,
    )


def _refusals(ids: Sequence[int]) -> list[tuple[int, str, RefusalRow]]:
    found = RefusedRecord.objects.filter(id__in=ids)
    return [(one.pk, "", RefusalRow(one.number, one.line, one.field, one.reason)) for one in found]


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """A document as it came, a part at a time."""

    name: str
    size: int
    """Bytes."""
    sha256: str
    piece: Callable[[int], bytes | None]
    """Returns a part by its number, from 0; None after the last."""


def get_document(actor: Actor, key: str) -> DocumentShown:
    """Return a delivery's document, byte for byte.

    Raises:
        NotFoundError: there is no such delivery, or not for them.
        NotHereError: its bytes are not all here yet.
    """
    delivery = readable(actor, key, Act.READ_PROOF)
    if delivery.state == Delivery.State.RECEIVING:
        raise NotHereError(f"the document of {delivery.key} has not come whole yet; ask later")

    return DocumentShown(delivery.name, delivery.size, delivery.sha256, Pieces(delivery).read)
