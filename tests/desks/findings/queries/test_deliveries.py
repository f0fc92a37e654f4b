"""Deliveries are listed and narrowed, and one comes with its refusals and its document."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import make_delivery, make_refusal
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.queries.deliveries import (
    DeliveryFilter,
    get_delivery,
    get_document,
    list_deliveries,
)
from tidegate.desks.findings.queries.errors import CursorError, FilterError, NotHereError

pytestmark = pytest.mark.django_db


def test_the_newest_comes_first_and_filters_narrow() -> None:
    old = make_delivery("Lab A")
    new = make_delivery("Lab B", state="stored")
    assert [row.key for row in list_deliveries(OWNER).rows] == [new.key, old.key]
    assert [row.key for row in list_deliveries(OWNER, DeliveryFilter(finder="Lab A")).rows] == [
        old.key
    ]
    assert [row.key for row in list_deliveries(OWNER, DeliveryFilter(state="stored")).rows] == [
        new.key
    ]
    with pytest.raises(FilterError, match="receiving, stored, read"):
        list_deliveries(OWNER, DeliveryFilter(state="lost"))


def test_refusals_come_in_the_order_of_the_document_a_page_at_a_time() -> None:
    delivery = make_delivery()
    for number in (5, 1, 3, 2, 4):
        make_refusal(delivery, number=number)
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = get_delivery(OWNER, delivery.key, cursor, 2).refusals
        seen += [row.number for row in page.rows]
        if page.next is None:
            break
        cursor = page.next
    assert seen == [1, 2, 3, 4, 5]
    with pytest.raises(CursorError):
        get_delivery(OWNER, make_delivery().key, page.previous)


def test_a_document_comes_back_byte_for_byte() -> None:
    delivery = make_delivery(content=[b"first ", b"second"])
    document = get_document(OWNER, delivery.key)
    pieces = [document.piece(number) for number in range(3)]
    assert pieces == [b"first ", b"second", None]


def test_a_document_that_is_not_whole_is_not_given_out() -> None:
    delivery = make_delivery(state="receiving")
    with pytest.raises(NotHereError, match="not come whole"):
        get_document(OWNER, delivery.key)
