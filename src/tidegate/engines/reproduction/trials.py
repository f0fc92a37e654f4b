"""One run of one program of a proof: laid out, run in a sandbox, watched, and summed up.

A trial knows everything about one run and nothing about verdicts: what the program got to see
(the contract's variables, its own files, one installation), what the sandbox saw of it, what the
harness reported on its private channel, and what the effect's watcher makes of both.
"""

from __future__ import annotations

import hashlib
import queue
import re
import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.effects import Effect
from tidegate.engines.reproduction.effects.denial_of_service import SAMPLE_SECONDS, enough
from tidegate.engines.reproduction.effects.model import (
    CANARY,
    DROP,
    SECRET,
    WITNESS_FOLDER,
    Evidence,
    Sighting,
    canaries,
    environment,
)
from tidegate.engines.reproduction.observations import (
    Instructions,
    Observation,
    observe,
    parse_samples,
)
from tidegate.engines.reproduction.packages import Installation, Runtime
from tidegate.engines.sandbox.model import (
    LISTENER_PORT,
    Bind,
    Ending,
    File,
    Limits,
    Outcome,
    Program,
    Sandbox,
    SandboxError,
    Watch,
)

HARNESS = Path(__file__).parent / "harness"
_KEY_BYTES = 32
_NONCE_BYTES = 8
_TEXT_KEPT = 4000
_IMPORT_SECONDS = 20.0
_IMPORT_PROGRAM = "/work/tidegate-import.cjs"
"""Beside the proof's files, since Node looks for packages from where a program lies."""
_ERROR = re.compile(r"[\w.]*(?:Error|Exception)\b.*:")
LIMITS = frozenset({Ending.WALL_TIME, Ending.CPU_TIME, Ending.MEMORY, Ending.OUTPUT})
"""Endings at a bound of the sandbox's: the program might have gone on."""


