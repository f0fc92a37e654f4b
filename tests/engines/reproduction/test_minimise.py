"""A proof is cut down, and what it shows stays."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.reproduction.minimise import Files, MinimiseError, ddmin, minimise


def shows(*needed: bytes) -> Callable[[Files], bool]:
    """Build a predicate that wants each of `needed` somewhere in the proof."""
    return lambda files: all(any(part in text for text in files.values()) for part in needed)


def test_only_the_lines_that_matter_stay() -> None:
    noise = [f"filler {n}\n".encode() for n in range(46)]
    noise[7] = b"parse(argv)\n"
    noise[31] = b"check()\n"
    result = minimise({"poc.js": b"".join(noise)}, shows(b"parse(argv)", b"check()"))
    assert result.files == {"poc.js": b"parse(argv)\ncheck()\n"}
    assert result.complete
    assert result.runs < 60


def test_files_that_are_not_needed_go_whole_and_first() -> None:
    asked: list[Files] = []

    def keeps(files: Files) -> bool:
        asked.append(files)
        return "poc.py" in files and b"load" in files["poc.py"]

    files = {"poc.py": b"load()\n", "benign.py": b"x\n" * 50, "blob.bin": b"\0" * 9}
    result = minimise(files, keeps, protected=["poc.py"])
    assert result.files == {"poc.py": b"load()\n"}
    assert asked[1] == {"poc.py": b"load()\n"}


def test_a_protected_file_stays_though_its_lines_may_go() -> None:
    result = minimise({"poc.py": b"a\nb\n"}, lambda files: "poc.py" in files, protected=["poc.py"])
    assert result.files == {"poc.py": b""}


def test_a_binary_file_is_never_cut_up() -> None:
    files = {"a.zip": b"PK\0one\ntwo\nthree\n", "b.bin": b"\xff\n\xfe\n"}
    result = minimise(files, lambda now: {"a.zip", "b.bin"} <= set(now))
    assert result.files == files


def test_a_file_that_only_a_needless_line_wanted_goes_too() -> None:
    def keeps(files: Files) -> bool:
        main = files["poc.py"]
        return b"fire" in main and (b"include" not in main or "other.py" in files)

    files = {"poc.py": b"include other\nfire\n", "other.py": b"pass\n"}
    assert minimise(files, keeps, protected=["poc.py"]).files == {"poc.py": b"fire\n"}


def test_tokens_are_cut_when_asked_for() -> None:
    result = minimise(
        {"poc.js": "f('é', {__proto__: 1});\n".encode()}, shows(b"__proto__"), finest="token"
    )
    assert result.files == {"poc.js": b"__proto__"}


def test_a_proof_that_does_not_fire_is_refused() -> None:
    with pytest.raises(MinimiseError, match="does not show its effect"):
        minimise({"poc.py": b"x\n"}, lambda _: False)


def test_without_a_budget_nothing_is_run_and_nothing_is_claimed() -> None:
    result = minimise({"poc.py": b"x\n"}, lambda _: pytest.fail("was run"), budget=0)
    assert (result.files, result.runs, result.complete) == ({"poc.py": b"x\n"}, 0, False)


TEXT = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"d\n", b"\n", b"e"]), max_size=16).map(
    b"".join
)
PROOF = st.dictionaries(st.sampled_from(["poc.py", "x.py", "y.txt"]), TEXT, min_size=1)


@given(files=PROOF, needed=st.sets(st.sampled_from([b"a", b"b", b"c", b"d\n", b"e"])))
def test_the_result_is_minimal_by_line_and_by_file(files: Files, needed: set[bytes]) -> None:
    keeps = shows(*sorted(needed))
    if not keeps(files):
        return
    result = minimise(files, keeps)
    assert result.complete
    assert keeps(result.files)
    for name, text in result.files.items():
        rest = {other: t for other, t in result.files.items() if other != name}
        assert not rest or not keeps(rest)
        lines = text.splitlines(keepends=True)
        for at in range(len(lines)):
            shorter = b"".join(lines[:at] + lines[at + 1 :])
            assert not keeps({**result.files, name: shorter})
    assert minimise(files, keeps) == result


@given(files=PROOF, budget=st.integers(1, 30), salt=st.integers(0, 50))
def test_within_any_budget_the_result_was_accepted_itself(
    files: Files, budget: int, salt: int
) -> None:
    accepted: list[Files] = [files]
    runs = 0

    def keeps(now: Files) -> bool:
        # Arbitrary but steady, and true of the proof as given.
        nonlocal runs
        runs += 1
        fine = now == files or (sum(map(sum, now.values())) + salt) % 3 == 0
        if fine:
            accepted.append(dict(now))
        return fine

    result = minimise(files, keeps, budget=budget)
    assert result.files in accepted
    assert result.runs == runs <= budget


@given(wanted=st.sets(st.integers(0, 63)), size=st.integers(1, 64))
def test_ddmin_returns_exactly_what_is_needed(wanted: set[int], size: int) -> None:
    wanted = {n % size for n in wanted}
    asked = 0

    def keeps(parts: Sequence[int]) -> bool:
        nonlocal asked
        asked += 1
        return wanted <= set(parts)

    assert ddmin(range(size), keeps) == sorted(wanted)
    assert asked <= size * size + 3 * size + 1
