"""What a fix is, and what a rung of its ladder says: plain values that can be written as JSON."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import rfc8785

Files = Mapping[str, bytes]
"""Content by name."""


class FixKind(StrEnum):
    """In what form a fix comes."""

    PATCH = "patch"
    """A unified diff against a version."""
    RELEASE = "release"
    """A released version."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Something that claims to mend a version of a package; hostile until it has climbed."""

    kind: FixKind
    package: str
    """Package URL without a version: `pkg:npm/minimist`."""
    base: str
    """The version that is mended, on which the proofs fire."""
    version: str = ""
    """The released version; empty for a patch."""
    diff: bytes = field(default=b"", repr=False)
    """The unified diff as it came; empty for a release."""
    tests: Files = field(default_factory=dict, hash=False, repr=False)
    """Regression tests by file name: programs that exit with 0 on the mended version only."""

    @property
    def digest(self) -> str:
        """SHA-256, in hex: of the diff as it came, or of what names the release."""
        if self.kind is FixKind.PATCH:
            return hashlib.sha256(self.diff).hexdigest()
        named = {"package": self.package, "version": self.version}
        return hashlib.sha256(rfc8785.dumps(named)).hexdigest()

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data; bytes as base64."""
        return {
            "kind": self.kind.value,
            "package": self.package,
            "base": self.base,
            "version": self.version,
            "diff": base64.b64encode(self.diff).decode("ascii"),
            "tests": _encoded(self.tests),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Fix:
        """Read what `to_data` made; `KeyError` or `ValueError` for anything else."""
        return cls(
            FixKind(data["kind"]),
            data["package"],
            data["base"],
            data["version"],
            base64.b64decode(data["diff"], validate=True),
            _decoded(data["tests"]),
        )


class RungName(StrEnum):
    """The rungs, from the lowest to the highest."""

    APPLIES = "applies"
    """A diff applies, a release can be fetched; and what comes of it can be imported."""
    PROOFS_QUIET = "proofs-quiet"
    """Every proof fires on the base version and is quiet on the mended one, 3 runs of 3."""
    CONTROL_UNCHANGED = "control-unchanged"
    """The harmless programs end alike and say the same before and after."""
    TESTS_SAME = "tests-same"
    """As many of the package's own tests run as before, and with the same results."""
    REGRESSION_TEST = "regression-test"
    """There is a test that fails before and passes after."""
    VARIANTS_QUIET = "variants-quiet"
    """What fires on the base version when the proofs are varied is quiet on the mended one."""
    REVIEWED = "reviewed"
    """A person has looked."""


class RungWord(StrEnum):
    """What became of a rung."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_POSSIBLE = "not-possible"
    """It was tried, and cannot be told here; the reason says why."""
    FLAKY = "flaky"
    """It came out one way in some runs and another way in others."""
    SKIPPED = "skipped"
    """It was not tried; the reason says why."""


class Label(StrEnum):
    """What may be said of a fix in a word; follows from its rungs alone."""

    PROOF_SILENCED = "proof-silenced"
    VARIANTS_SILENCED = "variants-silenced"
    MAINTAINER_ACCEPTED = "maintainer-accepted"


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of a proof that fires on the mended version."""

    finding: str
    """The finding whose proof was varied, by its id."""
    seed: str
    """The program that was varied."""
    entry: str
    files: Files = field(hash=False, repr=False)
    steps: tuple[str, ...]
    """How it was made, step by step."""
    on_base: int
    """In how many of its runs it fires on the base version."""
    on_fixed: int
    """Likewise on the mended one."""
    runs: int
    """How many runs it had on each."""
    frames: tuple[str, ...] = ()
    """The target's top frames at the effect, on the mended version."""

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each file, in hex."""
        return {n: hashlib.sha256(c).hexdigest() for n, c in sorted(self.files.items())}

    def described(self) -> dict[str, Any]:
        """Return it as JSON data without content: the files by digest, as a receipt has it."""
        return {
            "finding": self.finding,
            "seed": self.seed,
            "entry": self.entry,
            "files": self.digests,
            "steps": list(self.steps),
            "on_base": self.on_base,
            "on_fixed": self.on_fixed,
            "runs": self.runs,
            "frames": list(self.frames),
        }

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data with all content, as base64."""
        return {**self.described(), "files": _encoded(self.files)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Variant:
        """Read what `to_data` made; `KeyError` or `ValueError` for anything else."""
        return cls(
            data["finding"],
            data["seed"],
            data["entry"],
            _decoded(data["files"]),
            tuple(data["steps"]),
            data["on_base"],
            data["on_fixed"],
            data["runs"],
            tuple(data["frames"]),
        )


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: its word, why, and what was seen."""

    name: RungName
    word: RungWord
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What was seen, as JSON data: runs, counts, names. It goes into the receipt."""
    variants: tuple[Variant, ...] = ()
    """What got through, with content; a receipt holds the digests."""

    def described(self) -> dict[str, Any]:
        """Return it as JSON data for a receipt: variants by the digests of their files."""
        return {
            "name": self.name.value,
            "word": self.word.value,
            "reason": self.reason,
            "details": dict(self.details),
            "variants": [variant.described() for variant in self.variants],
        }

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data, variants with their content."""
        return {**self.described(), "variants": [one.to_data() for one in self.variants]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Rung:
        """Read what `to_data` made; `KeyError` or `ValueError` for anything else."""
        return cls(
            RungName(data["name"]),
            RungWord(data["word"]),
            data["reason"],
            data["details"],
            tuple(Variant.from_data(one) for one in data["variants"]),
        )


def _encoded(files: Files) -> dict[str, str]:
    return {name: base64.b64encode(files[name]).decode("ascii") for name in sorted(files)}


def _decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(text, validate=True) for name, text in files.items()}
