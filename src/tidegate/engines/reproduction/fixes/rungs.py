"""What each rung looks at, and when it may say which word.

Every function here runs what it has to and sums it up as one `Rung`: the word, why in a sentence,
and what was seen as JSON data. A word of doubt is never weighed against one of success: what failed
once comes first, then what wavered, then what could not be told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.effects import effect_named
from tidegate.engines.reproduction.fixes.attacking import Budget, Found
from tidegate.engines.reproduction.fixes.testing import NoTestsError, OwnTests, Results
from tidegate.engines.reproduction.fixes.trying import Ground, Side, Trier
from tidegate.engines.reproduction.fixes.values import (
    Fix,
    FixKind,
    Rung,
    RungName,
    RungWord,
    Variant,
)
from tidegate.engines.reproduction.run_records import RunRecord
from tidegate.engines.reproduction.texts import storable
from tidegate.engines.reproduction.trials import Purpose
from tidegate.engines.reproduction.verdicts import ASSERTION, RUNS

_NONCE = re.compile(r"[0-9a-f]{16}")
_ADDRESS = re.compile(r"0x[0-9a-f]{6,16}")
_MOST_NAMED = 20
_LEAST_VALID = 5
"""How many variants have to fire on the base version until their silence afterwards says much."""


def kept(rung: Rung) -> Rung:
    """Return a rung that can be signed and stored, whatever a stranger's program said."""
    variants = tuple(
        replace(one, steps=_storable(one.steps), frames=_storable(one.frames))
        for one in rung.variants
    )
    details = _storable(rung.details)
    return replace(rung, reason=storable(rung.reason), details=details, variants=variants)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(name): _storable(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_storable(one) for one in value)
    return value


def applies(fix: Fix, state: Mapping[str, Any]) -> Rung:
    """Say what came of laying both versions out; `state` is what `Climber.begin` gave."""
    name, problem = RungName.APPLIES, state["problem"]
    details: dict[str, Any] = {
        "runtimes": [ground["runtime"] for ground in state["grounds"]],
        "notes": list(dict.fromkeys(n for ground in state["grounds"] for n in ground["notes"])),
        "milliseconds": state["milliseconds"],
    }
    if problem is not None:
        word = RungWord.FAILED if problem["possible"] else RungWord.NOT_POSSIBLE
        return Rung(name, word, problem["reason"], {**details, "run": problem["after"]})
    runs = [ground["after"] for ground in state["grounds"]]
    where = ", ".join(dict.fromkeys(ground["runtime"]["name"] for ground in state["grounds"]))
    did = "it applies" if fix.kind is FixKind.PATCH else f"{fix.version} can be fetched"
    return Rung(name, RungWord.PASSED, f"{did}, and imported on {where}", {**details, "runs": runs})


def proofs_quiet(trier: Trier, grounds: Sequence[Ground]) -> Rung:
    """Run every program on both versions, `RUNS` times each."""
    name = RungName.PROOFS_QUIET
    rows: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    failed: list[str] = []
    flaky: list[str] = []
    untold: list[str] = []
    for ground in grounds:
        harmless = _harmless(ground)
        (control,) = trier.run_all(ground, [(Side.FIXED, *harmless)])
        asked = [
            (side, program, Purpose.PROOF)
            for program in ground.programs
            for side in Side
            for _ in range(RUNS)
        ]
        answers = trier.run_all(ground, asked)
        runs += _sided([(Side.FIXED, *harmless), *asked], [control, *answers])
        for program in ground.programs:
            both = {
                side: [
                    answer
                    for one, answer in zip(asked, answers, strict=True)
                    if one[:2] == (side, program)
                ]
                for side in Side
            }
            hits = {side: sum(map(ground.fired, both[side])) for side in Side}
            rows.append(
                {
                    "finding": ground.finding.id,
                    "program": program,
                    "runtime": ground.base.runtime.name,
                    "runs": RUNS,
                    "on_base": hits[Side.BASE],
                    "on_fixed": hits[Side.FIXED],
                }
            )
            if hits[Side.FIXED] == RUNS:
                failed.append(f"{program} still fires")
            elif hits[Side.FIXED]:
                flaky.append(f"{program} still fires in {hits[Side.FIXED]} of {RUNS} runs")
            elif hits[Side.BASE] not in (0, RUNS):
                flaky.append(f"{program} fires in {hits[Side.BASE]} of {RUNS} runs before")
            elif not hits[Side.BASE]:
                untold.append(f"{program} does not fire on the base version; name another")
            elif silent := ground.silent(program, both[Side.FIXED], control):
                untold.append(f"{program}: {silent}")
    details = {"programs": rows, "runs": runs}
    for word, why in (
        (RungWord.FAILED, failed),
        (RungWord.FLAKY, flaky),
        (RungWord.NOT_POSSIBLE, untold),
    ):
        if why:
            return Rung(name, word, "; ".join(why[:_MOST_NAMED]), details)
    told = f"{len(rows)} programs fire before and are quiet after, {RUNS} runs of {RUNS}"
    return Rung(name, RungWord.PASSED, told, details)


