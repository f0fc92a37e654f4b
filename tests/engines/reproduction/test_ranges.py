"""The search for a range, held against running every release."""

import random
from collections.abc import Mapping, Sequence
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.reproduction.lines import Candidate, Probed
from tidegate.engines.reproduction.ranges import RangeResult, infer, next_wave, search
from tidegate.engines.reproduction.verdicts import Word

FIRES, SAFE = Word.REPRODUCED, Word.NOT_REPRODUCED
Truth = Mapping[str, Word]

MINIMIST = [
    *(f"0.0.{n}" for n in range(11)),
    "0.1.0",
    *(f"0.2.{n}" for n in range(5)),
    "1.0.0",
    *(f"1.1.{n}" for n in range(4)),
    *(f"1.2.{n}" for n in range(9)),
]
PYYAML = [
    *("3.10", "3.11", "3.12", "3.13b1", "3.13rc1", "3.13", "4.2b1", "4.2b2", "4.2b4"),
    *("5.1b1", "5.1b3", "5.1b5", "5.1", "5.1.1", "5.1.2", "5.2b1", "5.2", "5.3b1", "5.3", "5.3.1"),
    *("5.4b1", "5.4b2", "5.4", "5.4.1", "6.0b1", "6.0", "6.0.1"),
]


def candidate(version: str) -> Candidate:
    first, second = version.split(".")[:2]
    line = f"0.{second}" if first == "0" else first
    return Candidate(version, line, prerelease=any(mark in version for mark in ("b", "rc", "-")))


def thrifty(truth: Truth, **options: object) -> RangeResult:
    """Search as if everything else were beyond the budget."""
    options.setdefault("budget", 1e9)
    ticks = count()
    return search(
        [candidate(version) for version in truth],
        lambda version: Probed(truth[version]),
        clock=lambda: float(next(ticks)),
        thrifty=True,
        **options,  # type: ignore[arg-type]
    )


def wrong(result: RangeResult, truth: Truth) -> list[str]:
    return [run.version for run in result.runs if run.word not in (None, truth[run.version])]


def missed(result: RangeResult, truth: Truth) -> list[str]:
    """Versions that fire and that the result calls safe: the worst error that a range can make."""
    return [r.version for r in result.runs if r.word is SAFE and truth[r.version] is FIRES]


def between(versions: Sequence[str], *spans: tuple[str, str]) -> dict[str, Word]:
    """Truth table in which the versions from the first to the last of each span fire."""
    places = [(versions.index(first), versions.index(last)) for first, last in spans]
    return {
        version: FIRES if any(a <= at <= b for a, b in places) else SAFE
        for at, version in enumerate(versions)
    }


REAL = {
    "CVE-2020-7598, minimist": between(MINIMIST, ("0.0.0", "0.2.0"), ("1.0.0", "1.2.2")),
    "CVE-2021-44906, minimist": between(MINIMIST, ("0.0.0", "0.2.2"), ("1.0.0", "1.2.5")),
    "CVE-2020-1747, PyYAML": between(PYYAML, ("5.1b3", "5.1b3"), ("5.1", "5.3")),
    "CVE-2020-14343, PyYAML": between(PYYAML, ("5.1b3", "5.1b3"), ("5.1", "5.3.1")),
    "CVE-2017-18342, PyYAML": between(PYYAML, ("3.10", "4.2b4")),
}


@pytest.mark.parametrize("name", REAL)
def test_measured_cases_come_out_as_if_everything_had_been_run(name: str) -> None:
    result = thrifty(REAL[name])
    assert wrong(result, REAL[name]) == []
    assert result.complete


def test_a_range_that_fits_the_budget_is_run_exhaustively() -> None:
    truth = REAL["CVE-2020-7598, minimist"]
    time = [0.0]

    def probe(version: str) -> Probed:
        time[0] += 0.1
        return Probed(truth[version])

    result = search([candidate(v) for v in truth], probe, clock=lambda: time[0], budget=5)
    assert (result.strategy, result.complete, result.probes) == ("exhaustive", True, 31)


def test_a_few_dear_releases_are_never_taken_for_too_many() -> None:
    truth = between(["1.0.0", "1.0.1", "1.0.2", "1.0.3"], ("1.0.0", "1.0.1"))
    known = {version: Probed(truth[version]) for version in ("1.0.0", "1.0.2", "1.0.3")}
    result = search(
        [candidate(v) for v in truth], lambda v: Probed(truth[v]), clock=lambda: 0.0, known=known
    )
    assert result.strategy == "exhaustive"