class Purpose(StrEnum):
    """Why a program is run."""

    PROOF = "proof"
    BENIGN = "benign"
    IMPORT = "import"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Run:
    """What one run showed; everything in it goes into the receipt."""

    version: str
    program: str
    """Name of the proof's file; `import` for the control that only imports the target."""
    purpose: Purpose
    runtime: str
    sighting: Sighting
    ending: Ending
    exit_code: int | None
    signal: int | None
    wall_seconds: float
    cpu_seconds: float
    target_used: bool
    tampered: str | None
    stdout: str
    stderr: str
    evidence_sha256: str
    """Digest over everything that came out of the sandbox, also what is not kept here."""
    outcome: Outcome
    frames: tuple[str, ...] = ()
    """The stack at the effect, innermost first, for people."""
    scales: tuple[tuple[int, float], ...] = ()
    """Size of the input and processor seconds, where more than one size was run."""

    @property
    def ended(self) -> bool:
        """Whether the program came to its own end."""
        return self.ending is Ending.EXITED

    @property
    def worked(self) -> bool:
        """Whether a control came to a good end: exit code 0, without the effect."""
        return self.ended and self.exit_code == 0 and not self.sighting.fired

    @property
    def complaint(self) -> str:
        """Why a control did not work, in half a sentence."""
        if self.sighting.fired:
            return f"it shows the effect: {self.sighting.reason}"
        if self.ending is Ending.SIGNALED:
            return f"it died of signal {self.signal}"
        if not self.ended:
            return f"it hit the limit {self.ending.value}"
        if self.exit_code:
            told = _telling_line(self.stderr)
            return f"it exited with {self.exit_code}" + (f": {told[:200]}" if told else "")
        return ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tried: a release laid out for a runtime, with the effect to watch for."""

    effect: Effect
    installation: Installation
    runtime: Runtime


@dataclass(slots=True)
class Laboratory:
    """Sandboxes to run trials in; safe to use from several threads."""

    sandboxes: Sequence[Sandbox]
    on_start: Callable[[Subject, str], None] | None = None
    """Told what is about to run, for progress."""
    reopen: Callable[[], Sandbox] | None = None
    """Opens another sandbox for one that has failed; without it a failed one stays."""
    cannot_run: str = field(default="", init=False)
    """Why no sandbox could be opened in place of one that had failed: nothing can be run here."""
    _free: queue.SimpleQueue[Sandbox] = field(default_factory=queue.SimpleQueue, init=False)
    _reopened: list[Sandbox] = field(default_factory=list, init=False)
    _closed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        for sandbox in self.sandboxes:
            self._free.put(sandbox)

    @property
    def tier(self) -> str:
        """The tier of its sandboxes; they are all of one."""
        return self.sandboxes[0].tier

    def run(self, program: Program) -> Outcome:
        """Run a program in whichever sandbox is free next, as if there were one for everybody."""
        sandbox = self._free.get()
        try:
            return sandbox.run(program)
        except SandboxError:
            sandbox = self._in_place_of(sandbox)
            raise
        finally:
            self._free.put(sandbox)

    def close(self) -> None:
        """Close every sandbox; what is running is ended."""
        self._closed = True
        for sandbox in (*self.sandboxes, *self._reopened):
            sandbox.close()

    def _in_place_of(self, failed: Sandbox) -> Sandbox:
        """Return a new sandbox, or the failed one if there is no other to be had."""
        if self.reopen is None or self._closed:
            return failed
        failed.close()
        try:
            opened = self.reopen()
        except SandboxError as error:
            self.cannot_run = str(error)
            return failed
        self._reopened.append(opened)
        return opened

    def try_program(
        self,
        subject: Subject,
        proof: Proof,
        program: str | None,
        purpose: Purpose,
        harmless: Mapping[int, float] | None = None,
    ) -> Run:
        """Run one program of a proof once, at as many sizes as its effect asks for.

        `program` is None for the control that only imports the target. `harmless` holds the
        processor seconds of the benign program at each size, where the effect compares with it.

        Raises:
            SandboxError: nothing can be run here at all.
        """
        watching = subject.effect.watching
        evidence: list[Evidence] = []
        scales = watching.scales if program is not None else (1,)
        for scale in scales:
            evidence.append(self._once(subject, proof, program, scale, harmless or {}))
            failed = purpose is not Purpose.PROOF and evidence[-1].outcome.exit_code != 0
            if len(scales) > 1 and (failed or enough(evidence)):
                break
        sighting = subject.effect.judge(evidence)
        return _summary(subject, program, purpose, sighting, scales, evidence)

    def _once(
        self,
        subject: Subject,
        proof: Proof,
        program: str | None,
        scale: int,
        harmless: Mapping[int, float],
    ) -> Evidence:
        if self.on_start:
            self.on_start(subject, program or "import")
        key = secrets.token_bytes(_KEY_BYTES)
        nonce = secrets.token_hex(_NONCE_BYTES)
        laid_out = _lay_out(subject, proof, program, scale, key, nonce)
        outcome = self.run(laid_out)
        seen = observe(outcome.messages, key)
        if subject.effect.watching.sample and subject.runtime.language == "python":
            seen = parse_samples(seen, outcome.samples, outcome.samples_sent, subject.installation)
        return Evidence(
            outcome=outcome,
            observation=seen,
            target_roots=subject.installation.target_roots,
            interpreter=subject.runtime.executable,
            harmless=harmless,
        )


def _lay_out(
    subject: Subject, proof: Proof, program: str | None, scale: int, key: bytes, nonce: str
) -> Program:
    """Return the program for the sandbox: the proof's files, one installation, one harness."""
    installation, runtime, watching = subject.installation, subject.runtime, subject.effect.watching
    entry = f"/work/{program}" if program is not None else None
    instructions = Instructions(
        effect=subject.effect.name,
        entry=entry,
        modules=installation.modules,
        search_path=("/work", *installation.search_path),
        target_roots=installation.target_roots,
        dependency_roots=installation.dependency_roots,
        nonce=nonce,
        canary=CANARY,
        secret=SECRET,
        drop=DROP,
        port=LISTENER_PORT,
        sample=watching.sample,
    )
    in_python = runtime.language == "python"
    return Program(
        argv=_python_command(runtime) if in_python else _node_command(subject, entry),
        python_script=in_python,
        environment=environment(nonce, scale),
        binds=(*runtime.binds, *installation.binds, Bind(HARNESS, "/harness")),
        links=installation.links,
        files=(
            *(File(f"/work/{name}", content) for name, content in proof.files.items()),
            *(File(path, content) for path, content in installation.files.items()),
            File(_IMPORT_PROGRAM, (HARNESS / "javascript/import.cjs").read_bytes()),
            *canaries(secrets.token_hex(_NONCE_BYTES)),
        ),
        writable=(WITNESS_FOLDER,),
        limits=Limits(wall_seconds=proof.timeout if program is not None else _IMPORT_SECONDS),
        watch=Watch(
            key=instructions.encode(key),
            listener=watching.listener,
            witnesses=watching.witnesses,
            sample_signal=signal.SIGUSR1 if watching.sample and in_python else 0,
            sample_seconds=SAMPLE_SECONDS if watching.sample and in_python else (),
            trace=watching.trace,
        ),
    )