def control_unchanged(trier: Trier, grounds: Sequence[Ground]) -> Rung:
    """Run every harmless program on both versions, `RUNS` times each, and compare what it says."""
    name = RungName.CONTROL_UNCHANGED
    with_benign = [ground for ground in grounds if ground.proof.benign is not None]
    if not with_benign:
        return Rung(name, RungWord.NOT_POSSIBLE, "no finding has a harmless program")
    runs: list[dict[str, Any]] = []
    changed: list[str] = []
    flaky: list[str] = []
    broken: list[str] = []
    for ground in with_benign:
        program = ground.proof.benign
        asked = [(side, program, Purpose.BENIGN) for side in Side for _ in range(RUNS)]
        answers = trier.run_all(ground, asked)
        runs += _sided(asked, answers)
        before = {_seen(ground, Side.BASE, answer) for answer in answers[:RUNS]}
        after = {_seen(ground, Side.FIXED, answer) for answer in answers[RUNS:]}
        if len(before) > 1:
            flaky.append(f"{program} is not the same in each run on the base version")
        elif answers[0]["exit_code"] != 0 or answers[0]["fired"]:
            broken.append(f"{program} does not pass on the base version: {answers[0]['reason']}")
        elif len(after) > 1:
            flaky.append(f"{program} is not the same in each run on the mended version")
        elif before != after:
            said = answers[RUNS]["reason"] or "it ends or says otherwise than before"
            changed.append(f"{program}: {said}")
    for word, why in (
        (RungWord.FAILED, changed),
        (RungWord.FLAKY, flaky),
        (RungWord.NOT_POSSIBLE, broken),
    ):
        if why:
            return Rung(name, word, "; ".join(why[:_MOST_NAMED]), {"runs": runs})
    told = f"{len(with_benign)} harmless programs end and say the same as before"
    return Rung(name, RungWord.PASSED, told, {"runs": runs})


def _seen(ground: Ground, side: Side, record: RunRecord) -> tuple[Any, ...]:
    """Return how a run ended and what it said, without what differs from run to run."""
    installation = ground.on(side).installation

    def plain(text: str) -> str:
        for root in installation.target_roots:
            text = text.replace(root, "/target")
        return _ADDRESS.sub("0x0", _NONCE.sub("nonce", text))

    ending = (record["ending"], record["exit_code"], record["signal"], record["fired"])
    return (*ending, plain(record["stdout"]), plain(record["stderr"]))


