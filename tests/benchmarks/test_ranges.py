"""Two searches of one example are held against each other, and no difference goes unsaid."""

from benchmarks.ranges import COLUMNS, Comparison, Search, report, row_of

_ALL = {"1.0.0": "reproduced", "1.0.1": "reproduced", "1.1.0": "not-reproduced"}
_FULL = Search(run=3, seconds=4.0, vers="vers:npm/<1.1.0", verdicts=_ALL)
_SHORT = Search(run=2, seconds=3.0, vers="vers:npm/<1.1.0", verdicts=_ALL)


def test_the_row_tells_released_run_and_time_of_both_ways():
    row = row_of(Comparison("a", _SHORT, _FULL))
    assert row == ("a", "3", "2", "3", "0.67", "3.00 s", "4.00 s", "0.75", "yes")
    assert len(row) == len(COLUMNS)


def test_another_range_is_a_failure_that_names_both_and_the_versions_behind_it():
    wrong = Search(2, 3.0, "vers:npm/<1.0.1", {**_ALL, "1.0.1": "not-reproduced"})
    found = report([Comparison("a", wrong, _FULL)])
    assert found.rows[0][-1] == "NO"
    assert found.failures == (
        "a: adaptive vers:npm/<1.0.1, exhaustive vers:npm/<1.1.0",
        "a: 1.0.1: adaptive not-reproduced, exhaustive reproduced",
    )


def test_another_word_that_leaves_the_range_as_it_is_is_told_and_no_failure():
    other = Search(2, 3.0, "vers:npm/<1.1.0", {**_ALL, "1.1.0": "inconclusive"})
    found = report([Comparison("a", _SHORT, other)])
    assert found.failures == ()
    assert found.notes == (
        "a: 1.1.0: adaptive not-reproduced, exhaustive inconclusive; the range is the same",
    )


def test_what_could_not_be_searched_is_named_with_its_reason_and_is_not_called_the_same():
    reason = "inconclusive: registry.npmjs.org cannot be reached"
    found = report([Comparison("a", problem=reason)])
    assert found.rows == (("a", *[""] * (len(COLUMNS) - 2), "not measured"),)
    assert found.notes == (f"a: not measured: {reason}",)
    assert found.data[0]["same"] is None


def test_the_sum_counts_only_what_was_searched_both_ways():
    found = report(
        [
            Comparison("a", _SHORT, _FULL),
            Comparison("b", _SHORT, _FULL),
            Comparison("c", problem="x"),
        ]
    )
    assert found.rows[-1] == (
        "2 examples", "6", "4", "6", "0.67", "6.00 s", "8.00 s", "0.75", "2 of 2",
    )  # fmt: skip
