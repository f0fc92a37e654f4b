"""`denial-of-service`: the time grows faster than the size of the input does, or never ends.

The proof is run at sizes 1, 2, 4, ... until it is slow enough to be told from the interpreter's
start. It has fired when, at the last size, it needs at least `_SLOW_SECONDS`, has grown by more
than `_UNFAIR_GROWTH` from a size half as large (a linear program doubles, n log n a little more, a
quadratic one quadruples), and needs many times what the harmless program needs at the same size;
or when it does not end at all at a size at which the harmless one does.

Whose time it is, is sampled: at moments that the sandbox chooses, the stack is written out. The
target must have been executing in most of the samples of the slow run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tidegate.engines.reproduction.effects.model import NOTHING, Evidence, Sighting, Watching
from tidegate.engines.reproduction.frames import Frame, Owner, attribute, signature
from tidegate.engines.sandbox.model import Ending

SCALES = (1, 2, 4, 8, 16, 32, 64)
SAMPLE_SECONDS = (0.2, 0.35, 0.55, 0.8, 1.1, 1.5, 2.0, 2.6, 3.3, 4.2, 5.5, 7.0, 9.0)

_SLOW_SECONDS = 0.5
_UNFAIR_GROWTH = 2.8
_TIMES_THE_HARMLESS = 5.0
_SHARE_OF_SAMPLES = 0.5
_OWN_FRAMES = 2
"""How many of the target's frames two samples share if they are of one hot place."""


class DenialOfService:
    """Watches how the time grows with the size of the input."""

    name = "denial-of-service"
    languages = frozenset({"python", "javascript"})
    needs_audit = True  # without hooks nobody sees code that is compiled under a false name
    watching = Watching(sample=True, scales=SCALES)

    def judge(self, evidence: Sequence[Evidence]) -> Sighting:
        """Return whether the last size was unfairly slow, and whose code was executing."""
        reason = _unfair(evidence)
        if reason is None:
            return NOTHING
        # Before the proof began, nobody's code was executing but the interpreter's.
        begun = (Owner.TARGET, Owner.PROOF)
        samples = [
            frames
            for frames in evidence[-1].observation.samples
            if any(frame.owner in begun for frame in frames)
        ]
        blamed = [frames for frames in samples if attribute(frames).attributed]
        if samples and len(blamed) >= _SHARE_OF_SAMPLES * len(samples):
            return Sighting(
                fired=True,
                attributed=True,
                reason=reason,
                signature=signature(blamed[-1]),
                frames=_hottest(blamed),
            )
        seen = f"in {len(blamed)} of {len(samples)} samples was the target executing"
        return Sighting(fired=True, reason=f"{reason}, but only {seen}")


def enough(evidence: Sequence[Evidence]) -> bool:
    """Return whether a larger size would tell nothing new."""
    last = evidence[-1].outcome
    return last.ending is not Ending.EXITED or last.cpu_seconds >= 2 * _SLOW_SECONDS


def _hottest(samples: Sequence[tuple[Frame, ...]]) -> tuple[Frame, ...]:
    """Return the stack that most samples share; none if most differ from each other."""
    own = [tuple(f for f in frames if f.owner is Owner.TARGET)[:_OWN_FRAMES] for frames in samples]
    shared, count = Counter(own).most_common(1)[0]
    return samples[own.index(shared)] if count > len(samples) / 2 else ()


def _unfair(evidence: Sequence[Evidence]) -> str | None:
    last = evidence[-1]
    scale = SCALES[len(evidence) - 1]
    harmless = last.harmless.get(scale, last.harmless.get(1, 0.0))
    if last.outcome.ending in (Ending.WALL_TIME, Ending.CPU_TIME):
        if harmless * _TIMES_THE_HARMLESS < last.outcome.wall_seconds:
            return f"it did not end at size {scale}"
        return None
    if last.outcome.ending is not Ending.EXITED or len(evidence) < 2:
        return None
    start = min(last.harmless.values(), default=evidence[0].outcome.cpu_seconds)
    now = last.outcome.cpu_seconds - start
    before = max(evidence[-2].outcome.cpu_seconds - start, 0.001)
    extra = max(harmless - start, 0.001)
    if now < _SLOW_SECONDS or now < _UNFAIR_GROWTH * before or now < _TIMES_THE_HARMLESS * extra:
        return None
    return f"{before:.2f} s became {now:.2f} s when the size doubled to {scale}"
