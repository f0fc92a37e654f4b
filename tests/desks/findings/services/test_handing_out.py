"""Who had a proof in hand is in the ledger, and the entry tells its reader nothing of a case."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import make_case, make_finding
from tests.desks.findings.services.handing_in import hand_in, lines, proof, record
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.models import Finding
from tidegate.desks.findings.services.handing_out import hand_out_document, hand_out_record
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_a_record_and_a_document_that_were_read_are_in_the_ledger():
    delivery = hand_in(lines(record(1, **proof("x"))))
    finding = Finding.objects.get()
    make_case(finding)
    assert b"lab-1" in hand_out_record(OWNER, finding.key.lower())
    assert hand_out_document(OWNER, delivery.key).piece(0) == lines(record(1, **proof("x")))
    told = Entry.objects.filter(kind="proof-read").order_by("index")
    assert [(entry.said["what"], entry.case) for entry in told] == [
        (finding.key, ""),
        (delivery.key, ""),
    ]


def test_what_is_not_handed_out_is_not_written_down():
    finding = make_finding()
    with pytest.raises(NotFoundError):
        hand_out_record(NOBODY, finding.key)
    assert not Entry.objects.filter(kind="proof-read").exists()
