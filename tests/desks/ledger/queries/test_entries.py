"""Who may read an entry reads it with its proof; to everybody else it is not there."""

from __future__ import annotations

import base64

import pytest

from tests.desks.ledger.ledgers import SECRET, WITNESS, add, checkpoint
from tests.desks.ledger.readers import COORDINATOR, OTHER_CASE, Party
from tidegate.desks.access.actors import HOUSE, NOBODY, OWNER, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role
from tidegate.desks.ledger.queries.entries import Entries, list_entries, proof_file
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.engines.transparency import EntryProof, leaf_hash, open_checkpoint, verify_inclusion

pytestmark = pytest.mark.django_db


def indexes(found: Entries) -> list[int]:
    return [row.index for row in found.rows]


def all_that(actor: Actor) -> list[int]:
    return indexes(list_entries(actor, limit=200))[::-1]


def test_each_entry_is_proven_against_the_head():
    add(11)
    found = list_entries(OWNER)
    head = open_checkpoint(found.checkpoint.encode(), [log_key()]).head
    assert (head.size, found.checkpoint.encode()) == (11, checkpoint())
    assert indexes(found) == list(range(10, -1, -1))
    for row in found.rows:
        proof = [base64.b64decode(one) for one in row.proof]
        assert verify_inclusion(leaf_hash(row.leaf.encode()), row.index, 11, proof, head.root)
        assert row.said == {"note": f"{SECRET}, step {row.index}"}


def test_proofs_of_a_page_cost_no_more_questions_than_one(django_assert_max_num_queries):
    add(40)
    with django_assert_max_num_queries(3):
        list_entries(OWNER, limit=40)


def test_pages_go_on_where_the_last_one_ended():
    add(7)
    seen: list[int] = []
    before: int | None = None
    while True:
        found = list_entries(OWNER, before=before, limit=3)
        seen += indexes(found)
        before = found.older
        if before is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    with pytest.raises(ValueError, match="1 to 200"):
        list_entries(OWNER, limit=201)


def test_a_list_can_be_of_a_case_an_organisation_or_a_person():
    add(1, case=OTHER_CASE)
    add(1, organisation="O-00000-00001")
    add(1, actor=Actor("Ada", person=1, key="P-00000-00001"))
    assert indexes(list_entries(OWNER, case="c-00000-00002")) == [0]
    assert indexes(list_entries(OWNER, organisation="O-00000-00001")) == [1]
    assert indexes(list_entries(OWNER, person="P-00000-00001")) == [2]
    assert indexes(list_entries(OWNER, case="C-00000-00009")) == []


def test_everybody_reads_what_is_theirs_and_nothing_else():
    vendor, rival = Party("vendor", Role.ADMINISTRATOR), Party("rival", case=OTHER_CASE)
    add(1)  # 0: about the vendor's case
    add(1, case=OTHER_CASE)  # 1: about the rival's
    add(1, case="", organisation=vendor.organisation.key)  # 2: about an organisation
    add(1, case="", organisation=rival.organisation.key)  # 3: about one that a member does not lead
    add(1, case="", actor=rival.actor)  # 4: what the rival did
    assert all_that(vendor.actor) == [0, 2]
    assert all_that(rival.actor) == [1, 4]
    assert all_that(COORDINATOR) == all_that(OWNER) == all_that(HOUSE) == [0, 1, 2, 3, 4]
    assert all_that(NOBODY) == []


def test_a_consent_that_lapsed_closes_the_entries():
    vendor = Party("vendor")
    add(1)
    assert all_that(vendor.actor) == [0]
    vendor.participant.consent = "lapsed"
    vendor.participant.save()
    assert all_that(vendor.actor) == []
    with pytest.raises(NotFoundError):
        proof_file(vendor.actor, 0)


def test_what_may_not_be_read_and_what_is_not_there_are_refused_alike():
    vendor = Party("vendor", case=OTHER_CASE)
    add(3)
    for index in (0, 2, 3, 10**6, (1 << 63) - 1):
        with pytest.raises(NotFoundError) as refused:
            proof_file(vendor.actor, index)
        assert str(refused.value) == str(NotFoundError("entry", index))


def test_pages_and_their_ends_tell_nothing_of_entries_in_between():
    vendor = Party("vendor")
    add(1)
    add(5, case=OTHER_CASE)
    add(1)
    found = list_entries(vendor.actor, limit=2)
    assert (indexes(found), found.older) == ([6, 0], None)
    assert indexes(list_entries(vendor.actor, case=OTHER_CASE)) == []
    assert SECRET not in repr(found), "texts are not for logs"


def test_a_proof_file_proves_the_text_to_whoever_has_only_the_key():
    add(9)
    proof = EntryProof.parse(proof_file(COORDINATOR, 4))
    assert proof.verify([log_key()]).head.size == 9
    assert proof.text is not None
    assert SECRET.encode() in proof.text
    with pytest.raises(NotFoundError):
        proof_file(COORDINATOR, 4, case=OTHER_CASE)
    with pytest.raises(Exception, match="not signed"):
        proof.verify([WITNESS.key])
