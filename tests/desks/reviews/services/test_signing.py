"""Both sides sign one digest, each by somebody of its own, and nothing else counts as that."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db.models import F

from tests.desks.parties.makers import chief, make_person, make_place
from tests.desks.reviews import making
from tests.desks.reviews.making import NOW, Engaged, Side, day
from tests.engines.formats.authenticators import FLAG, Passkey
from tidegate.desks.access.actors import HOUSE, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import narrowed_to
from tidegate.desks.reviews.frameworks.framework import Kept
from tidegate.desks.reviews.frameworks.terms import to_document
from tidegate.desks.reviews.models import Agreement, NamedPerson, Partner, Party, Signature
from tidegate.desks.reviews.queries.terms import terms_in_force
from tidegate.desks.reviews.services import partners, signing
from tidegate.desks.reviews.services import terms as services
from tidegate.desks.reviews.states.engagements import State
from tidegate.instance.reach import Reach

pytestmark = pytest.mark.django_db

HOST = "localhost:8000"
ORIGIN = f"http://{HOST}"


def proposed(made: Engaged, **settings: Any) -> Agreement:
    document = to_document(making.terms_of(made, **settings))
    return services.propose_terms(made.developer.actor, made.key, document, at=NOW)


def sign(row: Agreement, by: Side, private: Ed25519PrivateKey | None = None, **how: Any) -> Any:
    key = private or Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    document = how.pop("document", bytes(row.document))
    return signing.sign_detached(
        how.pop("actor", by.actor),
        row.engagement.key,
        row.sha256,
        key.sign(document),
        public,
        at=how.pop("at", NOW),
        **how,
    )


def passkey_of(person: Person, rp_id: str = "localhost") -> Passkey:
    made = Passkey(rp_id)
    Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Passkey 1", "credential": made.registration()},
    )
    return made


def begin(row: Agreement, by: Side, host: str = HOST) -> tuple[dict[str, Any], dict[str, Any]]:
    asked, state = signing.passkey_options(
        by.actor, row.engagement.key, row.sha256, host=host, at=NOW
    )
    # Both travel as JSON: to the browser, and into the session.
    return json.loads(json.dumps(asked)), json.loads(json.dumps(state))


def finish(row: Agreement, by: Side, state: Any, answer: Any, at: Any = NOW) -> Signature:
    return signing.sign_with_passkey(by.actor, row.engagement.key, row.sha256, state, answer, at=at)


def digest(row: Agreement) -> bytes:
    return bytes.fromhex(row.sha256)


# Agreeing.


def test_terms_are_agreed_on_once_both_sides_have_signed() -> None:
    made = making.engagement()
    row = proposed(made)
    sign(row, made.government)
    assert terms_in_force(made.row) is None
    assert made.now().state == State.PROPOSED
    sign(row, made.developer, at=day(1))
    held = terms_in_force(made.row)
    assert held is not None
    assert (held.agreement, held.agreement.agreed_at) == (row, day(1))
    assert (made.now().state, made.now().agreed_at) == (State.TERMS_AGREED, day(1))
    assert all(signing.verify(one) for one in row.signatures.all())
    kinds = list(Entry.objects.order_by("index").values_list("kind", flat=True))
    assert kinds == ["terms-proposed", "terms-signed", "terms-signed", "terms-agreed"]


def test_a_change_is_in_force_once_both_have_signed_it_and_not_before() -> None:
    made = making.engagement(state=State.UNDER_EVALUATION, terms=True)
    row = proposed(made, content=Kept.NONE)
    sign(row, made.developer)
    held = terms_in_force(made.row)
    assert held is not None
    assert held.agreement.number == 1
    sign(row, made.government, at=day(1))
    held = terms_in_force(made.row)
    assert held is not None
    assert held.terms.settings.content is Kept.NONE
    assert (made.now().state, made.now().agreed_at) == (State.UNDER_EVALUATION, NOW)


def test_the_developer_may_sign_a_draft_before_it_is_shown() -> None:
    made = making.engagement(state=State.DRAFT)
    row = proposed(made)
    sign(row, made.developer)
    with pytest.raises(NotFoundError):
        sign(row, made.government)
    made.row.parties.filter(part=Party.Part.REVIEWER).update(invited_at=NOW)
    made.row.state = State.PROPOSED
    made.row.save()
    sign(row, made.government)
    assert made.now().state == State.TERMS_AGREED


# Passkeys.


def test_a_passkey_signs_the_digest_of_the_document_itself() -> None:
    made = making.engagement()
    row = proposed(made)
    passkey = passkey_of(made.developer.person)
    asked, state = begin(row, made.developer)
    answer = passkey.asserts(digest(row), origin=ORIGIN)
    signature = finish(row, made.developer, state, answer, at=day(0.001))
    assert asked["publicKey"]["rpId"] == "localhost"
    assert signature.method == Signature.Method.PASSKEY
    assert signing.verify(signature)
    public = passkey.private.public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert signature.key == hashlib.sha256(spki).hexdigest()
    assert Authenticator.objects.get().last_used_at == day(0.001)


def test_a_signature_holds_when_its_passkey_and_its_person_are_gone() -> None:
    made = making.engagement()
    row = proposed(made)
    passkey = passkey_of(made.developer.person)
    _, state = begin(row, made.developer)
    finish(row, made.developer, state, passkey.asserts(digest(row), origin=ORIGIN))
    Authenticator.objects.all().delete()
    Person.objects.update(is_active=False)
    kept = Signature.objects.get()
    assert signing.verify(kept)
    Agreement.objects.update(document=bytes(row.document).replace(b"24 hours", b"99 hours"))
    assert not signing.verify(Signature.objects.get())


def test_an_assertion_for_anything_else_signs_nothing() -> None:
    made = making.engagement()
    row = proposed(made)
    passkey = passkey_of(made.developer.person)
    _, state = begin(row, made.developer)
    others: list[dict[str, Any]] = [
        {"challenge": hashlib.sha256(b"another document").digest()},
        {"flags": FLAG.UP},
        {"origin": "https://evil.example"},
        {"origin": "http://other.localhost"},
        {"rp_id": "evil.example"},
        {"kind": "webauthn.create"},
        {"cross_origin": True},
    ]
    for how in others:
        answer = passkey.asserts(**{"challenge": digest(row), "origin": ORIGIN, **how})
        with pytest.raises(NotPossibleError, match="that is no signature of yours"):
            finish(row, made.developer, state, answer)
    for unreadable in ({}, {"rawId": "AA"}, {"id": 1, "rawId": 1, "response": "x"}):
        with pytest.raises(NotPossibleError, match="cannot be read"):
            finish(row, made.developer, state, unreadable)
    assert not Signature.objects.exists()


def test_a_passkey_of_somebody_else_signs_nothing() -> None:
    made = making.engagement()
    row = proposed(made)
    passkey_of(made.developer.person)
    another = passkey_of(made.government.person)
    _, state = begin(row, made.developer)
    with pytest.raises(NotPossibleError, match="that is no signature of yours"):
        finish(row, made.developer, state, another.asserts(digest(row), origin=ORIGIN))


def test_an_assertion_under_one_version_is_good_under_no_other() -> None:
    made = making.engagement()
    first = proposed(made)
    passkey = passkey_of(made.developer.person)
    _, state = begin(first, made.developer)
    answer = passkey.asserts(digest(first), origin=ORIGIN)
    finish(first, made.developer, state, answer)
    # The very same text again, after another one: it is another document.
    proposed(made, content=Kept.NONE)
    third = proposed(made)
    _, state = begin(third, made.developer)
    with pytest.raises(NotPossibleError, match="challenge"):
        finish(third, made.developer, state, answer)


def test_a_change_while_somebody_signs_is_refused() -> None:
    made = making.engagement()
    first = proposed(made)
    passkey = passkey_of(made.developer.person)
    _, state = begin(first, made.developer)
    second = proposed(made, content=Kept.NONE)
    answer = passkey.asserts(digest(first), origin=ORIGIN)
    with pytest.raises(NotPossibleError, match="read version 2, which stands in its place"):
        finish(first, made.developer, state, answer)
    with pytest.raises(NotPossibleError, match="was not begun here"):
        finish(second, made.developer, state, answer)
    with pytest.raises(NotPossibleError, match="off the table"):
        begin(first, made.developer)
    assert not Signature.objects.exists()


def test_a_signing_that_was_not_begun_here_is_refused() -> None:
    made = making.engagement()
    row = proposed(made)
    passkey = passkey_of(made.developer.person)
    _, state = begin(row, made.developer)
    answer = passkey.asserts(digest(row), origin=ORIGIN)
    changes: list[dict[str, Any]] = [
        {"sha256": "0" * 64},
        {"person": "P-00000-00000"},
        {"asked_at": day(-1).isoformat()},
        {"asked_at": day(1).isoformat()},
        {"asked_at": "soon"},
        {"asked_at": "2026-12-01T12:00:00"},
        {"rp_id": ""},
    ]
    for wrong in ({}, *({**state, **change} for change in changes)):
        with pytest.raises(NotPossibleError, match="begin again"):
            finish(row, made.developer, wrong, answer)
    assert signing.verify(finish(row, made.developer, state, answer))


def test_whoever_has_no_passkey_is_told_of_the_other_way() -> None:
    made = making.engagement()
    with pytest.raises(NotPossibleError, match="upload the signature"):
        begin(proposed(made), made.developer)


def test_an_instance_with_an_address_takes_its_own_origin_alone(settings: Any) -> None:
    settings.REACH = Reach(address="https://gate.example.org")
    made = making.engagement()
    row = proposed(made)
    passkey = passkey_of(made.developer.person, "gate.example.org")
    # Whatever host a request names.
    asked, state = begin(row, made.developer, host="evil.example")
    assert asked["publicKey"]["rpId"] == "gate.example.org"
    wrong = passkey.asserts(digest(row), origin="https://gate.example.org:8443")
    with pytest.raises(NotPossibleError, match="origin"):
        finish(row, made.developer, state, wrong)
    right = passkey.asserts(digest(row), origin="https://gate.example.org")
    assert signing.verify(finish(row, made.developer, state, right))


# Who signs.


def test_nobody_else_signs() -> None:
    made = making.engagement(determined_by=True)
    assert made.determining is not None
    row = proposed(made)
    evaluator = making.named(made.row, made.government)
    recused = made.government.colleague(Role.ADMINISTRATOR)
    making.named(made.row, made.government, NamedPerson.Duty.LEAD, person=recused.person)
    NamedPerson.objects.filter(person=recused.person).update(recused_at=NOW)
    strangers = [
        OWNER,
        HOUSE,
        chief(),
        making.developer().actor,
        making.reviewer().actor,
        made.developer.colleague().actor,
        made.government.colleague().actor,
        recused.actor,
        making.actor(evaluator.person),
        narrowed_to(made.developer.actor, scopes=[Scope.READ]),
    ]
    for actor in strangers:
        with pytest.raises(NotFoundError):
            sign(row, made.developer, actor=actor)
    # The determining side reads them, and they are not its to sign.
    with pytest.raises(NotPossibleError, match="is not yours to sign; it waits for"):
        sign(row, made.determining)
    assert not Signature.objects.exists()


def test_a_reviewer_whom_the_terms_do_not_name_does_not_sign_them() -> None:
    made = making.engagement()
    other = making.reviewer()
    making.join(made.row, other, Party.Part.REVIEWER)
    row = proposed(made)
    with pytest.raises(NotPossibleError, match="is not yours to sign"):
        sign(row, other)


def test_a_named_lead_signs() -> None:
    made = making.engagement()
    row = proposed(made)
    lead = making.named(made.row, made.government, NamedPerson.Duty.LEAD)
    signature = sign(row, Side(made.government.organisation, lead.person))
    assert signature.person == lead.person


def test_a_side_signs_once() -> None:
    made = making.engagement()
    row = proposed(made)
    sign(row, made.developer)
    with pytest.raises(NotPossibleError, match="is not yours to sign; it waits for"):
        sign(row, made.developer.colleague(Role.ADMINISTRATOR))
    with pytest.raises(NotPossibleError, match="you have signed version 1"):
        sign(row, made.developer)


def test_nobody_signs_for_both_sides() -> None:
    made = making.engagement()
    row = proposed(made)
    both = make_person()
    for side in (made.government, made.developer):
        make_place(side.organisation, Role.ADMINISTRATOR, person=both)
    one = Side(made.developer.organisation, both)
    with pytest.raises(NotPossibleError, match="say for whom you sign"):
        sign(row, one)
    sign(row, one, for_organisation=made.government.key)
    with pytest.raises(NotPossibleError, match="somebody else signs for the other side"):
        sign(row, one, for_organisation=made.developer.key)
    assert row.signatures.get().organisation == made.government.organisation


def test_one_key_does_not_sign_for_both_sides() -> None:
    made = making.engagement()
    row = proposed(made)
    private = Ed25519PrivateKey.generate()
    sign(row, made.developer, private)
    with pytest.raises(NotPossibleError, match="this very key"):
        sign(row, made.government, private)


def test_an_organisation_that_is_no_party_any_more_has_not_signed() -> None:
    made = making.engagement()
    row = proposed(made)
    sign(row, made.government)
    made.row.parties.filter(part=Party.Part.REVIEWER).update(ended_at=NOW)
    sign(row, made.developer)
    assert terms_in_force(made.row) is None


# Detached signatures, and what is on the table.


def test_a_changed_byte_of_the_document_is_not_what_was_signed() -> None:
    made = making.engagement()
    row = proposed(made)
    changed = bytes(row.document).replace(b"24 hours", b"99 hours")
    with pytest.raises(NotPossibleError, match="not by this key over this document"):
        sign(row, made.developer, document=changed)


def test_a_signature_under_an_old_version_is_refused() -> None:
    made = making.engagement()
    first = proposed(made)
    proposed(made, content=Kept.NONE)
    with pytest.raises(NotPossibleError, match="read version 2"):
        sign(first, made.developer)
    services.take_back(made.developer.actor, made.key, 2, at=NOW)
    with pytest.raises(NotPossibleError, match="nothing stands in its place yet"):
        sign(first, made.developer)


def test_what_both_have_signed_is_not_signed_again() -> None:
    made = making.engagement(terms=True)
    row = Agreement.objects.get(engagement=made.row)
    with pytest.raises(NotPossibleError, match="signed by both sides already"):
        sign(row, made.developer)


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
def test_nothing_is_signed_where_it_has_ended(state: State) -> None:
    made = making.engagement()
    row = proposed(made)
    sign(row, made.government)
    made.row.state = state
    made.row.save()
    with pytest.raises(NotPossibleError, match=str(state)):
        sign(row, made.developer)
    assert terms_in_force(made.row) is None


def test_a_signature_is_kept_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made = making.engagement()
    row = proposed(made)
    sign(row, made.developer)

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(signing, "record", fails)
    with pytest.raises(RuntimeError):
        sign(row, made.government)
    assert row.signatures.count() == 1
    assert made.now().state == State.PROPOSED


# A trusted partner's papers.


def test_a_partners_own_terms_are_signed_by_the_developer_and_the_partner() -> None:
    made = making.engagement(terms=True)
    partner, _ = making.partnered(made, dates=(day(31), day(60)))
    row = services.propose_default(made.developer.actor, made.key, for_partner=partner.key, at=NOW)
    with pytest.raises(NotPossibleError, match="is not yours to sign"):
        sign(row, made.government)
    sign(row, partner)
    sign(row, made.developer)
    party = making.party_of(made.row, partner)
    held = terms_in_force(made.row, partner=party)
    main = terms_in_force(made.row)
    assert held is not None
    assert main is not None
    assert held.agreement == row
    assert main.agreement != row
    assert held.terms.counterpart == partner.organisation.name


def test_a_partners_record_is_signed_by_the_developer_and_the_government() -> None:
    made = making.engagement(state=State.TERMS_AGREED, terms=True, determined_by=True)
    partner, _ = making.partnered(made, dates=(day(31), day(60)), told=False)
    party = making.party_of(made.row, partner)
    row = services.put_forward(
        made.row,
        Agreement.Kind.PARTNER,
        party,
        b'{"partner":"record"}',
        proposed_for=made.developer.organisation,
        actor=made.developer.actor,
        at=NOW,
    )
    assert made.determining is not None
    with pytest.raises(NotFoundError):
        sign(row, partner)
    sign(row, made.determining)
    with pytest.raises(NotPossibleError, match="is not yours to sign"):
        sign(row, made.government)
    sign(row, made.developer)
    party.refresh_from_db()
    row.refresh_from_db()
    assert (row.agreed_at, party.invited_at) == (NOW, NOW)
    # It tells the partner, and puts no terms in force.
    assert terms_in_force(made.row, partner=party) is None


def test_papers_of_a_declined_partner_are_not_signed() -> None:
    made = making.engagement(terms=True)
    partner, record = making.partnered(made, dates=(day(31), day(60)))
    row = services.propose_default(made.developer.actor, made.key, for_partner=partner.key, at=NOW)
    Partner.objects.filter(pk=record.pk).update(declined_at=F("proposed_at"))
    with pytest.raises(NotPossibleError, match="none any more"):
        sign(row, made.developer)


def test_signing_a_record_asks_the_desk_of_partners(monkeypatch: pytest.MonkeyPatch) -> None:
    made = making.engagement(terms=True)
    partner, _ = making.partnered(made, dates=(day(31), day(60)), told=False)
    told: list[Agreement] = []
    monkeypatch.setattr(partners, "agreed", lambda row, **_: told.append(row))
    row = services.put_forward(
        made.row,
        Agreement.Kind.PARTNER,
        making.party_of(made.row, partner),
        b'{"partner":"record"}',
        proposed_for=made.government.organisation,
        actor=made.government.actor,
        at=NOW,
    )
    sign(row, made.developer)
    assert told == []
    sign(row, made.government)
    assert told == [row]
