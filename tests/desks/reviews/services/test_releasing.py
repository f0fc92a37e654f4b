"""A release is put on record whenever its developer likes; nothing and nobody has a say in it.

From: EO 14409, 3(c). The states alone are walked in `tests.desks.reviews.states.test_engagements`,
every route in `tests.faces`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import transaction

import tidegate.desks.reviews
from tests.desks.parties.makers import chief
from tests.desks.reviews.accesses import access, kinds, may_use, said
from tests.desks.reviews.making import (
    NOW,
    Engaged,
    Side,
    agree,
    day,
    developer,
    engagement,
    grant,
    named,
    partnered,
    party_of,
    reviewer,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.table import TABLE
from tidegate.desks.access.words import Act, Kind, Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.queries.entries import list_entries
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import narrowed_to
from tidegate.desks.parties.services import organisations
from tidegate.desks.reviews.models import (
    Determination,
    Engagement,
    Grant,
    NamedPerson,
    Release,
)
from tidegate.desks.reviews.queries.engagements import engagement_page, my_engagements
from tidegate.desks.reviews.queries.terms import terms_page
from tidegate.desks.reviews.services import (
    closing,
    grants,
    opening,
    releasing,
    terms,
    windows,
    withdrawing,
)
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

SOURCES = Path(tidegate.desks.reviews.__file__).parent


def determined(made: Engaged, decision: str) -> None:
    """Let an official decide."""
    Determination.objects.create(
        engagement=made.row,
        number=1,
        decision=decision,
        words="as decided",
        official=made.government.person,
        decided_at=NOW,
    )


def set_to(**columns: object) -> Callable[[Engaged], object]:
    return lambda made: Engagement.objects.filter(pk=made.row.pk).update(**columns)


def in_use(made: Engaged) -> None:
    """Let the model be called right now."""
    set_to(window_opens_at=NOW, window_ends_at=day(20))(made)
    grant(named(made.row, made.government), begins_at=NOW, ends_at=day(9), secret="in use")


def suspended(made: Engaged) -> None:
    """Let a coordinator suspend the developer's organisation."""
    organisations.suspend_organisation(chief(), made.developer.key, reason="x", at=NOW)


def recused(made: Engaged) -> None:
    """Let the developer's only administrator have stepped back."""
    own = party_of(made.row, made.developer)
    row = named(made.row, made.developer, "observer", person=made.developer.person)
    assert row.party == own
    NamedPerson.objects.filter(pk=row.pk).update(recused_at=NOW)


def suspended_and_recused(made: Engaged) -> None:
    suspended(made)
    recused(made)


SHUT_OUT = {
    "the developer is suspended": suspended,
    "its administrator has stepped back": recused,
    "both at once": suspended_and_recused,
}

CIRCUMSTANCES: dict[str, Callable[[Engaged], object]] = {
    "as it is": lambda made: None,
    "never proposed": set_to(proposed_at=None),
    "terms are in force": agree,
    "nothing is planned": set_to(planned_release_at=None),
    "it is planned for later": set_to(planned_release_at=day(300)),
    "the window is open and the model in use": in_use,
    "the window is ahead": set_to(window_opens_at=day(5), window_ends_at=day(9)),
    "the window is over": set_to(window_opens_at=day(-9), window_ends_at=day(-5)),
    "the plug is pulled": set_to(access_off_at=NOW),
    "it was found to be covered": lambda made: determined(made, "covered"),
    "more evidence is wanted": lambda made: determined(made, "more-evidence"),
    "a partner waits": lambda made: partnered(made, dates=(NOW, day(20))),
    "its framework is gone": set_to(framework="gone", framework_sha256="0" * 64),
    **SHUT_OUT,
}


@pytest.mark.parametrize("state", State)
def test_in_every_state_and_circumstance_a_release_is_recorded(state: State):
    by = developer()
    reviewing = reviewer()
    for words, brought_about in CIRCUMSTANCES.items():
        with transaction.atomic():
            made = engagement(by=by, asked=reviewing, state=state)
            brought_about(made)
            for to in Release.To.values:
                release = releasing.record_release(by.actor, made.key, to, NOW, at=NOW)
                assert (release.to, release.released_at) == (to, NOW), words
            assert made.now().state == (state if state in ("closed", "withdrawn") else "released")
            assert kinds(made.key)[-2:] == ["model-released"] * 2, words
            transaction.set_rollback(True)


@pytest.mark.parametrize("state", [state for state in State if state is not State.WITHDRAWN])
def test_a_developer_who_is_shut_out_withdraws_from_every_state(state: State):
    by, reviewing = developer(), reviewer()
    for words, brought_about in SHUT_OUT.items():
        with transaction.atomic():
            made = engagement(by=by, asked=reviewing, state=state)
            in_use(made)
            brought_about(made)
            withdrawing.withdraw(by.actor, made.key, at=NOW)
            assert made.now().state == State.WITHDRAWN, words
            assert not Grant.objects.filter(engagement=made.row, ended_at=None).exists()
            transaction.set_rollback(True)


