"""Pairs of versions are spread fairly and never repeated; a reason excuses one comparator alone."""

from benchmarks.agreement import measure, real_versions
from benchmarks.agreement.reasons import UNEXPLAINED, reason_of

from tidegate.engines.matching.versions import Order

FEW = [["1.0", "1.1", "1.2"]]
MANY = [[f"{major}.{minor}" for minor in range(10)] for major in range(10)]


def test_an_order_with_few_versions_gives_all_its_pairs_and_the_others_make_up_for_it():
    drawn = real_versions.pairs({Order.PYPI: MANY, Order.NUGET: FEW, Order.RPM: MANY}, 203)
    assert {order: len(pairs) for order, pairs in drawn.items()} == {
        Order.NUGET: 3,
        Order.PYPI: 100,
        Order.RPM: 100,
    }


def test_no_pair_comes_twice_in_either_direction():
    pairs = real_versions.pairs({Order.PYPI: [*MANY, MANY[0][::-1]]}, 2_000)[Order.PYPI]
    assert len({frozenset(pair) for pair in pairs}) == len(pairs) == 2_000
    assert all(one != other for one, other in pairs)


def test_what_univers_gets_wrong_is_no_excuse_before_another_reference():
    pair = ("1.0.0.1", "1.0.0")
    assert "fourth number" in reason_of("univers", Order.PACKAGIST, *pair)
    assert reason_of("Composer's and PHP's", Order.PACKAGIST, *pair) == UNEXPLAINED


def test_without_the_data_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(real_versions, "INVENTORIES", tmp_path / "none.parquet")
    report = measure(lambda _: None)
    assert not report.rows
    assert "not measured" in report.notes[0]
