"""What may be said of one version, given what its runs and its controls showed.

The words, and when each of them may be used, are those of the contract with finders
(`FINDING.md`, 'What counts'). Everything here is a pure function of summaries that were made
elsewhere: who saw the effect, whose code was on the stack, whether a run came to its end.

The order in which `judge` asks:

1. Was anything run? If not, nothing can be said.
2. Did the effect come without the target: in the empty package's run or in a benign one, without
   the target on the stack, or in a program that reached for the watcher? Then it proves nothing.
3. Did a program fire, attributed, in each run or in some? Then the controls must hold as well.
4. Did every run of every program end without the effect? Then, if the control holds, it did not
   reproduce.
5. Otherwise nothing can be said, and the reason is named. That is never read as safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RUNS = 3
"""How often each program is run on a version (contract: '3 runs of 3')."""

ASSERTION = "assertion"
"""The effect that only the program itself sees, by exiting with 42."""

HARMLESS = ("benign", "import")
"""Controls that show that the version works here at all; the first one that was run decides."""

QUIET = ("quiet-release", "fixed-release")
"""Controls on another released version, on which the proof should stay quiet."""


class Word(StrEnum):
    """The five verdicts of the contract."""

    REPRODUCED = "reproduced"
    FLAKY = "flaky"
    NOT_REPRODUCED = "not-reproduced"
    UNATTRIBUTED = "unattributed"
    INCONCLUSIVE = "inconclusive"

    @property
    def affected(self) -> bool:
        """Whether the target was seen to do it; once in three runs is seen, too."""
        return self in (Word.REPRODUCED, Word.FLAKY)

    @property
    def unaffected(self) -> bool:
        """Whether the proofs ran to their end without the effect while the control held."""
        return self is Word.NOT_REPRODUCED

    @property
    def definite(self) -> bool:
        """Whether a range may rest on it; `inconclusive` and `unattributed` say nothing."""
        return self.affected or self.unaffected


STRONGEST_FIRST = (
    Word.REPRODUCED,
    Word.FLAKY,
    Word.UNATTRIBUTED,
    Word.INCONCLUSIVE,
    Word.NOT_REPRODUCED,
)
"""What says most for a bug comes first, where several findings speak of one."""


class Trust(StrEnum):
    """What stands behind a verdict, from nothing (`L0`) to data and a sanitizer (`L3`)."""

    L0 = "L0"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run of one program of a proof, summarised.

    `ended` means that the program came to its own end, which includes that the target refused the
    input and the program died of that error. An `assertion` has `fired` when the program exited
    with 42.
    """

    fired: bool
    """The watcher saw the effect, whoever caused it."""
    attributed: bool = False
    """The target's own code was on the stack when it came."""
    ended: bool = True
    limit: str | None = None
    """The limit that ended the run, such as `wall-time`."""
    target_used: bool = True
    """Code of the target was executed in this run."""
    tampered: str | None = None
    """What the program did to the watcher or to its channel, if anything."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """One run that shows whether the version works here, or whether the proof needs the target.

    `name` is `benign`, `import`, `empty`, `quiet-release` or `fixed-release`; `ok` means that the
    control could be run and did what it should, for `benign` and `import` without an error. A
    release is quiet when it is `ok` and did not fire.
    """

    name: str
    ok: bool
    fired: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word on one version, and why."""

    word: Word
    trust: Trust
    reason: str
    program: str | None = None
    """The program that decided: the first that fired, strayed or did not end."""
    fired: int = 0
    """In how many of its runs the effect came, attributed to the target."""
    runs: int = 0
    """How many runs that program had."""


