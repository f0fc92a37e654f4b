"""The ledger's entries and proofs over the API, for those who may read them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.desks.ledger.ledgers import CASE, SECRET, add
from tests.desks.ledger.readers import OTHER_CASE, Party
from tests.faces.api.conftest import Api, problem
from tests.faces.signing_in import signed_in
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.engines.transparency import (
    leaf_hash,
    open_checkpoint,
    verify_inclusion,
    verify_ledger,
)

pytestmark = pytest.mark.django_db


def test_entries_come_with_proofs_that_hold(api: Api):
    add(5)
    told = api.get(f"/ledger/entries?case={CASE}&limit=3").json()
    head = open_checkpoint(told["checkpoint"].encode(), [log_key()]).head
    assert [row["index"] for row in told["rows"]] == [4, 3, 2]
    for row in told["rows"]:
        proof = [base64.b64decode(one) for one in row["proof"]]
        assert verify_inclusion(leaf_hash(row["leaf"].encode()), row["index"], 5, proof, head.root)
        assert row["said"]["note"].startswith(SECRET)
    following = api.get(told["next"].removeprefix("/api/v1")).json()
    assert ([row["index"] for row in following["rows"]], following["next"]) == ([1, 0], None)


def test_a_proof_is_a_file_that_verifies_by_itself(api: Api, tmp_path: Path):
    add(5)
    answer = api.get("/ledger/entries/2/proof")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="entry-2.json"'
    (tmp_path / "proof.json").write_bytes(answer.content)
    proof = str(tmp_path / "proof.json")
    assert verify_ledger.main(["--key", str(log_key()), "--entry", proof]) == 0


def test_who_may_not_read_gets_what_is_there_for_an_entry_that_is_not(api: Api):
    vendor = Party("vendor", case=OTHER_CASE)
    add(3)
    signed_in(api.client, vendor.person)
    assert api.get(f"/ledger/entries?case={CASE}").json()["rows"] == []
    assert api.get("/ledger/entries").json()["rows"] == []
    refused = problem(api.get("/ledger/entries/1/proof"), 404, "not-here")
    missing = problem(api.get("/ledger/entries/99/proof"), 404, "not-here")
    assert refused | {"detail": refused["detail"].replace(" 1 ", " 99 ")} == missing


def test_who_has_not_signed_in_reads_nothing(api: Api):
    add(3)
    api.client.logout()
    for path in ("/ledger/entries", "/ledger/entries/1/proof", "/ledger/entries/99/proof"):
        assert SECRET.encode() not in api.get(path).content


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 30, "٣"])
def test_a_cursor_that_is_none_is_refused(api: Api, cursor: str):
    problem(api.get(f"/ledger/entries?cursor={cursor}"), 400, "bad-cursor")


def test_numbers_beyond_the_log_are_no_error_of_ours(api: Api):
    problem(api.get(f"/ledger/entries/{(1 << 63) - 1}/proof"), 404, "not-here")
    problem(api.get(f"/ledger/entries/{1 << 63}/proof"), 422, "not-valid")
    problem(api.get("/ledger/entries/-1/proof"), 422, "not-valid")
