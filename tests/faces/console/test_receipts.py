"""A receipt's check says what was looked at, and believes no receipt that was changed."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.desks.findings.makers import make_finding, make_reproduction
from tests.faces.console.seeded_cases import document
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.queries.finding_detail import get_receipt
from tidegate.engines.reproduction.receipts import InstanceKey
from tidegate.faces.console import receipts


@pytest.fixture
def receipt(filled: Case) -> bytes:
    """Return a receipt that this instance signed."""
    assert filled.founder is not None
    return get_receipt(OWNER, filled.founder.key)


def digest() -> str:
    found: str = document("minimist")["finding_sha256"]
    return found


def test_a_receipt_of_ours_is_valid_and_says_what_was_looked_at(receipt: bytes) -> None:
    checked = receipts.check(receipt, finding_digest=digest())
    assert checked.valid
    assert checked.says["verdict"] == "reproduced"
    assert len(checked.looked_at) == 5


def test_a_changed_receipt_is_not_valid_and_says_nothing(receipt: bytes) -> None:
    envelope = json.loads(receipt)
    payload = base64.b64decode(envelope["payload"]).replace(b'"L2"', b'"L3"')
    envelope["payload"] = base64.b64encode(payload).decode()
    checked = receipts.check(json.dumps(envelope).encode(), finding_digest=digest())
    assert not checked.valid
    assert "signature" in checked.problem
    assert checked.says == {}


def test_a_receipt_about_another_record_is_not_valid(receipt: bytes) -> None:
    checked = receipts.check(receipt, finding_digest="00" * 32)
    assert not checked.valid
    assert "another record" in checked.problem


def test_a_receipt_of_another_instance_is_not_valid(receipt: bytes) -> None:
    statement = json.loads(base64.b64decode(json.loads(receipt)["payload"]))
    foreign = InstanceKey(Ed25519PrivateKey.generate()).sign(statement)
    checked = receipts.check(foreign, finding_digest=digest())
    assert not checked.valid
    assert "no signature by the key" in checked.problem


@pytest.mark.django_db
def test_garbage_is_not_valid() -> None:
    finding = make_finding(verdict="reproduced")
    make_reproduction(finding, receipt=b"<html>")
    receipt = get_receipt(OWNER, finding.key)
    assert not receipts.check(receipt, finding_digest=finding.digest).valid
