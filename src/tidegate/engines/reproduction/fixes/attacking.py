"""The search for a variant that gets through: it fires on the mended version.

Each proof is cut down first, then varied: by every step that the tables know, then by every step
of what was found to be a variant (it fires on the base version), then by chance, until the budget
is used or enough got through. Every variant runs on both versions.

Many are no variants at all, so they are first run together, one program that tries each: if that
comes to its end on both versions without the effect, none of them is one, and each cost a fraction
of a run. They could stand in one another's way, so the proof itself is tried after them once more:
unless it fires there, nothing is run together any more. Only what runs by itself counts.
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from tidegate.engines.formats.finding import Effect, Proof
from tidegate.engines.reproduction.fixes.mutating import Mutant, Mutator, tables_for
from tidegate.engines.reproduction.fixes.together import END, trier
from tidegate.engines.reproduction.fixes.trying import Ground, Side
from tidegate.engines.reproduction.fixes.values import Variant
from tidegate.engines.reproduction.minimise import Files, MinimiseError, minimise
from tidegate.engines.reproduction.run_records import harmless_of, run_record
from tidegate.engines.reproduction.trials import Laboratory, Purpose, Run
from tidegate.engines.reproduction.verdicts import RUNS

_TOGETHER = 12
_ENOUGH = 3
"""How many variants of one proof have to get through until no more are looked for."""
_DEPTH = 3
_POOL = 60
_MINIMISING = 60
_LEAST_SECONDS = 2.0
_TIMES_AS_LONG = 5
_ALONE = frozenset({Effect.MEMORY_SAFETY, Effect.DENIAL_OF_SERVICE, Effect.ASSERTION})
"""Effects that end the program, or need its whole time: their variants run by themselves."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """How far the search for variants goes: whatever comes first ends it."""

    runs: int = 800
    seconds: float = 90.0
    seed: int = 0
    """Of what is done by chance: the same seed, the same variants in the same order."""


@dataclass(slots=True)
class Found:
    """What came of the attack on one proof."""

    seed: str
    """The program that was varied."""
    tried: int = 0
    """Variants that were run on both versions, together with others or by themselves."""
    valid: int = 0
    """Those that fire on the base version, each in a run of its own."""
    through: list[Variant] = field(default_factory=list)
    """Those that fire on the mended version as well."""
    new: list[Variant] = field(default_factory=list)
    """Those that fire on the mended version only."""
    runs: int = 0
    seconds: float = 0.0
    lines: tuple[int, int] = (0, 0)
    """Lines of the proof before and after it was cut down."""
    carried: bool = True
    """Whether a table found anything in it; else every text of it was varied by chance."""
    problem: str = ""

    def described(self) -> dict[str, Any]:
        """Return the figures as JSON data."""
        return {
            "program": self.seed,
            "tried": self.tried,
            "valid": self.valid,
            "through": len(self.through),
            "new": len(self.new),
            "runs": self.runs,
            "milliseconds": round(self.seconds * 1000),
            "lines": list(self.lines),
            "by_tables": self.carried,
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class Attack:
    """Attacks both versions of one ground with variants of one program."""

    laboratory: Laboratory
    ground: Ground
    clock: Callable[[], float]

    def run(self, program: str, budget: Budget, told: Told | None = None) -> Found:
        """Return what came of it; `told` hears how far it has come.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        search = _Search(self, program, budget, told)
        pool = ThreadPoolExecutor(len(self.laboratory.sandboxes))
        try:
            search.go(pool)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return search.found


@dataclass(frozen=True, slots=True)
class _Shot:
    """One run of a variant, or of many together."""

    fired: bool
    done: int
    """How many of those that ran together came to their end; -1 if not all was quiet."""
    frames: tuple[str, ...]


