"""A finder learns what became of his own findings, and nothing of anybody else's."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.findings.makers import (
    make_case,
    make_delivery,
    make_event,
    make_finding,
    make_link,
    make_nomination,
    make_refusal,
    make_reproduction,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.models import Delivery, Finding
from tidegate.desks.findings.queries.told import told_of_delivery, told_of_finding

pytestmark = pytest.mark.django_db

OWN = {"key", "reference", "received_at", "stage", "verdict", "reason", "has_receipt"}


def handed_in(finder: str) -> tuple[Delivery, Finding]:
    delivery = make_delivery(finder)
    finding = make_finding(finder, delivery=delivery, reference="mine-1", verdict="reproduced")
    make_reproduction(finding)
    return delivery, finding


def entangle(finding: Finding) -> None:
    """Let others have found the same, and everything that follows from that."""
    others = [make_finding("Rival Lab", title="SECRET of the rival") for _ in range(3)]
    case = make_case(finding, *others)
    make_link(finding, others[0], reason="the same frames as Rival Lab")
    make_nomination(finding, others[1])
    make_event("joined", case=case, finding=finding, detail={"other": others[0].key})


def shape(value: Any) -> Any:
    """Return the names in a value, without what they hold."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shape(inner) for inner in value]
    return type(value).__name__


def told(delivery: Delivery, finding: Finding) -> tuple[Any, int]:
    with CaptureQueriesContext(connection) as asked:
        whole = (
            asdict(told_of_delivery(OWNER, delivery.key)),
            asdict(told_of_finding(OWNER, finding.key)),
        )
    return whole, len(asked)


def test_the_answer_is_the_same_whether_others_found_it_or_not() -> None:
    alone, shared = handed_in("Lab A"), handed_in("Lab B")
    entangle(shared[1])
    one, one_cost = told(*alone)
    other, other_cost = told(*shared)
    assert shape(one) == shape(other)
    assert one_cost == other_cost


def test_nothing_of_others_is_in_the_answer() -> None:
    delivery, finding = handed_in("Lab A")
    entangle(finding)
    finding.refresh_from_db()
    whole = repr(told(delivery, finding)[0])
    assert finding.case is not None
    for secret in (finding.case.key, "Rival", "SECRET", "duplicate", "joined"):
        assert secret not in whole
    others = Finding.objects.exclude(pk=finding.pk).values_list("key", flat=True)
    assert not any(key in whole for key in others)


def test_no_question_reads_a_table_of_others() -> None:
    delivery, finding = handed_in("Lab A")
    entangle(finding)
    with CaptureQueriesContext(connection) as asked:
        told_of_delivery(OWNER, delivery.key)
        told_of_finding(OWNER, finding.key)
    read = " ".join(query["sql"] for query in asked.captured_queries)
    for table in ("findings_case", "findings_link", "findings_nomination", "findings_event"):
        assert table not in read


def test_a_finder_is_told_what_became_of_his_findings() -> None:
    delivery, finding = handed_in("Lab A")
    make_refusal(delivery, number=2, field="target.purl", line=2)
    whole = told_of_delivery(OWNER, delivery.key)
    row = whole.findings.rows[0]
    assert set(asdict(row)) == OWN
    assert (row.key, row.reference, row.verdict) == (finding.key, "mine-1", "reproduced")
    assert row.has_receipt
    assert (whole.refusals.rows[0].line, whole.refusals.rows[0].field) == (2, "target.purl")


def test_both_lists_are_paged() -> None:
    delivery = make_delivery("Lab A")
    for number in range(3):
        make_finding("Lab A", delivery=delivery, document=False)
        make_refusal(delivery, number=number)
    first = told_of_delivery(OWNER, delivery.key, limit=2)
    rest = told_of_delivery(
        OWNER,
        delivery.key,
        cursor=first.findings.next,
        refusals_cursor=first.refusals.next,
        limit=2,
    )
    assert [len(rest.findings.rows), len(rest.refusals.rows)] == [1, 1]
    assert {row.key for row in first.findings.rows}.isdisjoint(
        row.key for row in rest.findings.rows
    )


def test_what_is_not_here_is_not_told() -> None:
    with pytest.raises(NotFoundError):
        told_of_finding(OWNER, "F-AAAAA-AAAAA")
    with pytest.raises(NotFoundError):
        told_of_delivery(OWNER, "D-AAAAA-AAAAA")
