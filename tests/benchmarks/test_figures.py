"""A figure is told beside its floor and its aim, and its statistics are measured values."""

import pytest
from benchmarks.figures import COLUMNS, Aim, Figure, as_data, median, p95, report_of, row_of, shown


def test_a_cost_meets_its_aim_up_to_and_with_the_bound():
    aim = Aim(20)
    assert aim.met_by(20.0)
    assert not aim.met_by(20.1)


def test_a_rate_meets_its_aim_from_the_bound_on():
    aim = Aim(80, at_least=True)
    assert aim.met_by(80.0)
    assert not aim.met_by(79.9)


def test_the_ratio_is_measured_over_floor():
    assert Figure("full sandbox", 18.0, "ms", floor=9.0).ratio == 2.0
    assert Figure("full sandbox", 18.0, "ms").ratio is None


def test_a_row_has_a_cell_for_each_column_and_says_whether_the_aim_is_met():
    figure = Figure(
        "full sandbox", 22.26, "ms", p95=27.2, floor=7.72, floor_name="bare", aim=Aim(20)
    )
    row = dict(zip(COLUMNS, row_of(figure), strict=True))
    assert row == {
        "figure": "full sandbox",
        "measured": "22.3 ms",
        "p95": "27.2 ms",
        "floor": "7.72 ms, bare",
        "ratio": "2.88",
        "aim": "at most 20 ms",
        "met": "NO",
    }


def test_what_was_not_measured_leaves_its_cells_empty():
    row = dict(zip(COLUMNS, row_of(Figure("opening", 120.0, "ms")), strict=True))
    assert row == dict.fromkeys(COLUMNS, "") | {"figure": "opening", "measured": "120 ms"}


def test_the_data_says_the_same_as_the_row_in_full_digits():
    data = as_data(Figure("Node", 43.219, "/s", floor=60.0, aim=Aim(40, at_least=True)))
    assert data["measured"] == 43.219
    assert data["ratio"] == pytest.approx(0.7203, abs=1e-4)
    assert (data["aim"], data["aim_is_at_least"], data["met"]) == (40, True, True)


def test_a_report_has_every_figure_as_a_row_and_as_data():
    report = report_of("start", [Figure("bare", 8.0, "ms"), Figure("full", 18.0, "ms")], ["noisy"])
    assert [row[0] for row in report.rows] == ["bare", "full"]
    assert [one["figure"] for one in report.data] == ["bare", "full"]
    assert (report.notes, report.failures) == (("noisy",), ())


@pytest.mark.parametrize(
    ("value", "text"), [(0.333, "0.33 s"), (9.999, "10.00 s"), (12.34, "12.3 s"), (456.7, "457 s")]
)
def test_a_value_is_shown_with_the_digits_that_mean_something(value, text):
    assert shown(value, "s") == text


def test_the_95th_percentile_is_the_value_that_95_of_100_stay_within():
    assert p95([float(number) for number in range(100, 0, -1)]) == 95.0
    assert p95([float(number) for number in range(50)]) == 47.0
    assert p95([3.0]) == 3.0


def test_the_median_is_not_moved_by_one_outlier():
    assert median([8.0, 9.0, 900.0]) == 9.0
