"""What statements say of the parts is never more than what is said of the whole."""

from __future__ import annotations

import pytest

from tidegate.desks.exposure.states.vex import word_of
from tidegate.engines.matching.vex import Status

A, U, F, N = Status.AFFECTED, Status.UNDER_INVESTIGATION, Status.FIXED, Status.NOT_AFFECTED


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ((), ""),
        ((None,), ""),
        ((N,), "not_affected"),
        ((N, None), ""),
        ((F, N), "fixed"),
        ((N, U), "under_investigation"),
        ((N, None, A), "affected"),
        ((U, A), "affected"),
    ],
)
def test_affected_wins_and_a_silent_part_is_not_unaffected(parts, word):
    assert word_of(parts) == word