@pytest.mark.parametrize("shut_out", SHUT_OUT.values(), ids=SHUT_OUT)
def test_to_who_is_shut_out_the_two_are_shown_and_nothing_else(shut_out):
    here = access()
    here.taken_up()
    shut_out(here.made)
    actor, key = here.developer, here.key
    page = engagement_page(actor, key, at=NOW)
    assert page.may == {"release", "withdraw"}
    assert page.content is None
    assert (page.parties, page.certificates, page.duties) == ((), (), ())
    home = my_engagements(actor, at=NOW)
    assert [(row.key, row.model, row.state) for row in home.as_developer] == [(key, "", "")]
    assert (home.grants, home.waiting) == ((), ())
    assert not terms_page(actor, key, at=NOW).versions
    assert not list_entries(actor).rows
    others: list[Callable[[], object]] = [
        lambda: grants.pull_the_plug(actor, key, at=NOW),
        lambda: closing.close(actor, key, at=NOW),
        lambda: opening.change(actor, key, model="Heron", at=NOW),
        lambda: terms.propose_default(actor, key, at=NOW),
    ]
    for other in others:
        with pytest.raises(NotFoundError):
            other()


@pytest.mark.parametrize("duty", ["lead", "evaluator"])
def test_of_named_people_who_are_shut_out_only_who_was_to_lead_decides(duty: str):
    made = engagement()
    row = named(made.row, made.developer, duty)
    suspended(made)
    who = Side(made.developer.organisation, row.person)
    if duty == "lead":
        releasing.record_release(who.actor, made.key, "public", NOW, at=NOW)
        return
    with pytest.raises(NotFoundError):
        releasing.record_release(who.actor, made.key, "public", NOW, at=NOW)


def test_whoever_is_suspended_themselves_or_has_left_decides_nothing():
    made = engagement()
    suspended(made)
    who, place = made.developer, Membership.objects.get(person=made.developer.person)
    for rows, columns in (
        (Person.objects.filter(pk=who.person.pk), {"is_active": False}),
        (Membership.objects.filter(pk=place.pk), {"suspended_at": NOW}),
        (Membership.objects.filter(pk=place.pk), {"left_at": NOW}),
    ):
        with transaction.atomic():
            rows.update(**columns)
            with pytest.raises(NotFoundError):
                releasing.record_release(who.actor, made.key, "public", NOW, at=NOW)
            transaction.set_rollback(True)
    releasing.record_release(who.actor, made.key, "public", NOW, at=NOW)


def test_a_token_for_another_organisation_decides_nothing_for_a_suspended_one():
    made = engagement()
    suspended(made)
    other = developer()
    alone = narrowed_to(made.developer.actor, organisation=other.organisation.pk)
    with pytest.raises(NotFoundError):
        releasing.record_release(alone, made.key, "public", NOW, at=NOW)


@pytest.mark.parametrize("end", [withdrawing.withdraw, closing.close])
@pytest.mark.parametrize("kept", [False, True], ids=["each alone", "all of them"])
def test_at_every_step_of_a_whole_engagement_a_release_is_recorded(end, kept: bool):
    by, reviewing = developer(), reviewer()
    actor = by.actor
    row = opening.open_engagement(
        actor, by.key, asks="access", model="Heron", planned_release_at=day(40), at=NOW
    )
    made, key = Engaged(row, by, reviewing, None), row.key
    evaluators: list[Side] = []

    def name_somebody() -> None:
        evaluators.append(Side(reviewing.organisation, named(row, reviewing).person))

    def agree_on_terms() -> None:
        agree(made, at=day(3))
        if not kept:
            set_to(state=State.TERMS_AGREED)(made)

    def determine() -> None:
        determined(made, "covered")
        if not kept:
            set_to(state=State.DETERMINED)(made)

    steps: list[tuple[int, Callable[[], object]]] = [
        (1, lambda: opening.ask(actor, key, reviewing.key, "reviewer", at=day(1))),
        (2, lambda: opening.propose(actor, key, at=day(2))),
        (3, agree_on_terms),
        (10, lambda: windows.open_window(actor, key, ends_at=day(30), at=day(10))),
        (11, name_somebody),
        (12, lambda: windows.begin_evaluation(evaluators[0].actor, key, at=day(12))),
        (13, determine),
        (14, lambda: grants.pull_the_plug(actor, key, at=day(14))),
        (15, lambda: grants.put_back(actor, key, at=day(15))),
        (16, lambda: windows.move_end(actor, key, day(17), at=day(16))),
        (18, lambda: opening.end_part(actor, key, reviewing.key, "reviewer", at=day(18))),
        (19, lambda: end(actor, key, at=day(19))),
    ]
    for when, step in steps:
        step()
        with transaction.atomic():
            releasing.record_release(actor, key, "public", NOW, at=day(when))
            assert kinds(key)[-1] == "model-released", f"on day {when}"
            # Where they stay, the rest is walked as it is after a release.
            transaction.set_rollback(not kept)
    assert Release.objects.filter(engagement=row).count() == (len(steps) if kept else 0)


