"""The machines together, walked at random: several cases, vendors, participants, and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.desks.cases.states.answers import led_to, why_not
from tests.desks.cases.states.instants import BEGINNING, day
from tidegate.desks.cases.states import cases
from tidegate.desks.cases.states.cases import Case
from tidegate.desks.cases.states.consents import Consent, ConsentEvent
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.desks.cases.states.goals import GOALS
from tidegate.desks.cases.states.histories import follow, history_of, state_of
from tidegate.desks.cases.states.releases import Approval
from tidegate.desks.cases.states.reports import ReportEvent, ReportState
from tidegate.desks.cases.states.vulnerabilities import FACTS, VENDOR_EVENTS, CaseEvent

_NAMES = ("acme", "bolt", "crux", "finder")
_VENDORS = frozenset(_NAMES) - {"finder"}
_PICK = st.integers(0, 3)
_NAME = st.sampled_from(_NAMES)
_UNTIL = st.integers(0, 60)


@dataclass
class Watched:
    """A case, and what the test itself remembers of it, apart from the code that is tested."""

    case: Case = field(default_factory=Case)
    facts: set[CaseEvent] = field(default_factory=set)
    """Facts that were recorded, without those that others bring."""
    seen: int = 0
    """Entries that have to be there."""
    signed: dict[str, object] = field(default_factory=dict)
    """Who signed which end since the terms on the table last changed."""
    over: bool = False
    """Its embargo has ended, and no merge brought another one."""
    terms_since: object = BEGINNING


class Coordination(RuleBasedStateMachine):
    """What people, clocks and the world may do to cases, in any order."""

    def __init__(self):
        super().__init__()
        self.now = BEGINNING
        self.watched = []

    @initialize(days=_UNTIL)
    def begin(self, days):
        self.open_case(days, decided=True)

    @precondition(lambda self: len(self.watched) < 3)
    @rule(days=_UNTIL, decided=st.booleans())
    def open_case(self, days, decided):
        """Open a case with two vendors; `days` is how long it is kept secret, 0 for not at all."""
        watched = Watched()
        self.watched.append(watched)
        newest = len(self.watched) - 1
        for name in _NAMES[:2]:
            watched.case = led_to(cases.join(watched.case, name, is_vendor=name in _VENDORS))
            if decided:
                self.go_through_the_report(newest, name)
        self.agree(newest, days)

    @rule(pick=_PICK, name=_NAME)
    def join(self, pick, name):
        watched = self._of(pick)
        known = name in watched.case.participants
        moved = cases.join(watched.case, name, is_vendor=name in _VENDORS)
        assert bool(moved) is not known
        self._take(watched, moved)

    @rule(pick=_PICK, name=_NAME, event=st.sampled_from(ReportEvent))
    def handle_report(self, pick, name, event):
        watched = self._of(pick)
        self._take(watched, cases.handle_report(watched.case, name, event))

    @rule(pick=_PICK, name=_NAME)
    def go_through_the_report(self, pick, name):
        for event in (ReportEvent.RECEIVE, ReportEvent.VALIDATE, ReportEvent.ACCEPT):
            self.handle_report(pick, name, event)

    @rule(pick=_PICK, days=_UNTIL)
    def propose(self, pick, days):
        watched = self._of(pick)
        ends_at = self.now + timedelta(days=days)
        moved = cases.propose(watched.case, ends_at, now=self.now)
        if moved:
            assert not watched.facts
            assert not watched.over
            assert not any(
                part.consent is Consent.SIGNATORY for part in moved.state.participants.values()
            )
            watched.signed = {}
            watched.terms_since = self.now
        self._take(watched, moved)

    @rule(pick=_PICK, approvers=st.sets(st.sampled_from(["ada", "ben", "cleo"]), max_size=2))
    def accept(self, pick, approvers):
        watched = self._of(pick)
        before = watched.case.embargo
        moved = cases.accept(
            watched.case,
            now=self.now,
            approvals=self._approvals(approvers),
            terms_since=watched.terms_since,
        )
        if moved:
            assert not watched.facts
            assert moved.state.embargo.ends_at == before.proposed_ends_at
            if before.ends_at and moved.state.embargo.ends_at < before.ends_at:
                assert len(approvers) == 2
        self._take(watched, moved)

    @rule(pick=_PICK)
    def refuse(self, pick):
        watched = self._of(pick)
        before = watched.case.embargo
        moved = cases.refuse(watched.case)
        if moved:
            expected = EmbargoState.ACTIVE if before.state.in_force else EmbargoState.NONE
            assert moved.state.embargo.state is expected
            assert moved.state.embargo.ends_at == before.ends_at
            watched.signed = {}
        self._take(watched, moved)

    @rule(pick=_PICK, days=_UNTIL)
    def agree(self, pick, days):
        """Propose an end; everybody signs; two coordinators accept, be it earlier or later."""
        self.propose(pick, days)
        for name in self._of(pick).case.participants:
            self.consent(pick, name, ConsentEvent.INVITE)
            self.consent(pick, name, ConsentEvent.SIGN)
        self.accept(pick, {"ada", "ben"})

    @rule(pick=_PICK, name=_NAME, days=_UNTIL)
    def quarrel(self, pick, name, days):
        """Propose an end that one signs and another refuses."""
        self.propose(pick, days)
        self.consent(pick, name, ConsentEvent.SIGN)
        self.refuse(pick)

    @rule(days=st.integers(1, 20))
    def let_time_pass(self, days):
        self.now += timedelta(days=days)

    @rule(pick=_PICK)
    def ring(self, pick):
        watched = self._of(pick)
        ends_at = watched.case.embargo.ends_at
        moved = cases.run_out(watched.case, now=self.now)
        if moved:
            assert ends_at <= self.now
            watched.over = True
        self._take(watched, moved)

    @rule(pick=_PICK, approvers=st.sets(st.sampled_from(["ada", "ben", "cleo"])))
    def release_early(self, pick, approvers):
        watched = self._of(pick)
        in_force = watched.case.embargo.state.in_force
        moved = cases.release_early(
            watched.case,
            self._approvals(approvers),
            terms_since=watched.terms_since,
            now=self.now,
        )
        assert bool(moved) is (in_force and len(approvers) >= 2)
        watched.over = watched.over or bool(moved)
        self._take(watched, moved)

    @rule(pick=_PICK, name=_NAME, event=st.sampled_from(ConsentEvent))
    def consent(self, pick, name, event):
        watched = self._of(pick)
        terms = watched.case.embargo.terms
        moved = cases.consent(watched.case, name, event, terms=terms)
        if moved:
            assert terms is not None or event in (ConsentEvent.LAPSE, ConsentEvent.STAY_SILENT)
            watched.signed.pop(name, None)
            if event is ConsentEvent.SIGN:
                watched.signed[name] = terms
        self._take(watched, moved)

    @rule(pick=_PICK, name=_NAME, days=st.integers(1, 9))
    def sign_terms_that_have_changed(self, pick, name, days):
        watched = self._of(pick)
        terms = watched.case.embargo.terms
        if terms is not None:
            stale = terms + timedelta(days=days)
            assert not cases.consent(watched.case, name, ConsentEvent.SIGN, terms=stale)

    @rule(pick=_PICK, fact=st.sampled_from(FACTS), ago=st.integers(0, 30))
    def record_fact(self, pick, fact, ago):
        watched = self._of(pick)
        watched.case = cases.record_fact(
            watched.case, fact, happened_at=self.now - timedelta(days=ago), recorded_at=self.now
        )
        watched.facts.add(fact)
        watched.seen += 1
        self._note_the_end(watched)

    @rule(pick=_PICK, name=_NAME, event=st.sampled_from(VENDOR_EVENTS))
    def record_progress(self, pick, name, event):
        watched = self._of(pick)
        moved = cases.record_progress(
            watched.case, name, event, happened_at=self.now, recorded_at=self.now
        )
        if moved:
            assert name in _VENDORS
            if event is not CaseEvent.VENDOR_AWARE:
                assert watched.case.participants[name].report in (
                    ReportState.ACCEPTED,
                    ReportState.DEFERRED,
                    ReportState.CLOSED,
                )
            watched.seen += 1
        self._take(watched, moved)

    @precondition(lambda self: len(self.watched) > 1)
    @rule(pick=_PICK)
    def merge(self, pick):
        one = self.watched.pop(pick % len(self.watched))
        other = self._of(pick)
        merged = cases.merge(one.case, other.case)
        ends = [
            each.case.embargo.ends_at for each in (one, other) if each.case.embargo.state.in_force
        ]
        if one.facts | other.facts:
            assert not merged.embargo.state.on_the_table
        elif ends:
            assert merged.embargo.state.in_force
            assert merged.embargo.ends_at == min(ends)
        assert set(merged.participants) == {*one.case.participants, *other.case.participants}
        signed = [
            (name, terms)
            for each in (one, other)
            for name, terms in each.signed.items()
            if terms == merged.embargo.terms
        ]
        other.case = merged
        other.facts |= one.facts
        other.seen = len({*one.case.entries, *other.case.entries})
        other.signed = dict(signed)
        other.over = merged.embargo.state is EmbargoState.EXITED
        other.terms_since = self.now
        self._note_the_end(other)

    @precondition(lambda self: len(self.watched) < 3)
    @rule(pick=_PICK, apart=st.sets(_NAME))
    def split(self, pick, apart):
        watched = self._of(pick)
        everybody = set(watched.case.participants)
        second = (apart & everybody) | (everybody & {"finder"})
        first = everybody - (second - {"finder"})
        moved = cases.split(watched.case, first, second)
        assert moved
        assert {part.embargo for part in moved.state} == {watched.case.embargo}
        for part, names in zip(moved.state, (first, second), strict=True):
            assert set(part.participants) == names
            assert part.facts == watched.case.facts
            for name in names:
                assert part.participants[name] == watched.case.participants[name]
                assert state_of(part.entries, name) == state_of(watched.case.entries, name)
        rest, new = moved.state
        self.watched.append(
            Watched(
                new,
                set(watched.facts),
                len(new.entries),
                {name: terms for name, terms in watched.signed.items() if name in second},
                watched.over,
                watched.terms_since,
            )
        )
        watched.case, watched.seen = rest, len(rest.entries)
        watched.signed = {name: at for name, at in watched.signed.items() if name in first}

    @invariant()
    def a_fact_and_an_embargo_never_stand_together(self):
        for watched in self.watched:
            if watched.case.facts.known:
                assert not watched.case.embargo.state.on_the_table

    @invariant()
    def what_was_seen_is_kept(self):
        for watched in self.watched:
            assert len(watched.case.entries) >= watched.seen
            assert all(watched.case.facts.has(fact) for fact in watched.facts)
            assert watched.case.facts.known is bool(watched.facts)

    @invariant()
    def every_vendors_history_is_legal_and_at_rest(self):
        for watched in self.watched:
            for name in watched.case.vendors:
                history = [one.event for one in history_of(watched.case.entries, name)]
                followed = follow(history)
                assert followed
                assert followed.state == state_of(watched.case.entries, name)
                assert followed.state.forced is None

    @invariant()
    def a_signatory_has_signed_the_terms_on_the_table(self):
        for watched in self.watched:
            terms = watched.case.embargo.terms
            for name, part in watched.case.participants.items():
                if part.consent is Consent.SIGNATORY:
                    assert terms is not None
                    assert watched.signed[name] == terms

    @invariant()
    def what_has_ended_does_not_begin_again(self):
        for watched in self.watched:
            if watched.over:
                assert watched.case.embargo.state is EmbargoState.EXITED

    @invariant()
    def every_goal_is_met_missed_or_undecided(self):
        for watched in self.watched:
            score = watched.case.score
            assert sorted(map(str, (*score.met, *score.missed, *score.undecided))) == sorted(
                map(str, GOALS)
            )

    def _of(self, pick):
        return self.watched[pick % len(self.watched)]

    def _approvals(self, people):
        return [Approval(person, self.now, is_coordinator=True) for person in people]

    def _take(self, watched, moved):
        before = watched.case
        if moved:
            watched.case = moved.state
        else:
            assert moved.reason
            assert watched.case is before
        self._note_the_end(watched)

    def _note_the_end(self, watched):
        if not watched.case.embargo.state.on_the_table:
            watched.signed = {}
        if watched.case.embargo.state is EmbargoState.EXITED:
            watched.over = True


Coordination.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCoordination = Coordination.TestCase


def _case():
    case = Case()
    for name in ("acme", "bolt"):
        case = led_to(cases.join(case, name, is_vendor=True))
    return case


def _agreed(until=90):
    """Return a case under an embargo that everybody has signed."""
    case = led_to(cases.propose(_case(), day(until), now=day(0)))
    for name in ("acme", "bolt"):
        case = led_to(cases.consent(case, name, ConsentEvent.SIGN, terms=day(until)))
    return led_to(cases.accept(case, now=day(0)))


def _consents(case):
    return [part.consent for part in case.participants.values()]


def test_a_revision_lapses_every_signatory_until_it_signs_again():
    case = led_to(cases.propose(_agreed(), day(120), now=day(2)))
    assert _consents(case) == [Consent.LAPSED, Consent.LAPSED]
    case = led_to(cases.consent(case, "acme", ConsentEvent.SIGN, terms=day(120)))
    case = led_to(cases.accept(case, now=day(3)))
    assert _consents(case) == [Consent.SIGNATORY, Consent.LAPSED]


def test_who_signed_a_revision_that_was_refused_has_not_signed_what_stands():
    case = led_to(cases.propose(_agreed(), day(120), now=day(1)))
    case = led_to(cases.consent(case, "acme", ConsentEvent.SIGN, terms=day(120)))
    assert _consents(led_to(cases.refuse(case))) == [Consent.LAPSED, Consent.LAPSED]


def test_one_coordinator_cannot_revise_an_embargo_into_an_early_release():
    case = led_to(cases.propose(_agreed(), day(2), now=day(1)))
    ada, ben = (Approval(person, day(1), is_coordinator=True) for person in ("ada", "ben"))
    assert not cases.accept(case, now=day(1))
    assert not cases.accept(case, now=day(1), approvals=[ada, ben])
    assert not cases.accept(case, now=day(1), approvals=[ada], terms_since=day(1))
    assert cases.accept(case, now=day(1), approvals=[ada, ben], terms_since=day(1))


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_recorded_and_ends_the_embargo(fact):
    case = cases.record_fact(_agreed(), fact, happened_at=day(1), recorded_at=day(2))
    assert case.embargo.state is EmbargoState.EXITED
    assert case.facts.has(fact)
    assert _consents(case) == [Consent.NO_EMBARGO, Consent.NO_EMBARGO]


def test_a_merge_brings_the_facts_of_one_case_to_the_embargo_of_the_other():
    public = cases.record_fact(_case(), CaseEvent.ATTACKS, happened_at=day(1), recorded_at=day(1))
    assert cases.merge(public, _agreed()).embargo.state is EmbargoState.EXITED


def test_a_merge_takes_the_earliest_end_and_the_consents_that_were_given_to_it():
    merged = cases.merge(_agreed(90), led_to(cases.join(_agreed(30), "crux", is_vendor=False)))
    assert merged.embargo.ends_at == day(30)
    assert _consents(merged) == [Consent.SIGNATORY, Consent.SIGNATORY, Consent.NO_EMBARGO]


def test_nobody_gets_lost_in_a_split():
    assert "bolt would be in neither case" in why_not(cases.split(_case(), ["acme"], ["acme"]))
    assert "zoe takes no part" in why_not(cases.split(_case(), ["acme", "bolt"], ["zoe"]))


def test_two_halves_put_together_again_are_the_case_that_was_split():
    case = led_to(
        cases.record_progress(
            _agreed(), "acme", CaseEvent.VENDOR_AWARE, happened_at=day(1), recorded_at=day(1)
        )
    )
    one, other = led_to(cases.split(case, ["acme"], ["bolt"]))
    assert cases.merge(one, other) == case
    assert cases.merge(other, one).entries == case.entries
