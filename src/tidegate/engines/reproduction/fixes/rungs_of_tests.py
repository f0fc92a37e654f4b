"""The two rungs of tests: the package's own say the same, and one fails before and passes after.

As in `rungs`: what failed once comes first, then what wavered, then what could not be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.effects import effect_named
from tidegate.engines.reproduction.fixes.testing import NoTestsError, OwnTests, Results
from tidegate.engines.reproduction.fixes.trying import Side, Trier
from tidegate.engines.reproduction.fixes.values import Fix, Rung, RungName, RungWord
from tidegate.engines.reproduction.trials import Purpose
from tidegate.engines.reproduction.verdicts import ASSERTION, RUNS

_MOST_NAMED = 20


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