def tests_same(own: OwnTests) -> Rung:
    """Run the base version's tests on both, twice each: what is unstable before says nothing."""
    name = RungName.TESTS_SAME
    try:
        tests = own.of_base()
        before = [own.run(Side.BASE, tests) for _ in range(2)]
        after = [own.run(Side.FIXED, tests) for _ in range(2)]
    except NoTestsError as error:
        return Rung(name, RungWord.NOT_POSSIBLE, str(error))
    if problem := next((one.problem for one in before if one.problem), ""):
        return Rung(name, RungWord.NOT_POSSIBLE, f"they do not run on the base version: {problem}")
    unsteady = _unsteady(before)
    steady = {test: word for test, word in before[0].tests.items() if test not in unsteady}
    details: dict[str, Any] = {
        "before": _counted(before[0]),
        "after": _counted(after[0]),
        "unstable_before": sorted(unsteady)[:_MOST_NAMED],
    }
    if not any(word == "passed" for word in steady.values()):
        told = f"none of its {len(before[0].tests)} tests passes on the base version here"
        return Rung(name, RungWord.NOT_POSSIBLE, told, details)
    wavering = _unsteady(after) - unsteady
    if wavering:
        details["unstable_after"] = sorted(wavering)[:_MOST_NAMED]
        told = f"{len(wavering)} of its tests come out otherwise from run to run"
        return Rung(name, RungWord.FLAKY, told, details)
    now = after[0].tests
    lost = sorted(test for test in steady if test not in now)
    worse = sorted(t for t, word in steady.items() if t in now and word == "passed" != now[t])
    new = sorted(test for test in now if test not in before[0].tests and test not in unsteady)
    details |= {"lost": lost[:_MOST_NAMED], "worse": worse[:_MOST_NAMED], "new": new[:_MOST_NAMED]}
    if lost or worse or new:
        told = (
            f"of {len(steady)} tests, {len(worse)} fail that passed, {len(lost)} are not run any"
            f" more, {len(new)} were not there before"
        )
        return Rung(name, RungWord.FAILED, told, details)
    told = f"the same {len(steady)} tests run, with the same results"
    return Rung(name, RungWord.PASSED, told, details)


def _unsteady(runs: Sequence[Results]) -> set[str]:
    first, second = (one.tests for one in runs)
    return {test for test in {*first, *second} if first.get(test) != second.get(test)}


def _counted(results: Results) -> dict[str, Any]:
    words = list(results.tests.values())
    return {
        "tests": len(words),
        **{word: words.count(word) for word in ("passed", "failed", "skipped")},
        "files_ended_well": sum(results.ended.values()),
        "problem": results.problem,
    }


def regression_test(own: OwnTests, trier: Trier, fix: Fix) -> Rung:
    """Look for a test that fails before and passes after: one that was given, or that came."""
    return _given_test(own, trier, fix) if fix.tests else _test_that_came(own)


def _given_test(own: OwnTests, trier: Trier, fix: Fix) -> Rung:
    name, ground = RungName.REGRESSION_TEST, own.ground
    language = ground.proof.language
    endings = (".py",) if language == "python" else (".js", ".cjs", ".mjs")
    programs = [test for test in sorted(fix.tests) if test.endswith(endings)]
    if not programs:
        return Rung(name, RungWord.FAILED, f"no test that was given is a program in {language}")
    # Its exit code is all that is looked at.
    watched = effect_named(ASSERTION)
    plain = replace(
        ground,
        effect=watched,
        base=replace(ground.base, effect=watched),
        fixed=replace(ground.fixed, effect=watched),
        proof=Proof(
            language,
            programs[0],
            (),
            None,
            dict(fix.tests),
            ground.proof.needs,
            ground.proof.timeout,
        ),
    )
    rows: list[dict[str, Any]] = []
    words: list[RungWord] = []
    reasons: list[str] = []
    for program in programs:
        asked = [(side, program, Purpose.BENIGN) for side in Side for _ in range(RUNS)]
        answers = trier.run_all(plain, asked)
        passed = [one["ending"] == "exited" and one["exit_code"] == 0 for one in answers]
        before, after = sum(passed[:RUNS]), sum(passed[RUNS:])
        rows.append(
            {
                "program": program,
                "runs": RUNS,
                "passed_before": before,
                "passed_after": after,
                "said_before": answers[0]["reason"],
                "said_after": answers[RUNS]["reason"],
            }
        )
        if before in (0, RUNS) and after in (0, RUNS):
            words.append(RungWord.PASSED if (before, after) == (0, RUNS) else RungWord.FAILED)
        else:
            words.append(RungWord.FLAKY)
        reasons.append(f"{program} passes {before} of {RUNS} runs before and {after} after")
    details = {"given": rows}
    for word in (RungWord.FAILED, RungWord.FLAKY):
        if word in words:
            told = [r for w, r in zip(words, reasons, strict=True) if w is word]
            return Rung(name, word, "; ".join(told), details)
    return Rung(name, RungWord.PASSED, "; ".join(reasons), details)