def long_line(fixed_at: int) -> Truth:
    versions = [f"2.0.{n}" for n in range(200)]
    return between(versions, ("2.0.0", f"2.0.{fixed_at - 1}"))


def test_a_long_line_needs_few_probes_and_confirms_its_boundary() -> None:
    result = thrifty(long_line(120))
    run = {r.version for r in result.runs if r.run}
    assert wrong(result, long_line(120)) == []
    assert result.probes <= 16
    assert {"2.0.0", "2.0.199", "2.0.119", "2.0.120"} <= run
    assert {"2.0.118", "2.0.121", "2.0.116", "2.0.123"} <= run


def test_inferred_versions_say_so_and_name_their_neighbours() -> None:
    inferred = next(r for r in thrifty(long_line(120)).runs if r.inferred)
    assert inferred.word is FIRES
    assert "were run and agree" in inferred.reason
    assert not inferred.run


def test_a_fix_ported_back_says_nothing_of_the_next_series() -> None:
    versions = [f"1.{minor}.{patch}" for minor in range(6) for patch in range(9)]
    truth = between(versions, ("1.0.0", "1.2.4"), ("1.3.0", "1.4.3"))
    result = thrifty(truth)
    assert wrong(result, truth) == []
    assert any("line 1" in surprise for surprise in result.surprises)


def test_a_fix_ported_back_to_the_end_of_a_line_is_not_taken_for_a_safe_line() -> None:
    versions = [f"{major}.0.{patch}" for major in (1, 2) for patch in range(30)]
    truth = between(versions, ("1.0.17", "1.0.25"), ("2.0.0", "2.0.11"))
    assert wrong(thrifty(truth, named="2.0.3"), truth) == []


def test_nothing_is_inferred_across_lines() -> None:
    truth = between(["1.0.0", "2.0.0", "2.0.1", "3.0.0"], ("1.0.0", "3.0.0"))
    assert not any(run.inferred for run in thrifty(truth).runs)


def test_every_prerelease_is_run_for_itself() -> None:
    versions = ["1.0.0", *(f"1.0.{n}-rc" for n in range(1, 20)), "1.0.30", "1.0.31", "1.0.32"]
    truth = {**between(versions, ("1.0.0", "1.0.32")), "1.0.7-rc": SAFE}
    result = thrifty(truth)
    assert wrong(result, truth) == []
    assert all(run.run for run in result.runs if run.prerelease)


def test_a_prerelease_that_disagrees_has_the_releases_beside_it_run() -> None:
    versions = [f"1.0.{n}" for n in range(40)]
    versions.insert(versions.index("1.0.7"), "1.0.7-rc.1")
    truth = between(versions, ("1.0.7-rc.1", "1.0.7"))
    assert wrong(thrifty(truth), truth) == []


@pytest.mark.parametrize("word", [Word.INCONCLUSIVE, Word.FLAKY, Word.UNATTRIBUTED])
def test_a_surprise_makes_the_line_exhaustive_and_is_told(word: Word) -> None:
    truth = {**long_line(120), "2.0.100": word}
    result = thrifty(truth)
    assert result.strategy == "exhaustive"
    assert result.surprises == (f"line 2: 2.0.100 is {word}",)


def test_the_finding_that_names_an_island_has_its_line_run_as_a_whole() -> None:
    truth = between([f"2.0.{n}" for n in range(90)], ("2.0.20", "2.0.24"))
    assert wrong(thrifty(truth, named="2.0.22"), truth) == []


def test_when_the_budget_is_used_up_the_rest_is_not_tested_and_says_so() -> None:
    truth = REAL["CVE-2020-7598, minimist"]
    asked: list[str] = []

    def probe(version: str) -> Probed:
        asked.append(version)
        return Probed(truth[version])

    result = search(
        [candidate(v) for v in truth],
        probe,
        clock=lambda: 10.0 * len(asked),
        budget=60,
        named="1.2.0",
    )
    assert asked == ["1.2.0", "1.2.8", "1.0.0", "0.2.4", "0.2.0", "0.1.0"]
    assert not result.complete
    untested = [run for run in result.runs if run.word is None]
    assert all(run.verdict == "not-tested" and "60 s" in run.reason for run in untested)
    assert {r.version for r in untested} >= {"1.2.7", "0.0.5"}


