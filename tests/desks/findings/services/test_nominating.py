"""What only looks alike is nominated, and nothing more."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import later
from tests.desks.findings.services.handing_in import hand_in, lines, proof, record
from tests.desks.findings.services.test_matching import match, prove
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.models import Case, Finding, Link, LinkKind, Nomination
from tidegate.desks.findings.services import linking, matching, nominating

pytestmark = pytest.mark.django_db

ONE = {
    "title": "setKey follows __proto__ of a dotted option to Object.prototype",
    "description": "An option named --__proto__.x is split at its dots; setKey walks to the object"
    " that all others inherit from and assigns there. Every object of the process gets x.",
    "locations": [{"path": "index.js", "line": 74, "symbol": "setKey"}],
}
ALIKE = {
    "title": "Dotted options reach Object.prototype through __proto__ in setKey",
    "description": "setKey in index.js assigns to whatever the dotted name leads to, __proto__"
    " included, so an argument changes the object that every other object inherits from.",
    "locations": [{"path": "index.js", "symbol": "setKey"}],
}
UNLIKE = {
    "title": "A number with a thousand digits is parsed again for every letter",
    "description": "The time to read one argument grows with the square of its length.",
    "effect": "denial-of-service",
}


def test_two_that_look_alike_are_nominated_with_reasons_and_stay_two():
    hand_in(lines(record(1, **ONE)), "Lab A")
    hand_in(lines(record(2, **ALIKE)), "Lab B")
    match()
    (nomination,) = Nomination.objects.all()
    assert (nomination.earlier.reference, nomination.later.reference) == ("lab-1", "lab-2")
    assert nomination.state == "open"
    assert any("setKey" in reason for reason in nomination.reasons)
    assert not Link.objects.exists()
    assert not Case.objects.exists()


def test_two_that_do_not_and_two_in_other_packages_are_not():
    hand_in(lines(record(1, **ONE)), "Lab A")
    hand_in(lines(record(2, **UNLIKE)), "Lab B")
    hand_in(lines(record(3, target={"purl": "pkg:npm/y18n@1.0.0"}, **ONE)), "Lab C")
    match()
    assert not Nomination.objects.exists()


def test_a_copy_is_linked_and_not_nominated_too():
    hand_in(lines(record(1, **ONE, **proof("x"))), "Lab A")
    hand_in(lines(record(2, **ALIKE, **proof("x"))), "Lab B")
    match()
    assert Link.objects.count() == 1
    assert not Nomination.objects.exists()


def test_one_finder_cannot_nominate_himself_against_everything():
    texts = [f"setKey walks to Object.prototype by name {n}" for n in range(40)]
    hand_in(lines(*(record(n, title=text, **proof(text)) for n, text in enumerate(texts))))
    flood = record(99, title=" ".join(texts)[:300], description=" ".join(texts))
    hand_in(lines(flood), "Flooder")
    match()
    about = Nomination.objects.filter(later__reference="lab-99")
    assert about.count() <= 10


def test_what_was_declined_is_not_nominated_again_and_an_accepted_one_links():
    hand_in(lines(record(1, **ONE, **proof("a"))), "Lab A")
    hand_in(lines(record(2, **ALIKE, **proof("b"))), "Lab B")
    match()
    nomination = Nomination.objects.get()
    linking.decline(OWNER, nomination.pk, reason="two sinks")
    match()
    assert Nomination.objects.get().state == "declined"
    hand_in(lines(record(3, **ALIKE, **proof("c"))), "Lab C")
    match()
    later_one = Nomination.objects.filter(state="open").order_by("pk")[0]
    made = linking.accept(OWNER, later_one.pk, reason="the same line")
    assert made is not None
    assert (made.kind, made.basis, made.made_by) == ("duplicate-of", "person", OWNER.name)


def test_what_shares_a_case_already_is_not_nominated():
    hand_in(lines(record(1, **ONE, **proof("a"))), "Lab A")
    hand_in(lines(record(2, **ALIKE, **proof("b"))), "Lab B")
    one, other = Finding.objects.order_by("pk")
    prove(one)
    prove(other)
    linking.relate(OWNER, other.key, one.key, LinkKind.DUPLICATE, reason="same")
    for delivery in (one.delivery, other.delivery):
        matching.match_batch(delivery.key, matching.FIRST, at=later())
    assert not Nomination.objects.exists()


def test_all_of_a_large_delivery_are_compared_also_with_what_came_before_them(monkeypatch):
    monkeypatch.setattr(nominating, "_SMALL", 0)
    monkeypatch.setattr(nominating, "MOST_KNOWN", 10)
    monkeypatch.setattr(matching, "BATCH", 5)
    texts = [{**ONE, "title": f"{ONE['title']} ({n})"} for n in range(20)]
    delivery = hand_in(lines(*(record(n, **text) for n, text in enumerate(texts))))
    batch = matching.match_batch(delivery.key, matching.FIRST, at=later())
    while batch.more:
        batch = matching.match_batch(delivery.key, batch.after, at=later())
    nominated = set(Nomination.objects.values_list("later__reference", flat=True))
    assert nominated == {f"lab-{n}" for n in range(1, 20)}