def _test_that_came(own: OwnTests) -> Rung:
    name = RungName.REGRESSION_TEST
    try:
        tests, changed = own.that_came()
        before = [own.run(Side.BASE, tests, changed) for _ in range(2)]
        after = [own.run(Side.FIXED, tests, changed) for _ in range(2)]
    except NoTestsError as error:
        return Rung(name, RungWord.NOT_POSSIBLE, str(error))
    details: dict[str, Any] = {
        "files": changed[:_MOST_NAMED],
        "before": _counted(before[0]),
        "after": _counted(after[0]),
    }
    wavering = _unsteady(before) | _unsteady(after)
    telling = sorted(
        test
        for test, word in after[0].tests.items()
        if word == "passed"
        and test not in wavering
        and before[0].tests.get(test) != "passed"
        # A test that is not there before was not run, unless its file broke off.
        and (before[0].tests.get(test) == "failed" or _broke_off(test, before[0]))
    )
    details["telling"] = telling[:_MOST_NAMED]
    if telling:
        told = f"{len(telling)} tests that came with it fail before and pass after"
        return Rung(name, RungWord.PASSED, told, details)
    told = (
        f"none of the {len(after[0].tests)} tests in {len(changed)} files that came with it fails"
        " before and passes after"
    )
    return Rung(name, RungWord.NOT_POSSIBLE, told, details)


def _broke_off(test: str, results: Results) -> bool:
    return any(test.startswith(f"{file}: ") and not good for file, good in results.ended.items())


def variants_said(found: Sequence[Found], budget: Budget) -> Rung:
    """Sum up what the attacks showed."""
    name = RungName.VARIANTS_QUIET
    through: list[Variant] = [one for each in found for one in (*each.through, *each.new)]
    details: dict[str, Any] = {
        "budget": {"runs": budget.runs, "seconds": budget.seconds, "seed": budget.seed},
        "attacks": [one.described() for one in found],
        "tried": sum(one.tried for one in found),
        "valid": sum(one.valid for one in found),
        "runs": sum(one.runs for one in found),
    }
    if through:
        sure = [one for one in through if one.on_fixed == one.runs]
        first = (sure or through)[0]
        told = (
            f"{len(through)} variants fire on the mended version; of {first.seed}:"
            f" {'; '.join(first.steps)}"
        )
        word = RungWord.FAILED if sure else RungWord.FLAKY
        return Rung(name, word, told, details, tuple(through))
    if lost := [one for one in found if one.problem]:
        return Rung(name, RungWord.FLAKY, lost[0].problem, details)
    empty = [one.seed for one in found if not one.valid]
    if empty:
        told = f"no variant of {', '.join(empty)} fires on the base version, so nothing was learned"
        return Rung(name, RungWord.NOT_POSSIBLE, told, details)
    if unknown := [one.seed for one in found if not one.carried]:
        # That it stays quiet whatever else its texts say is no more than the proof itself says.
        told = f"no table knows the way of {', '.join(unknown)}, so it was varied by chance alone"
        return Rung(name, RungWord.NOT_POSSIBLE, told, details)
    if details["valid"] < _LEAST_VALID:
        told = f"only {details['valid']} variants fire on the base version, too few to say much"
        return Rung(name, RungWord.NOT_POSSIBLE, told, details)
    told = f"{details['valid']} variants fire before, none after; {details['tried']} were tried"
    return Rung(name, RungWord.PASSED, told, details)


def _harmless(ground: Ground) -> tuple[str | None, Purpose]:
    benign = ground.proof.benign
    return (benign, Purpose.BENIGN) if benign is not None else (None, Purpose.IMPORT)


def _sided(
    asked: Sequence[tuple[Side, str | None, Purpose]], answers: Sequence[RunRecord]
) -> list[dict[str, Any]]:
    return [{"side": one[0].value, **answer} for one, answer in zip(asked, answers, strict=True)]