def test_a_line_that_is_not_settled_is_never_inferred_safe() -> None:
    versions = [f"1.0.{n}" for n in range(50)]
    truth = between(versions, ("1.0.3", "1.0.4"))
    asked: list[str] = []

    def probe(version: str) -> Probed:
        asked.append(version)
        return Probed(truth[version])

    result = search([candidate(v) for v in versions], probe, clock=lambda: len(asked), budget=2)
    assert not any(run.inferred for run in result.runs)


def test_nothing_is_inferred_in_a_line_that_surprised_and_was_not_finished() -> None:
    asked: list[str] = []

    def probe(version: str) -> Probed:
        asked.append(version)
        return Probed(FIRES)

    result = search(
        [candidate(version) for version in long_line(200)],
        probe,
        clock=lambda: len(asked),
        budget=8,
        known={"2.0.10": Probed(Word.FLAKY)},
    )
    assert result.surprises == ("line 2: 2.0.10 is flaky",)
    assert not any(run.inferred for run in result.runs)


def test_exhaustive_runs_everything_whatever_it_costs() -> None:
    ticks = count(step=1000)
    result = search(
        [candidate(v) for v in MINIMIST],
        lambda _: Probed(SAFE),
        clock=lambda: float(next(ticks)),
        exhaustive=True,
    )
    assert (result.strategy, result.probes) == ("exhaustive", 31)


def test_known_answers_are_not_asked_again_and_count_as_run() -> None:
    truth = long_line(50)
    known = {"2.0.199": Probed(SAFE, "Node 20.1.0", "seen before")}
    asked: list[str] = []

    def probe(version: str) -> Probed:
        asked.append(version)
        return Probed(truth[version])

    result = search(
        [candidate(v) for v in truth], probe, clock=lambda: 0.0, known=known, thrifty=True
    )
    assert "2.0.199" not in asked
    assert result.runs[-1].run
    assert result.runs[-1].runtime == "Node 20.1.0"
    assert result.probes == len(asked) + 1


def test_what_comes_next_is_announced_once_and_before_it_is_run() -> None:
    asked: list[str] = []
    announced: list[str] = []
    seen: list[tuple[int, int]] = []

    def probe(version: str) -> Probed:
        assert version in announced
        asked.append(version)
        return Probed(SAFE)

    search(
        [candidate(v) for v in MINIMIST],
        probe,
        clock=lambda: float(len(asked)),
        announce=announced.extend,
        progress=lambda version, done, expected: seen.append((done, expected)),
    )
    assert sorted(announced) == sorted(asked) == sorted(MINIMIST)
    assert [done for done, _ in seen] == list(range(1, 32))
    assert seen[-1] == (31, 31)
    assert all(done <= expected for done, expected in seen)


def test_a_version_that_is_listed_twice_is_refused() -> None:
    twice = [candidate("1.0.0"), candidate("1.0.0")]
    with pytest.raises(ValueError, match=r"1\.0\.0 is listed twice"):
        search(twice, lambda _: Probed(SAFE), clock=lambda: 0.0)


@st.composite
def one_boundary_each(draw: st.DrawFn) -> dict[str, Word]:
    """Lines with at most one boundary each, either way round."""
    truth = {}
    for major in range(1, draw(st.integers(2, 5))):
        size = draw(st.integers(1, 40))
        turn = draw(st.integers(0, size))
        before = draw(st.sampled_from([FIRES, SAFE]))
        after = SAFE if before is FIRES else FIRES
        for patch in range(size):
            truth[f"{major}.0.{patch}"] = before if patch < turn else after
    return truth


@given(truth=one_boundary_each())
def test_lines_with_one_boundary_come_out_exactly(truth: Truth) -> None:
    result = thrifty(truth)
    assert wrong(result, truth) == []
    assert result.complete


@given(truth=one_boundary_each(), budget=st.integers(0, 60))
def test_no_budget_makes_a_version_that_fires_safe(truth: Truth, budget: int) -> None:
    result = thrifty(truth, budget=budget)
    assert missed(result, truth) == []
    assert [run.version for run in result.runs] == list(truth)


ANY = st.sampled_from([FIRES, SAFE, SAFE, FIRES, Word.INCONCLUSIVE, Word.FLAKY])