def _python_command(runtime: Runtime) -> tuple[str, ...]:
    return (runtime.executable, "-I", "-S", "-B", "/harness/python/main.py")


def _node_command(subject: Subject, entry: str | None) -> tuple[str, ...]:
    program = (entry,) if entry else (_IMPORT_PROGRAM, *subject.installation.modules)
    return (subject.runtime.executable, "--require", "/harness/javascript/preload.cjs", *program)


def _telling_line(stderr: str) -> str:
    """Return the line that names an error: the last one in Python, one before the stack in Node."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    named = [line for line in lines if _ERROR.match(line)]
    return (named or lines or [""])[-1]


def _summary(
    subject: Subject,
    program: str | None,
    purpose: Purpose,
    sighting: Sighting,
    scales: Sequence[int],
    evidence: Sequence[Evidence],
) -> Run:
    last = evidence[-1]
    outcome, seen = last.outcome, last.observation
    return Run(
        version=subject.installation.release.version,
        program=program or "import",
        purpose=purpose,
        runtime=subject.runtime.name,
        sighting=sighting,
        ending=outcome.ending,
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        wall_seconds=sum(one.outcome.wall_seconds for one in evidence),
        cpu_seconds=sum(one.outcome.cpu_seconds for one in evidence),
        target_used=any(one.observation.target_used for one in evidence),
        tampered=_tampering([one.observation for one in evidence]),
        stdout=outcome.stdout[:_TEXT_KEPT].decode("utf-8", "replace"),
        stderr=outcome.stderr[:_TEXT_KEPT].decode("utf-8", "replace"),
        evidence_sha256=_digest(evidence),
        outcome=outcome,
        frames=_readable_frames(seen),
        scales=tuple(
            (scale, one.outcome.cpu_seconds)
            for scale, one in zip(scales, evidence, strict=False)
            if len(scales) > 1
        ),
    )


def _tampering(observations: Sequence[Observation]) -> str | None:
    """Return what the proof did to its watcher, if anything."""
    return next((what for seen in observations for what in seen.tampers), None)


def _readable_frames(seen: Observation) -> tuple[str, ...]:
    frames = seen.effects[0].frames if seen.effects else ()
    if not frames and seen.samples:
        frames = seen.samples[-1]
    return tuple(f"{frame.function} ({frame.file}:{frame.line})" for frame in frames[:20])


def _digest(evidence: Sequence[Evidence]) -> str:
    """Return the SHA-256 over what came out of the sandbox, each part with its length."""
    digest = hashlib.sha256()
    for one in evidence:
        outcome = one.outcome
        ending = f"{outcome.ending} {outcome.exit_code} {outcome.signal} {outcome.connections}"
        parts = [ending.encode(), outcome.stdout, outcome.stderr, outcome.samples]
        for part in (*parts, *outcome.messages):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
