"""In which order cases deserve attention."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.findings.priority import Severity, priority_of

severities = st.sampled_from(Severity)
finders = st.integers(0, 100)


@given(severities, finders, st.booleans())
def test_another_independent_finder_never_lowers_and_at_first_raises(severity, count, proven):
    less = priority_of(severity, count, proven=proven).score
    more = priority_of(severity, count + 1, proven=proven).score
    assert more >= less
    if 1 <= count <= 5:
        assert more > less


@given(severities, finders)
def test_what_was_reproduced_comes_before_what_was_not(severity, count):
    shown = priority_of(severity, count, proven=True).score
    assert shown > priority_of(severity, count, proven=False).score


def test_a_rediscovery_weighs_as_much_as_a_step_of_severity():
    alone = priority_of(Severity.CRITICAL, 1, proven=True)
    twice = priority_of(Severity.HIGH, 2, proven=True)
    assert alone.score == twice.score
    assert twice.reasons == (
        "severity high",
        "rediscovered independently once",
        "reproduced in every run",
    )
    assert "rediscovered independently 3 times" in priority_of(Severity.LOW, 4, proven=True).reasons


def test_a_word_that_is_none_is_unknown():
    assert Severity.of_word("High") is Severity.HIGH
    assert Severity.of_word(None) is Severity.of_word("dreadful") is Severity.UNKNOWN
    assert priority_of(Severity.UNKNOWN, 1, proven=False).reasons == ("no severity was stated",)
