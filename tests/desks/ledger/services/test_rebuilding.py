"""Hashes are made anew where the entries are right, and only there."""

from __future__ import annotations

import pytest

from tests.desks.ledger.ledgers import add, checkpoint, forge, later
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.ledger.models import Hash, Head
from tidegate.desks.ledger.services.rebuilding import rebuild
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.verifying import verify

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "damage",
    [
        lambda: Hash.objects.all().delete(),
        lambda: Hash.objects.filter(level=1).update(value=b"0" * 32),
        lambda: Hash.objects.create(level=0, index=7, value=b"0" * 32),
        lambda: Head.objects.update(size=3, root=b"0" * 32),
    ],
    ids=["gone", "changed", "surplus", "head"],
)
def test_what_the_entries_give_is_mended(damage):
    add(7)
    kept = checkpoint()
    damage()
    assert verify(OWNER).faults
    assert rebuild(OWNER, at=later(1000)).size == 7
    assert verify(OWNER, earlier=kept).faults == ()
    add(1)
    assert verify(OWNER, earlier=kept).faults == ()


def test_entries_that_are_wrong_are_given_no_hashes():
    add(7)
    forge(3, "something else")
    before = list(Hash.objects.values_list("level", "index", "value"))
    with pytest.raises(NotPossibleError, match="not the hashes that are wrong"):
        rebuild(OWNER, at=later(1000))
    assert list(Hash.objects.values_list("level", "index", "value")) == before


def test_without_a_signed_head_nothing_is_made():
    add(2)
    Head.objects.update(note="")
    with pytest.raises(NotPossibleError, match="not signed"):
        rebuild(OWNER, at=later(1000))


def test_only_who_runs_the_instance_does_it():
    add(1)
    with pytest.raises(NotFoundError):
        rebuild(NOBODY, at=later(1000))
