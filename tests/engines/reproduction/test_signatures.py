"""What tells bugs apart: what has to count, what must not, and when nothing may be said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.reproduction.frames import Frame, Owner
from tidegate.engines.reproduction.signatures import BehaviourSignature, agreed, behaviour
from tidegate.engines.reproduction.verdicts import RUNS

ROOT = "/store/setter@1.0.0/node_modules/setter"
PACKAGE, EFFECT = "pkg:npm/setter", "prototype-pollution"


@dataclass(frozen=True, slots=True)
class Code:
    """Target code in which each line is a place of its own, wherever it has moved to."""

    moved: int = 0
    blind: frozenset[int] = frozenset()
    root: str = ROOT
    build: str = "b" * 64

    def path(self, file: str) -> str | None:
        return file.removeprefix(f"{self.root}/") if file.startswith(f"{self.root}/") else None

    def place(self, file: str, line: int) -> str | None:
        at = line - self.moved
        return None if at in self.blind else f"{self.path(file)} {at}"


def target(function: str, line: int = 1, file: str = "index.js", root: str = ROOT) -> Frame:
    return Frame(Owner.TARGET, f"{root}/{file}", line, function)


PROOF = Frame(Owner.PROOF, "/work/proof.js", 1, "<anonymous>")
RUNTIME = Frame(Owner.RUNTIME, "node:internal/modules", 1, "require")
OTHER = Frame(Owner.DEPENDENCY, "/store/other@1.0.0/node_modules/other/index.js", 1, "each")
STACK = [target("assign", 10), target("walk", 20), target("set", 30), PROOF]


def seen(
    frames: Sequence[Frame], code: Code | None = None, *, effect: str = EFFECT, detail: str = ""
) -> BehaviourSignature:
    return behaviour(PACKAGE, effect, detail, frames, code or Code())


def test_it_names_the_place_and_its_caller():
    signature = seen([RUNTIME, *STACK[:2], OTHER, target("each", 25), *STACK[2:]])

    assert [place.function for place in signature.places] == ["assign", "walk"]
    assert signature.frames == (
        "index.js:assign", "index.js:walk", "index.js:each", "index.js:set",
    )  # fmt: skip
    assert signature.matches(seen(STACK))


ALIKE = {
    "lines that moved": (
        [replace(frame, line=frame.line + 7) for frame in STACK[:3]],
        Code(moved=7),
    ),
    "another version in another folder": (
        [target("assign", 10, root="/target"), target("walk", 20, root="/target"),
         target("set", 30, root="/target")],
        Code(root="/target"),
    ),
    "the runtime's frames": ([RUNTIME, *STACK, RUNTIME], Code()),
    "a dependency between them": ([STACK[0], OTHER, *STACK[1:]], Code()),
    "deeper recursion": ([STACK[0], STACK[1], *[target("walk", 21)] * 9, *STACK[2:]], Code()),
    "what the proof is called by": ([*STACK, target("run", 99), PROOF], Code()),
    "how V8 names an assigned function": (
        [target("Object.assign", 10), target("exports.walk", 20), target("module.set", 30)],
        Code(),
    ),
    "another way in": ([*STACK[:2], target("merge", 30), PROOF], Code()),
    "no way in of its own": ([*STACK[:2], PROOF], Code()),
    "a way in without a name that cannot be told from others": (
        [*STACK[:2], target("<anonymous>", 30), PROOF],
        Code(blind=frozenset({30})),
    ),
}  # fmt: skip
APART = {
    "another function": [target("merge", 10), *STACK[1:]],
    "another place in the function": [target("assign", 11), *STACK[1:]],
    "another file": [target("assign", 10, "lib.js"), *STACK[1:]],
    "another caller": [STACK[0], target("visit", 20), *STACK[2:]],
    "another place in the caller": [STACK[0], target("walk", 22), *STACK[2:]],
}


@pytest.mark.parametrize("what", ALIKE)
def test_it_stays_the_same_with(what):
    frames, code = ALIKE[what]
    assert seen(frames, code).key() == seen(STACK).key()


@pytest.mark.parametrize("what", APART)
def test_it_differs_with(what):
    assert seen(APART[what]).key() not in (None, seen(STACK).key())


def test_package_effect_and_detail_are_part_of_it():
    keys = {
        seen(STACK).key(),
        seen(STACK, effect="file-read").key(),
        seen(STACK, detail="signal 11").key(),
        behaviour("pkg:npm/other", EFFECT, "", STACK, Code()).key(),
    }
    assert len(keys) == 4


def test_two_functions_without_a_name_are_told_apart_by_their_lines():
    def anonymous(line: int) -> BehaviourSignature:
        return seen([target("<anonymous>", line), *STACK[1:]])

    assert anonymous(10).key() not in (None, anonymous(11).key())
    assert anonymous(10).places[0].function == ""
    assert seen([target("<lambda>", 10), *STACK[1:]]).matches(anonymous(10))


def test_two_slow_expressions_in_one_function_are_two_bugs():
    def slow(pattern: str) -> BehaviourSignature:
        regexp = Frame(Owner.RUNTIME, "", 0, f"RegExp: {pattern}")
        return seen([regexp, *STACK], effect="denial-of-service")

    assert slow("(a+)+$").detail == "(a+)+$"
    assert slow("(a+)+$").key() not in (None, slow("(b+)+$").key())


def test_a_crash_is_known_by_its_addresses_in_one_build():
    crash = [replace(target("+0xdf5d", 0, "u.so"), line=0), target("+0x10002", 0, "u.so")]

    def crashed(code: Code, frames: Sequence[Frame] = crash) -> str | None:
        return seen(frames, code, effect="memory-safety", detail="signal 11").key()

    assert crashed(Code()) is not None
    assert crashed(Code()) != crashed(Code(build="c" * 64))
    assert crashed(Code()) != crashed(Code(), [target("+0xdf61", 0, "u.so"), crash[1]])
    assert crashed(Code(), []) is None


EMPTY = {
    "nothing on the stack": ([], Code()),
    "no code of the target": ([RUNTIME, OTHER, PROOF], Code()),
    "the target beyond the proof only": ([PROOF, *STACK], Code()),
    "a place that cannot be told from others": (STACK, Code(blind=frozenset({10}))),
    "a caller that cannot be": (STACK, Code(blind=frozenset({20}))),
    "a function that was compiled from a text": (
        [Frame(Owner.TARGET, "<compiled>", 1, "source"), *STACK],
        Code(),
    ),
    "a text that Python executes": (
        [Frame(Owner.TARGET, "<string>", 1, "<module>"), *STACK],
        Code(),
    ),
    "a text between them": (
        [STACK[0], Frame(Owner.TARGET, "<template>", 1, "root"), *STACK[1:]],
        Code(),
    ),
    "a function that an evaluated text left behind": (
        [Frame(Owner.TARGET, f"eval at set ({ROOT}/index.js:3:1)", 1, "later"), *STACK],
        Code(),
    ),
}


@pytest.mark.parametrize("what", EMPTY)
def test_it_is_empty_for(what):
    frames, code = EMPTY[what]
    signature = seen(frames, code)

    assert signature.empty
    assert signature.key() is None
    assert signature.problem
    assert not signature.matches(signature)


def test_a_text_that_is_being_evaluated_is_its_makers_deed():
    file = f"eval at assign ({ROOT}/index.js:10:1)"
    evaluated = [Frame(Owner.TARGET, file, 1, "payload"), Frame(Owner.TARGET, file, 1, "eval")]

    assert seen([*evaluated, *STACK]).matches(seen(STACK))


def test_runs_that_disagree_or_are_too_few_say_nothing():
    one, other = seen(STACK), seen(APART["another function"])

    assert agreed([one] * RUNS).matches(one)
    for runs in ([one] * (RUNS - 1), [one, one, other], [], [seen([])] * RUNS):
        assert agreed(runs).key() is None
        assert agreed(runs).problem
    assert agreed([one, one, other]).frames == one.frames


@pytest.mark.parametrize("frames", [STACK, [], APART["another file"]])
def test_it_can_be_written_down(frames):
    signature = seen(frames)
    again = BehaviourSignature.from_data(json.loads(json.dumps(signature.to_data())))

    assert again == signature
    assert again.key() == signature.key()


FRAMES = st.lists(
    st.builds(
        Frame,
        owner=st.sampled_from([Owner.TARGET] * 4 + list(Owner)),
        file=st.sampled_from([f"{ROOT}/a.js", f"{ROOT}/b.js", "<compiled>", "/work/proof.js"]),
        line=st.integers(1, 5),
        function=st.sampled_from(["f", "g", "exports.h", "<anonymous>", "<listcomp>", "eval"]),
    ),
    max_size=8,
)


@given(a=FRAMES, b=FRAMES)
def test_matching_is_mutual_and_never_with_what_is_empty(a: list[Frame], b: list[Frame]):
    one, other = seen(a), seen(b)

    assert one.matches(other) is other.matches(one)
    assert one.matches(one) is not one.empty
    if one.empty or other.empty:
        assert not one.matches(other)
    elif one.matches(other):
        assert one.places == other.places


@given(frames=FRAMES, by=st.integers(1, 1000))
def test_where_the_lines_are_makes_no_difference(frames: list[Frame], by: int):
    moved = [replace(frame, line=frame.line + by) for frame in frames]

    assert seen(moved, Code(moved=by)).key() == seen(frames).key()


@given(frames=FRAMES, times=st.integers(2, 5), data=st.data())
def test_how_deep_a_recursion_went_makes_no_difference(
    frames: list[Frame], times: int, data: st.DataObject
):
    start = data.draw(st.integers(0, len(frames)))
    end = data.draw(st.integers(start, len(frames)))
    deeper = [*frames[:start], *frames[start:end] * times, *frames[end:]]

    assert seen(deeper).key() == seen(frames).key()


@given(frames=FRAMES, noise=st.lists(st.sampled_from([RUNTIME, OTHER]), max_size=5), at=st.data())
def test_frames_of_others_make_no_difference(
    frames: list[Frame], noise: list[Frame], at: st.DataObject
):
    noisy = list(frames)
    for frame in noise:
        noisy.insert(at.draw(st.integers(0, len(noisy))), frame)

    assert seen(noisy).key() == seen(frames).key()
