"""The services, walked at random beside the pure model: rows and model never differ."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.desks.cases.makers import Party, coordinated, coordinator, day, party, under_embargo
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Coordination, EmbargoTerms
from tidegate.desks.cases.services import (
    consenting,
    embargoes,
    facts,
    inviting,
    releasing,
    vendors,
)
from tidegate.desks.cases.services.firing import due, fired
from tidegate.desks.cases.services.machines import held
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states.cases import Case
from tidegate.desks.cases.states.consents import Consent, ConsentEvent
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.desks.cases.states.releases import Approval
from tidegate.desks.cases.states.reports import ReportEvent
from tidegate.desks.cases.states.steps import Moved, Refused
from tidegate.desks.cases.states.vulnerabilities import FACTS, CaseEvent
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person

PLACES = st.integers(0, 2)
REFUSALS = (NotPossibleError, NotFoundError)

Answer = Moved[Case] | Refused


@dataclass(frozen=True)
class Player:
    """Somebody of an organisation; who they are does not change in a walk."""

    key: str
    person: Person
    actor: Actor

    @classmethod
    def of(cls, one: Party) -> Player:
        return cls(one.key, one.person, one.actor)


class Walk(RuleBasedStateMachine):
    """One case with up to three vendors, and what the pure model makes of the same steps."""

    coordinators: ClassVar[list[Player]]
    vendors: ClassVar[list[Player]]
    fresh: ClassVar[Coordination]
    secret: ClassVar[Coordination]
    """Under an embargo of thirty days that two of the vendors have consented to."""

    @classmethod
    def set_the_stage(cls) -> None:
        """Make who plays; each walk begins with the same people and one of two cases."""
        by, others = coordinator(), [party() for _ in range(3)]
        cls.coordinators = [Player.of(by), Player.of(by.colleague())]
        cls.vendors = [Player.of(one) for one in others]
        cls.fresh = coordinated(by)
        cls.secret = under_embargo(by, *others[:2])

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.now = 0.0
        self.by = self.coordinators[0]
        self.approvals: dict[str, Approval] = {}
        self.agreed_at = self.at

    @initialize(secret=st.booleans())
    def begin(self, secret: bool) -> None:
        row = self.secret if secret else self.fresh
        self.key, self.pk = row.case.key, row.pk
        self.model = held(row).case
        self.joined = {who.key for who in self.vendors[:2]} if secret else set()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @property
    def at(self) -> datetime:
        return day(self.now)

    def take(self, answer: Answer, service: Callable[[], object]) -> bool:
        """Ask for the same of both; the service does it where the model does, and only there."""
        self.now += 0.001
        if isinstance(answer, Refused):
            with pytest.raises(REFUSALS):
                service()
            return False
        service()
        self.model = answer.state
        return True

    def consent(self, who: Player, event: ConsentEvent, terms: datetime | None = None) -> Answer:
        return model.consent(self.model, who.key, event, terms=terms)

    @rule(place=PLACES)
    def invite(self, place: int) -> None:
        who = self.vendors[place]
        part = self.model.participants.get(who.key)
        answer: Answer
        if part is None:
            answer = model.join(self.model, who.key, is_vendor=True)
            assert isinstance(answer, Moved)
            if self.model.embargo.state.on_the_table:
                answer = model.consent(answer.state, who.key, ConsentEvent.INVITE)
        elif part.consent is Consent.NO_EMBARGO:
            answer = Refused("it takes part already")
        else:
            answer = self.consent(who, ConsentEvent.INVITE)
        at = self.at
        self.take(
            answer,
            lambda: inviting.invite(self.by.actor, self.key, who.key, "vendor", at=at),
        )

    @rule(place=PLACES, stale=st.booleans())
    def accept(self, place: int, stale: bool) -> None:
        who, at = self.vendors[place], self.at
        terms = self.model.embargo.terms if not stale else day(-9)
        if terms is None and stale:
            return
        answer: Answer
        if self.model.embargo.state.on_the_table:
            answer = self.consent(who, ConsentEvent.SIGN, terms)
        elif who.key in self.model.participants and who.key not in self.joined:
            answer = Moved(self.model)
        else:
            answer = Refused("it has joined already")
        if terms is not None and not self.model.embargo.state.on_the_table:
            answer = Refused("there is nothing to agree to")
        if isinstance(answer, Moved) and who.key not in self.joined:
            answer = self.with_the_report(answer.state, who, at)
        if self.take(
            answer,
            lambda: consenting.accept(who.actor, self.key, who.key, terms=terms, at=at),
        ):
            self.joined.add(who.key)

    def with_the_report(self, case: Case, who: Player, at: datetime) -> Answer:
        answer = model.handle_report(case, who.key, ReportEvent.RECEIVE)
        assert isinstance(answer, Moved)
        told = model.record_progress(
            answer.state, who.key, CaseEvent.VENDOR_AWARE, happened_at=at, recorded_at=at
        )
        # It may know already what the public knows.
        return told or answer

    @rule(place=PLACES)
    def decline(self, place: int) -> None:
        who, at = self.vendors[place], self.at
        answer: Answer
        if self.model.embargo.state.on_the_table or who.key not in self.model.participants:
            answer = self.consent(who, ConsentEvent.DECLINE)
        else:
            answer = Moved(self.without(who))
        self.take(answer, lambda: consenting.decline(who.actor, self.key, who.key, at=at))
        if who.key not in self.model.participants:
            self.joined.discard(who.key)

    @rule(place=PLACES)
    def remove(self, place: int) -> None:
        who, at = self.vendors[place], self.at
        there = who.key in self.model.participants
        answer: Answer = Moved(self.without(who)) if there else Refused("it takes no part")
        self.take(
            answer,
            lambda: inviting.remove(self.by.actor, self.key, who.key, reason="so", at=at),
        )
        self.joined.discard(who.key)

    def without(self, who: Player) -> Case:
        others = {name: part for name, part in self.model.participants.items() if name != who.key}
        return replace(self.model, participants=MappingProxyType(others))

    @rule(days=st.sampled_from([-1, 1, 5, 20]), place=st.integers(-1, 2))
    def propose(self, days: int, place: int) -> None:
        at, end = self.at, day(self.now + days)
        who = self.by if place < 0 else self.vendors[place]
        answer: Answer = Refused("it reads nothing")
        if place < 0 or self.reads(who):
            answer = model.propose(self.model, end, now=at)
        if isinstance(answer, Moved):
            answer = model.consent(answer.state, who.key, ConsentEvent.SIGN, terms=end)
        self.take(answer, lambda: embargoes.propose(who.actor, self.key, end, at=at))

    @rule(approved=st.booleans())
    def accept_embargo(self, approved: bool) -> None:
        at = self.at
        given = []
        if approved and self.model.embargo.proposed_ends_at is not None:
            since = EmbargoTerms.objects.filter(coordination=self.pk).latest("pk").proposed_at
            for who in self.coordinators:
                given.append(Approval(who.person.key, since, is_coordinator=True))
                if self.model.embargo.state.on_the_table:
                    self.approve_terms(who, at)
        answer = model.accept(self.model, now=at, approvals=given, terms_since=day(-1))
        if self.take(answer, lambda: embargoes.accept(self.by.actor, self.key, at=at)):
            self.agreed_at = at

    def approve_terms(self, who: Player, at: datetime) -> None:
        with contextlib.suppress(NotPossibleError):  # it may have been said before
            releasing.approve_terms(who.actor, self.key, reason="so", at=at)

    @rule()
    def refuse(self) -> None:
        at = self.at
        answer = model.refuse(self.model)
        self.take(answer, lambda: embargoes.refuse(self.by.actor, self.key, at=at))

    @rule(which=st.integers(0, 1))
    def approve_release(self, which: int) -> None:
        who, at = self.coordinators[which], self.at
        if not self.model.embargo.state.in_force:
            answer: Answer = Refused("there is none in force")
            self.take(answer, lambda: self.approve(who, at))
            return
        key = who.person.key
        mine = self.approvals.get(key)
        if mine is not None and mine.at >= self.agreed_at:
            self.take(Refused("it has approved already"), lambda: self.approve(who, at))
            return
        self.approvals[key] = Approval(key, at, is_coordinator=True)
        answer = model.release_early(
            self.model, self.approvals.values(), terms_since=self.agreed_at, now=at
        )
        ends = isinstance(answer, Moved)
        assert self.approve(who, at) is ends
        if isinstance(answer, Moved):
            self.model = answer.state
            self.approvals = {}

    def approve(self, who: Player, at: datetime) -> bool:
        return releasing.approve_release(who.actor, self.key, reason="so", at=at)

    @rule(fact=st.sampled_from(FACTS), place=st.integers(-1, 2))
    def record_fact(self, fact: CaseEvent, place: int) -> None:
        who = self.by if place < 0 or not self.reads(self.vendors[place]) else self.vendors[place]
        at = self.at
        after = model.record_fact(self.model, fact, happened_at=at, recorded_at=at)
        self.take(Moved(after), lambda: facts.record_fact(who.actor, self.key, fact, at=at))

    @rule(place=PLACES, event=st.sampled_from(list(ReportEvent)))
    def handle_report(self, place: int, event: ReportEvent) -> None:
        who, at = self.vendors[place], self.at
        answer: Answer = Refused("it has not joined")
        if who.key in self.joined:
            answer = model.handle_report(self.model, who.key, event)
        self.take(
            answer,
            lambda: vendors.handle_report(self.by.actor, self.key, who.key, event, at=at),
        )

    @rule(place=PLACES, event=st.sampled_from([CaseEvent.FIX_READY, CaseEvent.FIX_DEPLOYED]))
    def progress(self, place: int, event: CaseEvent) -> None:
        who, at = self.vendors[place], self.at
        answer: Answer = Refused("it has not joined")
        if who.key in self.joined:
            answer = model.record_progress(
                self.model, who.key, event, happened_at=at, recorded_at=at
            )
        self.take(
            answer,
            lambda: vendors.record_progress(self.by.actor, self.key, who.key, event, at=at),
        )

    @rule(days=st.sampled_from([0.5, 2, 30]))
    def pass_time(self, days: float) -> None:
        self.now += days
        for clock in due(self.at).filter(coordination=self.pk):
            fired(clock, self.at)
        after = model.run_out(self.model, now=self.at)
        if isinstance(after, Moved):
            self.model = after.state

    def reads(self, who: Player) -> bool:
        """Say whether somebody reads the case, by what the model says and by nothing else."""
        part = self.model.participants.get(who.key)
        embargo = self.model.embargo
        if part is None or who.key not in self.joined:
            return False
        return (
            not embargo.state.on_the_table
            or part.consent is Consent.SIGNATORY
            or (embargo.state.in_force and not embargo.binds(self.at))
        )

    @invariant()
    def rows_and_model_say_the_same(self) -> None:
        row = Coordination.objects.select_related("case").get(pk=self.pk)
        kept = held(row)
        assert kept.case.embargo == self.model.embargo
        assert kept.case.participants == self.model.participants
        assert kept.case.entries == self.model.entries
        assert kept.case.facts == self.model.facts

    @invariant()
    def no_embargo_is_in_force_together_with_a_fact(self) -> None:
        row = Coordination.objects.get(pk=self.pk)
        in_force = EmbargoState(row.embargo).in_force
        assert not (in_force and (row.public_at or row.exploit_at or row.attacks_at))
        assert row.clocks.filter(kind="embargo-end", state="running").count() == in_force

    @invariant()
    def nobody_reads_before_they_consented(self) -> None:
        case = Coordination.objects.select_related("case").get(pk=self.pk).case
        for who in self.vendors:
            assert may(who.actor, Act.READ, case, at=self.at) is self.reads(who)


@pytest.mark.django_db
def test_rows_and_model_never_differ_and_nobody_reads_before_they_consented() -> None:
    Walk.set_the_stage()
    run_state_machine_as_test(
        Walk, settings=settings(max_examples=20, stateful_step_count=20, deadline=None)
    )
