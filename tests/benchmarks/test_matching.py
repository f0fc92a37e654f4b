"""The benchmark of the matcher runs at a small size, and its set is what it says it is."""

import numpy as np
import pytest
from benchmarks.matching import engine, univers_peer
from benchmarks.matching.scene import Sizes, scene

SMALL = Sizes(installs=5_000, ranges=400, assets=50, names=2, asked=8, checks=50)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return scene(SMALL, tmp_path_factory.mktemp("nothing") / "data")


def test_without_data_the_set_is_made_up_and_says_so(made):
    assert "that are made up" in made.told[0]
    assert len(made.installs) == SMALL.installs
    packed = made.installs.coordinates.astype(np.int64) * SMALL.assets + made.installs.assets
    assert len(np.unique(packed)) == SMALL.installs
    assert (len(made.ranges), len(made.bounds), made.real) == (SMALL.ranges, SMALL.ranges, 0)


def test_the_engine_is_measured_in_a_process_of_its_own(made, tmp_path):
    engine.write(made, tmp_path)
    told = engine.run(tmp_path, SMALL)
    assert told["pairs"] > 0
    assert 0 < told["memory"] < 2048
    assert len(told["advisory"]) == SMALL.asked


def test_what_the_peer_would_need_is_counted_for_the_whole_set(made):
    rate = univers_peer.rate(made, SMALL)
    by_package = univers_peer.rows_by_package(made)
    packages = made.coordinates.packages[made.installs.coordinates].tolist()
    assert rate.per_install == sum(len(by_package.get(one, ())) for one in packages)
