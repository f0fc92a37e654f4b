"""What a note expects, and when what was found agrees with it."""

import pytest

from tidegate.faces.cli.notes import Expectation, expectation_of

EXPECTED = Expectation("reproduced", "vers:npm/<1.0.2|>=2.0.0|<2.2.0")


def runs(**words: str) -> list[dict[str, str]]:
    return [
        {"version": version[1:].replace("_", "."), "verdict": word}
        for version, word in words.items()
    ]


def test_every_version_has_to_be_on_its_side_of_the_bounds():
    assert EXPECTED.agrees(runs(v1_0_1="reproduced", v1_0_2="not-reproduced", v2_1_0="flaky"))
    assert not EXPECTED.agrees(runs(v1_0_1="not-reproduced"))
    assert not EXPECTED.agrees(runs(v1_0_2="reproduced"))


def test_a_version_that_the_registry_no_longer_has_is_not_missed():
    assert EXPECTED.agrees(runs(v2_1_0="reproduced", v2_3_0="not-reproduced"))


def test_what_says_nothing_of_a_version_contradicts_nothing():
    assert EXPECTED.agrees(runs(v1_0_1="inconclusive", v1_0_2="not-tested"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nexpected: reproduced\nrange: vers:npm/<2\n---\n", ("reproduced", "vers:npm/<2")),
        ("---\nexpected: refused\nrange: none\n---\n", ("refused", None)),
        ("---\nexpected: flaky\n---\nrange: vers:npm/<2\n", ("flaky", None)),
        ("# no front matter\nexpected: reproduced\n", None),
        ("", None),
    ],
)
def test_front_matter_is_read_and_nothing_else(tmp_path, text, expected):
    (tmp_path / "a.md").write_text(text)

    found = expectation_of(tmp_path / "a.json")

    assert found == (Expectation(*expected) if expected else None)
