"""The range that is published, held against the versions that it is published from."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from univers.version_range import VersionRange
from univers.versions import PypiVersion, SemverVersion

from tidegate.engines.reproduction.intervals import AffectedRange, Event, affected_range
from tidegate.engines.reproduction.ranges import VersionRun
from tidegate.engines.reproduction.verdicts import Word

WORDS = {
    "A": Word.REPRODUCED,
    "f": Word.FLAKY,
    "S": Word.NOT_REPRODUCED,
    "?": Word.INCONCLUSIVE,
    "u": Word.UNATTRIBUTED,
    "n": None,
}


def order(version: str) -> Any:
    return SemverVersion(version)


def table(letters: str, versions: Sequence[str] = ()) -> list[VersionRun]:
    """Runs from letters, small `a` and `s` for inferred ones."""
    return [
        VersionRun(
            version=versions[n] if versions else f"1.0.{n}",
            line="1",
            word=WORDS[letter.upper() if letter in "as" else letter],
            inferred=letter in "as",
        )
        for n, letter in enumerate(letters)
    ]


def found(letters: str) -> AffectedRange:
    return affected_range(table(letters), order=order, scheme="npm")


@pytest.mark.parametrize(
    ("letters", "events", "vers"),
    [
        ("SAAS", [{"introduced": "1.0.1"}, {"fixed": "1.0.3"}], ">=1.0.1|<1.0.3"),
        ("SAaASS", [{"introduced": "1.0.1"}, {"fixed": "1.0.4"}], ">=1.0.1|<1.0.4"),
        ("AS", [{"introduced": "0"}, {"fixed": "1.0.1"}], "<1.0.1"),
        ("aS", [{"introduced": "1.0.0"}, {"fixed": "1.0.1"}], ">=1.0.0|<1.0.1"),
        ("?AS", [{"introduced": "1.0.1"}, {"fixed": "1.0.2"}], ">=1.0.1|<1.0.2"),
        ("SA", [{"introduced": "1.0.1"}], ">=1.0.1"),
        ("AA", [{"introduced": "0"}], "*"),
        ("SAA?S", [{"introduced": "1.0.1"}, {"last_affected": "1.0.2"}], ">=1.0.1|<=1.0.2"),
        ("SA?", [{"introduced": "1.0.1"}, {"last_affected": "1.0.1"}], "1.0.1"),
        ("SAnS", [{"introduced": "1.0.1"}, {"last_affected": "1.0.1"}], "1.0.1"),
        ("A?", [{"introduced": "0"}, {"last_affected": "1.0.0"}], "<=1.0.0"),
        ("SA?uAS", [{"introduced": "1.0.1"}, {"fixed": "1.0.5"}], ">=1.0.1|<1.0.5"),
        ("SfS", [{"introduced": "1.0.1"}, {"fixed": "1.0.2"}], ">=1.0.1|<1.0.2"),
        (
            "SAnAS",
            [
                {"introduced": "1.0.1"},
                {"last_affected": "1.0.1"},
                {"introduced": "1.0.3"},
                {"fixed": "1.0.4"},
            ],
            "1.0.1|>=1.0.3|<1.0.4",
        ),
        (
            "AASAASA",
            [
                {"introduced": "0"},
                {"fixed": "1.0.2"},
                {"introduced": "1.0.3"},
                {"fixed": "1.0.5"},
                {"introduced": "1.0.6"},
            ],
            "<1.0.2|>=1.0.3|<1.0.5|>=1.0.6",
        ),
    ],
)
def test_bounds_are_written_only_where_the_runs_carry_them(
    letters: str, events: list[Event], vers: str
) -> None:
    result = found(letters)
    assert result.events == events
    assert result.vers == f"vers:npm/{vers}"


@pytest.mark.parametrize("letters", ["S?nS", "u", ""])
def test_where_nothing_fires_no_version_is_claimed(letters: str) -> None:
    result = found(letters)
    assert (result.affected, result.events, result.ranges) == ((), [], [])
    assert result.vers == "vers:none/*"


def test_a_bound_that_is_weak_is_explained() -> None:
    assert found("?A?AnS").notes == (
        "1.0.0 is inconclusive, so 1.0.1 may not be the first that is affected",
        "1.0.2 is inconclusive, between affected versions; it is not counted as fixed",
        "1.0.4 is not-tested, so no fix is claimed after 1.0.3",
    )
    assert found("SAS").notes == ()


def test_inferred_versions_are_listed_as_affected() -> None:
    assert found("SAaAS").affected == ("1.0.1", "1.0.2", "1.0.3")


def test_the_two_ways_to_end_are_never_in_one_list_of_a_record() -> None:
    result = found("SAS A?SA".replace(" ", ""))
    assert result.ranges == [
        [{"introduced": "1.0.1"}, {"fixed": "1.0.2"}, {"introduced": "1.0.6"}],
        [{"introduced": "1.0.3"}, {"last_affected": "1.0.3"}],
    ]


def test_minimist_reads_as_its_advisory_does() -> None:
    versions = ["0.0.10", "0.1.0", "0.2.0", "0.2.1", "0.2.4", "1.0.0", "1.1.3", "1.2.2", "1.2.3"]
    result = affected_range(table("AAASSAAAS", versions), order=order, scheme="npm")
    assert result.vers == "vers:npm/<0.2.1|>=1.0.0|<1.2.3"
    assert result.ranges == [
        [{"introduced": "0"}, {"fixed": "0.2.1"}, {"introduced": "1.0.0"}, {"fixed": "1.2.3"}]
    ]


def test_prereleases_take_their_place_in_the_order() -> None:
    versions = ["5.1b1", "5.1b3", "5.1b5", "5.1", "5.3.1"]
    result = affected_range(table("SASAS", versions), order=PypiVersion, scheme="pypi")
    assert result.vers == "vers:pypi/>=5.1b3|<5.1b5|>=5.1|<5.3.1"


def test_an_epoch_is_quoted_so_that_it_is_not_read_as_a_comparator() -> None:
    versions = ["1.0", "1!0.9", "1!1.0+local"]
    result = affected_range(table("SAS", versions), order=PypiVersion, scheme="pypi")
    assert result.vers == "vers:pypi/>=1%210.9|<1%211.0+local"


def test_the_runs_may_come_in_any_order() -> None:
    runs = table("SAAS")
    assert affected_range(runs[::-1], order=order, scheme="npm") == found("SAAS")


def test_releases_that_are_equal_in_order_share_the_worst_verdict() -> None:
    runs = table("SSAS", ["1.0", "1.1", "1.1.0", "1.2"])
    result = affected_range(runs, order=PypiVersion, scheme="pypi")
    assert result.affected == ("1.1.0",)
    assert result.vers == "vers:pypi/>=1.1.0|<1.2"


NPM = ["0.1.0", "0.2.0", "0.2.1-rc.1", "0.2.1", "1.0.0-alpha.9", "1.0.0-alpha.10", "1.0.0-beta"]
NPM += ["1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0-0", "2.0.0", "2.0.10", "2.3.0", "10.0.0"]
PYPI = ["0.9", "1.0.dev1", "1.0a1", "1.0b1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.1", "1.9"]
PYPI += ["1.10", "2.0", "2019.1", "2020.1b1", "1!0.1", "1!2.0"]


def by_osv(events: list[Event], version: str, key: Any) -> bool:
    """Evaluate one list of events as the OSV schema says, 'Evaluation'."""

    def at(event: Event) -> tuple[int, Any]:
        (named,) = event.values()
        return (0, key("0")) if named == "0" else (1, key(named))

    vulnerable = False
    for event in sorted(events, key=at):
        ((kind, named),) = event.items()
        after = named == "0" or key(version) >= key(named)
        if kind == "introduced" and after:
            vulnerable = True
        if (kind == "fixed" and after) or (kind == "last_affected" and key(version) > key(named)):
            vulnerable = False
    return vulnerable


@given(
    letters=st.lists(st.sampled_from("AASSfu?nas"), min_size=16, max_size=16),
    world=st.sampled_from([("npm", NPM, SemverVersion), ("pypi", PYPI, PypiVersion)]),
)
def test_whoever_reads_the_range_finds_exactly_the_affected_versions(
    letters: list[str], world: tuple[str, list[str], Any]
) -> None:
    scheme, versions, key = world
    runs = table("".join(letters), versions)
    result = affected_range(runs, order=key, scheme=scheme)
    definite = {r.version for r in runs if r.word is not None and r.word.definite}
    assert set(result.affected) <= definite

    flat = {v for v in definite if by_osv(result.events, v, key)}
    listed = {v for v in definite if any(by_osv(e, v, key) for e in result.ranges)}
    assert flat == listed == set(result.affected)

    if result.affected:
        # The library reads no quoting, which only an epoch needs.
        parse: Any = VersionRange.from_string
        read = parse(unquote(result.vers), validate=True)
        assert {v for v in definite if key(v) in read} == set(result.affected)

    for events in result.ranges:
        kinds = {kind for event in events for kind in event}
        assert "introduced" in kinds
        assert not {"fixed", "last_affected"} <= kinds
    untested = {r.version for r in runs if r.word is None}
    assert not any(by_osv(result.events, version, key) for version in untested)
    fixes = {event["fixed"] for event in result.events if "fixed" in event}
    assert all(r.word is Word.NOT_REPRODUCED for r in runs if r.version in fixes)