@settings(max_examples=200)
@given(words=st.lists(st.tuples(ANY, st.booleans()), min_size=1, max_size=40), named=st.integers(0))
def test_whatever_the_truth_is_only_inference_can_be_wrong(
    words: list[tuple[Word, bool]], named: int
) -> None:
    truth = {
        f"{1 + n // 15}.0.{n}" + ("-rc" if pre else ""): word for n, (word, pre) in enumerate(words)
    }
    result = thrifty(truth, named=list(truth)[named % len(truth)])
    runs = {run.version: run for run in result.runs}
    assert all(runs[version].inferred for version in wrong(result, truth))
    assert all(runs[v].run for v in truth if v.endswith("-rc"))
    for run in result.runs:
        assert run.word is None or run.inferred or run.word is truth[run.version]
        assert not run.inferred or run.word in (FIRES, SAFE)
    assert thrifty(truth, named=list(truth)[named % len(truth)]) == result


def maintained_package(chance: random.Random) -> dict[str, Word]:
    """A flaw that comes with one version and goes with another, its fix ported back here and there.

    Every series lives on beside the later ones; a fix is ported to a series that has begun.
    """
    versions = [
        (major, minor, patch)
        for major in range(chance.randint(0, 1), chance.randint(2, 5))
        for minor in range(chance.randint(1, 8))
        for patch in range(chance.choice([1, 1, 2, 3, 5, 8, 12]))
    ]
    came = chance.choice(versions)
    gone = chance.choice([v for v in versions if v >= came]) if chance.random() < 0.9 else (99,)
    ported = {
        series: chance.choice([v for v in versions if v[:2] == series and v[2] > 0])
        for series in sorted({v[:2] for v in versions if v[2] > 0})
        if series < gone[:2] and chance.random() < 0.25
    }
    return {
        ".".join(map(str, v)): FIRES if came <= v < min(gone, ported.get(v[:2], gone)) else SAFE
        for v in versions
    }


def test_fixes_that_were_ported_back_are_found_without_running_everything() -> None:
    chance = random.Random(2026)
    released = probes = cases = over = 0
    for _ in range(300):
        truth = maintained_package(chance)
        affected = [version for version, word in truth.items() if word is FIRES]
        if not affected:
            continue
        result = thrifty(truth, named=chance.choice(affected))
        assert missed(result, truth) == []
        cases += 1
        over += bool(wrong(result, truth))
        released += len(truth)
        probes += result.probes
    assert over <= cases // 100
    assert probes < 0.65 * released


def test_a_thousand_releases_are_searched_in_no_time() -> None:
    versions = [f"3.{minor}.{patch}" for minor in range(50) for patch in range(20)]
    truth = between(versions, ("3.12.0", "3.49.19"))
    assert wrong(thrifty(truth), truth) == []


def taken_up_again(truth: Truth, named: str, rng: random.Random | None = None) -> RangeResult:
    """Search wave by wave from the answers alone; `rng` says where a wave is broken off."""
    candidates = [candidate(version) for version in truth]
    answers = {named: Probed(truth[named])}

    def wave() -> Sequence[str]:
        probed = len(answers) - 1
        return next_wave(candidates, answers, probed=probed, elapsed=0.0, named=named, thrifty=True)

    while wanted := wave():
        done = rng.randint(1, len(wanted)) if rng else len(wanted)
        answers.update((version, Probed(truth[version])) for version in wanted[:done])
    return infer(candidates, answers, budget=1e9)


@pytest.mark.parametrize("name", REAL)
def test_a_search_from_the_answers_alone_is_the_same_search(name: str) -> None:
    truth = REAL[name]
    for named in (version for version in truth if truth[version] is FIRES):
        whole = thrifty(truth, named=named, known={named: Probed(FIRES)})
        assert taken_up_again(truth, named) == whole


@pytest.mark.parametrize("name", REAL)
def test_a_wave_that_was_broken_off_makes_no_version_wrong(name: str) -> None:
    truth = REAL[name]
    named = next(version for version in truth if truth[version] is FIRES)
    for seed in range(20):
        result = taken_up_again(truth, named, random.Random(seed))
        assert (wrong(result, truth), result.complete) == ([], True)


def test_what_is_confirmed_may_make_more_wanted() -> None:
    truth = dict(long_line(120))
    told: list[Mapping[str, object]] = []

    def confirm(answers: Mapping[str, object]) -> Mapping[str, Probed]:
        told.append(answers)
        return {"2.0.120": Probed(Word.FLAKY)} if len(told) == 1 else {}

    result = thrifty(truth, confirm=confirm)

    words = {run.version: run.word for run in result.runs}
    assert words["2.0.120"] is Word.FLAKY
    assert result.probes == len(truth)  # the whole line, because of the surprise
    assert len(told) == 2
