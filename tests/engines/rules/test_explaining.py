"""Why this date? Each input with its source, the row, the start, the last day, what moved it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.engines.rules.made import NEW_YORK, cisa, known, utc
from tidegate.engines.rules import (
    Computation,
    Moment,
    Scope,
    deadline,
    explain,
    history,
    policy_set_for,
    reasons,
)

FOUND = utc("2026-12-10T12:00")
LISTED = date(2026, 12, 20)


def told(*moments) -> list[Computation]:
    made = [
        Moment(utc(f"2026-12-{10 + index}T13:00"), one, policy_set_for(one.scope))
        for index, one in enumerate(moments)
    ]
    return list(history(made, NEW_YORK))


def test_every_step_to_a_day_is_a_sentence_that_can_be_checked_by_hand() -> None:
    found = known(
        "no", "yes", "yes", "total",
        listed=LISTED, detected=FOUND, authority_due_on=date(2027, 1, 3),
    )  # fmt: skip
    assert reasons(deadline(cisa(), found, NEW_YORK)) == (
        "publicly_exposed is no (test of publicly_exposed).",
        "in_kev is yes (test of in_kev).",
        "automatable is yes (test of automatable).",
        "technical_impact is total (test of technical_impact).",
        "That is row 9 of BOD 26-04, Appendix A, Table 1: 3 days & forensic investigation.",
        "The clock starts on 2026-12-10, the day of the detection on the asset.",
        (
            "3 calendar days after it, 2026-12-13 is the last day; it ends at"
            " 2026-12-14T05:00:00+00:00, when the next day begins in America/New_York."
        ),
        "Forensic triage is due: evidence is collected before anything is patched.",
        "The authority's own date is 2027-01-03: not the same; both are kept.",
        "For fceb BOD 26-04 binds from 2026-12-07 on; before that it is guidance.",
    )


def test_what_moved_it_is_said_last_with_both_days() -> None:
    before = known("yes", "no", "no", "partial", detected=FOUND)
    after = known("yes", "yes", "no", "partial", listed=LISTED, detected=FOUND)
    first, second = told(before, after)
    assert explain(first) == reasons(first.deadline)
    assert explain(second)[-3:] == (
        "in_kev is yes now, not no (test of in_kev).",
        "listed_on is 2026-12-20 now, not unknown.",
        "That moved it from 2027-02-08 to 2026-12-24: earlier.",
    )


def test_taking_it_off_the_internet_says_that_no_calendar_runs_any_more() -> None:
    _, second = told(
        known("yes", "no", "no", "partial", detected=FOUND),
        known("no", "no", "no", "partial", detected=FOUND),
    )
    assert explain(second)[-1] == "That moved it from 2027-02-08 to no day: later."
    assert "That is no day: no calendar runs." in explain(second)


def test_other_grounds_for_the_same_day_say_that_it_stays() -> None:
    _, second = told(
        known("unknown", "no", "no", "total", detected=FOUND),
        known("yes", "no", "no", "total", detected=FOUND),
    )
    assert explain(second)[-1] == "The day stays as it was: 2026-12-24."


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            known("unknown", "no", "no", "total", detected=FOUND),
            (
                "publicly_exposed is unknown (test of publicly_exposed); unknown is read as yes;"
                " BOD 26-04."
            ),
        ),
        (
            known("yes", "no", None, None, detected=FOUND),
            (
                "Not in KEV, and CISA has published neither of the two: 60 days, and no look-up."
                " CISA's FAQ, second-hand."
            ),
        ),
        (
            known("yes", "no", "yes", None, detected=FOUND),
            (
                "technical_impact is missing; the strictest of the rows that remain possible, 5 and"
                " 6 of BOD 26-04, Appendix A, Table 1: row 5, 3 days."
            ),
        ),
        (
            known("yes", "yes", "no", None, listed=LISTED, detected=FOUND),
            (
                "technical_impact is missing, and nothing is assumed where in_kev is yes. Still"
                " possible of BOD 26-04, Appendix A, Table 1: 3 (3 days & forensic investigation),"
                " 4 (14 days)."
            ),
        ),
        (
            known("yes", "yes", "no", None, listed=LISTED, detected=FOUND),
            "No day can be told yet; the earliest possible is 2026-12-13.",
        ),
        (
            known("no", "yes", "yes", "total", detected=FOUND),
            "The day of the listing is missing, and it may be older than the detection.",
        ),
        (known("yes", "no", "no", "total"), "The instant of the detection is missing."),
        (
            known("yes", "no", "no", "total", detected=FOUND, scope=Scope.OTHER),
            "For other BOD 26-04 is guidance.",
        ),
    ],
)
def test_what_is_missing_or_assumed_has_its_sentence(found, sentence) -> None:
    assert sentence in reasons(deadline(cisa(), found, NEW_YORK))


def test_under_an_empty_set_the_one_sentence_is_that_it_is_empty() -> None:
    found = known("no", "yes", "yes", "total", listed=LISTED, scope=Scope.NSS)
    (only,) = reasons(deadline(policy_set_for(Scope.NSS), found, NEW_YORK))
    assert only.startswith("no table is loaded for this authority: Committee on National")
    assert "borrowed" in only
