"""Getting one release to work here: the newest runtime, and the way to install it, that pass.

A proof that stays silent says nothing unless the release works on the interpreter that it was run
on: old releases break on new interpreters, and then look safe. So each version is tried on every
runtime at hand, newest first, and on each in every way that it can be had, until its control
passes: the proof's benign program, or, without one, that the target can be imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.effects import Effect
from tidegate.engines.reproduction.packages import (
    Ecosystem,
    Installation,
    PackageError,
    Release,
    Runtime,
)
from tidegate.engines.reproduction.trials import Laboratory, Purpose, Run, Subject

_AUDIT_HOOKS_SINCE = (3, 8)  # PEP 578

Ways = Callable[[Release, Runtime, Sequence[tuple[str, str]]], Iterator[Installation]]
"""One of an ecosystem's two kinds of ways to have a release."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release that works here, with the control that shows it."""

    subject: Subject
    control: Run
    built: bool = False
    """Whether it was built from its sources."""


@dataclass(frozen=True, slots=True)
class Unprepared:
    """A release that cannot be made to work here, and why."""

    reason: str
    control: Run | None = None
    """The control that came nearest to working, if one could be run at all."""


def prepare(
    laboratory: Laboratory,
    ecosystem: Ecosystem,
    effect: Effect,
    proof: Proof,
    release: Release,
    tries: Iterable[tuple[Runtime, bool]] | None = None,
) -> Prepared | Unprepared:
    """Find the newest runtime, and the first way to install, on which the control passes.

    A control that shows the effect by itself is an answer too: it ends the search, since no other
    runtime would make the proof mean more. `tries` are the runtimes to try, and whether to build
    for each; all of them by default, as `tries_of` gives them.

    Raises:
        SandboxError: nothing can be run here at all.
    """
    nearest: Run | None = None
    problem = ""
    for runtime, built in tries_of(ecosystem, effect) if tries is None else tries:
        try:
            for installation in _ways(ecosystem, built)(release, runtime, proof.needs):
                subject = Subject(effect, installation, runtime)
                control = _control(laboratory, subject, proof)
                if control.worked or control.sighting.fired:
                    return Prepared(subject, control, built)
                nearest = nearest or control
        except PackageError as error:
            problem = problem or str(error)
    if nearest is not None:
        return Unprepared(_why(nearest), nearest)
    if not problem:
        problem = f"no interpreter at hand can watch for {effect.name} in {ecosystem.language}"
    return Unprepared(problem)


def laid_out_again(
    ecosystem: Ecosystem,
    effect: Effect,
    proof: Proof,
    release: Release,
    *,
    runtime_digest: str,
    archives: Sequence[str],
    built: bool,
) -> Subject | None:
    """Lay a release out as `prepare` once did, without running anything to find out how.

    `runtime_digest` and `archives` are SHA-256 digests, in hex, of the interpreter and of every
    file that was installed. Returns None if that cannot be had here any more.
    """
    for runtime in _fit(ecosystem, effect):
        if runtime.digest != runtime_digest:
            continue
        try:
            for installation in _ways(ecosystem, built)(release, runtime, proof.needs):
                if [archive.sha256 for archive in installation.archives] == list(archives):
                    return Subject(effect, installation, runtime)
        except PackageError:
            return None
    return None


def tries_of(ecosystem: Ecosystem, effect: Effect) -> Iterator[tuple[Runtime, bool]]:
    """Yield a runtime, and whether to build for it: first what was released, newest runtime first.

    What a release's users got comes first; and a build for every interpreter, on which the release
    then does not work either, would take longer than everything else together.
    """
    for runtime in _fit(ecosystem, effect):
        yield runtime, False
    for runtime in _fit(ecosystem, effect):
        yield runtime, True


def _ways(ecosystem: Ecosystem, built: bool) -> Ways:
    return ecosystem.built if built else ecosystem.installations


def _fit(ecosystem: Ecosystem, effect: Effect) -> Iterator[Runtime]:
    # The older ones are fetched when, and only when, nothing at hand will do.
    for runtime in chain(ecosystem.runtimes(), ecosystem.older_runtimes()):
        old = runtime.language == "python" and runtime.release[:2] < _AUDIT_HOOKS_SINCE
        if not (old and effect.needs_audit):
            yield runtime


def _control(laboratory: Laboratory, subject: Subject, proof: Proof) -> Run:
    if proof.benign is not None:
        return laboratory.try_program(subject, proof, proof.benign, Purpose.BENIGN)
    return laboratory.try_program(subject, proof, None, Purpose.IMPORT)


def _why(control: Run) -> str:
    what = "the benign program fails" if control.purpose is Purpose.BENIGN else "it cannot be used"
    return f"{what} on {control.runtime}: {control.complaint}"