def test_a_release_during_the_window_ends_no_access_unless_the_developer_says_so():
    here = access()
    first, second = here.taken_up(), here.taken_up()
    releasing.record_release(here.developer, here.key, "public", day(1), at=day(1))
    assert may_use(first, day(1))
    releasing.record_release(
        here.developer, here.key, "partners", day(2), end_access=True, at=day(2)
    )
    assert not may_use(first, day(2))
    assert Grant.objects.get(pk=second.pk).ended_at == day(2)
    assert here.made.now().window_ends_at == day(2)
    assert kinds(here.key)[-4:] == ["window-ended", "grant-ended", "grant-ended", "model-released"]


def test_after_a_release_the_engagement_goes_on_as_before():
    here = access(window=None)
    releasing.record_release(here.developer, here.key, "public", NOW, at=NOW)
    windows.open_window(here.developer, here.key, ends_at=day(40), at=day(10))
    assert may_use(here.taken_up(at=day(10), begins_at=day(10), ends_at=day(12)), day(10))


def test_nobody_but_the_developer_has_a_say():
    here = access()
    before = here.made.now().state
    official = named(here.made.row, here.government, "lead")
    reading = replace(here.developer, scopes=frozenset({Scope.READ, Scope.WRITE}))
    others = [
        here.lead,
        here.holder,
        Side(here.government.organisation, official.person).actor,
        chief(),
        OWNER,
        developer().actor,
        reading,
    ]
    for other in others:
        with pytest.raises(NotFoundError):
            releasing.record_release(other, here.key, "public", NOW, at=NOW)
    assert here.made.now().state == before
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("to", "when", "words", "told"),
    [
        ("everybody", NOW, "", "choose partners or public"),
        ("public", day(1), "", "has not come yet"),
        ("public", NOW.replace(tzinfo=None), "", "has no zone"),
        ("public", NOW, "w" * 10_001, "has at most"),
    ],
)
def test_what_is_no_release_is_told(to, when, words, told):
    made = engagement()
    with pytest.raises(NotPossibleError, match=told):
        releasing.record_release(made.developer.actor, made.key, to, when, words=words, at=NOW)


def test_what_is_released_in_a_draft_stays_between_the_developer_and_its_record():
    made = engagement(state=State.DRAFT)
    releasing.record_release(made.developer.actor, made.key, "public", NOW, at=NOW)
    assert kinds(made.key) == ["model-released"]
    opening.propose(made.developer.actor, made.key, at=NOW)
    assert made.now().state == State.RELEASED
    assert party_of(made.row, made.government).invited_at == NOW
    assert said(made.key, "engagement-proposed")["asks"] == "access"


def test_no_rule_of_the_policy_speaks_of_approving_a_release_and_the_developers_rule_has_no_state():
    """There is no act of approving; and who may record a release is not asked of a state."""
    assert not [act for act in Act if "approve" in act or "clear" in act]
    assert not [rule for rule in TABLE if "approv" in rule.words and rule.kind is Kind.ENGAGEMENT]
    rules = [rule for rule in TABLE if Act.RELEASE in rule.acts and rule.kind is Kind.ENGAGEMENT]
    assert len(rules) == 1
    for state in State:
        made = engagement(state=state)
        asked = rules[0].which(made.developer.actor, NOW)
        assert Engagement.objects.filter(asked, pk=made.row.pk).exists(), state


def test_nothing_of_this_desk_asks_before_a_release_is_recorded():
    """Releases are made in one place, and whatever can refuse there is known by name."""
    making = [
        path.name
        for path in SOURCES.rglob("*.py")
        if "Release.objects" in path.read_text() or " Release(" in path.read_text()
    ]
    assert sorted(making) == ["engagements.py", "releasing.py"], "its table, and its service"
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse((SOURCES / "services" / "releasing.py").read_text()))
        if isinstance(node, ast.Call)
    }
    # A new name here is a condition until somebody has looked.
    assert called == {
        "atomic",
        "create",
        "end_access",
        "end_now",
        "hold",
        "instant",
        "lead_on",
        "listed",
        "NotPossibleError",
        "record",
        "save",
        "shown",
        "worded",
    }


def test_circumstances_are_what_they_say():
    """Were the circumstances not brought about, the walk above would show nothing."""
    made = engagement()
    before = Engagement.objects.filter(pk=made.row.pk).values().get()
    changed = []
    for words, brought_about in CIRCUMSTANCES.items():
        with transaction.atomic():
            brought_about(made)
            after = Engagement.objects.filter(pk=made.row.pk).values().get()
            related = (
                made.row.agreements.count(),
                made.row.determinations.count(),
                made.row.parties.count(),
            )
            shut_out = (
                Organisation.objects.filter(suspended_at__isnull=False).exists(),
                NamedPerson.objects.filter(recused_at__isnull=False).exists(),
            )
            if after != before or related != (0, 0, 2) or any(shut_out):
                changed.append(words)
            transaction.set_rollback(True)
    assert set(changed) == set(CIRCUMSTANCES) - {"as it is"}