class _Search:
    def __init__(self, attack: Attack, program: str, budget: Budget, told: Told | None) -> None:
        self._attack = attack
        self._ground = attack.ground
        self._budget = budget
        self._told = told
        self._began = attack.clock()
        finding = attack.ground.finding
        self._mutator = Mutator(
            attack.ground.proof.language,
            finding.effect.value,
            tables_for(finding.effect.value, finding.weaknesses),
        )
        self._proof = replace(attack.ground.proof, timeout=self._patience())
        self._known: set[bytes] = set()
        self._queue: deque[Mutant] = deque()
        self._variants: list[Mutant] = []
        self._apart = attack.ground.finding.effect in _ALONE
        self.found = Found(program)

    def go(self, pool: ThreadPoolExecutor) -> None:
        try:
            start = self._smallest()
        except MinimiseError as error:
            self.found.problem = str(error)
            self._stop()
            return
        self.found.carried = self._mutator.carried(start)
        self._known.add(start.key)
        self._variants.append(start)
        self._queue.extend(self._new(self._mutator.systematic(start)))
        chance = random.Random(self._budget.seed)  # noqa: S311  it has to be the same again
        while not self._over():
            some = self._next(chance)
            if not some:
                break
            self._try(some, pool)
        self._stop()

    def _stop(self) -> None:
        self.found.seconds = self._attack.clock() - self._began

    def _over(self) -> bool:
        through = len(self.found.through) + len(self.found.new)
        spent = self._attack.clock() - self._began
        return (
            through >= _ENOUGH
            or self.found.runs >= self._budget.runs
            or spent >= self._budget.seconds
        )

    def _next(self, chance: random.Random) -> list[Mutant]:
        """Return the next variants to try: what the tables know first, then what chance gives."""
        size = 1 if self._apart else _TOGETHER
        some: list[Mutant] = []
        while self._queue and len(some) < size:
            some.append(self._queue.popleft())
        idle = size * 4 if self._ground.finding.effect is Effect.ASSERTION else 0
        # Nobody watches an assertion: by chance it would be made to say what is not so.
        while len(some) < size and not self._queue and idle < size * 4:
            made = self._mutator.by_chance(self._variants[-_POOL:], chance)
            fresh = [] if made is None else list(self._new([made]))
            some += fresh
            idle += not fresh
        return some

    def _new(self, mutants: Any) -> list[Mutant]:
        fresh = []
        for mutant in mutants:
            if mutant.key not in self._known:
                self._known.add(mutant.key)
                fresh.append(mutant)
        return fresh

    def _try(self, some: Sequence[Mutant], pool: ThreadPoolExecutor) -> None:
        self.found.tried += len(some)
        alone = list(some)
        together = [] if self._apart else [one for one in some if self._fits_together(one)]
        if len(together) > 1:
            shots = self._both([self._together(together)] * 2, pool)
            quiet = all(not shot.fired and shot.done == len(together) for shot in shots)
            if quiet and self._in_their_way(together):
                self._apart = True
            elif quiet:
                alone = [one for one in some if one not in together]
        for start in range(0, len(alone), 4):
            if self._over():
                # What was not run says nothing, so it was not tried either.
                self.found.tried -= len(alone) - start
                return
            self._alone(alone[start : start + 4], pool)
        if self._told:
            found = self.found
            through = len(found.through) + len(found.new)
            self._told(f"{found.tried} tried, {found.valid} variants, {through} got through")

    def _alone(self, mutants: Sequence[Mutant], pool: ThreadPoolExecutor) -> None:
        proofs = [self._of(mutant) for mutant in mutants for _ in Side]
        shots = self._both(proofs, pool)
        for mutant, base, fixed in zip(mutants, shots[::2], shots[1::2], strict=True):
            if base.fired:
                self.found.valid += 1
                self._variants.append(mutant)
                if len(mutant.steps) < _DEPTH:
                    self._queue.extend(self._new(self._mutator.systematic(mutant)))
            if fixed.fired:
                self._confirm(mutant, base, fixed, pool)

    def _confirm(self, mutant: Mutant, base: _Shot, fixed: _Shot, pool: ThreadPoolExecutor) -> None:
        """Run what got through as often as a claim asks for, on both versions."""
        again = self._both([self._of(mutant)] * 2 * (RUNS - 1), pool)
        on_base = sum(shot.fired for shot in (base, *again[::2]))
        on_fixed = sum(shot.fired for shot in (fixed, *again[1::2]))
        variant = Variant(
            finding=self._ground.finding.id,
            seed=self.found.seed,
            entry=mutant.entry,
            files=mutant.files,
            steps=mutant.steps,
            on_base=on_base,
            on_fixed=on_fixed,
            runs=RUNS,
            frames=fixed.frames,
        )
        (self.found.through if on_base else self.found.new).append(variant)

    def _both(self, proofs: Sequence[Proof], pool: ThreadPoolExecutor) -> list[_Shot]:
        """Run `proofs`, the first on the base version, the next on the mended one, and so on."""
        sides = [list(Side)[number % 2] for number in range(len(proofs))]
        self.found.runs += len(proofs)
        return list(pool.map(self._shoot, proofs, sides))

    def _shoot(self, proof: Proof, side: Side) -> _Shot:
        run: Run = self._attack.laboratory.try_program(
            self._ground.on(side),
            proof,
            proof.entry,
            Purpose.PROOF,
            harmless_of(self._ground.control),
        )
        done = run.outcome.stdout.rpartition(END.encode())[2].strip()
        clean = run.ended and run.exit_code == 0 and not run.sighting.fired
        return _Shot(
            fired=self._ground.fired(run_record(run)),
            done=int(done) if clean and re.fullmatch(rb"\d{1,4}", done) else -1,
            frames=run.sighting.signature,
        )

    def _of(self, mutant: Mutant) -> Proof:
        return replace(
            self._proof, entry=mutant.entry, variants=(), benign=None, files=mutant.files
        )

    def _fits_together(self, mutant: Mutant) -> bool:
        """Tell whether only the program was varied, and it can be run beside others."""
        start = self._variants[0].files
        same = all(mutant.files[name] == start[name] for name in start if name != mutant.entry)
        return same and mutant.entry.endswith((".py", ".js", ".cjs"))

    def _in_their_way(self, mutants: Sequence[Mutant]) -> bool:
        """Tell whether the proof itself does not fire any more after others ran before it."""
        self.found.runs += 1
        after = self._together([*mutants, self._variants[0]])
        return not self._shoot(after, Side.BASE).fired

    def _together(self, mutants: Sequence[Mutant]) -> Proof:
        first = mutants[0]
        ending = first.entry[first.entry.rindex(".") :]
        names = [f"tidegate-{number}{ending}" for number in range(len(mutants))]
        files = {name: content for name, content in first.files.items() if name != first.entry}
        files |= {name: one.files[one.entry] for name, one in zip(names, mutants, strict=True)}
        entry = f"tidegate-together{ending}"
        files[entry] = trier(names, python=ending == ".py").encode()
        return replace(
            self._proof,
            entry=entry,
            variants=(),
            benign=None,
            files=files,
            timeout=self._proof.timeout + len(mutants) * 0.5,
        )

    def _smallest(self) -> Mutant:
        """Cut the program down on the base version, so that its texts are all that matters."""
        proof, program = self._ground.proof, self.found.seed
        others = {*self._ground.programs, proof.benign} - {program}
        files = {name: content for name, content in proof.files.items() if name not in others}
        first = self._shoot(self._of(Mutant(program, files)), Side.BASE)
        self.found.runs += 1

        def keeps(candidate: Files) -> bool:
            shot = self._shoot(self._of(Mutant(program, candidate)), Side.BASE)
            return shot.fired and shot.frames == first.frames

        budget = min(_MINIMISING, self._budget.runs // 4)
        if not first.fired:
            raise MinimiseError(f"{program} did not fire on the base version this time")
        small = minimise(files, keeps, protected={program}, budget=budget)
        self.found.runs += small.runs
        self.found.lines = (_lines(files), _lines(small.files))
        return Mutant(program, dict(small.files))

    def _patience(self) -> float:
        """Return for how many seconds a variant may run; a denial of service keeps its time."""
        proof = self._ground.proof
        if self._ground.finding.effect is Effect.DENIAL_OF_SERVICE:
            return proof.timeout
        took = self._ground.control["wall_milliseconds"] / 1000
        return float(min(proof.timeout, _LEAST_SECONDS + _TIMES_AS_LONG * took))


def _lines(files: Files) -> int:
    return sum(len(content.splitlines()) for content in files.values())
