"""What each rung looks at, and when it may say which word; those of tests are `rungs_of_tests`.

Every function here runs what it has to and sums it up as one `Rung`: the word, why in a sentence,
and what was seen as JSON data. A word of doubt is never weighed against one of success: what failed
once comes first, then what wavered, then what could not be told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tidegate.engines.reproduction.fixes.attacking import Budget, Found
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
from tidegate.engines.reproduction.verdicts import RUNS

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
    if rung := _in_doubt(name, failed, flaky, untold, details):
        return rung
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
    if rung := _in_doubt(name, changed, flaky, broken, {"runs": runs}):
        return rung
    told = f"{len(with_benign)} harmless programs end and say the same as before"
    return Rung(name, RungWord.PASSED, told, {"runs": runs})


def _in_doubt(
    name: RungName,
    failed: Sequence[str],
    flaky: Sequence[str],
    untold: Sequence[str],
    details: Mapping[str, Any],
) -> Rung | None:
    """Return the rung with the worst that there is to say; None if there is nothing."""
    for word, why in (
        (RungWord.FAILED, failed),
        (RungWord.FLAKY, flaky),
        (RungWord.NOT_POSSIBLE, untold),
    ):
        if why:
            return Rung(name, word, "; ".join(why[:_MOST_NAMED]), details)
    return None


def _seen(ground: Ground, side: Side, record: RunRecord) -> tuple[Any, ...]:
    """Return how a run ended and what it said, without what differs from run to run."""
    installation = ground.on(side).installation

    def plain(text: str) -> str:
        for root in installation.target_roots:
            text = text.replace(root, "/target")
        return _ADDRESS.sub("0x0", _NONCE.sub("nonce", text))

    ending = (record["ending"], record["exit_code"], record["signal"], record["fired"])
    return (*ending, plain(record["stdout"]), plain(record["stderr"]))


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
