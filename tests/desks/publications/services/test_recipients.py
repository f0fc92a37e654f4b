"""Keys for restricted releases: an organisation's own to register, and ended for good."""

from __future__ import annotations

import pytest
from pyrage import x25519

from tests.desks.publications.rooms import NOW, make_operator
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.publications.models import UpdateRecipient
from tidegate.desks.publications.services import recipients

pytestmark = pytest.mark.django_db


def new_key() -> str:
    return str(x25519.Identity.generate().to_public())


def test_an_administrator_registers_a_key_once_and_revokes_it():
    operator, key = make_operator(), new_key()
    row = recipients.register(operator.actor, operator.key, f" {key.upper()} ", name="a", at=NOW)
    assert row.recipient == key
    assert recipients.register(operator.actor, operator.key, key, at=NOW) == row
    assert recipients.revoke(operator.actor, operator.key, key, why="lost", at=NOW).revoked_at
    with pytest.raises(NotFoundError):
        recipients.revoke(operator.actor, operator.key, key, why="lost", at=NOW)
    kinds = Entry.objects.filter(organisation=operator.key).order_by("index")
    assert [*kinds.values_list("kind", "only_for")] == [
        ("recipient-registered", operator.key),
        ("recipient-revoked", operator.key),
    ]


def test_members_and_others_register_nothing():
    operator, other = make_operator(), make_operator()
    for actor in (operator.colleague(Role.MEMBER).actor, other.actor):
        with pytest.raises(NotFoundError):
            recipients.register(actor, operator.key, new_key(), at=NOW)
    recipients.register(operator.actor, operator.key, key := new_key(), at=NOW)
    with pytest.raises(NotFoundError):
        recipients.revoke(other.actor, operator.key, key, why="mine", at=NOW)


@pytest.mark.parametrize("text", ["", "age1xyz", "ssh-ed25519 AAAA", "age1" + "q" * 58])
def test_what_is_no_age_key_is_refused(text):
    operator = make_operator()
    with pytest.raises(NotPossibleError, match="is no age key"):
        recipients.register(operator.actor, operator.key, text, at=NOW)


def test_a_secret_key_is_not_repeated_in_the_refusal():
    operator, secret = make_operator(), str(x25519.Identity.generate())
    with pytest.raises(NotPossibleError, match="a secret key") as refused:
        recipients.register(operator.actor, operator.key, secret, at=NOW)
    assert secret[20:].lower() not in str(refused.value).lower()


def test_an_organisation_has_so_many_keys_and_no_more():
    operator = make_operator()
    for _ in range(recipients.MOST_KEYS):
        recipients.register(operator.actor, operator.key, new_key(), at=NOW)
    with pytest.raises(NotPossibleError, match="20 keys"):
        recipients.register(operator.actor, operator.key, new_key(), at=NOW)
    assert UpdateRecipient.objects.count() == recipients.MOST_KEYS
