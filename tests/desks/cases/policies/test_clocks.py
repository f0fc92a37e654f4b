"""Which deadlines a policy sets in a case."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desks.cases.policies.makers import BEGINNING, day, happened, policy, rule
from tidegate.desks.cases.instants import InstantError
from tidegate.desks.cases.policies.clocks import Outcome, deadlines, governing
from tidegate.desks.cases.policies.inputs import (
    ClockInputError,
    Grant,
    Inputs,
    Pause,
    inputs_of,
)
from tidegate.desks.cases.policies.loading import shipped_policy
from tidegate.desks.cases.policies.words import Circumstance, ClockName, Ground, Trigger

ANTHROPIC = shipped_policy("anthropic-cvd")
CRA = shipped_policy("eu-cra-article-14")
DEFAULT = shipped_policy("default-90")
PROJECT_ZERO = shipped_policy("project-zero")

_ALL_GROUNDS = frozenset(Ground)
_MICROSECOND = timedelta(microseconds=1)


def _governs(policy, clock, **when):
    """Return in how many days a clock is due, and by which rule; None if nothing is."""
    found = governing(deadlines(policy, happened(**when))).get(clock)
    return found and ((found.due_at - BEGINNING) / timedelta(days=1), found.rule)


def _only(policy, inputs):
    (found,) = deadlines(policy, inputs)
    return found


class TestProjectZero:
    """Its own examples, and the sentences around them."""

    @pytest.mark.parametrize(("fixed", "published"), [(47, 77), (83, 113), (90, 120)])
    def test_a_fix_in_time_has_30_days_to_be_taken_up(self, fixed, published):
        found = _governs(PROJECT_ZERO, ClockName.DETAILS, reported=0, fix_available=fixed)
        assert found == (published, "details-after-a-fix")

    @pytest.mark.parametrize("when", [{}, {"fix_available": 91}])
    def test_without_a_fix_in_time_details_are_public_on_day_90(self, when):
        found = _governs(PROJECT_ZERO, ClockName.DETAILS, reported=0, **when)
        assert found == (90, "details-without-a-fix")

    def test_a_fix_in_the_grace_period_leads_to_day_120(self):
        grace = Grant("details-without-a-fix", day(89), _ALL_GROUNDS, "tavis")
        found = _governs(
            PROJECT_ZERO, ClockName.DETAILS, reported=0, fix_available=100, grants=[grace]
        )
        assert found == (120, "details-at-the-latest")

    def test_a_grace_period_without_a_fix_ends_on_day_104(self):
        grace = Grant("details-without-a-fix", day(89), _ALL_GROUNDS, "tavis")
        found = _governs(PROJECT_ZERO, ClockName.DETAILS, reported=0, grants=[grace])
        assert found == (104, "details-without-a-fix")

    def test_what_is_exploited_has_a_week(self):
        found = _governs(PROJECT_ZERO, ClockName.DETAILS, reported=0, exploitation_known=20)
        assert found == (27, "details-when-exploited")

    def test_what_is_exploited_and_fixed_in_its_week_has_30_days(self):
        found = _governs(
            PROJECT_ZERO, ClockName.DETAILS, reported=0, exploitation_known=20, fix_available=26
        )
        assert found == (56, "details-after-a-fix")

    def test_that_something_was_reported_is_public_within_a_week(self):
        assert _governs(PROJECT_ZERO, ClockName.NOTICE, reported=0)[0] == 7
        (notice, *_) = deadlines(PROJECT_ZERO, happened(reported=0))
        assert notice.words == (
            "Publish the vendor, the product, the date of the report and the deadline,"
            " and nothing else."
        )


class TestAnthropic:
    """The sentences of its policy."""

    @pytest.mark.parametrize(
        ("when", "due"),
        [
            ({}, (90, "disclosure-after-90-days")),
            ({"fix_available": 40}, (40, "disclosure-with-the-fix")),
            ({"fix_available": 95}, (90, "disclosure-after-90-days")),
        ],
    )
    def test_after_90_days_or_with_the_fix_whichever_is_first(self, when, due):
        assert _governs(ANTHROPIC, ClockName.DISCLOSURE, reported=0, **when) == due

    def test_who_makes_progress_may_have_14_days_more(self):
        grant = Grant(
            "disclosure-after-90-days",
            day(85),
            frozenset({Ground.REQUESTED, Ground.PROGRESSING}),
            "ada",
        )
        found = _governs(ANTHROPIC, ClockName.DISCLOSURE, reported=0, grants=[grant])
        assert found == (104, "disclosure-after-90-days")

    def test_what_is_critical_and_exploited_has_a_week_and_another_one(self):
        when = {"reported": 0, "exploitation_known": 10, "circumstances": [Circumstance.CRITICAL]}
        due = _governs(ANTHROPIC, ClockName.DISCLOSURE, **when)
        assert due == (17, "disclosure-when-exploited")
        grant = Grant("disclosure-when-exploited", day(16), _ALL_GROUNDS, "ada")
        due = _governs(ANTHROPIC, ClockName.DISCLOSURE, **when, grants=[grant])
        assert due == (24, "disclosure-when-exploited")

    def test_what_is_exploited_and_not_critical_keeps_its_time(self):
        due = _governs(ANTHROPIC, ClockName.DISCLOSURE, reported=0, exploitation_known=10)
        assert due == (90, "disclosure-after-90-days")

    def test_a_mitigation_in_time_ends_the_week(self):
        due = _governs(
            ANTHROPIC,
            ClockName.DISCLOSURE,
            reported=0,
            exploitation_known=10,
            measure_available=12,
            circumstances=[Circumstance.CRITICAL],
        )
        assert due == (90, "disclosure-after-90-days")

    def test_after_30_days_of_silence_another_coordinator_is_asked(self):
        assert _governs(ANTHROPIC, ClockName.ESCALATION, reported=0)[0] == 30
        answered = {"reported": 0, "vendor_replied": 29}
        assert _governs(ANTHROPIC, ClockName.ESCALATION, **answered) is None
        late = {"reported": 0, "vendor_replied": 31}
        assert _governs(ANTHROPIC, ClockName.ESCALATION, **late)[0] == 30

    def test_details_follow_45_days_after_the_fix(self):
        assert _governs(ANTHROPIC, ClockName.DETAILS, reported=0) is None
        assert _governs(ANTHROPIC, ClockName.DETAILS, reported=0, fix_available=40)[0] == 85


class TestCyberResilienceAct:
    """Article 14, paragraphs 2 and 4."""

    def test_an_exploited_vulnerability_is_warned_of_notified_and_reported(self):
        when = {"exploitation_known": 0, "measure_available": 20}
        assert _governs(CRA, ClockName.EARLY_WARNING, **when)[0] == 1
        assert _governs(CRA, ClockName.NOTIFICATION, **when)[0] == 3
        assert _governs(CRA, ClockName.FINAL_REPORT, **when)[0] == 34

    def test_no_final_report_is_due_before_there_is_a_measure(self):
        assert _governs(CRA, ClockName.FINAL_REPORT, exploitation_known=0) is None

    def test_a_fix_is_a_measure(self):
        when = {"exploitation_known": 0, "fix_available": 20}
        assert _governs(CRA, ClockName.FINAL_REPORT, **when)[0] == 34

    def test_where_the_fix_was_there_first_the_report_waits_for_the_duty(self):
        when = {"exploitation_known": 40, "fix_available": 20}
        assert _governs(CRA, ClockName.FINAL_REPORT, **when)[0] == 54

    def test_the_month_runs_from_the_notification_that_was_sent(self):
        assert _governs(CRA, ClockName.INCIDENT_FINAL_REPORT, incident_known=0) is None
        sent = happened(incident_known=0, incident_notification_sent=2)
        due = governing(deadlines(CRA, sent))[ClockName.INCIDENT_FINAL_REPORT].due_at
        assert due.isoformat() == "2026-10-17T08:30:00+00:00"

    def test_a_warning_that_came_too_late_stays_missed(self):
        when = happened(exploitation_known=0, early_warning_sent=1.5)
        warning = governing(deadlines(CRA, when))[ClockName.EARLY_WARNING]
        assert warning.outcome is Outcome.MISSED
        assert warning.met_at == day(1.5)

    def test_what_was_known_before_it_applied_starts_no_clock(self):
        before = datetime.fromisoformat("2026-09-10T21:59:59+00:00")
        known = Inputs({Trigger.EXPLOITATION_KNOWN: before})
        assert deadlines(CRA, known) == ()
        at_once = Inputs({Trigger.EXPLOITATION_KNOWN: before + timedelta(seconds=1)})
        assert len(deadlines(CRA, at_once)) == 2

    def test_nobody_pauses_the_law(self):
        pause = Pause("early-warning", day(0.1), None, "weekend")
        with pytest.raises(ClockInputError, match="rule early-warning cannot be paused"):
            deadlines(CRA, happened(exploitation_known=0, pauses=[pause]))


def test_the_default_is_90_days():
    assert _governs(DEFAULT, ClockName.DISCLOSURE, reported=0) == (90, "disclosure")


def test_a_deadline_keeps_what_it_rests_on():
    pause = Pause("disclosure", day(3), day(5), "holidays")
    inputs = happened(reported=1, pauses=[pause])
    deadline = _only(DEFAULT, inputs)
    assert deadline.trigger is Trigger.REPORTED
    assert deadline.triggered_at == day(1)
    assert deadline.due_at == day(93)
    assert deadline.pauses == (pause,)
    assert (deadline.authority, deadline.policy, deadline.policy_version) == (
        "This instance",
        "default-90",
        "1",
    )
    assert deadline.policy_sha256 == DEFAULT.sha256
    record = deadline.record()
    assert record["due_at"] == "2026-12-17T08:30:00Z"
    assert record["inputs"] == inputs.record()
    assert inputs_of(record["inputs"]) == inputs


def test_the_last_of_several_triggers_starts_a_clock():
    two = policy(rule(trigger=["reported", "exploitation-known"]))
    found = _only(two, happened(reported=5, exploitation_known=2))
    assert found.trigger is Trigger.REPORTED
    assert found.due_at == day(65)
    assert deadlines(two, happened(reported=5)) == ()


def test_what_follows_a_clock_that_was_met_is_not_due_while_that_one_runs():
    two = policy(
        rule(name="fix", clock="disclosure", met_by=["fix-available"]),
        rule(name="details", clock="details", condition={"met": "fix"}),
    )
    assert [one.rule for one in deadlines(two, happened(reported=0))] == ["fix"]
    late = happened(reported=0, fix_available=61)
    assert [one.rule for one in deadlines(two, late)] == ["fix"]
    in_time = happened(reported=0, fix_available=59)
    assert [one.rule for one in deadlines(two, in_time)] == ["fix", "details"]


def test_a_clock_is_met_in_its_last_instant_and_not_after_it():
    met = policy(rule(met_by=["fix-available"]))
    last = day(60)
    for at, outcome in ((last, Outcome.MET), (last + _MICROSECOND, Outcome.MISSED)):
        found = _only(met, Inputs({Trigger.REPORTED: day(0), Trigger.FIX_AVAILABLE: at}))
        assert found.outcome is outcome


# A pause, of any length, that begins while the clock runs.
_PAUSES = st.tuples(
    st.floats(0, 59.9, allow_nan=False).map(timedelta), st.timedeltas(_MICROSECOND, timedelta(500))
)


@given(_PAUSES, st.sampled_from(["P60D", "PT1440H", "P2M"]))
def test_a_pause_moves_what_is_due_by_exactly_its_length(pause, length):
    since, long = pause
    paced = policy(rule(length=length))
    plain = happened(reported=0)
    begins = BEGINNING + since
    paused = happened(reported=0, pauses=[Pause("disclosure", begins, begins + long, "")])
    assert _only(paced, paused).due_at - _only(paced, plain).due_at == long


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), min_size=1, max_size=6))
def test_pauses_add_up(gaps):
    pauses, hour = [], 0
    for run, stand in gaps:
        begins = hour + run
        hour = begins + stand
        at = (BEGINNING + timedelta(hours=begins), BEGINNING + timedelta(hours=hour))
        pauses.append(Pause("disclosure", *at, ""))
    found = _only(DEFAULT, happened(reported=0, pauses=pauses))
    ran = 0
    moved = 0
    for run, stand in gaps:
        ran += run
        if ran >= 90 * 24:
            break
        moved += stand
    assert found.due_at == day(90) + timedelta(hours=moved)


@given(st.permutations(range(3)))
def test_the_order_in_which_pauses_are_told_makes_no_difference(order):
    # The last one falls into the time that the one before it has added.
    days = [(10, 14), (85, 105), (107, 111)]
    told = [Pause("disclosure", day(days[n][0]), day(days[n][1]), "") for n in order]
    assert _only(DEFAULT, happened(reported=0, pauses=told)).due_at == day(118)


def test_the_part_of_a_pause_before_the_clock_ran_does_not_count():
    pause = Pause("disclosure", day(0), day(10), "")
    assert _only(DEFAULT, happened(reported=7, pauses=[pause])).due_at == day(100)
    over = Pause("disclosure", day(0), day(7), "")
    assert _only(DEFAULT, happened(reported=7, pauses=[over])).pauses == ()


def test_what_has_run_out_is_not_brought_back_by_a_pause():
    pause = Pause("disclosure", day(90), day(100), "")
    assert _only(DEFAULT, happened(reported=0, pauses=[pause])).due_at == day(90)


def test_nothing_is_pending_while_a_clock_is_paused():
    pause = Pause("disclosure", day(10), None, "the vendor is on strike")
    found = _only(DEFAULT, happened(reported=0, pauses=[pause]))
    assert found.paused_since == day(10)
    assert not found.is_pending
    assert found.due_at == day(90)


def test_an_extension_counts_while_the_clock_runs_and_not_after():
    own = policy()
    for at, due in ((60, 70), (61, 60)):
        grant = Grant("disclosure", day(at), _ALL_GROUNDS, "ada")
        found = _only(own, happened(reported=0, grants=[grant]))
        assert found.due_at == day(due)
        assert found.extended is (due == 70)


@pytest.mark.parametrize(
    ("grants", "message"),
    [
        (
            [Grant("disclosure", day(1), frozenset(), "ada")],
            "only where it is requested; requested",
        ),
        ([Grant("details", day(1), _ALL_GROUNDS, "ada")], "has no rule 'details'; name disclosure"),
        (
            [Grant("disclosure", day(at), _ALL_GROUNDS, "ada") for at in (1, 2)],
            "disclosure was extended already; acme-cvd 3 does that once",
        ),
    ],
)
def test_an_extension_that_the_policy_does_not_know_is_an_error(grants, message):
    with pytest.raises(ClockInputError, match=message):
        deadlines(policy(), happened(reported=0, grants=grants))


def test_a_rule_without_an_extension_has_none():
    grant = Grant("disclosure", day(1), _ALL_GROUNDS, "ada")
    with pytest.raises(ClockInputError, match="rule disclosure knows no extension"):
        deadlines(DEFAULT, happened(reported=0, grants=[grant]))


@pytest.mark.parametrize(
    ("pauses", "message"),
    [
        ([(5, 5)], "ends at 2026-09-20T08:30:00Z; let it end after it begins"),
        ([(5, 4)], "let it end after it begins"),
        ([(5, 9), (8, 12)], "paused already at 2026-09-23T08:30:00Z"),
        ([(8, 12), (5, 9)], "paused already at 2026-09-23T08:30:00Z"),
        ([(5, None), (8, 12)], "paused already"),
    ],
)
def test_pauses_that_contradict_one_another_are_an_error(pauses, message):
    told = [
        Pause("disclosure", day(since), None if until is None else day(until), "")
        for since, until in pauses
    ]
    with pytest.raises(ClockInputError, match=message):
        deadlines(DEFAULT, happened(reported=0, pauses=told))


_NAIVE = datetime(2026, 9, 15, 8, 30)  # noqa: DTZ001 - the point of it
_SUMMER = datetime(2026, 9, 15, 8, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize("at", [_NAIVE, _SUMMER])
def test_only_instants_in_utc_are_computed_with(at):
    with pytest.raises(InstantError, match="when reported happened"):
        deadlines(DEFAULT, Inputs({Trigger.REPORTED: at}))
    with pytest.raises(InstantError, match="when disclosure was paused"):
        deadlines(DEFAULT, happened(reported=0, pauses=[Pause("disclosure", at, None, "")]))
    with pytest.raises(InstantError, match="when disclosure went on"):
        deadlines(DEFAULT, happened(reported=0, pauses=[Pause("disclosure", day(1), at, "")]))
    grant = Grant("disclosure", at, _ALL_GROUNDS, "ada")
    with pytest.raises(InstantError, match="when disclosure was extended"):
        deadlines(policy(), happened(reported=0, grants=[grant]))


def test_a_deadline_beyond_the_calendar_is_an_error():
    late = datetime.fromisoformat("9999-12-01T00:00:00+00:00")
    with pytest.raises(ClockInputError, match="beyond the year 9999"):
        deadlines(DEFAULT, Inputs({Trigger.REPORTED: late}))


@given(st.permutations(["P30D", "P10D", "P20D"]))
def test_the_earliest_of_a_clock_governs(lengths):
    several = policy(*(rule(name=f"rule-{n}", length=length) for n, length in enumerate(lengths)))
    found = governing(deadlines(several, happened(reported=0)))
    assert found[ClockName.DISCLOSURE].due_at == day(10)
