# ruff: noqa: ARG001 - the framework hands the request to every route, by this name.
"""`/receipts/verify`: whether a receipt is what it says, by a key that is known."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import HttpRequest
from ninja import Router

from tidegate.engines.reproduction.receipts import ReceiptError, verify
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.receipts import CheckedReceipt, ReceiptToCheck
from tidegate.instance.workshop import instance_key

router: Final = Router(tags=["receipts"])


@router.post(
    "/verify",
    response={200: CheckedReceipt, 413: Problem, 422: Problem},
    operation_id="verifyReceipt",
)
def verify_receipt(request: HttpRequest, asked: ReceiptToCheck) -> Any:
    """Check a receipt's signature and its form.

    Nothing is looked up: a receipt is checked by itself, against one public key. The answer is
    200 for an invalid receipt, too; `valid` says which it is.
    """
    try:
        pem = asked.public_key.encode() if asked.public_key else instance_key().public_key_pem
        said = verify(json.dumps(asked.receipt).encode(), pem)
    except ReceiptError as error:
        return {"valid": False, "reason": str(error), "keyid": "", "subjects": [], "predicate": {}}
    return {
        "valid": True,
        "reason": "",
        "keyid": said.keyid,
        "subjects": [{"name": name, "sha256": sha256} for name, sha256 in said.subjects],
        "predicate": dict(said.predicate),
    }