def judge(
    *,
    effect: str,
    programs: Mapping[str, Sequence[RunResult]],
    controls: Sequence[Control],
    required: int = RUNS,
) -> Verdict:
    """Judge one version from the runs of every program of the proof and from the controls.

    `programs` holds the entry and each variant, in the finding's order, with the runs of each; a
    version is affected if any of them fires. The `empty` control does not depend on the version
    and may be the same one for all of them, but it has to be there before anything counts as
    `reproduced`. Never raises: whatever is missing makes the verdict `inconclusive`.
    """
    if not any(programs.values()):
        return Verdict(Word.INCONCLUSIVE, Trust.L0, _why_nothing_ran(controls))
    trust = Trust.L1 if effect == ASSERTION else Trust.L2
    judged = [_Judged.of(name, runs, effect) for name, runs in programs.items()]
    return (
        _came_without_target(judged, controls, trust)
        or _fired(judged, controls, trust, effect, required)
        or _strayed(judged, trust)
        or _silent(judged, controls, trust, required)
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """One program's runs, counted."""

    name: str
    runs: tuple[RunResult, ...]
    hits: int
    strays: int
    tampered: str | None

    @classmethod
    def of(cls, name: str, runs: Sequence[RunResult], effect: str) -> _Judged:
        hits = sum(counts(run, effect) for run in runs)
        return cls(
            name=name,
            runs=tuple(runs),
            hits=hits,
            strays=sum(run.fired for run in runs) - hits,
            tampered=next((run.tampered for run in runs if run.tampered is not None), None),
        )

    def verdict(self, word: Word, trust: Trust, reason: str) -> Verdict:
        return Verdict(word, trust, reason, self.name, self.hits, len(self.runs))


def counts(run: RunResult, effect: str) -> bool:
    """Tell whether the effect came in a run, and is the target's doing."""
    # Nobody watches the stack of an assertion: that the target was used at all, and the controls,
    # are everything that stands behind it.
    return run.fired and (run.target_used if effect == ASSERTION else run.attributed)


def _why_nothing_ran(controls: Sequence[Control]) -> str:
    failed = next((c for c in controls if not c.ok and c.reason), None)
    return f"nothing was run: {failed.reason}" if failed else "nothing was run"


def _came_without_target(
    judged: Sequence[_Judged], controls: Sequence[Control], trust: Trust
) -> Verdict | None:
    """Return `unattributed` if a control shows that the target is not needed for the effect."""
    for control in controls:
        if not control.fired or control.name in QUIET:
            continue
        # The empty package has nothing of the target in it: an effect there is nobody else's.
        if control.name == "empty" or any(program.hits or program.strays for program in judged):
            where = (
                "against an empty package of the same name"
                if control.name == "empty"
                else f"in the {control.name} control"
            )
            return _loudest(judged).verdict(
                Word.UNATTRIBUTED, trust, f"the effect also came {where}"
            )
    return None


def _fired(
    judged: Sequence[_Judged],
    controls: Sequence[Control],
    trust: Trust,
    effect: str,
    required: int,
) -> Verdict | None:
    """Return the verdict on the best program that fired, attributed and without tampering."""
    clean = [program for program in judged if program.tampered is None and program.hits]
    if not clean:
        return None
    always = [p for p in clean if p.hits == len(p.runs) and p.hits >= required]
    best = (always or clean)[0]
    counted = f"{best.hits} of {len(best.runs)} runs of {best.name}"
    doubt = _doubt(controls, effect)
    if doubt is not None:
        return best.verdict(Word.INCONCLUSIVE, trust, f"the effect came in {counted}, but {doubt}")
    if always:
        return best.verdict(Word.REPRODUCED, trust, f"{_credit(trust)} in {counted}")
    if all(p.hits == len(p.runs) for p in clean):
        return best.verdict(
            Word.INCONCLUSIVE, trust, f"the effect came in {counted}; {required} runs are needed"
        )
    return best.verdict(Word.FLAKY, trust, f"{_credit(trust)} in {counted} only")


def _credit(trust: Trust) -> str:
    if trust is Trust.L1:
        return "self-asserted: the program reported the effect, and the controls hold,"
    return "the effect came with the target's code on the stack"


def _doubt(controls: Sequence[Control], effect: str) -> str | None:
    """Return why an effect that came must not count yet, or nothing if it may."""
    problem = _control_problem(controls)
    if problem is not None:
        return problem
    empty = [control for control in controls if control.name == "empty"]
    if not empty:
        return "it was not run against an empty package of the same name"
    broken = next((control for control in empty if not control.ok), None)
    if broken is not None:
        return f"the run against an empty package failed{_because(broken.reason)}"
    if effect == ASSERTION:
        quiet = [control for control in controls if control.name in QUIET]
        if not any(control.ok and not control.fired for control in quiet):
            return (
                "no released version is known on which it stays quiet, "
                "and an assertion counts only beside one"
            )
    return None


def _control_problem(controls: Sequence[Control]) -> str | None:
    """Return why it is not known that the version works here, or nothing if it does."""
    for name in HARMLESS:
        run = [control for control in controls if control.name == name]
        if not run:
            continue
        failed = next((control for control in run if not control.ok), None)
        if failed is not None:
            return f"the {name} control fails{_because(failed.reason)}"
        if any(control.fired for control in run):
            return f"the {name} control shows the effect itself"
        return None
    return "no control shows that this version works here"


def _strayed(judged: Sequence[_Judged], trust: Trust) -> Verdict | None:
    """Return `unattributed` for a program that reached for the watcher or did it by itself."""
    for program in judged:
        if program.tampered is not None:
            return program.verdict(
                Word.UNATTRIBUTED,
                trust,
                f"{program.name} reached for the watcher: {program.tampered}",
            )
    for program in judged:
        if program.strays:
            cause = next((run.reason for run in program.runs if run.fired and run.reason), "")
            return program.verdict(
                Word.UNATTRIBUTED,
                trust,
                f"the effect came in {program.name} without the target on the stack"
                f"{_because(cause)}",
            )
    return None


def _silent(
    judged: Sequence[_Judged], controls: Sequence[Control], trust: Trust, required: int
) -> Verdict:
    """Return the verdict on programs none of which showed the effect."""
    for program in judged:
        for run in program.runs:
            if run.limit is not None:
                used = "after" if run.target_used else "before"
                return program.verdict(
                    Word.INCONCLUSIVE,
                    trust,
                    f"{program.name} hit the limit {run.limit} {used} the target was used"
                    f"{_because(run.reason)}",
                )
            if not run.ended:
                return program.verdict(
                    Word.INCONCLUSIVE,
                    trust,
                    f"{program.name} did not come to its end{_because(run.reason)}",
                )
        if len(program.runs) < required:
            return program.verdict(
                Word.INCONCLUSIVE,
                trust,
                f"{program.name} was run {len(program.runs)} times; {required} runs are needed",
            )
    first = judged[0]
    problem = _control_problem(controls)
    if problem is not None:
        return first.verdict(Word.INCONCLUSIVE, trust, f"no effect came, but {problem}")
    reason = "every run ended without the effect, and the control holds"
    if not any(run.target_used for program in judged for run in program.runs):
        reason += "; no run used the target at all"
    return first.verdict(Word.NOT_REPRODUCED, trust, reason)


def _loudest(judged: Sequence[_Judged]) -> _Judged:
    return next((program for program in judged if program.hits or program.strays), judged[0])


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
