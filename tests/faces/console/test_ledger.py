"""The page of a case's own entries: what they say, their proofs, and how to check them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.desks.ledger.ledgers import CASE, SECRET, add
from tests.desks.ledger.readers import OTHER_CASE, Party
from tests.faces.signing_in import signed_in
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.engines.transparency import verify_ledger

pytestmark = pytest.mark.django_db

PAGE = f"/cases/{CASE}/ledger"


def test_a_party_sees_the_entries_of_its_case_alone():
    vendor = Party("vendor")
    add(2)
    add(1, case=OTHER_CASE, note="of another case")
    browser = signed_in(Client(), vendor.person)
    shown = browser.get(PAGE).content.decode()
    assert f"{SECRET}, step 1" in shown
    assert "of another case" not in shown
    assert f'href="{PAGE}/1/proof"' in shown
    assert f'href="{PAGE}/2/proof"' not in shown


def test_a_saved_proof_verifies_with_the_key_that_the_page_shows(tmp_path: Path):
    vendor = Party("vendor")
    add(3)
    browser = signed_in(Client(), vendor.person)
    answer = browser.get(f"{PAGE}/1/proof")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="entry-1.json"'
    (tmp_path / "entry.json").write_bytes(answer.content)
    key = str(log_key())
    assert key in browser.get(PAGE).content.decode()
    entry = str(tmp_path / "entry.json")
    assert verify_ledger.main(["--key", key, "--entry", entry]) == 0


def test_who_may_not_read_the_case_finds_no_page_and_no_proof():
    Party("vendor")
    rival = Party("rival", case=OTHER_CASE)
    add(2)
    browser = signed_in(Client(), rival.person)
    for address in (PAGE, f"{PAGE}/0/proof", f"/cases/{OTHER_CASE}/ledger/0/proof"):
        answer = browser.get(address)
        assert answer.status_code == 404, address
        assert SECRET.encode() not in answer.content


def test_a_proof_is_not_had_by_way_of_another_case():
    Party("vendor")
    Party("rival", case=OTHER_CASE)
    add(1)
    browser = signed_in(Client())
    assert browser.get(f"{PAGE}/0/proof").status_code == 200
    assert browser.get(f"/cases/{OTHER_CASE}/ledger/0/proof").status_code == 404
    assert browser.get(f"{PAGE}/{1 << 63}/proof").status_code == 404


def test_text_of_strangers_stays_text():
    vendor = Party("vendor")
    add(1, note="<script>alert(1)</script>\u202egpj.exe", parties=["<b>a</b>"])
    browser = signed_in(Client(), vendor.person)
    shown = browser.get(PAGE).content.decode()
    assert "<script>alert" not in shown
    assert "<b>a" not in shown
    assert "\u202e" not in shown


def test_older_entries_are_on_the_next_page():
    Party("vendor")
    add(55)
    browser = signed_in(Client())
    assert 'href="/cases/C-00000-00001/ledger?after=5"' in browser.get(PAGE).content.decode()
    older = browser.get(f"{PAGE}?after=5").content.decode()
    assert f"{SECRET}, step 4" in older
    assert f"{SECRET}, step 5" not in older
    assert browser.get(f"{PAGE}?after=x").status_code == 400


def test_a_case_without_entries_says_so():
    browser = signed_in(Client(), Party("vendor").person)
    assert "No entry is about this case yet" in browser.get(PAGE).content.decode()
