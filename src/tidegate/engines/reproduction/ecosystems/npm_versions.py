"""npm's versions and ranges: semantic versioning, with the looseness of older manifests.

Sources: semver.org, section 11, for the order; "Ranges" in the README of npm's `semver` for the
rest. Both are read leniently, as npm's client reads what is in its registry: `v1.2.3`, `1.2.3beta`
and `1.02.0` are versions, `>= 1.2` and `~> 1` are ranges.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt

from tidegate.engines.reproduction.packages import PackageError

_VERSION_CHARACTERS = 256  # From: MAX_LENGTH of npm's own `semver`
_RANGE_CHARACTERS = 2048
_MOST_COMPARATORS = 200

_TAIL = r"(?:-?([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z.-]+))?"
_VERSION = re.compile(rf"[v=]*(\d{{1,16}})\.(\d{{1,16}})\.(\d{{1,16}}){_TAIL}", re.ASCII)
_PART = r"(\d{1,16}|[xX*])"
_PARTIAL = re.compile(rf"[v=]*{_PART}(?:\.{_PART}(?:\.{_PART}{_TAIL})?)?", re.ASCII)
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_COMPARATOR = re.compile(r"(~>?|\^|[<>]=?|=?)\s*(\S+)\s*")

Key = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]

_HOLDS: dict[str, Callable[[Key, Key], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq}


@dataclass(frozen=True, slots=True)
class Version:
    """A semantic version."""

    release: tuple[int, int, int]
    prerelease: tuple[str, ...] = ()
    build: str = ""

    @property
    def key(self) -> Key:
        """What decides the precedence: numbers below words, a pre-release below its release."""
        parts = tuple(
            (False, int(part), "") if part.isdecimal() else (True, 0, part)
            for part in self.prerelease
        )
        return (*self.release, not parts, parts)


@lru_cache(maxsize=1 << 16)
def parse(text: str) -> Version:
    """Read a version.

    Raises:
        PackageError: it is not a semantic version.
    """
    found = _VERSION.fullmatch(text.strip()) if len(text) <= _VERSION_CHARACTERS else None
    if not found:
        raise PackageError(
            f"{text[:80]!r} is not a semantic version; npm's look like 1.2.3 or 1.2.3-beta.1"
        )
    major, minor, patch, prerelease, build = found.groups()
    words = tuple(prerelease.split(".")) if prerelease else ()
    return Version((int(major), int(minor), int(patch)), words, build or "")


def order(text: str) -> tuple[Key, str]:
    """Return a sort key; build metadata is only a tie-breaker."""
    version = parse(text)
    return version.key, version.build


def line(text: str) -> str:
    """Return the release line: the major, or `0.minor` as in 0.2."""
    major, minor, _ = parse(text).release
    return str(major) if major else f"0.{minor}"


def is_prerelease(text: str) -> bool:
    """Tell whether a version is a pre-release."""
    return bool(parse(text).prerelease)


class Range:
    """A range of versions as a manifest writes it: `^1.2.0`, `1.x || >=2.5.0`, `*`.

    Raises:
        PackageError: it is no range (a tag such as `latest` is none either).
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._alternatives = _alternatives(text)

    def accepts(self, version: str) -> bool:
        """Tell whether a version lies in the range.

        A pre-release does only where the range names a pre-release of the same three numbers.
        """
        asked = parse(version)
        return any(_all_hold(comparators, asked) for comparators in self._alternatives)


@dataclass(frozen=True, slots=True)
class _Comparator:
    operator: str
    version: Version


def _all_hold(comparators: tuple[_Comparator, ...], asked: Version) -> bool:
    if not all(_HOLDS[c.operator](asked.key, c.version.key) for c in comparators):
        return False
    return not asked.prerelease or any(
        c.version.prerelease and c.version.release == asked.release for c in comparators
    )


@lru_cache(maxsize=1 << 14)
def _alternatives(text: str) -> tuple[tuple[_Comparator, ...], ...]:
    if len(text) > _RANGE_CHARACTERS:
        raise PackageError(f"{text[:80]!r} is not a range of versions")
    found = tuple(tuple(_comparators(part.strip(), text)) for part in text.split("||"))
    if sum(map(len, found)) > _MOST_COMPARATORS:
        raise PackageError(f"{text[:80]!r} is not a range of versions")
    return found


def _comparators(part: str, whole: str) -> Iterator[_Comparator]:
    if hyphen := _HYPHEN.fullmatch(part):
        yield from _at_least(_partial(hyphen[1], whole))
        yield from _up_to(_partial(hyphen[2], whole))
        return
    place = 0
    while place < len(part):
        found = _COMPARATOR.match(part, place)
        if not found:
            raise PackageError(f"{whole[:80]!r} is not a range of versions")
        yield from _READERS[found[1]](_partial(found[2], whole))
        place = found.end()


@dataclass(frozen=True, slots=True)
class _Partial:
    """A version of which the last numbers may be left open."""

    numbers: tuple[int, ...]
    prerelease: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return len(self.numbers) == 3

    @property
    def lowest(self) -> Version:
        """The version with zeros where it is open."""
        major, minor, patch = (*self.numbers, 0, 0, 0)[:3]
        return Version((major, minor, patch), self.prerelease)

    def after(self, kept: int) -> Version:
        """Return the bound above everything that begins with the first `kept` numbers."""
        numbers = [*self.numbers[:kept], 0, 0, 0][:3]
        numbers[kept - 1] += 1
        return Version((numbers[0], numbers[1], numbers[2]), ("0",))


def _partial(text: str, whole: str) -> _Partial:
    found = _PARTIAL.fullmatch(text)
    if not found:
        raise PackageError(f"{whole[:80]!r} is not a range of versions")
    *parts, prerelease, _ = found.groups()
    numbers: list[int] = []
    for part in parts:
        if part is None or not part.isdecimal():
            break
        numbers.append(int(part))
    words = tuple(prerelease.split(".")) if prerelease and len(numbers) == 3 else ()
    return _Partial(tuple(numbers), words)


def _exactly(wanted: _Partial) -> Iterator[_Comparator]:
    if wanted.whole:
        yield _Comparator("=", wanted.lowest)
    else:
        yield from _within(wanted, len(wanted.numbers))


def _tilde(wanted: _Partial) -> Iterator[_Comparator]:
    yield from _within(wanted, min(2, len(wanted.numbers)))


def _caret(wanted: _Partial) -> Iterator[_Comparator]:
    """Let everything change that is right of the first number that is not zero."""
    zeros = next((i for i, number in enumerate(wanted.numbers) if number), len(wanted.numbers))
    yield from _within(wanted, min(zeros + 1, len(wanted.numbers)))


def _within(wanted: _Partial, kept: int) -> Iterator[_Comparator]:
    yield from _at_least(wanted)
    if kept:
        yield _Comparator("<", wanted.after(kept))


def _at_least(wanted: _Partial) -> Iterator[_Comparator]:
    yield _Comparator(">=", wanted.lowest)


def _more(wanted: _Partial) -> Iterator[_Comparator]:
    if wanted.whole:
        yield _Comparator(">", wanted.lowest)
    elif wanted.numbers:
        above = wanted.after(len(wanted.numbers))
        yield _Comparator(">=", Version(above.release))
    else:
        yield _NOTHING


def _up_to(wanted: _Partial) -> Iterator[_Comparator]:
    if wanted.whole:
        yield _Comparator("<=", wanted.lowest)
    elif wanted.numbers:
        yield _Comparator("<", wanted.after(len(wanted.numbers)))


def _less(wanted: _Partial) -> Iterator[_Comparator]:
    if wanted.whole:
        yield _Comparator("<", wanted.lowest)
    elif wanted.numbers:
        yield _Comparator("<", Version(wanted.lowest.release, ("0",)))
    else:
        yield _NOTHING


_NOTHING = _Comparator("<", Version((0, 0, 0), ("0",)))
_READERS: dict[str, Callable[[_Partial], Iterator[_Comparator]]] = {
    "": _exactly,
    "=": _exactly,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
    ">": _more,
    ">=": _at_least,
    "<": _less,
    "<=": _up_to,
}
